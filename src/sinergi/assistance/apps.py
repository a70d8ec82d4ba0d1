"""Assistance as a Django app."""
from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    """Screening and determinations."""

    name = "sinergi.assistance"
    label = "assistance"

    def ready(self) -> None:
        """The part of assistance when a person is forgotten."""
        from sinergi.registry.actions import FORGETTERS

        from .actions import forget_assistance

        FORGETTERS.append(forget_assistance)
