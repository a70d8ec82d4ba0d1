"""Assistance as a Django app."""
from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    """Screening and determinations."""

    name = "sinergi.assistance"
    label = "assistance"
