"""What a sheet offers, as the package weighs it: one programme for one person or household, what it pays month by month, when it can begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, combinations
from operator import itemgetter

from sinergi.core.overlap.relations import Holding, Relation, clashes, relation, table
from sinergi.core.rules import Answer, BenefitLine, Law, Sheet
from sinergi.core.rules.law import Words

MONTH_DAYS = 30
WEIGHED = ("yes", "ask", "judge")


@dataclass(frozen=True)
class Offer:
    """One programme that may be applied for. `subject`: index of the member, None: the household. `certain`: the sheet says yes; `open`: an
    answer is still missing, so it is weighed apart.

    `month_sen`, `once_sen`: what it pays, None: not known or in kind. `paid`: sen in its 1st, 2nd … month, the last one going on for ever
    where `months` is None. `credit`: to be paid back, never added up.
    """

    programme: str
    agency: str
    subject: int | None
    need: str
    name: Words
    month_sen: int | None
    once_sen: int | None
    certain: bool
    waits_days: int = 0
    months: int | None = None
    paid: tuple[int, ...] = ()
    credit: bool = False
    answer: Answer | None = None
    open: bool = False

    @property
    def waits(self) -> int:
        """Months until it can begin, to the nearest."""
        return (self.waits_days + MONTH_DAYS // 2 - 1) // MONTH_DAYS

    def sen(self, month: int) -> int:
        """Sen in its month (0: the first)."""
        if not self.paid or (self.months is not None and month >= self.months):
            return 0
        return self.paid[min(month, len(self.paid) - 1)]

    def by_month(self, months: int) -> tuple[int, ...]:
        """Sen in each of so many months."""
        known = self.paid[:months] if self.months is None else self.paid[: min(months, self.months)]
        return known + tuple(self.sen(m) for m in range(len(known), months))

    def until(self, months: int) -> int:
        """Sen in so many months together."""
        months = months if self.months is None else min(months, self.months)
        known = min(months, len(self.paid))
        return self.added[known] + ((months - known) * self.paid[-1] if months > known and self.paid else 0)

    @cached_property
    def added(self) -> tuple[int, ...]:
        """Sen until each month that stands in `paid`."""
        return tuple(accumulate(self.paid, initial=0))

    def holding(self, on: dt.date) -> Holding:
        """As a benefit held from a day on."""
        persons = frozenset() if self.subject is None else frozenset({self.subject})
        return Holding(self.programme, self.need, on, None, self.month_sen, "offer", self.agency, persons=persons)


def offers(law: Law, sheet: Sheet, needs: Iterable[str] = ()) -> tuple[Offer, ...]:
    """Every programme of the sheet that is not refused and not held already; each for the first of its needs that is asked for.

    Where needs are asked for, what an agency alone judges is offered for these only: a burial society is not proposed to who needs food.
    """
    wanted = tuple(needs)
    found = [
        offer_of(answer, wanted)
        for answer in sheet.answers
        if answer.group in WEIGHED
        and not already_held(sheet, answer)
        and (answer.group != "judge" or not wanted or not set(wanted).isdisjoint(answer.of.needs))
    ]
    return tuple(sorted(found, key=lambda o: (o.agency, o.programme, -1 if o.subject is None else o.subject)))


def already_held(sheet: Sheet, answer: Answer) -> bool:
    """Is it received already, by him or, for a household's programme, by anybody of the household?"""
    people = sheet.situation.people if answer.subject is None else (sheet.situation.people[answer.subject],)
    day = sheet.as_of
    return any(
        h.programme == answer.programme and (h.start is None or h.start <= day) and (h.end is None or day <= h.end)
        for person in people
        for h in person.get("held", ((), False))[0]
    )


def offer_of(answer: Answer, wanted: tuple[str, ...]) -> Offer:
    """One answer as an offer."""
    of = answer.of
    need = next((n for n in of.needs if n in wanted), of.needs[0])
    sure = [line for line in answer.benefits if line.certain]
    lines = sure or [max(answer.benefits, key=lambda line: line.sen or 0)] if answer.benefits else []
    monthly = [month for line in lines if (month := month_of(line)) is not None]
    once = [line.sen for line in lines if line.pay == "once" and line.sen is not None]
    months, paid = schedule(lines)
    waits = of.service_days if isinstance(of.service_days, int) and not isinstance(of.service_days, bool) else 0
    return Offer(
        of.id,
        of.agency,
        answer.subject,
        need,
        of.name,
        sum(monthly) if monthly else None,
        sum(once) if once else None,
        answer.group == "yes",
        waits,
        months,
        paid,
        of.credit,
        answer,
        answer.group == "ask",
    )


