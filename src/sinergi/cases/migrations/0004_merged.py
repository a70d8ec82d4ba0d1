"""Cases of who was merged are his survivor's: the published state counts them all, and after an unmerge each is settled."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

MERGED = """
CREATE OR REPLACE FUNCTION sinergi_restand(who uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found text; everyone uuid[] := sinergi_bearers(ARRAY[who]);
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') = '' THEN RAISE EXCEPTION 'outside an action' USING ERRCODE = 'insufficient_privilege'; END IF;
  WITH needs AS (
    SELECT need, min(CASE WHEN state = 'open' AND NOT helped THEN 0 WHEN state = 'open' THEN 1 ELSE 2 END) AS rank FROM cases_case
      WHERE person_id = ANY (everyone) AND (state = 'open' OR closed_as = 'confirmed') GROUP BY need
    UNION ALL SELECT e.need, 1 FROM benefits_entitlement e JOIN benefits_beneficiary b ON b.entitlement_id = e.id AND b.person_id = ANY (everyone)
      WHERE e.state = 'active' AND (e.to_on IS NULL OR e.to_on >= (now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date)
        AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = ANY (everyone) AND c.need = e.need))
  SELECT CASE min(rank) WHEN 1 THEN 'being_helped' WHEN 2 THEN 'helped' ELSE 'yet_to_be_helped' END INTO found FROM needs;
  UPDATE registry_person SET standing = found WHERE id = ANY (everyone) AND standing <> found;
  RETURN found;
END $$;
CREATE FUNCTION sinergi_between_cases(who uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (kind text, key text, agency text, made_at timestamptz, person uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'case', id::text, agency_id, opened_at, person_id FROM cases_case
   WHERE person_id = ANY (who) AND opened_at > since AND opened_at <= until AND sinergi_right('identity.read') $$;
-- A case moves with all that hangs on it.
CREATE FUNCTION sinergi_settle_cases(kind text, key text, origin uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'identity.settle' THEN
    RAISE EXCEPTION 'outside identity.settle' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE cases_case SET person_id = target WHERE id::text = key AND person_id = origin;
  UPDATE cases_referral SET person_id = target WHERE case_id::text = key AND person_id = origin;
  UPDATE cases_contact SET person_id = target WHERE case_id::text = key AND person_id = origin;
  UPDATE cases_outcome SET person_id = target WHERE case_id::text = key AND person_id = origin;
END $$;
"""
SETTLING = "coalesce(current_setting('sinergi.verb', true), '') = 'identity.settle'"
CALLED = ("sinergi_between_cases(uuid[], timestamptz, timestamptz)", "sinergi_settle_cases(text, text, uuid, uuid)")


class Migration(migrations.Migration):
    """Cases of merged persons."""

    dependencies = [("cases", "0003_standing_work"), ("registry", "0013_identity_guard")]
    operations = [
        sql(MERGED, *(f"CREATE POLICY settling ON cases_{name} TO CURRENT_USER USING ({SETTLING}) WITH CHECK ({SETTLING});"
                      for name in ("case", "referral", "contact", "outcome")),
            "CREATE POLICY listed ON cases_case FOR SELECT TO CURRENT_USER USING (sinergi_right('identity.read'));",
            *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in CALLED)),
    ]
