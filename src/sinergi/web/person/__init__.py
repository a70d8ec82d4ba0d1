"""A person's file as the officer reads it: household, facts with origin, particulars, consents, papers, journey, who looked; each change."""
from django.urls import path

from . import changes, facts, pages, papers, together

urlpatterns = [
    path("orang/<uuid:person_id>/", pages.household, name="person"),
    path("orang/<uuid:person_id>/fakta/", facts.facts, name="person_facts"),
    path("orang/<uuid:person_id>/fakta/rekod/", facts.record, name="fact_record"),
    path("orang/<uuid:person_id>/butiran/", pages.particulars, name="person_particulars"),
    path("orang/<uuid:person_id>/perjalanan/", pages.journey, name="person_journey"),
    path("orang/<uuid:person_id>/siapa-melihat/", pages.looked, name="person_looked"),
    path("orang/<uuid:person_id>/dokumen/", papers.papers, name="person_papers"),
    path("orang/<uuid:person_id>/dokumen/<uuid:paper_id>/", papers.paper, name="person_paper"),
    path("orang/<uuid:person_id>/ahli/", changes.add_member, name="member_add"),
    path("orang/<uuid:person_id>/ahli/<uuid:member_id>/keluar/", changes.end_member, name="member_end"),
    path("orang/<uuid:person_id>/ahli/<uuid:member_id>/semula/", changes.return_member, name="member_return"),
    path("orang/<uuid:person_id>/bersama/<uuid:proposal_id>/", together.together, name="together"),
    path("orang/<uuid:person_id>/penjaga/", changes.appoint, name="guardian_appoint"),
    path("orang/<uuid:person_id>/pindah/", changes.move, name="person_move"),
    path("orang/<uuid:person_id>/lindungi/", changes.protect, name="person_protect"),
    path("orang/<uuid:person_id>/betulkan/", changes.correct, name="person_correct"),
]
