"""The registry as a Django app."""
from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Persons, households, facts and consent."""

    name = "sinergi.registry"
    label = "registry"
