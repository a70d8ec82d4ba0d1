"""The room `cases` as a Django app."""
from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package."""

    name = "sinergi.cases"
    label = "cases"
