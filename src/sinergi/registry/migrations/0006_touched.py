"""Whole audit entries are the auditor's; who serves a person sees his looks by `sinergi_looks`, and asks here whether anybody worked on him."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

TOUCHED = """
DROP POLICY of_served_persons ON kernel_auditentry;
CREATE FUNCTION sinergi_touched(who uuid[], untouched text[]) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT person FROM kernel_auditentry a, unnest(a.persons) person
   WHERE a.persons && who AND person = ANY (who) AND a.verb <> ALL (untouched) AND sinergi_actor() <> '' AND sinergi_right('person.read') $$;
REVOKE ALL ON FUNCTION sinergi_touched(uuid[], text[]) FROM public;
"""


class Migration(migrations.Migration):
    """The narrower door to the audit."""

    dependencies = [("registry", "0005_all_members")]
    operations = [sql(TOUCHED, f"GRANT EXECUTE ON FUNCTION sinergi_touched(uuid[], text[]) TO {app_role()};")]
