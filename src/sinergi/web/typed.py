"""Forms that stay as a person typed them: Django draws labels and controls, the registry alone says what is wrong with the values.

Also what the registry's pages share: who is admitted, words of code lists, the strip of a person.
"""
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from sinergi.cases import queries as cases
from sinergi.core.time import years_between
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency
from sinergi.registry import codes
from sinergi.registry import queries as registry
from sinergi.registry.submission import Fault

NONE, MISSING = "none", "number.missing"  # a number that cannot be read is not also missing
DAY_HINT = gettext_lazy("For example 23/11/2026")


def language() -> str:
    """The page's language, one of those the law and the refusals speak."""
    return "en" if get_language() == "en" else "ms"


def actor_at(request: HttpRequest, *verbs: str) -> Actor:
    """Who is signed in; PermissionDenied unless he holds one of the verbs."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if verbs and not any(actor.holds(verb) for verb in verbs):
        raise PermissionDenied
    return actor


def listed(words: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """A code list as the choices of a control, in the page's language."""
    return [(code, both[language()]) for code, both in words.items()]


def word(words: Mapping[str, Mapping[str, str]], code: str) -> str:
    """One code in words; one that is not on the list stays as it is."""
    return words[code][language()] if code in words else code


def agency_names() -> dict[str, str]:
    """Code -> name of every agency in the page's language."""
    return dict(Agency.objects.values_list("code", f"name_{language()}"))


def partners(but: str = "") -> list[tuple[str, str]]:
    """Partners that consent may be given to, by name; one left out."""
    found = Agency.objects.filter(partner=True, left_on=None).exclude(code=but).values_list("code", f"name_{language()}")
    return sorted(found, key=lambda pair: pair[1].lower())


def today() -> date:
    """The day in the country's time."""
    return timezone.localdate()


def age_words(born: date | None, on: date, died: date | None = None) -> str:
    """46 years; months for who is not yet one; empty when the birth is not known."""
    if born is None:
        return ""
    end = died or on
    years = years_between(born, end)
    if years < 1:
        months = max(0, (end.year - born.year) * 12 + end.month - born.month - (end.day < born.day))
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


def due_words(day: date) -> str:
    """How long there is: today, in 3 days, 2 days late."""
    left = (day - today()).days
    if left == 0:
        return _("today")
    words = ngettext("in %(n)s day", "in %(n)s days", left) if left > 0 else ngettext("%(n)s day late", "%(n)s days late", -left)
    return words % {"n": abs(left)}


def strip_of(person: registry.PersonView, names: Mapping[str, str]) -> dict[str, Any]:
    """The strip of a person's page: the office and date of the open case that comes first; where none is open, the agency that registered him."""
    state = codes.STATES[person.state].name if person.state in codes.STATES else ""
    age = age_words(person.birth_date, today(), person.died_on)
    died = _("died %(day)s") % {"day": f"{person.died_on:%d/%m/%Y}"} if person.died_on else ""
    return {"name": person.name, "state": person.standing, "identity": person.masked, "details": [w for w in (age, state, died) if w],
            **responsible(person, names)}


def responsible(person: registry.PersonView, names: Mapping[str, str]) -> dict[str, Any]:
    """Whose a person is and when it goes on: office, next date, by whom."""
    line = cases.strip_line(person.id)
    agency, next_on, by = line or (person.agency, None, "")
    return {"office": names.get(agency, agency.upper()), "next_on": next_on, "by": by}


def served(person_id: UUID) -> registry.PersonView:
    """The person, when he is ours to open; otherwise Http404."""
    found = registry.person(person_id)
    if found is None:
        raise Http404
    return found


class TypedForm(forms.Form):
    """Values stay as typed and names join the prefix by a dot, as the registry's one format has them. Faults come from `say`."""

    use_required_attribute = False

    def add_prefix(self, field_name: str) -> str:
        """members.0 + name -> members.0.name."""
        return f"{self.prefix}.{field_name}" if self.prefix else field_name

    def full_clean(self) -> None:
        """Nothing is judged here."""
        self._errors, self.cleaned_data = ErrorDict(), {}

    def value(self, name: str) -> Any:
        """What stands in a field: text, or a list where several may be chosen."""
        found = self[name].value()
        return found if isinstance(found, list | bool) else str(found or "").strip()

    def place_of(self, field: str) -> str | None:
        """The field of this form that a fault of the registry belongs to; None when it is not here."""
        name = field.removeprefix(f"{self.prefix}.") if self.prefix else field
        return name if name in self.fields else None

    def say(self, faults: Iterable[Fault]) -> list[str]:
        """Put each fault beside its field; gives the sentences that have no field here."""
        left = []
        for fault in faults:
            place = self.place_of(fault.field)
            if place is None:
                left.append(fault.words[language()])
            elif not (fault.code == MISSING and self.errors.get(place)) and fault.words[language()] not in self.errors.get(place, []):
                self.add_error(place, fault.words[language()])
        return left

    def wrong(self, name: str, sentence: str) -> None:
        """Put a sentence of the page itself beside a field."""
        if sentence not in self.errors.get(name, []):
            self.add_error(name, sentence)

    def say_refused(self, refused: Refused) -> str:
        """Put a refusal beside its field; gives its sentence when it has none here."""
        sentence = refused.sentence(language())
        if refused.field in self.fields:
            self.wrong(refused.field, sentence)
            return ""
        return sentence


