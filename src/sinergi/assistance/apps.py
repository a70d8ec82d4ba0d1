"""Assistance as a Django app."""
from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    """Screening and determinations."""

    name = "sinergi.assistance"
    label = "assistance"

    def ready(self) -> None:
        """The part of assistance when a person is forgotten, or parted from another."""
        from sinergi.registry.actions import FORGETTERS
        from sinergi.registry.queries import SETTLERS

        from .actions import forget_assistance

        FORGETTERS.append(forget_assistance)
        SETTLERS.append("assistance")
