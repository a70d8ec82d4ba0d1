"""Addresses of the API."""
from django.urls import URLPattern, URLResolver, path

from . import factory, registry

api = factory.build()
api.add_router("", registry.router)
urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", api.urls)]
