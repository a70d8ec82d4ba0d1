"""A submission comes in for one's own agency only: the wider rule, for the protection officer, is for reading and changing what is there.

One policy for everything had PostgreSQL plan the way to the household and its people, and from there to their accesses, for each new row.
"""
from django.db import migrations

from sinergi.kernel.guard import sql

OWN = "sinergi_actor() <> '' AND agency_id = sinergi_agency() AND sinergi_right('person.read')"
SEEN = (f"({OWN}) OR (sinergi_actor() <> '' AND sinergi_national('request.read') AND EXISTS "
        "(SELECT 1 FROM registry_household h WHERE h.id = household_id))")


class Migration(migrations.Migration):
    """Three policies instead of one."""

    dependencies = [("registry", "0008_batch_states")]
    operations = [sql(
        "DROP POLICY by_context ON registry_submission;",
        f"CREATE POLICY by_context ON registry_submission FOR SELECT USING ({SEEN});",
        f"CREATE POLICY change_by_context ON registry_submission FOR UPDATE USING ({SEEN}) WITH CHECK ({SEEN});",
        f"CREATE POLICY make_by_context ON registry_submission FOR INSERT WITH CHECK ({OWN});")]
