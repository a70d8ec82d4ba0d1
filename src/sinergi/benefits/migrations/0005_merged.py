"""Benefits of who was merged are his survivor's: what is told of him, and what is settled after an unmerge."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

TODAY = "(now() AT TIME ZONE 'Asia/Kuala_Lumpur')::date"
MERGED = f"""
CREATE OR REPLACE FUNCTION sinergi_helped(who uuid) RETURNS TABLE (need text, until date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.need, CASE WHEN bool_or(coalesce(e.ended_on, e.to_on) IS NULL) THEN NULL ELSE max(coalesce(e.ended_on, e.to_on)) END
  FROM benefits_entitlement e JOIN benefits_beneficiary b ON b.entitlement_id = e.id AND b.person_id = ANY (sinergi_bearers(ARRAY[who]))
  WHERE sinergi_right('entitlement.read') AND (e.state = 'active' OR (e.state = 'ended' AND e.ended_on >= {TODAY})) AND e.from_on <= {TODAY}
    AND (e.to_on IS NULL OR e.to_on >= {TODAY}) GROUP BY e.need $$;
CREATE FUNCTION sinergi_between_benefits(who uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (kind text, key text, agency text, made_at timestamptz, person uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.kind, m.key, m.agency, m.made_at, m.person FROM (
    SELECT 'entitlement' AS kind, id::text AS key, agency_id AS agency, made_at, person_id AS person FROM benefits_entitlement WHERE person_id = ANY (who)
    UNION ALL SELECT 'override', id::text, agency_id, asked_at, person_id FROM benefits_override WHERE person_id = ANY (who)) m
  WHERE m.made_at > since AND m.made_at <= until AND sinergi_right('identity.read') $$;
-- An entitlement moves with whom it reaches and its locks: where the other holds what excludes it, the lock refuses.
CREATE FUNCTION sinergi_settle_benefits(kind text, key text, origin uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'identity.settle' THEN
    RAISE EXCEPTION 'outside identity.settle' USING ERRCODE = 'insufficient_privilege'; END IF;
  IF kind = 'override' THEN
    UPDATE benefits_override SET person_id = target WHERE id::text = key AND person_id = origin;
  ELSE
    UPDATE benefits_entitlement SET person_id = target WHERE id::text = key AND person_id = origin;
    UPDATE benefits_beneficiary SET person_id = target WHERE entitlement_id::text = key AND person_id = origin;
    UPDATE benefits_lock SET person_id = target WHERE entitlement_id::text = key AND person_id = origin;
  END IF;
END $$;
"""
SETTLING = "coalesce(current_setting('sinergi.verb', true), '') = 'identity.settle'"
TABLES = ("entitlement", "beneficiary", "lock", "override")
CALLED = ("sinergi_between_benefits(uuid[], timestamptz, timestamptz)", "sinergi_settle_benefits(text, text, uuid, uuid)")


class Migration(migrations.Migration):
    """Benefits of merged persons."""

    dependencies = [("benefits", "0004_lists_guard"), ("registry", "0013_identity_guard")]
    operations = [
        sql(MERGED, *(f"CREATE POLICY settling ON benefits_{name} TO CURRENT_USER USING ({SETTLING}) WITH CHECK ({SETTLING});" for name in TABLES),
            "CREATE POLICY listed ON benefits_override FOR SELECT TO CURRENT_USER USING (sinergi_right('identity.read'));",
            *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in CALLED)),
    ]