def text(label: Any, *, hint: Any = "", mode: str = "text", most: int = 200, needed: bool = False, **attrs: str) -> forms.CharField:
    """A line of text; `mode` is the keyboard of a phone; `needed` only leaves out “may be empty”."""
    return forms.CharField(label=label, help_text=hint, required=needed, max_length=most,
                           widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off", "spellcheck": "false", **attrs}))


def day_field(label: Any, *, needed: bool = False, hint: Any = DAY_HINT) -> forms.CharField:
    """A day as people write it."""
    return text(label, hint=hint, mode="numeric", most=20, needed=needed)


def words_field(label: Any, *, hint: Any = "", most: int = 500, needed: bool = True) -> forms.CharField:
    """Several lines in a person's own words."""
    return forms.CharField(label=label, help_text=hint, required=needed, max_length=most, widget=forms.Textarea(attrs={"rows": 4}))


class PersonForm(TypedForm):
    """One person as the registry's format has him; the kind and the number of his document are two fields here and one there."""

    name = text(gettext_lazy("Name"), hint=gettext_lazy("As on the card, or as said. One word is enough where there is only one."), needed=True)
    document = forms.ChoiceField(label=gettext_lazy("Document"), required=True)
    number = text(gettext_lazy("Number"), hint=gettext_lazy("MyKad: 12 digits, with or without dashes"), most=40, needed=True)
    country = text(gettext_lazy("Country of the passport"), hint=gettext_lazy("Two letters, for example ID; only for a passport"), most=2)
    birth_date = day_field(gettext_lazy("Date of birth"), hint=gettext_lazy("Only where no MyKad tells it. For example 23/11/2026"))
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), required=False)
    phone = text(gettext_lazy("Phone"), hint=gettext_lazy("A shared phone is fine: it never decides who somebody is"), mode="tel", most=30)
    email = text(gettext_lazy("E-mail"), mode="email", most=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("document", [*listed(codes.IDENTIFIER_KINDS), (NONE, _("No document"))])
        self.choose("sex", [("", _("not told")), *listed(codes.SEXES)])

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Fill a list in the page's language."""
        if name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def place_of(self, field: str) -> str | None:
        """A fault of a number stands beside the number, whatever its kind."""
        name = field.removeprefix(f"{self.prefix}.") if self.prefix else field
        return "number" if name in codes.IDENTIFIER_KINDS and "number" in self.fields else super().place_of(field)

    def body(self) -> dict[str, Any]:
        """The person as the registry reads him; what was left empty is left out."""
        found = {name: self.value(name) for name in self.fields if name not in ("document", "number")}
        kind, number = self.value("document"), self.value("number")
        if kind == NONE:
            found["no_document"] = "true"
        elif kind in codes.IDENTIFIER_KINDS:
            found[kind] = number
        return {name: value for name, value in found.items() if value not in ("", [], False)}


class MemberForm(PersonForm):
    """Somebody of the household: his relation to the head, fewer fields, a number only where there is one."""

    relation = forms.ChoiceField(label=gettext_lazy("Relation to the head"), required=True)
    person_id = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    phone = email = None  # type: ignore[assignment]
    field_order = ("name", "relation", "document", "number", "country", "birth_date", "sex")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relations = {code: words for code, words in codes.RELATIONS.items() if code != "head"} | {"head": codes.RELATIONS["head"]}
        self.choose("relation", [("", _("choose")), *listed(relations)])
        self.fields["number"].required = self.fields["document"].required = False
        self.fields["birth_date"].help_text = _("For example 3/4/2015; the year decides many programmes")


class AddressForm(TypedForm):
    """Where somebody lives. The districts are those of the state; before it is chosen they stand under their states."""

    lines = text(gettext_lazy("Address"), hint=gettext_lazy("House, street, village; a relief centre if that is where nights are spent"), most=300)
    postcode = text(gettext_lazy("Postcode"), mode="numeric", most=6)
    state = forms.ChoiceField(label=pgettext_lazy("place", "State"), required=False)
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    safe = forms.BooleanField(label=gettext_lazy("Hide address and phone for safety"), required=False,
                              help_text=gettext_lazy("Violence at home: only people you name see them from now on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(code, state.name) for code, state in codes.STATES.items()]
        self.fields["state"].choices = [("", _("choose")), *states]  # type: ignore[attr-defined]
        chosen = self.value("state") or codes.state_of_postcode(self.value("postcode")) or ""
        towns = codes.towns_of_postcode(self.value("postcode"))
        self.towns = ", ".join(dict.fromkeys(towns))
        if chosen and not self.value("state"):
            self.initial["state"] = chosen
            if self.is_bound:
                self.data = {**self.data, self.add_prefix("state"): chosen}
        inside = codes.DISTRICTS.get(chosen)
        known: list[Any] = list(inside.items()) if inside is not None else [
            (codes.STATES[state].name, list(of_state.items())) for state, of_state in codes.DISTRICTS.items()]
        self.fields["district"].choices = [("", _("not told")), *known]  # type: ignore[attr-defined]

    def body(self) -> dict[str, Any]:
        """The address as the registry reads it."""
        return {name: value for name in self.fields if (value := self.value(name)) not in ("", False)}
