"""The records that the subject of a piece of news belongs to."""
from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("kernel", "0006_answers_and_webhooks")]
    operations = [migrations.AddField("webhookdelivery", "of", models.JSONField(default=dict))]
