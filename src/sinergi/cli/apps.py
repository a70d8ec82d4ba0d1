"""The commands as a Django app, so that `manage` finds them."""
from django.apps import AppConfig


class CliConfig(AppConfig):
    """Commands of the operator and the demo."""

    name = "sinergi.cli"
    label = "cli"
