"""Who sees screenings: those who may open the household, and what is sensitive only under that right."""
from django.db import migrations

from sinergi.kernel.guard import protected

HOUSEHOLD = """EXISTS (SELECT 1 FROM registry_household h WHERE h.id = household_id)
  AND (NOT sensitive OR sinergi_right('sensitive.read') OR sinergi_right('request.read'))"""


class Migration(migrations.Migration):
    """The guard of assistance. No UPDATE is granted: evidence is written once, and deleted only with the person."""

    dependencies = [("assistance", "0001_initial"), ("registry", "0002_guard")]
    operations = [
        protected("assistance_screening", HOUSEHOLD, grant="SELECT, INSERT, DELETE"),
        protected("assistance_determination", "EXISTS (SELECT 1 FROM assistance_screening s WHERE s.id = screening_id)", grant="SELECT, INSERT, DELETE"),
    ]
