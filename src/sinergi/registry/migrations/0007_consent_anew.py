"""A consent that has run out does not stand in the way of a new one."""
from django.db import migrations, models


class Migration(migrations.Migration):
    """One present consent for each agency, purpose and end."""

    dependencies = [("registry", "0006_touched")]
    operations = [
        migrations.RemoveConstraint(model_name="consent", name="consent_once"),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(name="consent_once", fields=("person", "agency", "purpose", "until_on"), nulls_distinct=False,
                                               condition=models.Q(("withdrawn_at", None))),
        ),
    ]
