"""The API as a Django app, so that its templates and checks are found."""
from django.apps import AppConfig


class ApiConfig(AppConfig):
    """JSON in and out."""

    name = "sinergi.api"
    label = "api"
