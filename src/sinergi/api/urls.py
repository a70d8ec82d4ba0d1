"""Addresses of the API, and what it answers where there is none or where something broke."""
from django.urls import URLPattern, URLResolver, path

from . import applications, awards, cases, linkage, referrals, registry, sheets, specification, tokens

api = specification.build()
for area in (tokens, registry, sheets, applications, awards, cases, referrals, linkage):
    api.add_router("", area.router)
handler404, handler500 = "sinergi.api.problems.nowhere", "sinergi.api.problems.broken"
urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", api.urls)]
