"""Words and shapes of every template; loaded everywhere, no {% load %} needed.

Filters turn values into words of the page's language: money, dates, names, numbers of identity, bilingual law texts.
Tags draw the small parts: icons, marks, tags, tables that become sheets on a phone, form fields, the summary of errors.
"""
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import forms, template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"
KEPT_TOGETHER = {"bin", "binti", "bt", "bte", "b.", "bt.", "a/l", "a/p", "anak", "ibni"}
GROUPS = {"yes": ("check", gettext_lazy("Entitled")), "ask": ("question", gettext_lazy("Not known yet")),
          "judge": ("building", gettext_lazy("The agency decides")), "no": ("dash", gettext_lazy("Not entitled"))}
OUTCOMES = {"entitled": ("yes", gettext_lazy("Entitled")), "unknown": ("ask", gettext_lazy("Not known yet")),
            "cannot be computed": ("ask", gettext_lazy("Cannot be computed")),
            "human review": ("judge", gettext_lazy("The agency decides")),
            "not entitled": ("no", gettext_lazy("Not entitled")), "not in force": ("no", gettext_lazy("Not in force"))}
STATES = {"helped": ("yes", "full", gettext_lazy("Helped")), "being_helped": ("brand", "half", gettext_lazy("Being helped")),
          "yet_to_be_helped": ("no", "none", gettext_lazy("Yet to be helped"))}
STATUSES = {"official": (True, gettext_lazy("official")), "bill": (True, gettext_lazy("bill as passed")),
            "derived": (True, gettext_lazy("worked out from the law")), "passed": (False, gettext_lazy("passed, not in force yet")),
            "press": (False, gettext_lazy("press")), "repo": (False, gettext_lazy("second source")),
            "unverified": (False, gettext_lazy("not verified")),
            "example": (False, gettext_lazy("example figure"))}
PERIODS = {"once": gettext_lazy("once"), "daily": gettext_lazy("a day"), "weekly": gettext_lazy("a week"),
           "monthly": gettext_lazy("a month"), "yearly": gettext_lazy("a year")}


# ---- values as words

