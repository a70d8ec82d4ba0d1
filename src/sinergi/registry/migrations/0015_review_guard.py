"""Who sees answers, planted pairs, certificates, labels and proposed households."""
from django.db import migrations

from sinergi.kernel.guard import open_table, protected


class Migration(migrations.Migration):
    """The guard."""

    dependencies = [("registry", "0014_linking_guard")]
    operations = [
        protected("registry_reviewanswer", "sinergi_national('identity.review') OR by = sinergi_actor()"),
        protected("registry_plantedpair", "sinergi_right('identity.review')"),
        open_table("registry_certificate"),
        protected("registry_label", "sinergi_right('identity.review')"),
        protected("registry_householdproposal", "EXISTS (SELECT 1 FROM registry_proposalmember m WHERE m.proposal_id = registry_householdproposal.id)"),
        protected("registry_proposalmember", "EXISTS (SELECT 1 FROM registry_person p WHERE p.id = person_id)"),
    ]
