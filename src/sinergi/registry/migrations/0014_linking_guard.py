"""Who sees runs of linkage and their rows."""
from django.db import migrations

from sinergi.kernel.guard import protected

OF_RUN = "EXISTS (SELECT 1 FROM registry_linkagerun r WHERE r.id = run_id)"


class Migration(migrations.Migration):
    """The guard."""

    dependencies = [("registry", "0013_identity_guard")]
    operations = [
        protected("registry_linkagerun", "agency_id = sinergi_agency() OR sinergi_national('identity.review')"),
        protected("registry_linkagechunk", OF_RUN),
        protected("registry_linkagerow", OF_RUN),
    ]