def ringgit(value: int | Decimal) -> Decimal:
    """Sen (int) or ringgit (Decimal) as ringgit. Anything else is a defect: no floats for money."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"money is int sen or Decimal ringgit, not {type(value).__name__}")
    return Decimal(value) / 100 if isinstance(value, int) else value


@register.filter
def money(value: int | Decimal | None) -> str:
    """RM600, RM495.96: sen only where not whole. int = sen, Decimal = ringgit; None = "".

    >>> money(60000), money(Decimal("495.96")), money(-123450)
    ('RM600', 'RM495.96', '−RM1,234.50')
    """
    if value is None:
        return ""
    amount = ringgit(value)
    return written(amount, 0 if amount == amount.to_integral_value() else 2)


@register.filter
def money_exact(value: int | Decimal | None) -> str:
    """RM600.00: always with sen, for tables that add up."""
    return "" if value is None else written(ringgit(value), 2)


def written(amount: Decimal, places: int) -> str:
    """An amount with its currency before it and its sign before both."""
    return f"{'−' if amount < 0 else ''}RM{abs(amount):,.{places}f}"


@register.filter
def per(period: str) -> str:
    """How often: "monthly" -> "a month"."""
    return str(PERIODS[period])


@register.filter
def percent(parts_per_million: int) -> str:
    """A rate in parts per million as a share: 12500 -> "1.25 %"."""
    share = (Decimal(parts_per_million) / 10_000).normalize()
    return f"{share:f}{NO_BREAK}%"


def day_of(value: date | datetime | str) -> date:
    """The day of a date, of a moment (in the country's time) or of ISO text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return timezone.localtime(value).date() if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def date_words(value: date | datetime | str | None) -> str:
    """23 November 2026."""
    return formats.date_format(day_of(value), "DATE_FORMAT") if value else ""


@register.filter
def weekday_words(value: date | datetime | str | None) -> str:
    """Monday, 23 November 2026."""
    return formats.date_format(day_of(value), "l, j F Y") if value else ""


@register.filter
def date_short(value: date | datetime | str | None) -> str:
    """23/11/2026, for tables."""
    return formats.date_format(day_of(value), "SHORT_DATE_FORMAT") if value else ""


@register.filter
def moment(value: datetime | str | None) -> str:
    """23/11/2026 14:20, in the country's time."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return formats.date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "SHORT_DATETIME_FORMAT").replace(" ", NO_BREAK)


@register.filter
def words(value: Mapping[str, str] | str | None) -> str:
    """A bilingual text of law or catalogue ({ms, en}) in the page's language; plain text stays as it is."""
    if not value:
        return ""
    return value if isinstance(value, str) else value["en" if get_language() == "en" else "ms"]


@register.filter
def person_name(value: str) -> str:
    """A name as given, its parts that belong together kept on one line: "Siti binti Omar" breaks only before "binti".

    >>> person_name("Siti binti Omar").replace(NO_BREAK, "_"), person_name("Aminah")
    ('Siti binti_Omar', 'Aminah')
    """
    parts = value.split()
    return "".join(part + (NO_BREAK if part.lower() in KEPT_TOGETHER else " ") for part in parts).strip()


@register.filter
def identity(value: str) -> str:
    """An identity number as written on the card: 600302-17-5062; other documents as they are.

    >>> identity("600302175062"), identity("A12345678")
    ('600302-17-5062', 'A12345678')
    """
    return f"{value[:6]}-{value[6:8]}-{value[8:]}" if len(value) == 12 and value.isdigit() else value


@register.filter
def identity_spaced(value: str) -> str:
    """An identity number when two are compared: 600302 17 5062."""
    return identity(value).replace("-", NO_BREAK)


@register.filter
def identity_masked(value: str) -> str:
    """An identity number that was not opened: only its last four characters.

    >>> identity_masked("600302175062")
    '••••••\\xa0••\\xa05062'
    """
    return f"••••••{NO_BREAK}••{NO_BREAK}{value[-4:]}"


@register.filter
def urls(text: str) -> SafeString:
    """A citation with its addresses as links that say only their site; everything else escaped."""
    parts = []
    for word in str(text).split():
        address, tail = word.rstrip(";,)"), word[len(word.rstrip(";,)")):]
        site = urlsplit(address).netloc if address.startswith("https://") else ""
        link = format_html('<a href="{}" rel="noreferrer">{}</a>{}', address, site.removeprefix("www."), tail)
        parts.append(link if site else escape(word))
    return SafeString(" ".join(parts))


# ---- small shapes

@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One symbol of icons.svg; always beside a word. size "l" is larger."""
    return format_html('<svg class="i{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', " i-l" if size == "l" else "",
                       static("web/icons.svg"), name)


@register.simple_tag
def mark(group: str, worded: object = "") -> SafeString:
    """The shape of an outcome's group (yes, ask, judge, no), with its word for screen readers unless other words stand beside it (`worded`)."""
    symbol, word = GROUPS[group]
    heard = "" if worded else format_html('<span class="sr">{}</span>', word)
    return format_html('<span class="mark mark-{}">{}{}</span>', group, icon(symbol), heard)


@register.simple_tag
def tag(kind: str, symbol: str, text: str) -> SafeString:
    """A state, finding or document: shape and word. kind: yes ask judge bad brand no."""
    return format_html('<span class="tag tag-{}">{}{}</span>', kind, icon(symbol), text)


@register.simple_tag
def state(code: str) -> SafeString:
    """The published state of a person: helped, being_helped, yet_to_be_helped."""
    kind, symbol, text = STATES[code]
    return tag(kind, symbol, str(text))


@register.simple_tag
def outcome(code: str) -> SafeString:
    """One of the six outcomes as a tag; underscores or spaces."""
    group, text = OUTCOMES[code.replace("_", " ")]
    return tag(group, GROUPS[group][0], str(text))


@register.simple_tag
def src(status: str) -> SafeString:
    """How sure a figure is: official, bill, derived (solid); press, repo, unverified, passed, example (dashed)."""
    firm, text = STATUSES[status]
    return format_html('<span class="src{}">{}</span>', "" if firm else " src-weak", text)


@register.simple_tag
def evidence_bar(weight: int | None) -> SafeString:
    """A bar from the middle: right for, left against; weight -50 … 50, None = not known."""
    if weight is None:
        bar = SafeString('<rect class="bar-none" x="46" y="5" width="8" height="2"/>')
    else:
        side = "for" if weight >= 0 else "against"
        bar = format_html('<rect class="bar-{}" x="{}" y="1.5" width="{}" height="9"/>', side, 50 + min(weight, 0), abs(weight))
    return format_html('<svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">{}'
                       '<rect class="bar-axis" x="49.6" width=".8" height="12"/></svg>', bar)


# ---- tables whose rows become sheets on a phone

class Numeric(str):
    """The heading of a column of numbers."""


@register.filter
def numeric(heading: str) -> Numeric:
    """Marks a heading of `cards` as that of a column of numbers."""
    return Numeric(heading)


@register.simple_block_tag
def cards(content: str, caption: str, *columns: str) -> SafeString:
    """A table read row by row. An empty heading is the column of actions. Roles are written out: `display: grid` takes them away."""
    heads = format_html_join("", '<th role="columnheader" scope="col"{}>{}</th>', (
        (SafeString(' class="num"') if isinstance(c, Numeric) else "", c or format_html('<span class="sr">{}</span>', _("Actions")))
        for c in columns))
    return format_html('<table role="table" class="table cards"><caption class="sr">{}</caption>'
                       '<thead role="rowgroup"><tr role="row">{}</tr></thead>'
                       '<tbody role="rowgroup">{}</tbody></table>', caption, heads, content)


@register.simple_block_tag
def row(content: str) -> SafeString:
    """One row of `cards`."""
    return format_html('<tr role="row">{}</tr>', content)


@register.simple_block_tag
def first(content: str) -> SafeString:
    """The first cell of a row: whose row it is."""
    return format_html('<th role="rowheader" scope="row">{}</th>', content)


@register.simple_block_tag
def cell(content: str, label: str = "") -> SafeString:
    """A cell; its label stands before it on a phone. No label: an action."""
    return format_html('<td role="cell"{}><div>{}</div></td>', format_html(' data-label="{}"', label) if label else "", content)


@register.simple_block_tag
def cell_num(content: str, label: str = "") -> SafeString:
    """A cell with a number."""
    return format_html('<td role="cell" class="num" data-label="{}"><div>{}</div></td>', label, content)


# ---- forms

@register.inclusion_tag("parts/field.html")
def field(bound: forms.BoundField, width: str = "", column: bool = False) -> dict[str, Any]:
    """Label, hint, fault and control of one field. width: "s", "m" or ""; column: choices one below the other."""
    widget = bound.field.widget
    many = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    single = isinstance(widget, forms.CheckboxInput)
    look: dict[str, str | bool] = {} if single or many else {"class": f"input input-{width}" if width else "input", "placeholder": ""}
    return {"field": bound, "many": many, "single": single, "column": column, "optional": not bound.field.required and not single,
            "control": "" if many else bound.as_widget(attrs=look)}


@register.inclusion_tag("parts/errors.html")
def errors(*forms_or_sets: Any, refused: str = "") -> dict[str, Any]:
    """The summary of everything wrong in forms, lists of forms, and the sentence of one refusal."""
    lines = [{"field": "", "text": refused}] if refused else []
    for one in forms_or_sets:
        if hasattr(one, "management_form"):
            lines += [{"field": "", "text": text} for text in one.non_form_errors()]
        for form in (one if hasattr(one, "management_form") or isinstance(one, list | tuple) else [one]):
            lines += lines_of(form)
    return {"lines": lines}


def lines_of(form: forms.BaseForm) -> list[dict[str, str]]:
    """What is wrong in one form: each line with the id its link goes to ("" for the form as a whole)."""
    found = []
    for name, texts in form.errors.items():
        target = form[name].auto_id if name in form.fields else ""
        if target and isinstance(form.fields[name].widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            target = f"{target}_0"
        label = f"{form.fields[name].label or form[name].label}: " if target else ""
        found += [{"field": target, "text": f"{label}{text}"} for text in texts]
    return found
