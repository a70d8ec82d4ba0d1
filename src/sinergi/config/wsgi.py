"""The WSGI entry; warms the address table, because Django builds it at the first request (1 to 3 s)."""
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
application = get_wsgi_application()


def warm() -> None:
    """Build the resolver before the first visitor comes."""
    from django.urls import get_resolver

    get_resolver().reverse_dict  # noqa: B018


warm()
