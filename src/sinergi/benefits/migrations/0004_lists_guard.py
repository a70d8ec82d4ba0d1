"""Who sees award lists: their own agency. And the one look-up by number that a list may make: whose it is, and his name's key to compare."""
from django.db import migrations

from sinergi.kernel.guard import app_role, protected, sql

LOOK_UP = """
CREATE FUNCTION sinergi_persons_by_number(numbers text[]) RETURNS TABLE (number text, person_id uuid, name_key text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT ON (i.value) i.value, p.id, p.name_key FROM registry_identifier i JOIN registry_person p ON p.id = sinergi_survivor(i.person_id)
    WHERE current_setting('sinergi.verb', true) = 'award_list.check' AND i.value = ANY (numbers) AND i.ended_at IS NULL AND p.erased_at IS NULL
    ORDER BY i.value, i.kind = 'mykad' DESC, i.id $$;
REVOKE ALL ON FUNCTION sinergi_persons_by_number(text[]) FROM public;
CREATE POLICY reaching ON registry_identifier FOR SELECT TO CURRENT_USER USING (coalesce(current_setting('sinergi.verb', true), '') <> '');
"""


class Migration(migrations.Migration):
    """The guard of award lists."""

    dependencies = [("benefits", "0003_lists"), ("registry", "0011_reach")]
    operations = [
        protected("benefits_awardlist", "agency_id = sinergi_agency() AND sinergi_right('award_list.read')"),
        protected("benefits_awardrow", "EXISTS (SELECT 1 FROM benefits_awardlist l WHERE l.id = award_list_id)"),
        sql(LOOK_UP, f"GRANT EXECUTE ON FUNCTION sinergi_persons_by_number(text[]) TO {app_role()};",
            "CREATE INDEX identifier_by_value ON registry_identifier (value) WHERE ended_at IS NULL;",
            "CREATE INDEX entitlement_of_list ON benefits_entitlement (batch_id) WHERE batch_id IS NOT NULL;"),
    ]
