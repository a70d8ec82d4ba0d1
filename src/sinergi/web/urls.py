"""Every page's address. One flat list: each area module exports `urlpatterns` with names; add a line here and nothing else."""
from django.urls import include, path

from sinergi.web import language


urlpatterns = [
    *language.urlpatterns,
    path("account/", include("allauth.urls")),
]