def month_of(line: BenefitLine) -> int | None:
    """Sen a month of one line, its first month; None for what is paid once or not known."""
    if line.sen is None or line.pay == "once":
        return None
    return line.sen * MONTH_DAYS if line.pay == "daily" else line.sen // 12 if line.pay == "yearly" else line.sen


def schedule(lines: list[BenefitLine]) -> tuple[int | None, tuple[int, ...]]:
    """(how many months it runs, None: on and on; sen in each month, the last one repeated) of all lines together."""
    tables = [(table_of(line), line.pay != "once" and line.months is None) for line in lines if line.sen is not None]
    if not tables:
        return None, ()
    length = max(len(table) for table, _ in tables)
    endless = any(open_end for _, open_end in tables)
    full = [tuple(part(table, k, open_end) for k in range(length + (1 if endless else 0))) for table, open_end in tables]
    paid = tuple(map(sum, zip(*full, strict=True)))
    return (None if endless else length), paid


def part(table: tuple[int, ...], month: int, endless: bool) -> int:
    """One line's sen in a month."""
    return table[month] if month < len(table) else table[-1] if endless else 0


def table_of(line: BenefitLine) -> tuple[int, ...]:
    """One line's sen, month by month; a yearly sum is spread so that twelve months add up to it."""
    assert line.sen is not None
    if line.pay == "once":
        return (line.sen,)
    if line.pay == "yearly":
        return tuple(line.sen * (k + 1) // 12 - line.sen * k // 12 for k in range(12))
    if line.pay == "daily":
        whole, rest = divmod(line.months or MONTH_DAYS, MONTH_DAYS)
        return (*[line.sen * MONTH_DAYS] * whole, *([line.sen * rest] if rest else []))
    if line.by_month is not None:
        return tuple(sen or 0 for sen in line.by_month)
    return (line.sen,) * (line.months or 1)


def near(law: Law, offers: Sequence[Offer], on: dt.date) -> list[tuple[int, int]]:
    """Pairs of places of which the law may say more than that both may be held: of one need, or named by a rule that does not let all in."""
    pairs, wide = table(law, on)
    needs: dict[str, list[int]] = {}
    places: dict[str, list[int]] = {}
    for i, offer in enumerate(offers):
        needs.setdefault(offer.need, []).append(i)
        places.setdefault(offer.programme, []).append(i)
    found = {pair for group in needs.values() for pair in combinations(group, 2)}
    for one, other in pairs:
        if one in places and other in places:
            found.update((min(i, j), max(i, j)) for i in places[one] for j in places[other] if i != j)
    for i, offer in enumerate(offers):
        if offer.programme in wide and wide[offer.programme][1].kind != "cumulative":
            found.update((min(i, j), max(i, j)) for j in range(len(offers)) if j != i)
    return sorted(found, key=itemgetter(1, 0))


def between(law: Law, one: Offer, other: Offer, on: dt.date) -> Relation | None:
    """What forbids or limits two offers side by side; None: they may be held together."""
    said = relation(law, one.programme, other.programme, same_need=one.need == other.need, on=on)
    apart = one.subject is not None and other.subject is not None and one.subject != other.subject
    if apart and (said.rule is None or said.rule.scope == "person"):
        return None
    return said if said.forbids or said.kind == "top_up" else None


def blocked(law: Law, offer: Offer, held: Iterable[Holding], on: dt.date) -> tuple[dt.date | None, Relation] | None:
    """(last day, rule) of what is held and stands in an offer's way; the day None: open. None: nothing does."""
    found = [c for c in clashes(law, offer.holding(on), held, on) if c.room is None]
    if not found:
        return None
    last = max(found, key=lambda c: c.until or dt.date.max)
    return last.until, last.relation
