"""Forms of case work: a contact, the next step, handing over, help given, the person's answer, and why nobody could be reached."""
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sinergi.cases import words as said
from sinergi.core.identity import read_day
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import User
from sinergi.registry import queries as registry

from .typed import TypedForm, day_field, listed, partners, text, today, words_field

YES, NO = "yes", "no"
TALKED = ("phone", "counter", "visit", "sms", "email", "letter")
ASKED_BY = ("sms", "letter", "counter")
HEARD = ("counter", "phone", "visit", "letter")


def day_in(form: TypedForm, name: str) -> date:
    """A day as typed, which must be there. Raises Refused."""
    typed = form.value(name)
    try:
        return read_day(typed, on=today())
    except ValueError as wrong:
        raise Refused("day.unreadable", field=name, given=typed or "—") from wrong


def written(day: date | None) -> str:
    """A day as a form shows it first."""
    return f"{day:%d/%m/%Y}" if day else ""


def choose(form: forms.Form, name: str, choices: list[Any]) -> None:
    """Fill a control."""
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def channels(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """Ways of reaching somebody as choices, in the order given."""
    words = dict(listed(said.CHANNELS))
    return [(code, words[code]) for code in codes]


class ContactForm(TypedForm):
    """One time somebody tried, or was reached."""

    channel = forms.ChoiceField(label=gettext_lazy("How"), required=True, widget=forms.RadioSelect)
    inward = forms.ChoiceField(label=gettext_lazy("Who began"), required=True, widget=forms.RadioSelect)
    reached = forms.ChoiceField(label=gettext_lazy("Was the person reached?"), required=True, widget=forms.RadioSelect)
    note = words_field(gettext_lazy("What was said"), needed=False, most=500)
    next_on = day_field(gettext_lazy("Next date"), hint=gettext_lazy("Leave empty to keep the date that stands"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "channel", channels(TALKED))
        choose(self, "inward", [(NO, _("We did")), (YES, _("The person did"))])
        choose(self, "reached", [(YES, _("Yes")), (NO, _("No, not reached"))])

    def fields_said(self) -> dict[str, Any]:
        """The contact as the action takes it. Raises Refused."""
        if self.value("reached") not in (YES, NO):
            raise Refused("contact.reached", field="reached")
        return {"channel": self.value("channel"), "inward": self.value("inward") == YES, "reached": self.value("reached") == YES,
                "note": self.value("note"), "next_on": day_in(self, "next_on") if self.value("next_on") else None}


class PlanForm(TypedForm):
    """What comes next, and when."""

    next_step = forms.ChoiceField(label=gettext_lazy("Next step"), required=True)
    next_on = day_field(gettext_lazy("Next date"), needed=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "next_step", listed(said.STEPS))


class HandForm(TypedForm):
    """To whom a case goes: a colleague, or another agency that may open the person."""

    to = forms.ChoiceField(label=gettext_lazy("To whom"), required=True)
    next_on = day_field(gettext_lazy("Next date"), needed=True)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.filter(agency_id=actor.agency, is_active=True, left_at=None).exclude(pk=actor.id).order_by("name")
        users = [(f"user:{pk}", name) for pk, name in colleagues.values_list("id", "name")]
        choose(self, "to", [("", _("choose")), *([(_("A colleague"), users)] if users else []),
                            (_("Another agency"), [(f"agency:{code}", name) for code, name in partners(but=actor.agency)])])

    def whom(self) -> dict[str, str]:
        """to_user or to_agency as the action takes it. Raises Refused."""
        kind, _colon, which = self.value("to").partition(":")
        if kind not in ("user", "agency"):
            raise Refused("case.nobody", field="to")
        return {f"to_{kind}": which}


class ServedForm(TypedForm):
    """The help was given: when, what, and how the person is asked about it."""

    served_on = day_field(gettext_lazy("Given on"), needed=True)
    words = text(gettext_lazy("What was given"), hint=gettext_lazy("In a few words the person knows; for example: RM1,500 for the funeral"), most=200)
    channel = forms.ChoiceField(label=gettext_lazy("How is the person asked?"), required=True, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "channel", ways_of_asking())


class AskForm(TypedForm):
    """How the person is asked once more."""

    channel = forms.ChoiceField(label=gettext_lazy("How is the person asked?"), required=True, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "channel", ways_of_asking())


def ways_of_asking() -> list[tuple[str, str]]:
    """By message, by a letter with a code, or face to face."""
    return [("sms", _("By message, with a link")), ("letter", _("By letter, with a code to print now")),
            ("counter", _("At the counter or by phone, by you"))]


class ConfirmForm(TypedForm):
    """What the person said to the two questions, who heard it, and how."""

    received = forms.ChoiceField(label=gettext_lazy("Did the person receive the help?"), required=True, widget=forms.RadioSelect)
    solved = forms.ChoiceField(label=gettext_lazy("Is the need solved, does the person say?"), required=True, widget=forms.RadioSelect)
    how = forms.ChoiceField(label=gettext_lazy("How did you hear it"), required=True, widget=forms.RadioSelect)
    answered_by = forms.ChoiceField(label=gettext_lazy("Who answered"), required=True)
    said = words_field(gettext_lazy("In the person’s own words"), needed=False, most=500)
    asked_by = text(gettext_lazy("Who asked"), most=160, needed=True)

    def __init__(self, *args: Any, answerers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("received", "solved"):
            choose(self, name, [(YES, _("Yes")), (NO, _("No"))])
        choose(self, "how", channels(HEARD))
        if len(answerers) > 1:
            choose(self, "answered_by", answerers)
        else:
            del self.fields["answered_by"]

    def answers(self) -> tuple[bool, bool] | None:
        """(received, solved); None with the questions marked that were left open."""
        for name in ("received", "solved"):
            if self.value(name) not in (YES, NO):
                self.wrong(name, _("Choose one of the two answers."))
        return None if self.errors else (self.value("received") == YES, self.value("solved") == YES)


class UnreachableForm(TypedForm):
    """Why nobody could be reached."""

    reason = words_field(gettext_lazy("Reason"), hint=gettext_lazy("What was tried, and why nothing more is to be expected"))


class ReferForm(TypedForm):
    """What goes along with a referral beside the facts."""

    note = words_field(gettext_lazy("Note to the agency"), needed=False, most=1000,
                       hint=gettext_lazy("What the person needs, in plain words; no numbers of cards"))
    answer_by = day_field(gettext_lazy("Answer by"), needed=True)


class AcceptForm(TypedForm):
    """When the agency goes on."""

    next_on = day_field(gettext_lazy("Next date"), needed=True)


class WordsForm(TypedForm):
    """A question, or an answer to one."""

    words = words_field(gettext_lazy("In words"), most=1000)


class DeclineForm(TypedForm):
    """Why it is declined."""

    code = forms.ChoiceField(label=gettext_lazy("Reason"), required=True, widget=forms.RadioSelect)
    words = text(gettext_lazy("In words"), hint=gettext_lazy("Needed for another reason; until when a place is missing helps too"), most=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "code", listed(said.DECLINES))


class GroupForm(TypedForm):
    """Where several people are referred to, with one note."""

    to = forms.ChoiceField(label=gettext_lazy("Agency and programme"), required=True)
    note = words_field(gettext_lazy("Note to the agency"), needed=False, most=1000)
    answer_by = day_field(gettext_lazy("Answer by"), needed=True)

    def __init__(self, *args: Any, choices: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "to", choices)


def answerers(person_id: Any, name: str) -> list[tuple[str, str]]:
    """Who may have answered: the person, or one of the guardians."""
    guardians = [(str(g.person.id), g.person.name) for g in registry.guardians(person_id, today())]
    return [*guardians, (str(person_id), name)]
