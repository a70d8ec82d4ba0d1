"""Cases as pages show them. Row security decides who sees one; persons shown are marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sinergi.kernel.acting import shown
from sinergi.kernel.models import User
from sinergi.registry import queries as registry

from ..models import Case, Contact, Outcome


@dataclass(frozen=True)
class ContactView:
    """One time the person was tried or came."""

    channel: str
    inward: bool
    reached: bool
    note: str
    agency: str
    at: datetime
    by: str


@dataclass(frozen=True)
class OutcomeView:
    """ "Served", and what the person said (`state`: waiting, yes, no, silent)."""

    id: UUID
    agency: str
    served_on: date
    words: str
    state: str
    tries: int
    ask_again_on: date
    received: bool | None
    solved: bool | None
    said: str
    how: str
    asked_by: str
    made_at: datetime
    answered_at: datetime | None
    last_channel: str
    last_asking: UUID | None


@dataclass(frozen=True)
class CaseView:
    """A case. `name`: '' when the person is not open to the actor. `standing`: the published state of this one need."""

    id: UUID
    person_id: UUID
    household_id: UUID | None
    name: str
    masked: str
    need: str
    agency: str
    from_agency: str
    holder_id: UUID | None
    holder: str
    state: str
    standing: str
    next_on: date | None
    next_step: str
    discreet: bool
    region: str
    opened_at: datetime
    touched_at: datetime
    reopened: int
    closed_at: datetime | None
    closed_as: str
    closed_words: str
    contacts: tuple[ContactView, ...] = ()
    outcomes: tuple[OutcomeView, ...] = ()

    @property
    def waiting(self) -> OutcomeView | None:
        """The question the person has not answered yet."""
        return next((o for o in self.outcomes if o.state == "waiting"), None)


def standing_of(row: Case) -> str:
    """The published state of one need."""
    if row.state == "closed":
        return "helped" if row.closed_as == "confirmed" else "yet_to_be_helped"
    return "being_helped" if row.helped else "yet_to_be_helped"


def names_of(ids: Iterable[str]) -> dict[str, str]:
    """Names of users by id, as text."""
    wanted = {i for i in ids if len(i) == 36}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=wanted).values_list("id", "name")} if wanted else {}


def views(rows: Iterable[Case], **parts: Any) -> tuple[CaseView, ...]:
    """Rows as views, with names where they are open to the actor. Two queries."""
    found = list(rows)
    people = registry.people(r.person_id for r in found)
    names = names_of(str(r.holder_id) for r in found if r.holder_id)
    shown(r.person_id for r in found)
    return tuple(
        CaseView(
            r.pk,
            r.person_id,
            r.household_id,
            people[r.person_id].name if r.person_id in people else "",
            people[r.person_id].masked if r.person_id in people else "",
            r.need,
            r.agency_id,
            r.from_agency_id,
            r.holder_id,
            names.get(str(r.holder_id), ""),
            r.state,
            standing_of(r),
            r.next_on,
            r.next_step,
            r.discreet,
            r.region,
            r.opened_at,
            r.touched_at,
            r.reopened,
            r.closed_at,
            r.closed_as,
            r.closed_words,
            **parts,
        )
        for r in found
    )


def cases_of(person_id: UUID) -> tuple[CaseView, ...]:
    """A person's cases, the open ones first, then the newest."""
    rows = Case.objects.filter(person_id__in=registry.bearers(person_id)).order_by("state", "-opened_at")
    return views(sorted(rows, key=lambda r: r.state != "open"))


def open_cases(person_ids: Iterable[UUID]) -> dict[UUID, tuple[CaseView, ...]]:
    """Open cases of several persons, by person, the nearest date first."""
    found: dict[UUID, tuple[CaseView, ...]] = {}
    one_of = {bearer: asked for asked, ids in registry.bearers_of(person_ids).items() for bearer in ids}
    for one in views(Case.objects.filter(person_id__in=list(one_of), state="open").order_by("next_on")):
        found[one_of[one.person_id]] = (*found.get(one_of[one.person_id], ()), one)
    return found


def cases_due(agency: str, *, after: tuple[date, UUID] | None = None, most: int = 50) -> tuple[CaseView, ...]:
    """Open cases an agency is responsible for, the nearest date first. Goes on `after` a row (next date, id)."""
    rows = Case.objects.filter(agency_id=agency, state="open").order_by("next_on", "pk")
    if after is not None:
        rows = rows.filter(next_on__gte=after[0]).exclude(next_on=after[0], pk__lte=after[1])
    return views(rows[:most])


def next_of(person_id: UUID) -> CaseView | None:
    """The open case whose date comes first: its agency and date stand in the strip of the person."""
    return next(iter(open_cases([person_id]).get(person_id, ())), None)


def strip_line(person_id: UUID) -> tuple[str, date, str] | None:
    """(agency, next date, who has it in hand) of the open case whose date comes first, for the strip of a person; None: none is open."""
    rows = Case.objects.filter(person_id__in=registry.bearers(person_id), state="open").order_by("next_on")
    row = rows.values_list("agency_id", "next_on", "holder__name").first()
    return None if row is None or row[1] is None else (row[0], row[1], row[2] or "")


def case(case_id: UUID) -> CaseView | None:
    """One case with its contacts and outcomes, the newest first; None when it is not the actor's to see."""
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        return None
    contacts = list(Contact.objects.filter(case=row).order_by("-at"))
    outcomes = list(Outcome.objects.filter(case=row).order_by("-made_at").prefetch_related("askings"))
    names = names_of({c.by for c in contacts})
    return views(
        [row],
        contacts=tuple(ContactView(c.channel, c.inward, c.reached, c.note, c.agency_id, c.at, names.get(c.by, "")) for c in contacts),
        outcomes=tuple(map(outcome_view, outcomes)),
    )[0]


def outcome_view(o: Outcome) -> OutcomeView:
    """A row as a view, with the last asking."""
    last = max(o.askings.all(), key=lambda a: a.sent_at, default=None)
    return OutcomeView(
        o.pk,
        o.agency_id,
        o.served_on,
        o.words,
        o.state,
        o.tries,
        o.ask_again_on,
        o.received,
        o.solved,
        o.said,
        o.how,
        o.asked_by,
        o.made_at,
        o.answered_at,
        last.channel if last else "",
        last.pk if last else None,
    )
