"""Who sees cases; the functions that keep them whole: nobody without one responsible agency, the published state never typed."""

from django.conf import settings
from django.db import migrations

from sinergi.kernel.guard import app_role, protected, sql

OF_PERSON = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"
PLATFORM = "sinergi_national('case.read') AND sinergi_actor() LIKE 'command:%'"
ASKED_FOR = f"(sinergi_national('request.read') AND {OF_PERSON})"
OVERSEES = "sinergi_national('case.oversee')"
PARTY = "sinergi_right('case.read') AND (agency_id = sinergi_agency() OR from_agency_id = sinergi_agency())"
REFERRED = "sinergi_right('case.read') AND (from_agency_id = sinergi_agency() OR to_agency_id = sinergi_agency())"
OTHERS = f"sinergi_right('case.read') AND NOT discreet AND {OF_PERSON}"
CASE = (
    f"({PARTY}) OR ({PLATFORM}) OR {OVERSEES} OR {ASKED_FOR} OR ({OTHERS}) OR (sinergi_right('case.read') AND EXISTS "
    "(SELECT 1 FROM cases_referral r WHERE r.case_id = cases_case.id AND sinergi_agency() IN (r.from_agency_id, r.to_agency_id)))"
)
REFERRAL = f"({REFERRED}) OR ({PLATFORM}) OR {OVERSEES} OR {ASKED_FOR} OR ({OTHERS})"
OF_CASE = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id)"
ACTING = "coalesce(current_setting('sinergi.verb', true), '') <> ''"


def while_acting(table: str, what: str = "ALL") -> str:
    """The owner's own functions may touch the table while an action runs."""
    check = "" if what == "SELECT" else f" WITH CHECK ({ACTING})"
    return f"CREATE POLICY following ON {table} FOR {what} TO CURRENT_USER USING ({ACTING}){check};"


