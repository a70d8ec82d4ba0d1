"""Registration at the counter: one page, saved on the server as one goes, resumed from my day. Every step is a post that works without JavaScript."""
from django.urls import path

from .views import check, discard, draft, intake, place, save

urlpatterns = [
    path("daftar/", intake, name="intake"),
    path("daftar/<uuid:draft_id>/", draft, name="intake_draft"),
    path("daftar/<uuid:draft_id>/simpan/", save, name="intake_save"),
    path("daftar/<uuid:draft_id>/semak/", check, name="intake_check"),
    path("daftar/<uuid:draft_id>/tempat/", place, name="intake_place"),
    path("daftar/<uuid:draft_id>/buang/", discard, name="intake_discard"),
]
