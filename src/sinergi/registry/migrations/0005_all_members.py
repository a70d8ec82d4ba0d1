"""How many live in a household, though some of them are not open to the actor: their ids alone, so that nothing is answered as if they were not there."""
from django.db import migrations

from sinergi.kernel.guard import app_role, sql

MEMBERS = """
CREATE POLICY by_owner ON registry_membership FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION sinergi_members(household uuid, day date, known_at timestamptz) RETURNS TABLE (person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.person_id FROM registry_membership m WHERE m.household_id = household AND m.from_on <= day AND (m.to_on IS NULL OR m.to_on >= day)
     AND (known_at IS NULL OR m.recorded_at <= known_at) AND sinergi_actor() <> '' AND sinergi_right('person.read') $$;
REVOKE ALL ON FUNCTION sinergi_members(uuid, date, timestamptz) FROM public;
"""


class Migration(migrations.Migration):
    """All members of a household, by id."""

    dependencies = [("registry", "0004_lists")]
    operations = [sql(MEMBERS, f"GRANT EXECUTE ON FUNCTION sinergi_members(uuid, date, timestamptz) TO {app_role()};")]
