"""Two records side by side as rows: what differs is marked by shape and colour, digits stand in groups, an age gap is told in words."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sinergi.core.linkage.names import names_agree
from sinergi.registry.codes import IDENTIFIER_KINDS, SEXES, STATES
from sinergi.registry.queries.review import Pair, Side, last_nine
from sinergi.web.templatetags.sinergi import date_words, words

NO_BREAK, MISSING = "\N{NO-BREAK SPACE}", "\N{OPEN BOX}"
GROUPS = (6, 8)


@dataclass(frozen=True)
class Part:
    """Some characters of a value; `differs`: they are other on the other side, or missing there."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Cell:
    """A value on one side: its parts, and below it how it was read or whence it comes."""

    parts: tuple[Part, ...]
    below: str = ""
    digits: bool = False


@dataclass(frozen=True)
class Row:
    """One field of both records. kind: yes, ask, bad or no (not known); `says`: the comparison in a word, `more` in a sentence."""

    label: str
    first: tuple[Cell, ...]
    second: tuple[Cell, ...]
    kind: str
    says: str
    more: str = ""

    @property
    def symbol(self) -> str:
        """The shape beside the word."""
        return {"yes": "check", "ask": "half", "bad": "cross", "no": "question"}[self.kind]


def marked(one: str, other: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Both values cut into parts that agree and parts that differ, letter by letter, whatever the case. What is missing shows as an open box.

    >>> [part.text for part in marked("Deris", "Dris")[1] if part.differs]
    ['␣']
    """
    first: list[Part] = []
    second: list[Part] = []
    for kind, a, b, c, d in SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).get_opcodes():
        same = kind == "equal"
        first.append(Part(one[a:b] or MISSING, not same))
        second.append(Part(other[c:d] or MISSING, not same))
    return tuple(first), tuple(second)


def grouped(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The twelve digits of a number in groups of six, two and four; other numbers as they are."""
    text = "".join(part.text for part in parts)
    if len(text.replace(MISSING, "")) != 12 or not text.replace(MISSING, "").isdigit():
        return tuple(parts)
    out, place = [], 0
    for part in parts:
        spaced = ""
        for character in part.text:
            spaced += (NO_BREAK if place in GROUPS and character != MISSING else "") + character
            place += character != MISSING
        out.append(Part(spaced, part.differs))
    return tuple(out)


def row(label: str, one: str, other: str, agrees: Callable[[str, str], bool] = lambda a, b: a.casefold() == b.casefold()) -> Row:
    """A field with one value on each side."""
    if not one or not other:
        return Row(label, (Cell((Part(one or "—"),)),), (Cell((Part(other or "—"),)),), "no", _("Not known"))
    first, second = marked(one, other)
    same = agrees(one, other)
    plain = (Cell((Part(one),)),), (Cell((Part(other),)),)
    return Row(label, *(plain if same else ((Cell(first),), (Cell(second),))), "yes" if same else "bad", _("Same") if same else _("Differs"))


def name_row(first: Side, second: Side) -> Row:
    """The names, with how each was read."""
    agree = {"same": ("yes", _("Same")), "near": ("ask", _("Nearly")), "part": ("ask", _("In part")), "none": ("bad", _("Differs")),
             "": ("no", _("Not known"))}[names_agree(first.name, second.name)]
    one, two = marked(first.name, second.name)
    cells = (Cell(parts, _("read as %(name)s") % {"name": side.name_read} if side.name_read else "") for parts, side in ((one, first), (two, second)))
    return Row(_("Name"), (next(cells),), (next(cells),), *agree)


def number_row(first: Side, second: Side) -> Row:
    """The numbers, each beside the one it is nearest to."""
    if not first.numbers or not second.numbers:
        return Row(_("Number"), number_cells(first, ()), number_cells(second, ()), "no", _("Not known"))
    equal = {n[:3] for n in first.numbers} & {n[:3] for n in second.numbers}
    kinds = {n[0] for n in first.numbers} & {n[0] for n in second.numbers}
    says = ("yes", _("Same")) if equal else ("ask", _("Other kinds of number")) if not kinds else ("bad", _("Differs"))
    return Row(_("Number"), number_cells(first, second.numbers), number_cells(second, first.numbers), *says, more=slips(first, second))


def number_cells(side: Side, others: Iterable[tuple[str, str, str, str]]) -> tuple[Cell, ...]:
    """The numbers of one side, marked where they differ from the nearest of the other."""
    cells = []
    for kind, _country, value, quality in side.numbers:
        near = [n[2] for n in others if n[0] == kind]
        best = max(near, key=lambda other: SequenceMatcher(None, value, other, autojunk=False).ratio(), default=value)
        cells.append(Cell(grouped(aligned(value, best)), number_words(kind, quality), digits=True))
    return tuple(cells) or (Cell((Part("—"),)),)


def aligned(value: str, other: str) -> tuple[Part, ...]:
    """Two numbers of one length are compared place by place: a swap shows as two digits."""
    if len(value) != len(other):
        return marked(value, other)[0]
    return tuple(Part(a, a != b) for a, b in zip(value, other, strict=True))


def number_words(kind: str, quality: str) -> str:
    """What a number is, and what it is worth where that is not plain."""
    named = words(IDENTIFIER_KINDS.get(kind, kind))
    worth = {"verified": _("verified"), "odd": _("odd"), "typo": _("a typing error"), "borrowed": _("borrowed"), "generic": _("borne by many")}
    return f"{named} · {worth[quality]}" if quality in worth else named


def slips(first: Side, second: Side) -> str:
    """How many digits two numbers of one kind differ in."""
    found = [sum(a != b for a, b in zip(n[2], m[2], strict=True)) for n in first.numbers for m in second.numbers
             if n[0] == m[0] and len(n[2]) == len(m[2])]
    least = min(found, default=0)
    return ngettext("%(n)s digit differs", "%(n)s digits differ", least) % {"n": least} if least else ""


def birth_row(first: Side, second: Side) -> Row:
    """The births, and the gap between them in words."""
    one, two = born(first), born(second)
    if first.birth_date is None or second.birth_date is None:
        return row(_("Born"), one, two, lambda a, b: a[-4:] == b[-4:])
    found = row(_("Born"), one, two)
    gap = apart(first.birth_date, second.birth_date)
    return Row(found.label, found.first, found.second, found.kind, found.says, gap)


def born(side: Side) -> str:
    """A date or a year of birth in words."""
    return date_words(side.birth_date) if side.birth_date else str(side.birth_year or "")


def apart(one: dt.date, other: dt.date) -> str:
    """A gap in words: days, months or years.

    >>> apart(dt.date(1990, 2, 27), dt.date(1990, 2, 28)) != ""
    True
    """
    early, late = sorted((one, other))
    days = (late - early).days
    if days == 0:
        return _("no age gap")
    years = late.year - early.year - ((late.month, late.day) < (early.month, early.day))
    months = (late.year - early.year) * 12 + late.month - early.month - (late.day < early.day)
    if years:
        return ngettext("%(n)s year apart", "%(n)s years apart", years) % {"n": years}
    if months:
        return ngettext("%(n)s month apart", "%(n)s months apart", months) % {"n": months}
    return ngettext("%(n)s day apart", "%(n)s days apart", days) % {"n": days}


def phone_row(first: Side, second: Side) -> Row:
    """The phones; those of both are told."""
    one, two = ({last_nine(phone): phone for phone in side.phones} for side in (first, second))
    if not one or not two:
        return row(_("Phone"), ", ".join(first.phones), ", ".join(second.phones))
    if set(one) & set(two):
        return Row(_("Phone"), plain(first.phones), plain(second.phones), "yes", _("Same"), _("A family often shares one phone."))
    return row(_("Phone"), ", ".join(first.phones), ", ".join(second.phones))


def plain(values: Iterable[str]) -> tuple[Cell, ...]:
    """Values with nothing marked."""
    return tuple(Cell((Part(value),)) for value in values)


def place_row(first: Side, second: Side) -> Row:
    """Where they live: address, postcode, state."""
    one, two = (", ".join(filter(None, (side.address, side.postcode, STATES[side.state].name if side.state in STATES else side.state)))
                for side in (first, second))
    found = row(_("Address"), one, two)
    near = found.kind == "bad" and bool(first.postcode) and first.postcode == second.postcode
    return Row(found.label, found.first, found.second, "ask", _("Nearly"), _("same postcode")) if near else found


def sex_row(first: Side, second: Side) -> Row:
    """The sexes in words."""
    return row(_("Sex"), words(SEXES.get(first.sex)), words(SEXES.get(second.sex)))


def received_row(first: Side, second: Side, agencies: Mapping[str, str]) -> Row:
    """Whence and when each record came."""
    cells = [(Cell((Part(agencies.get(side.agency, side.agency)),), date_words(side.received_on)),) for side in (first, second)]
    return Row(_("Received from"), cells[0], cells[1], "no", "")


def rows(pair: Pair, agencies: Mapping[str, str]) -> list[Row]:
    """Every field of a pair; `agencies`: names by code. Where an address is hidden for safety, neither phones nor addresses have a row."""
    one, two = pair.first, pair.second
    where = [] if one.hidden or two.hidden else [phone_row(one, two), place_row(one, two)]
    return [name_row(one, two), number_row(one, two), birth_row(one, two), sex_row(one, two), *where, received_row(one, two, agencies)]
