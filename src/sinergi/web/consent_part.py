"""The consent part of a form that sends a person's data on: the consent that stands already, or one taken in the same post.

Used by a referral (purpose `refer`) and an application (purpose `decide`). A page shows it with `consent/part.html`; `give` returns the
consent's id, inside the transaction of the step that needs it, so that nothing is consented to for a step that was refused.
"""
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sinergi.kernel.actors import Actor
from sinergi.registry import actions, codes, queries

from .consent import purpose_words
from .typed import TypedForm, listed, text, today, word

NEW = "new"
SPOKEN = {"refer": gettext_lazy("to see how it can help me and answer my need"), "decide": gettext_lazy("to decide my application"),
          "follow": gettext_lazy("to ask me whether the help arrived")}


class ConsentPart(TypedForm):
    """Which consent carries the step. Without one that stands, only the fields of a new one are shown."""

    which = forms.ChoiceField(label=gettext_lazy("Which consent"), required=True, widget=forms.RadioSelect)
    given_by = forms.ChoiceField(label=gettext_lazy("Who consents"), required=True)
    how = forms.ChoiceField(label=gettext_lazy("How consent was given"), required=True, widget=forms.RadioSelect)
    witness = text(gettext_lazy("Witness"), hint=gettext_lazy("Name of who heard it; needed for spoken consent"), most=160)
    language = forms.ChoiceField(label=gettext_lazy("Language of the receipt"), required=True, widget=forms.RadioSelect)

    def __init__(self, data: dict[str, Any] | None, *, person: queries.PersonView, agency: str, purposes: tuple[str, ...]) -> None:
        super().__init__(data, prefix="consent", initial={"language": person.language})
        self.person, self.agency, self.purposes = person, agency, purposes
        self.standing = standing_of(person.id, agency)
        self.held = [c for c in self.standing if c.purpose == purposes[0]]
        guardians = [(str(g.person.id), g.person.name) for g in queries.guardians(person.id, today())]
        self.offer("how", listed(codes.HOW_GIVEN))
        self.offer("language", listed(codes.LANGUAGES))
        self.offer("given_by", [*guardians, (str(person.id), person.name)] if guardians else [])
        self.offer("which", [(str(c.id), consent_words(c)) for c in self.held] + [(NEW, _("Another consent, given now"))] if self.held else [])
        if self.held:
            self.initial["which"] = str(self.held[0].id)

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Fill a control; take it away when there is nothing to choose."""
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    @property
    def spoken(self) -> str:
        """What the person agrees to, as it is read to him."""
        return ", ".join(str(SPOKEN.get(code, purpose_words(code))) for code in self.purposes)

    @property
    def folded(self) -> bool:
        """Does a consent stand that was chosen, so that the fields of a new one may stay folded?"""
        return bool(self.held) and self.value("which") != NEW and not self.errors

    def give(self, actor: Actor, at: datetime) -> UUID:
        """The id of the consent that stands, or of the one recorded now. Raises Refused as `consent.give` does."""
        chosen = self.value("which") or str(self.held[0].id) if self.held else NEW
        if chosen in {str(c.id) for c in self.held}:
            return UUID(chosen)
        known = {c.purpose for c in self.standing}
        giver = self.value("given_by") if "given_by" in self.fields else ""
        consent = actions.ConsentGiven(how=self.value("how"), language=self.value("language"), witness=self.value("witness"),
                                       purposes=tuple(p for p in self.purposes if p not in known or p == self.purposes[0]),
                                       given_by=UUID(giver) if giver in dict(self.givers) else None)
        return actions.give_consent(self.person.id, actor=actor, agencies=[self.agency], consent=consent, at=at)[0]

    @property
    def givers(self) -> list[tuple[str, str]]:
        """Who may consent: the guardians and the person; empty where only the person himself does."""
        return list(self.fields["given_by"].choices) if "given_by" in self.fields else []  # type: ignore[attr-defined]


def standing_of(person_id: UUID, agency: str) -> list[queries.ConsentView]:
    """The consents of a person to an agency that are in force today."""
    return [c for c in queries.consents(person_id)
            if c.agency == agency and c.withdrawn_at is None and (c.until_on is None or c.until_on >= today())]


def consent_words(consent: queries.ConsentView) -> str:
    """A consent in a line: when, how, for what."""
    return _("Given on %(day)s: %(how)s, to %(purpose)s") % {
        "day": f"{consent.given_at:%d/%m/%Y}", "how": word(codes.HOW_GIVEN, consent.how).lower(), "purpose": purpose_words(consent.purpose)}


def consent_part(request: HttpRequest, person: queries.PersonView, agency: str, *purposes: str) -> ConsentPart:
    """The part for a step that gives `agency` data for `purposes` (the first is the one the step needs)."""
    return ConsentPart(request.POST.dict() if request.method == "POST" else None, person=person, agency=agency, purposes=purposes)
