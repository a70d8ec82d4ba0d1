"""Views of registration: begin from a search, save as one goes, check a field, add and remove rows, look before registering, register."""
import re
from typing import Any
from uuid import UUID
from zlib import crc32

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sinergi.kernel import law
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.submission import Clean, Fault, SubmissionFaults, read_submission

from ..my_day import draft_rows
from ..search import MOST, Row, rows
from ..typed import actor_at, language, today
from .form import Flat, Intake, count, flat_of, look_alikes, typed_before, with_row, without_row

PERSON, MOST_SEEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), 20
ROWS = ("members", "held")
TOLD_AFTERWARDS = "income.none_assumed"


@login_required
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Search first; what was begun. A post begins a draft with what was typed into the search."""
    actor = actor_at(request, "person.register")
    if request.method == "POST":
        flat = typed_before(*(str(request.POST.get(name, ""))[:MOST] for name in ("text", "more")))
        flat |= {"seen": seen} if (seen := str(request.POST.get("seen", ""))[:8000]) else {}
        queries.opened(None, str(request.POST.get("mark", "")))
        return redirect("intake_draft", actions.save_draft(None, actor=actor, body=flat))
    return render(request, "intake/begin.html", {"drafts": draft_rows(actor)})


def own(draft_id: UUID, actor: Actor) -> queries.DraftView | None:
    """One's own draft."""
    return queries.draft(draft_id, actor)


def gone(request: HttpRequest) -> HttpResponse:
    """The draft was sent, discarded, or is somebody else's."""
    messages.warning(request, Refused("draft.unknown").sentence(language()))
    return redirect("intake")


