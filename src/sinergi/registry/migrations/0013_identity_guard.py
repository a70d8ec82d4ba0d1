"""Who sees source records, belongings and decisions; one person a record at any instant; decisions are append-only."""
from django.db import migrations

from sinergi.kernel.guard import append_only, open_table, protected, sql

OF_PERSON = "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"


class Migration(migrations.Migration):
    """The guard."""

    dependencies = [("registry", "0012_identity")]
    operations = [
        sql("CREATE EXTENSION IF NOT EXISTS btree_gist;",
            "ALTER TABLE registry_belonging ADD CONSTRAINT belonging_one_person EXCLUDE USING gist "
            "(record_id WITH =, tstzrange(from_at, to_at) WITH &&);"),
        protected("registry_belonging", f"sinergi_national('identity.review') OR {OF_PERSON}"),
        protected("registry_sourcerecord", "agency_id = sinergi_agency() OR sinergi_national('identity.review') OR EXISTS "
                  "(SELECT 1 FROM registry_belonging b WHERE b.record_id = registry_sourcerecord.id)"),
        protected("registry_recordidentifier", "EXISTS (SELECT 1 FROM registry_sourcerecord s WHERE s.id = record_id)"),
        open_table("registry_linkagemodel"),
        protected("registry_identitydecision", f"agency_id = sinergi_agency() OR sinergi_national('identity.review') OR {OF_PERSON}"),
        append_only("registry_identitydecision"),
        protected("registry_cannotlink", "EXISTS (SELECT 1 FROM registry_sourcerecord s WHERE s.id IN (first_id, second_id))"),
        protected("registry_candidate", "EXISTS (SELECT 1 FROM registry_sourcerecord s WHERE s.id IN (first_id, second_id))"),
        protected("registry_objection", f"sinergi_national('identity.review') OR {OF_PERSON}"),
    ]
