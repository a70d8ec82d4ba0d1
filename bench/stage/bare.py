"""The peer: the same read and write as plain django-ninja views, without sign-in, purpose, row security, transaction or audit.

The read asks the same query and gives the same fields; the write makes the same row by the same model from the same body.
"""

import os
from uuid import UUID

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import Http404, HttpRequest
from django.urls import get_resolver, path
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.stage.bare_settings")
django.setup()
settings.MIDDLEWARE = []  # after set-up, because sign-in's package insists on its own
application = WSGIHandler()

from ninja import NinjaAPI, Status  # noqa: E402

from sinergi.api.registry import PersonOut, SubmissionIn, SubmissionOut  # noqa: E402
from sinergi.registry.models import Submission  # noqa: E402
from sinergi.registry.queries.people import PersonView, persons, view  # noqa: E402

api = NinjaAPI(urls_namespace="bare", docs_url=None, openapi_url=None)


@api.get("/persons/{person_id}", response=PersonOut)
def read_person(request: HttpRequest, person_id: UUID) -> PersonView:
    """A person, whoever asks."""
    found = persons([person_id])
    if not found:
        raise Http404
    return view(found[0])


@api.post("/submissions", response={201: SubmissionOut})
def receive_submission(request: HttpRequest, body: SubmissionIn) -> Status:
    """Keep a submission, whoever sends it."""
    kept = Submission.objects.create(
        agency_id="aim", channel="api", body=body.dict(exclude_defaults=True), received_at=timezone.now(), received_by="bare")
    return Status(201, SubmissionOut(id=kept.pk))


urlpatterns = [path("api/v1/", api.urls)]
get_resolver().reverse_dict  # noqa: B018
