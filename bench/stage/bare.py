"""The peer: the same read and write as plain django-ninja views, without sign-in, purpose, row security, transaction or audit.

The read gives the same fields, by the ORM as one would write such a view; the write makes the same row by the same model from the same body.
"""

import gc
import os
from uuid import UUID

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.urls import get_resolver, path
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.stage.bare_settings")
django.setup()
settings.MIDDLEWARE = []  # after set-up, because sign-in's package insists on its own
application = WSGIHandler()

from ninja import NinjaAPI, Status  # noqa: E402

from sinergi.api.registry import PersonOut, SubmissionIn, SubmissionOut  # noqa: E402
from sinergi.core.identity import masked  # noqa: E402
from sinergi.registry.models import Identifier, Person, Submission  # noqa: E402
from sinergi.registry.queries.people import PersonView  # noqa: E402

api = NinjaAPI(urls_namespace="bare", docs_url=None, openapi_url=None)


@api.get("/persons/{person_id}", response=PersonOut)
def read_person(request: HttpRequest, person_id: UUID) -> PersonView:
    """A person, whoever asks."""
    numbers = Prefetch("identifiers", Identifier.objects.filter(ended_at=None).order_by("id"))
    p = Person.objects.filter(pk=person_id).prefetch_related(numbers).first()
    if p is None:
        raise Http404
    kept = list(p.identifiers.all())
    return PersonView(p.pk, p.name, p.birth_date, p.sex, p.language, p.state, p.safe_address, p.died_on, p.standing, p.registered_by_id,
                      p.registered_at, p.erased_at is not None, masked(kept[0].value) if kept else "")


@api.post("/submissions", response={201: SubmissionOut})
def receive_submission(request: HttpRequest, body: SubmissionIn) -> Status:
    """Keep a submission, whoever sends it."""
    kept = Submission.objects.create(
        agency_id="aim", channel="api", body=body.dict(exclude_defaults=True), received_at=timezone.now(), received_by="bare")
    return Status(201, SubmissionOut(id=kept.pk))


urlpatterns = [path("api/v1/", api.urls)]
get_resolver().reverse_dict  # noqa: B018
gc.collect()
gc.freeze()  # as config/wsgi.py does
