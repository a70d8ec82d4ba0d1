"""Who sees answers, planted pairs, certificates, labels and proposed households; in which order pairs wait; whose address is hidden."""
from django.db import migrations

from sinergi.kernel.guard import app_role, open_table, protected, sql

# The second officer sees the first's answer only after his own: who answered is in the turns, what he said is here.
AFTER_HIS_OWN = """EXISTS (SELECT 1 FROM registry_reviewturn t WHERE t.candidate_id = registry_reviewanswer.candidate_id
  AND t.by = sinergi_actor() AND t.answered_at IS NOT NULL)"""
WHEN_SETTLED = """sinergi_right('identity.oversee') AND NOT EXISTS (SELECT 1 FROM registry_candidate c
  WHERE c.id = registry_reviewanswer.candidate_id AND c.state = 'open')"""
LOOKED_AT = ("belonging", "person", "contactpoint", "membership")

# What a reviewer must know of persons he may not open: whether an address is hidden, whether help runs, who lives together.
LOOKS = """
CREATE FUNCTION sinergi_review_facts(wanted uuid[]) RETURNS TABLE (record uuid, person uuid, hidden boolean, helped boolean, household uuid,
  members bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('sinergi.looking', 'review', true);
  RETURN QUERY SELECT b.record_id, p.id,
      p.safe_address OR EXISTS (SELECT 1 FROM registry_contactpoint c WHERE c.person_id = p.id AND c.hidden AND c.ended_at IS NULL),
      sinergi_benefits_run(ARRAY[p.id]), h.household_id,
      (SELECT count(*) FROM registry_membership o WHERE o.household_id = h.household_id AND o.to_on IS NULL)
    FROM registry_belonging b JOIN registry_person p ON p.id = b.person_id LEFT JOIN LATERAL
      (SELECT m.household_id FROM registry_membership m WHERE m.person_id = p.id AND m.to_on IS NULL ORDER BY m.id LIMIT 1) h ON true
    WHERE b.record_id = ANY (wanted) AND b.to_at IS NULL;
  PERFORM set_config('sinergi.looking', '', true);
END $$;
CREATE FUNCTION sinergi_review_home(wanted uuid[]) RETURNS TABLE (household uuid, person uuid, name text, relation text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM set_config('sinergi.looking', 'review', true);
  RETURN QUERY SELECT m.household_id, p.id, p.name::text, m.relation::text FROM registry_membership m JOIN registry_person p ON p.id = m.person_id
    WHERE m.household_id = ANY (wanted) AND m.to_on IS NULL AND sinergi_right('identity.review') AND p.erased_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM registry_membership o JOIN registry_person h ON h.id = o.person_id
                      WHERE o.household_id = m.household_id AND o.to_on IS NULL AND h.safe_address)
    ORDER BY m.household_id, m.id;
  PERFORM set_config('sinergi.looking', '', true);
END $$;
-- Value of an answer: the chance that they are one, times what hangs on it (help that runs, somebody who objected). Age is added every night.
CREATE FUNCTION sinergi_review_weight(bits float8, found_by text, helped bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN found_by = 'objection' THEN 1 ELSE 1 / (1 + power(2, -least(greatest(bits, -60), 60))) END
       * (1 + 2 * helped + CASE WHEN found_by = 'objection' THEN 4 ELSE 0 END) $$;
CREATE FUNCTION sinergi_weigh_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE helped bigint; home uuid;
BEGIN
  SELECT count(*) FILTER (WHERE f.helped), (array_agg(f.household ORDER BY f.members DESC, f.household))[1] INTO helped, home
    FROM sinergi_review_facts(ARRAY[NEW.first_id, NEW.second_id]) f;
  NEW.weight := sinergi_review_weight(NEW.bits, NEW.found_by, helped);
  NEW.block := home;
  RETURN NEW;
END $$;
CREATE TRIGGER weigh BEFORE INSERT ON registry_candidate FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION sinergi_weigh_candidate();
-- As he reads them: nobody asks with another's hand.
REVOKE ALL ON FUNCTION sinergi_review_facts(uuid[]), sinergi_review_home(uuid[]) FROM public;
"""


class Migration(migrations.Migration):
    """The guard."""

    dependencies = [("registry", "0014_linking_guard")]
    operations = [
        protected("registry_reviewturn", "sinergi_right('identity.review')"),
        protected("registry_reviewanswer", f"by = sinergi_actor() OR ({AFTER_HIS_OWN}) OR ({WHEN_SETTLED})", writable="by = sinergi_actor()",
                  grant="SELECT, INSERT, UPDATE"),
        protected("registry_plantedpair", "sinergi_right('identity.review') OR sinergi_right('identity.oversee')"),
        open_table("registry_certificate"),
        protected("registry_label", "sinergi_right('identity.review') OR sinergi_right('identity.oversee')"),
        protected("registry_householdproposal", "EXISTS (SELECT 1 FROM registry_proposalmember m WHERE m.proposal_id = registry_householdproposal.id)"),
        protected("registry_proposalmember", "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"),
        sql(LOOKS, f"GRANT EXECUTE ON FUNCTION sinergi_review_facts(uuid[]), sinergi_review_home(uuid[]) TO {app_role()};",
            *(f"CREATE POLICY review_looks ON registry_{table} FOR SELECT TO CURRENT_USER USING (current_setting('sinergi.looking', true) = 'review');"
              for table in LOOKED_AT)),
    ]
