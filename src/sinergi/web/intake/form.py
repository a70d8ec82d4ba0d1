"""The registration form as one thing: flat names as typed -> controls, the registry's one format, and faults back beside their fields."""
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sinergi.core.rules import Law
from sinergi.registry import codes, queries
from sinergi.registry.queries.search import read_typed
from sinergi.registry.submission import Fault

from ..typed import NONE, AddressForm, MemberForm, PersonForm, TypedForm, agency_names, language, listed, text, today

Flat = dict[str, Any]
MOST_ROWS, MOST_LENGTH = 40, 1000
NAMES = re.compile(r"(person|address|(members|held)\.\d{1,2})\.[a-z_]+|count\.(members|held)|needs|held_said|language|seen")
CHECKED = ("number", "birth_date", "phone", "email")


def flat_of(post: QueryDict) -> Flat:
    """What was posted, under the names of the form and no others."""
    found: Flat = {name: str(post[name])[:MOST_LENGTH] for name in post if NAMES.fullmatch(name)}
    found["needs"] = [need for need in post.getlist("needs") if need in codes.NEEDS]
    found["seen"] = str(post.get("seen", ""))[:8000]
    return found


def typed_before(text_: str, more: str) -> Flat:
    """What was typed into the search box, where it belongs in the form."""
    typed = read_typed(f"{text_} {more}", today())
    number = typed.numbers[0] if typed.numbers else ""
    card = len(number) == 12 and number.isdigit()
    found: Flat = {"person.name": typed.name, "person.document": "mykad" if card or not number else "passport", "person.number": number,
                   "person.phone": typed.phones[0] if typed.phones else "",
                   "person.birth_date": f"{typed.birth_date:%d/%m/%Y}" if typed.birth_date else ""}
    return {name: value for name, value in found.items() if value}


def count(flat: Mapping[str, Any], rows: str) -> int:
    """How many rows of members or benefits the form shows."""
    said = str(flat.get(f"count.{rows}", ""))
    return min(int(said), MOST_ROWS) if said.isdecimal() and len(said) < 4 else 0


def with_row(flat: Flat, rows: str) -> Flat:
    """One more empty row."""
    return flat | {f"count.{rows}": str(min(count(flat, rows) + 1, MOST_ROWS))}


def without_row(flat: Flat, rows: str, gone: int) -> Flat:
    """One row less; those after it move up, and a benefit of somebody who is gone goes with him."""
    many = count(flat, rows)
    if not 0 <= gone < many:
        return flat
    kept: Flat = {}
    for name, value in flat.items():
        parts = name.split(".")
        if parts[0] == rows and len(parts) == 3:
            row = int(parts[1])
            if row != gone:
                kept[f"{rows}.{row - (row > gone)}.{parts[2]}"] = value
        else:
            kept[name] = value
    kept[f"count.{rows}"] = str(many - 1)
    if rows == "members":
        for i in reversed(range(count(kept, "held"))):
            who = str(kept.get(f"held.{i}.who", "0"))
            if who == str(gone + 1):
                kept = without_row(kept, "held", i)
            elif who.isdecimal() and int(who) > gone + 1:
                kept[f"held.{i}.who"] = str(int(who) - 1)
    return kept


class HeldForm(TypedForm):
    """One benefit that somebody of the household receives already."""

    who = forms.ChoiceField(label=gettext_lazy("Who receives it"))
    programme = forms.ChoiceField(label=gettext_lazy("Which aid"))
    amount = text(gettext_lazy("Amount"), hint=gettext_lazy("Ringgit, for example 350 or RM1,500.00"), mode="decimal", most=20)
    start = text(gettext_lazy("Since"), hint=gettext_lazy("For example 1/3/2026"), mode="numeric", most=20)

    def place_of(self, field: str) -> str | None:
        """`from` of the format is `start` here."""
        return {"programme": "programme", "amount": "amount", "from": "start"}.get(field)

    def body(self) -> dict[str, str]:
        """The benefit as the registry reads it."""
        found = {"programme": self.value("programme"), "amount": self.value("amount"), "from": self.value("start")}
        return {name: value for name, value in found.items() if value}


