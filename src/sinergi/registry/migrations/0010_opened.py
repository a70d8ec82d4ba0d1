"""Whether somebody was opened to the actor is asked in a function, and only of persons whom another agency registered.

Written into the policy it was planned anew in every statement on a person or on anything that hangs on one: three times the planning.
The function runs with the rights and the row security of whoever asks.
"""
from django.db import migrations

from sinergi.kernel.guard import sql

OPENED = """
CREATE FUNCTION sinergi_opened(who uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM registry_access a WHERE a.person_id = who AND (a.until_at IS NULL OR a.until_at > now())
    AND ((a.agency_id = sinergi_agency() AND (a.user_id IS NULL OR a.user_id::text = sinergi_actor()))
      OR (a.ground = 'request' AND sinergi_national('request.read'))));
END $$;
"""
SERVED = ("sinergi_actor() <> '' AND sinergi_right('person.read') AND sinergi_in_states(state) "
          "AND (registered_by_id = sinergi_agency() OR sinergi_opened(id))")


class Migration(migrations.Migration):
    """The same rule, planned once."""

    dependencies = [("registry", "0009_submissions")]
    operations = [sql(OPENED, f"ALTER POLICY by_context ON registry_person USING ({SERVED}) WITH CHECK ({SERVED});")]
