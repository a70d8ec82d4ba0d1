"""Applications of who was merged: after an unmerge each is settled, with its documents, questions and decisions."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

MERGED = """
CREATE FUNCTION sinergi_between_assistance(who uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (kind text, key text, agency text, made_at timestamptz, person uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'application', id::text, from_agency_id, applied_at, person_id FROM assistance_application
   WHERE person_id = ANY (who) AND applied_at > since AND applied_at <= until AND sinergi_right('identity.read') $$;
CREATE FUNCTION sinergi_settle_assistance(kind text, key text, origin uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  IF coalesce(current_setting('sinergi.verb', true), '') <> 'identity.settle' THEN
    RAISE EXCEPTION 'outside identity.settle' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE assistance_application SET person_id = target WHERE id::text = key AND person_id = origin;
  UPDATE assistance_attachment SET person_id = target WHERE application_id::text = key AND person_id = origin;
  UPDATE assistance_question SET person_id = target WHERE application_id::text = key AND person_id = origin;
  UPDATE assistance_decision SET person_id = target WHERE application_id::text = key AND person_id = origin;
END $$;
"""
SETTLING = "coalesce(current_setting('sinergi.verb', true), '') = 'identity.settle'"
CALLED = ("sinergi_between_assistance(uuid[], timestamptz, timestamptz)", "sinergi_settle_assistance(text, text, uuid, uuid)")


class Migration(migrations.Migration):
    """Applications of merged persons."""

    dependencies = [("assistance", "0004_guard"), ("registry", "0013_identity_guard")]
    operations = [
        sql(MERGED, *(f"CREATE POLICY settling ON assistance_{name} TO CURRENT_USER USING ({SETTLING}) WITH CHECK ({SETTLING});"
                      for name in ("application", "attachment", "question", "decision")),
            "CREATE POLICY listed ON assistance_application FOR SELECT TO CURRENT_USER USING (sinergi_right('identity.read'));",
            *(f"REVOKE ALL ON FUNCTION {f} FROM public; GRANT EXECUTE ON FUNCTION {f} TO {app_role()};" for f in CALLED)),
    ]
