"""The pages as a Django app, so that its commands and template tags are found."""
from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages; owns no table."""

    name = "sinergi.web"