def keep(found: queries.DraftView, flat: Flat, actor: Actor) -> None:
    """Save what was typed, unless nothing changed since."""
    if found.body != flat:
        actions.save_draft(found.id, actor=actor, body=flat)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The page of a draft. A post saves it first, then does what its button says."""
    actor = actor_at(request, "person.register")
    found = own(draft_id, actor)
    if found is None:
        return gone(request)
    if request.method == "GET":
        return page(request, draft_id, dict(found.body), saved_at=found.saved_at)
    flat = flat_of(request.POST)
    what, _dash, argument = request.POST.get("do", "register").partition("-")
    flat = rearranged(flat, what, argument)
    try:
        keep(found, flat, actor)
        if what == "register":
            return register(request, draft_id, flat, actor)
    except Refused as refused:
        if own(draft_id, actor) is None:  # pressed twice: the other press was first
            return gone(request)
        return page(request, draft_id, flat, refused=refused.sentence(language()), status=422)
    if what == "save":
        messages.success(request, _("Saved. You find it again in “My day”."))
        return redirect("my_day")
    return redirect(f"{reverse('intake_draft', args=[draft_id])}#{anchor(flat, what, argument)}")


def anchor(flat: Flat, what: str, argument: str) -> str:
    """Where the page opens again after a button: at the new row, at the rows that are left, or at the districts."""
    rows_ = argument.partition("-")[0]
    if what == "add" and rows_ in ROWS:
        return f"{rows_}-{count(flat, rows_)}"
    return rows_ if rows_ in ROWS else {"same": "members", "place": "where"}.get(what, "who")


def rearranged(flat: Flat, what: str, argument: str) -> Flat:
    """The form after “add”, “remove” or “this is the one”: add-members, remove-held-2, same-0-<id>."""
    rows_, _dash, number = argument.partition("-")
    if what == "add" and argument in ROWS:
        return with_row(flat, argument) | ({"held_said": "some"} if argument == "held" else {})
    if what == "remove" and rows_ in ROWS and number.isdecimal():
        return without_row(flat, rows_, int(number))
    if what == "same" and rows_.isdecimal():
        return flat | {f"members.{rows_}.person_id": number}
    return flat


def page(request: HttpRequest, draft_id: UUID, flat: Flat, *, status: int = 200, form: Intake | None = None, **more: Any) -> HttpResponse:
    """The form as it stands."""
    form = form or form_of(draft_id, flat)
    return render(request, "intake/page.html", {"intake": form, "draft_id": draft_id, "steps": form.steps(), "seen": flat.get("seen", ""), **more},
                  status=status)


def form_of(draft_id: UUID, flat: Flat) -> Intake:
    """The form of a draft with its field checks."""
    return Intake(flat, law.current(), reverse("intake_check", args=[draft_id]))


def register(request: HttpRequest, draft_id: UUID, flat: Flat, actor: Actor) -> HttpResponse:
    """Read it all; say every fault at once; show once what is odd and who looks alike; register."""
    form, on = form_of(draft_id, flat), today()
    contradicts, body = form.contradictions(), form.body()
    try:
        clean = read(body)
        if contradicts:
            return page(request, draft_id, flat, form=form, status=422)
        odd, alike = unseen(form, clean, flat, actor)
        if odd or alike:
            flat = flat | {"seen": " ".join([flat.get("seen", ""), *(key for key, _w in odd), *(str(c.person_id) for _i, c in alike)]).strip()}
            look = [(i, row) for (i, _c), row in zip(alike, rows(tuple(c for _i, c in alike)), strict=True)]
            return page(request, draft_id, flat, form=form, odd=[w for _k, w in odd], alike=named(look, clean))
        done = actions.take_in(body, actor=actor, on=on, at=timezone.now(), draft_id=draft_id)
    except SubmissionFaults as faults:
        left = form.say(faults.faults)
        return page(request, draft_id, flat, form=form, refused=" ".join(left), status=422)
    except Refused as refused:
        if own(draft_id, actor) is None:
            raise
        elsewhere = refused.facts.get("person_id") if refused.code == "person.known_elsewhere" else None
        return page(request, draft_id, flat, form=form, refused=refused.sentence(language()), elsewhere=elsewhere, status=422)
    if not done.known and (shown := people_in(flat.get("seen", ""))):
        actions.suspect_same(done.person_id, actor=actor, shown=shown, on=on, at=timezone.now())
    if done.known:
        messages.warning(request, _("Already here: this is the record. Nothing in it was overwritten by what you typed."))
        return redirect("person", done.person_id)
    messages.success(request, " ".join([_("Registered."), *(w.words[language()] for w in clean.warnings if w.code == TOLD_AFTERWARDS)]))
    return redirect("sheet", done.household_id)


def people_in(seen: str) -> list[UUID]:
    """The persons among what this visitor was shown."""
    return [UUID(word) for word in seen.split() if PERSON.fullmatch(word)][:MOST_SEEN]


def read(body: dict[str, Any]) -> Clean:
    """The submission, read by the law of today. Raises SubmissionFaults."""
    return read_submission(body, law=law.current(), on=today(), demo=settings.DEMO_PEOPLE)


def unseen(form: Intake, clean: Clean, flat: Flat, actor: Actor) -> tuple[list[tuple[str, dict[str, str]]], list[tuple[int, queries.Candidate]]]:
    """Warnings and look-alikes that this visitor was not shown yet. Neither blocks: the next press registers."""
    seen = set(str(flat.get("seen", "")).split())
    odd = [(key_of(w), {"text": w.words[language()], "target": target(form, w)}) for w in clean.warnings if w.code != TOLD_AFTERWARDS]
    return [(key, w) for key, w in odd if key not in seen], look_alikes(clean.people, actor, seen)


def key_of(warning: Fault) -> str:
    """A warning about this very value, without the value."""
    return f"{warning.field}:{warning.code}:{crc32(str(warning.value).encode()):x}"


def target(form: Intake, fault: Fault) -> str:
    """The control a warning is about."""
    for one in form.forms():
        if one.prefix and fault.field.startswith(f"{one.prefix}.") and (place := one.place_of(fault.field)):
            return str(one[place].auto_id)
    return ""


def named(look: list[tuple[int, Row]], clean: Clean) -> list[dict[str, Any]]:
    """Look-alikes with the name that was typed; `member`: the row of the form, None for the person registered."""
    return [{"typed": clean.people[i].name, "row": row, "member": i - 1 if i else None} for i, row in look]


@login_required
@require_POST
def save(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Saved as one goes: the line that says when. Nothing is judged."""
    actor = actor_at(request, "draft.save")
    found = own(draft_id, actor)
    if found is None:
        return render(request, "intake/saved.html", {"lost": True, "draft_id": draft_id})
    try:
        keep(found, flat_of(request.POST), actor)
    except Refused as refused:
        return render(request, "intake/saved.html", {"refused": refused.sentence(language()), "draft_id": draft_id})
    return render(request, "intake/saved.html", {"saved_at": timezone.now(), "draft_id": draft_id})


@login_required
@require_POST
def check(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One field after it was left: the same field with what is wrong or odd about it."""
    actor_at(request, "draft.save")
    form = form_of(draft_id, flat_of(request.POST))
    name = request.headers.get("HX-Trigger-Name", "")
    one = next((f for f in (form.person, *form.members) if name in [f.add_prefix(n) for n in f.fields]), None)
    if one is None:
        return HttpResponse(status=204)
    field = name.removeprefix(f"{one.prefix}.")
    try:
        found: tuple[Fault, ...] = read(form.body()).warnings
    except SubmissionFaults as faults:
        found = faults.faults
    one.say([f for f in found if f.field.startswith(f"{one.prefix}.") and one.place_of(f.field) == field and one.value(field)])
    return render(request, "intake/field.html", {"bound": one[field]})


@login_required
@require_POST
def place(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The part of the page that asks where, after a state or postcode was chosen."""
    actor_at(request, "draft.save")
    return render(request, "intake/place.html", {"intake": form_of(draft_id, flat_of(request.POST)), "draft_id": draft_id})


@login_required
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask once; throw the draft away."""
    actor = actor_at(request, "draft.discard")
    found = own(draft_id, actor)
    if found is None:
        return gone(request)
    if request.method == "GET":
        return render(request, "intake/discard.html", {"draft_id": draft_id, "name": found.body.get("person.name", "")})
    actions.discard_draft(draft_id, actor=actor)
    messages.success(request, _("The draft was discarded. Nobody was registered."))
    return redirect("my_day")
