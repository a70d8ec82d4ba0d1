"""The tabs of a person's file that only show: household and guardians, particulars, journey, who looked."""
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sinergi.core.time import years_between
from sinergi.registry import codes, queries

from ..access import state_only
from ..search import note_opened
from ..typed import actor_at, age_words, today, word
from .shown import GROUNDS, file_of, happened, household_at
from .together import parts_of

ADULT = 18
CONTACTS = {"phone": gettext_lazy("Phone"), "email": gettext_lazy("E-mail")}


@login_required
@require_GET
def household(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The first tab: with whom he lives, who answers for him, what to do next. Of somebody else's person only existence and state."""
    actor_at(request, "person.read")
    note_opened(request, person_id)
    person = queries.person(person_id)
    if person is None:
        return state_only(request, person_id)
    context = file_of(request, person_id, "person", person)
    house, members = (None, ()) if person.erased else household_at(person.id)
    former = queries.former_members(house, today()) if house else ()
    gone = {m.person.id for m in former}
    minor = person.birth_date is not None and years_between(person.birth_date, today()) < ADULT
    return render(request, "person/household.html", context | {
        "household_id": house, "members": [member_row(m) for m in members if m.person.id not in gone], "minor": minor,
        "guardians": queries.guardians(person.id, today()), "wards": queries.wards(person.id, today()),
        "former": [member_row(m) for m in former], **parts_of(house, request.actor),  # type: ignore[attr-defined]
        "needs": [word(codes.NEEDS, need) for need in queries.needs_of(house, today())] if house else []})


def member_row(m: queries.MemberView) -> dict[str, Any]:
    """A member as the table shows him."""
    return {"id": m.person.id, "name": m.person.name, "relation": word(codes.RELATIONS, m.relation), "from_on": m.from_on, "to_on": m.to_on,
            "age": age_words(m.person.birth_date, today(), m.person.died_on), "head": m.relation == "head", "died_on": m.person.died_on}


@login_required
@require_GET
def particulars(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Numbers, contact and addresses; what is hidden for safety is shown only to named people, and the page says so to the others."""
    actor_at(request, "person.read")
    context = file_of(request, person_id, "person_particulars")
    person = context["view"]
    numbers = [{"kind": word(codes.IDENTIFIER_KINDS, i.kind), "words": i.words, "odd": i.quality == "odd", "recorded_at": i.recorded_at,
                "country": i.country if i.kind == "passport" else ""} for i in queries.identifiers(person.id)]
    lived = queries.addresses(person.id, today())
    addresses = [{"of": a, "state": codes.STATES[a.state].name if a.state in codes.STATES else a.state,
                  "district": codes.DISTRICTS.get(a.state, {}).get(a.district, a.district)} for a in lived]
    contacts = [{"kind": str(CONTACTS.get(c.kind, c.kind)), "value": c.value, "hidden": c.hidden} for c in queries.contact_points(person.id)]
    return render(request, "person/particulars.html", context | {
        "numbers": numbers, "addresses": addresses, "contacts": contacts, "sex": word(codes.SEXES, person.sex) if person.sex else "",
        "language": word(codes.LANGUAGES, person.language), "hidden_from_me": person.safe_address and not any(a.hidden for a in lived)})


@login_required
@require_GET
def journey(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What was done about him, newest first."""
    actor_at(request, "person.read")
    context = file_of(request, person_id, "person_journey")
    return render(request, "person/journey.html", context | {"moments": happened(queries.timeline(context["person_id"]), context["agencies"])})


@login_required
@require_GET
def looked(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Who was shown him, when and why, and who may open him now."""
    actor_at(request, "person.read")
    context = file_of(request, person_id, "person_looked")
    names = context["agencies"]
    looks = happened(queries.looked(context["person_id"]), names)
    openings = [{"of": a, "agency": names.get(a.agency, a.agency.upper()), "ground": str(GROUNDS.get(a.ground, a.ground))}
                for a in queries.accesses(context["person_id"])]
    return render(request, "person/looked.html", context | {
        "looks": by_day(looks), "total": len(looks), "openings": openings,
        "requests": [{"of": r, "kind": word(codes.REQUEST_KINDS, r.kind)} for r in queries.requests_of(context["person_id"])]})


def by_day(looks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same look by the same person for the same purpose stands once a day, with its last moment and how often."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for look in looks:
        key = (timezone.localdate(look["at"]), look["who"], look["agency"], look["text"], look["why"])
        found.setdefault(key, look | {"times": 0})["times"] += 1
    return list(found.values())
