"""What the standing work of cases asks PostgreSQL: needs nobody follows yet, consents that no longer stand, how agencies answer, groups."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from sinergi.kernel.guard import app_role, protected, sql

NEEDS = """
-- The needs a household said and nobody follows: no open case, and none that was closed after they were said. In the name of its head.
CREATE FUNCTION sinergi_unfollowed(who uuid) RETURNS TABLE (person uuid, household uuid, agency text, region text, need text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, h.household_id, p.registered_by_id, CASE WHEN p.safe_address THEN '' ELSE p.state END, n.need
  FROM registry_membership m JOIN registry_membership h ON h.household_id = m.household_id AND h.relation = 'head' AND h.to_on IS NULL
    JOIN registry_person p ON p.id = h.person_id AND p.erased_at IS NULL AND p.merged_into_id IS NULL
    CROSS JOIN LATERAL (SELECT f.value, f.recorded_at FROM registry_fact f WHERE f.household_id = h.household_id AND f.name = 'needs'
      AND f.replaced_at IS NULL ORDER BY f.valid_from DESC, f.id DESC LIMIT 1) said
    CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(said.value) = 'array' THEN said.value ELSE '[]' END) AS n(need)
  WHERE m.person_id = who AND m.to_on IS NULL AND NOT EXISTS (SELECT 1 FROM cases_case c
    WHERE c.person_id = p.id AND c.need = n.need AND (c.state = 'open' OR c.closed_at >= said.recorded_at))
$$;
CREATE OR REPLACE FUNCTION sinergi_open_cases(who uuid, by_day date, moment timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'case.follow' THEN RAISE EXCEPTION 'outside case.follow' USING ERRCODE = 'insufficient_privilege'; END IF;
  WITH made AS (
    INSERT INTO cases_case (id, person_id, household_id, need, agency_id, from_agency_id, state, next_on, next_step, helped, discreet, region, opened_at,
        opened_by, touched_at, reopened, closed_as, closed_words)
      SELECT gen_random_uuid(), u.person, u.household, u.need, u.agency, u.agency, 'open', by_day, 'screen', false, false, u.region, moment,
        sinergi_actor(), moment, 0, '', '' FROM sinergi_unfollowed(who) u ON CONFLICT DO NOTHING RETURNING person_id)
  SELECT count(*), min(person_id::text) FROM made INTO opened, who;
  IF opened > 0 THEN PERFORM sinergi_restand(who); END IF;
  RETURN opened;
END $$;
"""
CONSENTS = """
-- Does a consent no longer stand on a day? Asked by the platform's own steps, which see no person.
CREATE FUNCTION sinergi_consent_over(which uuid, on_day date) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT EXISTS (SELECT 1 FROM registry_consent WHERE id = which AND (withdrawn_at IS NOT NULL OR until_on < on_day)) $$;
"""
HIDDEN = """
-- Is the address of any of these persons hidden? Asked before a letter or a message would go there.
CREATE FUNCTION sinergi_any_hidden(who uuid[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT EXISTS (SELECT 1 FROM registry_person WHERE id = ANY (who) AND safe_address) $$;
"""
EVIDENCE = """
-- How each agency answered referrals of a need: counts and days alone, of all agencies.
CREATE FUNCTION sinergi_referral_evidence(what text) RETURNS TABLE (agency text, accepted int, answered int, days int, waiting int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT to_agency_id, count(*) FILTER (WHERE state = 'accepted')::int, count(*) FILTER (WHERE state IN ('accepted', 'declined', 'expired'))::int,
    (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - sent_at) / 86400)
      FILTER (WHERE state IN ('accepted', 'declined', 'expired')))::int,
    count(*) FILTER (WHERE state IN ('sent', 'asked'))::int
  FROM cases_referral WHERE need = what AND sinergi_actor() <> '' GROUP BY to_agency_id
$$;
CREATE POLICY counting ON cases_referral FOR SELECT TO CURRENT_USER USING (true);
"""
FUNCTIONS = ("sinergi_unfollowed(uuid)", "sinergi_consent_over(uuid, date)", "sinergi_referral_evidence(text)", "sinergi_any_hidden(uuid[])")
OWN = "agency_id = sinergi_agency() AND sinergi_right('case.read')"
OF_GROUP = "EXISTS (SELECT 1 FROM cases_referralgroup g WHERE g.id = group_id)"


class Migration(migrations.Migration):
    """Standing work, and referrals of many people at once."""

    dependencies = [("cases", "0002_guard"), ("kernel", "0006_answers_and_webhooks")]
    operations = [
        migrations.CreateModel(
            name="ReferralGroup",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("programme", models.CharField(blank=True, max_length=60)),
                ("fact_names", models.JSONField(default=list)),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("answer_by", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=64)),
                ("undone_at", models.DateTimeField(null=True)),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.agency")),
                ("to_agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.agency")),
            ],
        ),
        migrations.CreateModel(
            name="GroupRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(default="waiting", max_length=10)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case")),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="cases.referralgroup")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("group", "case"), name="group_row_once"),
                    models.CheckConstraint(condition=models.Q(("outcome__in", ("waiting", "sent", "left_out"))), name="group_row_outcome"),
                ],
            },
        ),
        protected("cases_referralgroup", OWN, grant="SELECT, INSERT, UPDATE"),
        protected("cases_grouprow", OF_GROUP, grant="SELECT, INSERT, UPDATE"),
        sql(NEEDS, CONSENTS, HIDDEN, EVIDENCE, *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in FUNCTIONS)),
    ]
