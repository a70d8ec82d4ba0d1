"""My day: what waits for whoever signed in, the search box on top, and where to begin when nothing waits."""
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from sinergi.assistance import queries as assistance
from sinergi.cases import queries as cases
from sinergi.kernel.actors import Actor
from sinergi.registry import codes, queries
from sinergi.registry.queries import review

from .case_words import need_words, step_words
from .day_steps import many
from .names import is_veiled, veil, veiled
from .typed import actor_at, age_words, due_words, today, word

FEW = 10
MOST = 12  # rows a box shows; the number beside its heading counts all
MANY = 200


def person_rows(actor: Actor, hidden: bool) -> list[dict[str, Any]]:
    """Whom my agency registered last."""
    if not actor.holds("person.read"):
        return []
    return [{"id": p.id, "name": veiled(p.name, hidden), "standing": p.standing, "registered_at": p.registered_at,
             "identity": "" if hidden else p.masked, "age": age_words(p.birth_date, today(), p.died_on)} for p in queries.recent_people(actor, FEW)]


def draft_rows(actor: Actor, hidden: bool = False) -> list[dict[str, Any]]:
    """What I have begun and not sent."""
    if not actor.holds("draft.save"):
        return []
    return [{"id": d.id, "name": veiled(str(d.body.get("person.name") or "").strip(), hidden), "saved_at": d.saved_at} for d in queries.drafts(actor)]


def request_rows(actor: Actor) -> list[dict[str, Any]]:
    """Requests of persons about their own data that are still open, the first due first."""
    found = [r for r in queries.requests(actor) if r.answered_at is None] if actor.holds("request.answer") else []
    return [{"id": r.id, "kind": word(codes.REQUEST_KINDS, r.kind), "due_on": r.due_on, "days": (r.due_on - today()).days, "due": due_words(r.due_on)}
            for r in found]


def review_count(actor: Actor) -> int:
    """Openings by written reason that nobody has looked at and that this visitor may review."""
    if not actor.holds("access.review"):
        return 0
    return sum(a.reviewed_at is None and actor.reaches("access.review", a.holder) and str(a.user_id) != actor.id
               for a in queries.opened_by_reason(actor))


def pair_count(actor: Actor) -> int:
    """Pairs of records that this visitor may judge and that wait."""
    return review.day(actor, timezone.now()).waiting if actor.holds("identity_review.answer") else 0


def case_row(c: cases.CaseView, actor: Actor, hidden: bool, more: str = "") -> dict[str, Any]:
    """A case in a box of the day."""
    return {"id": c.id, "name": veiled(c.name, hidden) or _("not open to you"), "need": need_words(c.need), "step": step_words(c.next_step),
            "more": more or c.holder, "next_on": c.next_on, "due": due_words(c.next_on) if c.next_on else "", "address": reverse("case", args=[c.id]),
            "late": c.next_on is not None and c.next_on <= today(), "open_words": _("Open"), "mine": c.agency == actor.agency and c.state == "open"}


def box(name: str, title: str, rows: list[dict[str, Any]], note: str = "") -> dict[str, Any]:
    """One list of the day, the first rows of it."""
    rest = len(rows) - MOST
    more = ngettext("and %(n)s more, after these", "and %(n)s more, after these", rest) % {"n": rest} if rest > 0 else ""
    return {"id": name, "title": title, "note": note, "n": len(rows), "rows": rows[:MOST], "more": more}


def boxes(day: cases.DayView, actor: Actor, hidden: bool) -> list[dict[str, Any]]:
    """The lists of the day that hold something: late, due, new answers, waiting for others, what comes."""
    found = [
        box("overdue", _("Overdue"), [case_row(c, actor, hidden) for c in day.overdue], _("the oldest first")),
        box("due", _("Due today"), [case_row(c, actor, hidden) for c in day.due]),
        box("answers", _("New answers"), [case_row(c, actor, hidden, answer_words(o)) for c, o in day.answers],
            _("a “no” first; of the last two weeks")),
        box("others", _("Waiting for others"), [case_row(c, actor, hidden) for c in day.waiting], _("by their date")),
        box("ahead", _("Coming"), [case_row(c, actor, hidden) for c in day.ahead], _("by their date"))]
    return [one for one in found if one["n"]]


def answer_words(o: cases.OutcomeView) -> str:
    """What a person answered, for the line under the step."""
    words = {"yes": _("Says: solved"), "no": _("Says: not solved yet"), "silent": _("Did not answer")}[o.state]
    return f"{words} “{o.said}”" if o.said else words


def to_answer(actor: Actor) -> dict[str, Any]:
    """Referrals that wait for our answer: how many, and the first day."""
    if not actor.holds("referral.accept"):
        return {"n": 0}
    first = next(iter(cases.referrals(actor, "answer", most=1)), None)
    if first is None:
        return {"n": 0}
    return {"n": cases.referral_counts(actor)["answer"], "on": first.answer_by, "due": due_words(first.answer_by), "late": first.answer_by <= today()}


def clocks_due(actor: Actor) -> dict[str, Any]:
    """Clocks of applications that end within a week or are late, for our step: how many, and the first day."""
    n, first = assistance.clocks_due(actor, today()) if actor.holds("application.read") and actor.agency else (0, None)
    return {"n": n} if first is None else {"n": n, "on": first, "due": due_words(first), "late": first <= today()}


def tally(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The numbers above the lists, each a link to its rows."""
    icons = {"overdue": "warn", "due": "clock", "answers": "info", "others": "half", "ahead": "none"}
    return [{"icon": icons[one["id"]], "n": one["n"], "words": one["title"], "target": one["id"]} for one in found]


def day_of_cases(actor: Actor, hidden: bool) -> dict[str, Any]:
    """What the page shows of cases; nothing for who follows none."""
    if not (actor.holds("case.read") and actor.agency):
        return {"boxes": [], "to_answer": {"n": 0}}
    day = cases.my_day(actor, on=today(), most=MANY)
    found = boxes(day, actor, hidden)
    may = {f"may_{name}": actor.holds(verb) for name, verb in (
        ("plan", "case.plan"), ("contact", "contact.record"), ("hand_over", "case.hand_over"), ("refer", "referral.send"))}
    asked = sum(c.next_step == "ask_person" for c in day.waiting)
    return may | {"boxes": found, "tally": tally(found), "may_tick": any(may.values()), "to_answer": to_answer(actor),
                  "care": {"undated": day.undated, "held": day.held, "asked": asked, "not_yet": sum(o.state != "yes" for _c, o in day.answers)}}


@login_required
@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """The first page after sign-in."""
    actor, hidden = actor_at(request), is_veiled(request)
    drafts, requests, reviews, work = draft_rows(actor, hidden), request_rows(actor), review_count(actor), day_of_cases(actor, hidden)
    clocks, pairs = clocks_due(actor), pair_count(actor)
    return render(request, "my_day/page.html", work | {
        "day": today(), "may_search": actor.holds("person.search"), "may_register": actor.holds("person.register"),
        "may_read": actor.holds("person.read"), "drafts": drafts, "people": person_rows(actor, hidden), "requests": requests, "reviews": reviews,
        "waiting": len(drafts) + len(requests) + reviews + work["to_answer"]["n"] + clocks["n"] + pairs, "clocks": clocks, "pairs": pairs,
        "may_requests": actor.holds("request.read"),
        "may_accesses": actor.holds("access.read"), "may_oversee": actor.holds("case.oversee"), "veil": veil(request)})


urlpatterns = [path("", my_day, name="my_day"), path("hari/beberapa/", many, name="my_day_many")]
