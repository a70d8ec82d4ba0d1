"""The room `benefits` as a Django app."""
from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    """See the package."""

    name = "sinergi.benefits"
    label = "benefits"
