"""Addresses of the API, and what it answers where there is none or where something broke."""
from django.urls import URLPattern, URLResolver, path

from . import factory, registry

api = factory.build()
api.add_router("", registry.router)
handler404, handler500 = "sinergi.api.factory.nowhere", "sinergi.api.factory.broken"
urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", api.urls)]
