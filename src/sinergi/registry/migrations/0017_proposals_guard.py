"""What PostgreSQL holds of proposed households."""
from django.db import migrations


class Migration(migrations.Migration):
    """The guard of proposals."""

    dependencies = [("registry", "0016_finding")]
    operations: list[object] = []
