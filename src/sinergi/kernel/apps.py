"""The kernel as a Django app."""
from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    """Tables and verbs that every room stands on."""

    name = "sinergi.kernel"
    label = "kernel"

    def ready(self) -> None:
        """The framework's tables are made by its own migrations, so their grants follow each migrate."""
        from .guard import grant_framework

        post_migrate.connect(grant_framework, sender=self)
