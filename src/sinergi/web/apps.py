"""The pages as a Django app, so that its commands and template tags are found; compiles the languages where it is developed."""
from django.apps import AppConfig
from django.conf import settings


class WebConfig(AppConfig):
    """Pages; owns no table."""

    name = "sinergi.web"

    def ready(self) -> None:
        """Outside production a changed catalogue is compiled at start; in production `compile_languages` does it once, at installation."""
        if not settings.PRODUCTION:
            from sinergi.web.management.commands.compile_languages import compile_all

            compile_all()
