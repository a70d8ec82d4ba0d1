"""Fields that deciding, awarding and asking for an exception share: what is given and between which days; documents; days and sums as typed."""
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, pgettext_lazy

from sinergi.core.identity import read_day
from sinergi.core.money import sen_of_text
from sinergi.kernel import files
from sinergi.kernel.errors import Refused

from .typed import TypedForm, day_field, text, today

PAYS = {"once": gettext_lazy("once"), "daily": gettext_lazy("a day"), "monthly": gettext_lazy("a month"), "yearly": gettext_lazy("a year"),
        "in_kind": pgettext_lazy("pay", "in kind")}
MOST_FILES = 6


@dataclass(frozen=True)
class Terms:
    """What is given: ringgit (None: not in money, or not told), how often, from which day until which."""

    amount: Decimal | None
    pay: str
    from_on: date
    to_on: date | None


class SeveralFiles(forms.ClearableFileInput):
    """One control for several documents."""

    allow_multiple_selected = True


def files_field() -> forms.FileField:
    """Documents to send along."""
    return forms.FileField(label=gettext_lazy("Documents to attach"), required=False,
                           widget=SeveralFiles(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp"}),
                           help_text=gettext_lazy("PDF, JPG, PNG or WebP, each up to 8 MB, at most 6. They are encrypted where they are kept."))


def uploads(request: HttpRequest) -> list[tuple[bytes, str]]:
    """What was attached: (content, name). Raises Refused when there are too many."""
    found = request.FILES.getlist("papers")
    if len(found) > MOST_FILES:
        raise Refused("application.too_many_files", field="papers", most=MOST_FILES)
    return [(upload.read(files.KINDS["paper"].most + 1), upload.name or "") for upload in found]


def day(form: TypedForm, name: str, default: date | None = None) -> date | None:
    """A day as typed; `default` when it was left empty. Raises Refused."""
    typed = form.value(name)
    try:
        return read_day(typed, on=today()) if typed else default
    except ValueError as wrong:
        raise Refused("day.unreadable", field=name, given=typed) from wrong


def ringgit(form: TypedForm, name: str) -> Decimal | None:
    """A sum as typed; None when it was left empty. Raises Refused."""
    typed = form.value(name)
    try:
        return Decimal(sen_of_text(typed)) / 100 if typed else None
    except ValueError as wrong:
        raise Refused("money.unreadable", field=name, given=typed) from wrong


class TermsForm(TypedForm):
    """What is given, how often, and when."""

    amount = text(gettext_lazy("Sum"), hint=gettext_lazy("Ringgit, for example 600; empty when it is not money"), mode="decimal", most=20)
    pay = forms.ChoiceField(label=gettext_lazy("How often"), required=False)
    from_on = day_field(gettext_lazy("From"), needed=True)
    to_on = day_field(gettext_lazy("Last day"), hint=gettext_lazy("Empty: without end"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pay"].choices = [(code, str(words)) for code, words in PAYS.items()]  # type: ignore[attr-defined]

    def terms(self) -> Terms:
        """What was typed. Raises Refused for what cannot be read, or a last day before the first."""
        begins, ends = day(self, "from_on", today()), day(self, "to_on")
        assert begins is not None
        if ends is not None and ends < begins:
            raise Refused("day.before_start", field="to_on")
        return Terms(ringgit(self, "amount"), self.value("pay") or "monthly", begins, ends)


def typed_day(value: date | None) -> str:
    """A day as a person would type it."""
    return f"{value:%d/%m/%Y}" if value else ""