class RestForm(TypedForm):
    """What is said of the whole household."""

    needs = forms.MultipleChoiceField(label=gettext_lazy("What is needed now?"), help_text=gettext_lazy("Choose all that were said"), required=False,
                                      widget=forms.CheckboxSelectMultiple)
    held_said = forms.ChoiceField(label=gettext_lazy("Does anybody in the household receive aid already?"), required=True, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=gettext_lazy("Language for letters and talks"), required=True, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {"needs": listed(codes.NEEDS), "language": listed(codes.LANGUAGES), "held_said": [
            (NONE, _("Nothing from anyone")), ("some", _("Yes, all of it stands below")), ("unknown", _("Not known yet"))]}
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class Intake:
    """The whole form of one draft. `flat`: names as typed."""

    def __init__(self, flat: Flat, law: Law, check_address: str = "") -> None:
        self.flat = {"person.document": "mykad", "language": language(), "held_said": "unknown", "needs": [], **flat}
        self.person = PersonForm(self.flat, prefix="person")
        self.members = [MemberForm(self.flat, prefix=f"members.{i}") for i in range(count(flat, "members"))]
        self.address, self.rest = AddressForm(self.flat, prefix="address"), RestForm(self.flat)
        self.held = [HeldForm(self.flat, prefix=f"held.{i}") for i in range(count(flat, "held"))]
        self.offer_held(law)
        for form in (self.person, *self.members):
            for name in CHECKED:
                if check_address and name in form.fields:
                    form.fields[name].widget.attrs |= {"hx-post": check_address, "hx-trigger": "change", "hx-target": "closest .field",
                                                       "hx-swap": "outerHTML"}
        self.held_rows: dict[str, HeldForm] = {}

    def offer_held(self, law: Law) -> None:
        """Whom a benefit can belong to, and which there are: by agency, and one for all others."""
        if not self.held:
            return
        names = agency_names()
        whom = [("0", self.person.value("name") or _("the person registered"))]
        whom += [(str(i + 1), m.value("name") or _("member %(n)s") % {"n": i + 1}) for i, m in enumerate(self.members)]
        grouped: dict[str, list[tuple[str, str]]] = {}
        for p in law.programmes.values():
            grouped.setdefault(names.get(p.agency, p.agency.upper()), []).append((p.id, p.name[language()]))
        programmes: list[Any] = [("", _("choose")), ("other", _("Other aid, not in this list"))]
        programmes += [(agency, sorted(own, key=lambda pair: pair[1])) for agency, own in sorted(grouped.items())]
        for form in self.held:
            form.fields["who"].choices = whom  # type: ignore[attr-defined]
            form.fields["programme"].choices = programmes  # type: ignore[attr-defined]

    def forms(self) -> Iterator[TypedForm]:
        """Every form, in the order of the page."""
        yield from (self.person, *self.members, self.address, self.rest, *self.held)

    def body(self) -> dict[str, Any]:
        """The submission in the registry's one format."""
        people = [self.person.body(), *(member_body(m) for m in self.members)]
        said = self.rest.value("held_said")
        if said == "some":
            for form in self.held:
                self.place_held(form, people)
        found: dict[str, Any] = {"person": people[0] or {}, "address": self.address.body(), "needs": self.flat["needs"], "members": people[1:],
                                 "language": self.rest.value("language")}
        return found | ({"held_known": True} if said in (NONE, "some") else {})

    def contradictions(self) -> bool:
        """Say what contradicts itself about aid received, which the registry cannot see; true when there is any."""
        said, rows = self.rest.value("held_said"), [form for form in self.held if form.body()]
        for form in rows:
            if not form.value("programme"):
                form.wrong("programme", _("Choose which aid this is, or remove the row."))
        if said == "some" and not rows:
            self.rest.wrong("held_said", _("Add the aid received below, or choose another answer."))
        if said != "some" and rows:
            self.rest.wrong("held_said", _("Aid is written below: choose “yes”, or remove it."))
        return any(form.errors for form in (self.rest, *self.held))

    def place_held(self, form: HeldForm, people: list[dict[str, Any] | None]) -> None:
        """Put a benefit with the person who receives it, and remember where its faults belong."""
        who, held = form.value("who"), form.body()
        owner = people[int(who)] if who.isdecimal() and int(who) < len(people) else None
        if owner is None or "programme" not in held:
            return
        mine = owner.setdefault("held", [])
        place = "person" if who == "0" else f"members.{int(who) - 1}"
        self.held_rows[f"{place}.held.{len(mine)}."] = form
        mine.append(held)

    def say(self, faults: Iterable[Fault]) -> list[str]:
        """Every fault beside its field; gives the sentences that have none."""
        left = []
        for fault in faults:
            row = next(((prefix, form) for prefix, form in self.held_rows.items() if fault.field.startswith(prefix)), None)
            if row is not None:
                left += row[1].say([Fault(fault.field.removeprefix(row[0]), fault.code, fault.value, fault.words)])
            elif not any(self.said_by(form, fault) for form in (self.person, *self.members, self.address, self.rest)):
                left.append(fault.words[language()])
        return left

    @staticmethod
    def said_by(form: TypedForm, fault: Fault) -> bool:
        """Did this form have the field?"""
        return (not form.prefix or fault.field.startswith(f"{form.prefix}.")) and form.say([fault]) == []

    def steps(self) -> list[dict[str, Any]]:
        """The parts of the page, each done, to do, or to be corrected."""
        parts: list[tuple[str, str, list[Any], bool]] = [
            ("who", _("Who"), [self.person], bool(self.person.value("name"))), ("members", _("Household"), self.members, bool(self.members)),
            ("place", _("Where"), [self.address], bool(self.address.value("state"))),
            ("needs", _("Needs"), [self.rest], bool(self.flat["needs"])),
            ("held", _("Received already"), self.held, self.rest.value("held_said") != "unknown")]
        return [{"address": f"#{name}", "label": label, "state": "fix" if any(form.errors for form in own) else "done" if done else "todo"}
                for name, label, own, done in parts]


def member_body(form: MemberForm) -> dict[str, Any] | None:
    """A member; None for a row nobody has filled."""
    found = form.body()
    return found if set(found) - {"relation", "no_document"} else None


def look_alikes(people: Iterable[Any], actor: Any, seen: set[str]) -> list[tuple[int, queries.Candidate]]:
    """(position, who may be the same) for those of a read submission that were not found by search; those already shown are left out."""
    found = []
    for i, person in enumerate(people):
        number = next((n.value for n in person.numbers), "")
        born = person.birth_date.isoformat() if person.birth_date else ""
        if person.person_id is None and (number or born):
            alike = queries.find_persons(person.name, f"{number} {born}", actor=actor, on=today(), limit=5).candidates
            found += [(i, c) for c in alike if c.level in ("certain", "likely") and str(c.person_id) not in seen]
    return found
