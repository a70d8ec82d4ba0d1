"""Tokens of machine clients."""
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sinergi.kernel.guard import open_table


class Migration(migrations.Migration):
    """The table and its guard."""

    dependencies = [("kernel", "0003_seals")]
    operations = [
        migrations.CreateModel(
            name="ClientSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("made_by", models.CharField(max_length=64)),
                ("expires_on", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("ended_at", None)), fields=("user",), name="secret_once")],
            },
        ),
        open_table("kernel_clientsecret"),
    ]