STANDING = """
-- The published state of a person: the least advanced over his needs. Written here alone.
CREATE FUNCTION sinergi_restand(who uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found text;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') = '' THEN RAISE EXCEPTION 'outside an action' USING ERRCODE = 'insufficient_privilege'; END IF;
  WITH needs AS (
    SELECT need, min(CASE WHEN state = 'open' AND NOT helped THEN 0 WHEN state = 'open' THEN 1 ELSE 2 END) AS rank FROM cases_case
      WHERE person_id = who AND (state = 'open' OR closed_as = 'confirmed') GROUP BY need
    UNION ALL SELECT e.need, 1 FROM benefits_entitlement e JOIN benefits_beneficiary b ON b.entitlement_id = e.id AND b.person_id = who
      WHERE e.state = 'active' AND (e.to_on IS NULL OR e.to_on >= (now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date)
        AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = who AND c.need = e.need))
  SELECT CASE min(rank) WHEN 1 THEN 'being_helped' WHEN 2 THEN 'helped' ELSE 'yet_to_be_helped' END INTO found FROM needs;
  UPDATE registry_person SET standing = found WHERE id = who AND standing <> found;
  RETURN found;
END $$;
CREATE FUNCTION sinergi_standing_is_computed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.standing <> OLD.standing AND current_user = {role} THEN
    RAISE EXCEPTION 'the state of a person is computed, never typed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER standing_is_computed BEFORE UPDATE OF standing ON registry_person FOR EACH ROW EXECUTE FUNCTION sinergi_standing_is_computed();
"""
FOLLOWING = """
-- A case for each need a registered household said, in the name of its head, with the agency that registered him.
CREATE FUNCTION sinergi_open_cases(who uuid, by_day date, moment timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'case.follow' THEN RAISE EXCEPTION 'outside case.follow' USING ERRCODE = 'insufficient_privilege'; END IF;
  INSERT INTO cases_case (id, person_id, household_id, need, agency_id, from_agency_id, state, next_on, next_step, helped, discreet, region, opened_at, opened_by,
      touched_at, reopened, closed_as, closed_words)
    SELECT gen_random_uuid(), p.id, m.household_id, n.need, p.registered_by_id, p.registered_by_id, 'open', by_day, 'screen', false, false, p.state, moment,
      sinergi_actor(), moment, 0, '', ''
    FROM registry_person p JOIN registry_membership m ON m.person_id = p.id AND m.relation = 'head' AND m.to_on IS NULL
      CROSS JOIN LATERAL (SELECT f.value FROM registry_fact f WHERE f.household_id = m.household_id AND f.name = 'needs' AND f.replaced_at IS NULL
        ORDER BY f.valid_from DESC, f.id DESC LIMIT 1) said
      CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(said.value) = 'array' THEN said.value ELSE '[]' END) AS n(need)
    WHERE p.id = who AND p.erased_at IS NULL AND p.merged_into_id IS NULL ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS opened = ROW_COUNT;
  IF opened > 0 THEN PERFORM sinergi_restand(who); END IF;
  RETURN opened;
END $$;
CREATE FUNCTION sinergi_forget_cases(who uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE emptied int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'person.erase' THEN RAISE EXCEPTION 'outside person.erase' USING ERRCODE = 'insufficient_privilege'; END IF;
  DELETE FROM cases_referralpacket k USING cases_referral r WHERE r.id = k.referral_id AND r.person_id = who;
  UPDATE cases_referral SET note = '', question = CASE WHEN state = 'asked' THEN '-' ELSE '' END, answer = '', decline_words = '' WHERE person_id = who;
  UPDATE cases_referral SET state = 'withdrawn' WHERE person_id = who AND state IN ('sent', 'asked');
  UPDATE cases_contact SET note = '' WHERE person_id = who;
  UPDATE cases_outcome SET words = '', said = '', asked_by = CASE WHEN asked_by = '' THEN '' ELSE '-' END WHERE person_id = who;
  UPDATE cases_case SET state = 'closed', closed_as = 'forgotten', closed_at = now(), next_on = NULL WHERE person_id = who AND state = 'open';
  UPDATE cases_case SET closed_words = '' WHERE person_id = who;
  GET DIAGNOSTICS emptied = ROW_COUNT;
  RETURN emptied;
END $$;
CREATE FUNCTION sinergi_pass_held(leaver uuid, successor uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'user.leave' THEN RAISE EXCEPTION 'outside user.leave' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE cases_case SET holder_id = successor WHERE holder_id = leaver AND state = 'open';
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;
CREATE FUNCTION sinergi_pass_cases(leaving text, successor text, moment timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved int;
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'agency.leave' THEN RAISE EXCEPTION 'outside agency.leave' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE cases_case c SET next_on = moment::date + 3, next_step = 'refer_on', touched_at = moment FROM cases_referral r
    WHERE r.case_id = c.id AND r.state IN ('sent', 'asked') AND leaving IN (r.to_agency_id, r.from_agency_id) AND c.state = 'open';
  UPDATE cases_referral SET state = 'expired', answered_at = moment WHERE state IN ('sent', 'asked') AND leaving IN (to_agency_id, from_agency_id);
  UPDATE cases_case SET from_agency_id = agency_id, agency_id = successor, holder_id = NULL, touched_at = moment WHERE agency_id = leaving AND state = 'open';
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;
-- What a referral carried: the sender; the receiver while it waits or is accepted and the consent stands.
CREATE FUNCTION sinergi_referral_packet(which uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM cases_referral r WHERE r.id = which AND (sinergi_national('request.read') OR (sinergi_right('case.read')
    AND (r.from_agency_id = sinergi_agency() OR (r.to_agency_id = sinergi_agency() AND r.state IN ('sent', 'asked', 'accepted')
      AND EXISTS (SELECT 1 FROM registry_consent c WHERE c.id = r.consent_id AND c.withdrawn_at IS NULL))))));
END $$;
"""
DEFINED = (
    "sinergi_restand(uuid)",
    "sinergi_open_cases(uuid, date, timestamptz)",
    "sinergi_forget_cases(uuid)",
    "sinergi_pass_held(uuid, uuid)",
    "sinergi_pass_cases(text, text, timestamptz)",
)
PACKET = "sinergi_referral_packet(referral_id) AND (NOT sensitive OR sinergi_right('sensitive.read') OR sinergi_national('request.read'))"


class Migration(migrations.Migration):
    """The guard of cases."""

    dependencies = [("cases", "0001_initial"), ("registry", "0011_reach"), ("benefits", "0002_guard")]
    operations = [
        protected("cases_referral", REFERRAL, writable=f"({REFERRED}) OR ({PLATFORM}) OR {ASKED_FOR}", grant="SELECT, INSERT, UPDATE"),
        protected("cases_case", CASE, writable="sinergi_right('case.read')", grant="SELECT, INSERT, UPDATE"),
        sql(FOLLOWING),
        protected(
            "cases_referralpacket", PACKET, writable="EXISTS (SELECT 1 FROM cases_referral r WHERE r.id = referral_id)", grant="SELECT, INSERT"
        ),
        # Whoever removes a person nobody has worked on asks this table too (a list undone): the right is there, and no row ever goes by it.
        protected("cases_contact", OF_CASE, grant="SELECT, INSERT, DELETE"),
        sql("CREATE POLICY kept ON cases_contact AS RESTRICTIVE FOR DELETE USING (false);"),
        protected("cases_outcome", OF_CASE, grant="SELECT, INSERT, UPDATE"),
        protected("cases_asking", "EXISTS (SELECT 1 FROM cases_outcome o WHERE o.id = outcome_id)", grant="SELECT, INSERT, UPDATE"),
        protected("cases_guess", PLATFORM, grant="SELECT, INSERT, DELETE"),
        sql(
            STANDING.replace("{role}", "'" + settings.APP_ROLE.replace("'", "''") + "'"),
            *(while_acting(f"cases_{t}") for t in ("case", "referral", "referralpacket", "contact", "outcome")),
            while_acting("registry_fact", "SELECT"),
            while_acting("registry_person", "UPDATE"),
            *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in DEFINED),
        ),
    ]
