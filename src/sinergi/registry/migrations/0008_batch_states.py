"""The states a list may be in, in the order of the alphabet: another step between them is no change of the table."""
from django.db import migrations, models


class Migration(migrations.Migration):
    """The same states as before."""

    dependencies = [("registry", "0007_consent_anew")]
    operations = [
        migrations.RemoveConstraint("batch", "batch_state"),
        migrations.AddConstraint("batch", models.CheckConstraint(name="batch_state", condition=models.Q(state__in=[
            "checked", "checking", "finished", "received", "running", "stopped", "undone"]))),
    ]
