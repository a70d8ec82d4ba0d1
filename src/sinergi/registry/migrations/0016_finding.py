"""How the finder looks: hashed keys of every living name variant."""
from django.db import migrations


class Migration(migrations.Migration):
    """The search table by hashed keys."""

    dependencies = [("registry", "0015_review_guard")]
    operations: list[object] = []
