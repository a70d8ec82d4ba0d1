"""The best lawful package: which programmes together and in which order, what it adds up to, what is given up and by which rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sinergi.core.overlap.offers import Offer, between, blocked, near
from sinergi.core.overlap.relations import Holding, Relation
from sinergi.core.overlap.search import Runs, search, totals
from sinergi.core.overlap.task import Ceiling, Task
from sinergi.core.rules.law import Law, Words
from sinergi.core.time import add_months

WAYS = 3
WHOLE: Words = {"ms": "{} sepanjang masa", "en": "{} all the time"}
WITHOUT: Words = {"ms": "Tanpa {}", "en": "Without {}"}
READ_EVER: Words = {"ms": "Jika “pernah” juga menghalang", "en": "If having held it ever bars, too"}
WHY_WHOLE: Words = {
    "ms": "Diambil dan dikekalkan; yang tidak boleh bersamanya ditinggalkan.",
    "en": "Taken and kept; what may not stand beside it is left.",
}
WHY_WITHOUT: Words = {"ms": "Tidak mengambilnya sementara menunggu.", "en": "Not taking it while waiting."}


@dataclass(frozen=True)
class Step:
    """One programme of a way: from a day, to a day (None: on and on), sen in each month of the span."""

    offer: Offer
    start: dt.date
    end: dt.date | None
    sen_by_month: tuple[int, ...]


@dataclass(frozen=True)
class Way:
    """Another lawful way, what it adds up to, and what is different."""

    name: Words
    steps: tuple[Step, ...]
    total_sen: int
    why: Words


@dataclass(frozen=True)
class Rejected:
    """An offer that is left out: the rule (or the law's silence), what is taken instead, and what it would have paid (None: not known)."""

    offer: Offer
    rule: Relation
    better: tuple[Offer, ...]
    price_sen: int | None


@dataclass(frozen=True)
class Unknown:
    """An offer that waits for an answer, and what a yes would add beside the best way, at least (None: no sum is published)."""

    offer: Offer
    adds_sen: int | None


@dataclass(frozen=True)
class Package:
    """The best way. Sums in sen over the span: `certain_sen` by facts that are known, `if_confirmed_sen` what the agency must confirm. What
    waits for an answer stands in `unknown` and in no sum.
    """

    steps: tuple[Step, ...]
    month_totals: tuple[int, ...]
    once_sen: int
    total_sen: int
    certain_sen: int
    if_confirmed_sen: int
    alternatives: tuple[Way, ...]
    rejected: tuple[Rejected, ...]
    loans: tuple[Offer, ...]
    rests_on_silence: bool
    readings: tuple[Words, ...]
    unknown: tuple[Unknown, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, amounts in sen, days as ISO text; the same bytes for the same law, sheet and day."""
        return {
            "steps": [step_json(step) for step in self.steps],
            "month_totals": list(self.month_totals),
            "once_sen": self.once_sen,
            "total_sen": self.total_sen,
            "certain_sen": self.certain_sen,
            "if_confirmed_sen": self.if_confirmed_sen,
            "alternatives": [
                {"name": dict(w.name), "why": dict(w.why), "total_sen": w.total_sen, "steps": [step_json(s) for s in w.steps]}
                for w in self.alternatives
            ],
            "rejected": [
                {
                    **offer_json(r.offer),
                    "rule": r.rule.rule.id if r.rule.rule else None,
                    "silent": r.rule.silent,
                    "text": dict(r.rule.text),
                    "better": [offer_json(o) for o in r.better],
                    "price_sen": r.price_sen,
                }
                for r in self.rejected
            ],
            "loans": [offer_json(o) for o in self.loans],
            "rests_on_silence": self.rests_on_silence,
            "readings": [dict(r) for r in self.readings],
            "unknown": [{**offer_json(u.offer), "adds_sen": u.adds_sen} for u in self.unknown],
        }


def offer_json(offer: Offer) -> dict[str, Any]:
    """An offer by its ids."""
    return {
        "programme": offer.programme,
        "agency": offer.agency,
        "subject": offer.subject,
        "need": offer.need,
        "certain": offer.certain,
        "month_sen": offer.month_sen,
        "once_sen": offer.once_sen,
    }


def step_json(step: Step) -> dict[str, Any]:
    """A step by ids and days."""
    end = step.end.isoformat() if step.end else None
    return {**offer_json(step.offer), "from": step.start.isoformat(), "to": end, "sen_by_month": list(step.sen_by_month)}


class Weighing:
    """One weighing: the task, and every rule between its offers."""

    def __init__(self, law: Law, offers: Iterable[Offer], held: Iterable[Holding], on: dt.date, months: int, figures: Mapping[str, int]) -> None:
        self.on, self.months, held = on, months, tuple(held)
        every = tuple(offers)
        self.law, self.held = law, held
        self.loans = tuple(o for o in every if o.credit)
        self.open = tuple(o for o in every if o.open and not o.credit)
        self.offers = tuple(o for o in every if not o.open and not o.credit)
        self.barred = {i: found for i, o in enumerate(self.offers) if (found := blocked(law, o, held, on)) is not None}
        self.pairs = {(i, j): said for i, j in near(law, self.offers, on) if (said := between(law, self.offers[i], self.offers[j], on)) is not None}
        self.beside: list[list[tuple[int, Relation]]] = [[] for _ in self.offers]
        for (i, j), said in self.pairs.items():
            self.beside[i].append((j, said))
            self.beside[j].append((i, said))
        apart = {q for q, said in self.pairs.items() if said.forbids}
        never = {q for q in apart if (rule := self.pairs[q].rule) is not None and rule.over == "ever"}
        starts = tuple(self.start(i, o) for i, o in enumerate(self.offers))
        self.task = Task(self.offers, starts, frozenset(apart), frozenset(never), self.ceilings(law, held, figures), months)

    def start(self, i: int, offer: Offer) -> int | None:
        """The month it can begin: after its waiting time, and after what bars it; None: not within the span."""
        if i not in self.barred:
            return offer.waits if offer.waits < self.months else None
        until = self.barred[i][0]
        if until is None:
            return None
        after = next((m for m in range(self.months) if add_months(self.on, m) > until), None)
        return None if after is None else max(offer.waits, after)

    def ceilings(self, law: Law, held: tuple[Holding, ...], figures: Mapping[str, int]) -> tuple[Ceiling, ...]:
        """What is topped up only to a sum that is known."""
        found: dict[int, tuple[list[int], int]] = {}
        for (i, j), said in self.pairs.items():
            if said.kind != "top_up" or said.rule is None:
                continue
            sen = ceiling_of(law, said.rule.ceiling, self.on, figures)
            topped, other = (i, j) if said.rule.first in law.programmes and self.offers[i].programme == said.rule.first else (j, i)
            if sen is not None:
                left = sen - sum(h.sen or 0 for h in held)
                found.setdefault(topped, ([], max(left, 0)))[0].append(other)
        return tuple(Ceiling(topped, tuple(others), sen) for topped, (others, sen) in sorted(found.items()))

    def way(self, task: Task) -> tuple[Runs, list[list[int]]]:
        """The best runs of a task, and sen by offer and month."""
        runs = search(task)
        return runs, totals(task, runs)

    def steps(self, task: Task, runs: Runs, grid: list[list[int]]) -> tuple[Step, ...]:
        """What is taken, in the order it begins."""
        found = []
        for i, (start, end) in enumerate(zip(task.starts, runs, strict=True)):
            if start is None or end <= start:
                continue
            last = add_months(self.on, end) - dt.timedelta(days=1) if end < task.ends_of(i) else None
            found.append(Step(self.offers[i], add_months(self.on, start), last, tuple(grid[i])))
        return tuple(sorted(found, key=lambda s: s.start))

    def alternatives(self, runs: Runs) -> tuple[Way, ...]:
        """Ways a person may ask for instead: keeping what the best way ends or leaves, doing without it, and the stricter reading."""
        ended = [i for i, (s, e) in enumerate(zip(self.task.starts, runs, strict=True)) if s is not None and s < e < self.task.ends_of(i)]
        left = [i for i, (s, e) in enumerate(zip(self.task.starts, runs, strict=True)) if s is not None and e <= s and any(self.offers[i].paid)]
        left.sort(key=lambda i: -self.offers[i].until(self.months))
        wanted: list[tuple[int, Words, Words, Task]] = []
        for i in [*ended, *left][:WAYS]:
            name = self.offers[i].name
            wanted.append((i, said(WHOLE, name), WHY_WHOLE, self.task.but(kept=frozenset({i}))))
            if i in ended:
                stricter = {q for q in self.task.apart if i in q and (rule := self.pairs[q].rule) is not None and rule.reading}
                wanted.append((i, said(WITHOUT, name), WHY_WITHOUT, self.task.but(left_out=frozenset({i}))))
                wanted.append((i, READ_EVER, self.reading_of(i), self.task.but(never=self.task.never | stricter)))
        found: list[Way] = []
        for i, name, why, task in wanted[:WAYS]:
            other = search(task.but(weighed=False), runs, frozenset({i}) if i not in task.left_out else near_to(task, i))
            grid = totals(task, other)
            if other != runs:
                found.append(Way(name, self.steps(task, other, grid), sum(map(sum, grid)), why))
        return tuple(found)

    def unknown(self, steps: tuple[Step, ...]) -> tuple[Unknown, ...]:
        """What waits for an answer, the greatest first. What a yes adds: its own sum less what it would take the place of, never below nothing."""
        found = []
        for offer in self.open:
            bar = blocked(self.law, offer, self.held, self.on)
            if bar is not None and (bar[0] is None or add_months(self.on, self.months) <= bar[0]):
                continue
            own = offer.until(max(0, self.months - offer.waits)) if offer.paid else None
            lost = sum(sum(step.sen_by_month) for _, step in self.against(offer, steps))
            found.append(Unknown(offer, None if own is None else max(0, own - lost)))
        return tuple(sorted(found, key=lambda u: -(u.adds_sen or 0)))

    def against(self, offer: Offer, steps: tuple[Step, ...]) -> list[tuple[Relation, Step]]:
        """The chosen steps that an offer may not stand beside, by a written rule first, the greatest first."""
        found = [(said, s) for s in steps if (said := between(self.law, offer, s.offer, self.on)) is not None and said.forbids]
        return sorted(found, key=lambda pair: (pair[0].silent, -sum(pair[1].sen_by_month)))

    def named(self, unknown: tuple[Unknown, ...], steps: tuple[Step, ...]) -> tuple[Rejected, ...]:
        """What waits for an answer and would be shut out by a written rule all the same."""
        found = []
        for one in unknown:
            against = self.against(one.offer, steps)
            if against and not against[0][0].silent:
                price = one.offer.until(max(0, self.months - one.offer.waits)) if one.offer.paid else None
                found.append(Rejected(one.offer, against[0][0], tuple(s.offer for _, s in against), price))
        return tuple(found)

    def reading_of(self, i: int) -> Words:
        """The reading that a rule about an offer rests on."""
        return next((rule.reading for q, s in self.pairs.items() if i in q and (rule := s.rule) is not None and rule.reading), WHY_WITHOUT)

    def rejected(self, runs: Runs) -> tuple[Rejected, ...]:
        """What is left out, each with its rule and what is taken instead."""
        found = []
        for i, offer in enumerate(self.offers):
            start = self.task.starts[i]
            if start is not None and runs[i] > start:
                continue
            price = offer.until(max(0, self.months - (start or 0))) if offer.paid else None
            if start is None:
                if i in self.barred:
                    found.append(Rejected(offer, self.barred[i][1], (), price))
                continue
            against = [(said, j) for j, said in self.beside[i] if runs[j] > (self.task.starts[j] or 0)]
            against.sort(key=lambda pair: (not pair[0].forbids, pair[0].silent, -self.offers[pair[1]].until(self.months), pair[1]))
            for rule, _ in against[:1]:
                found.append(Rejected(offer, rule, tuple(self.offers[j] for _, j in against), price))
        return tuple(found)


def near_to(task: Task, i: int) -> frozenset[int]:
    """The offers that an offer touches: what may change when it is left out."""
    return frozenset(j for q in task.apart | task.never if i in q for j in q) | frozenset(
        j for c in task.ceilings if i == c.offer or i in c.beside for j in (c.offer, *c.beside)
    )


def said(pattern: Words, name: Words) -> Words:
    """A sentence with a name in it, in both languages."""
    return {lang: pattern[lang].format(name[lang]) for lang in ("ms", "en")}


def ceiling_of(law: Law, name: str, on: dt.date, figures: Mapping[str, int]) -> int | None:
    """A ceiling in sen a month: a fact that is known, or a figure of the law with one value on the day."""
    if name in figures:
        return figures[name]
    rows = law.parameters[name].on(on) if name in law.parameters else ()
    return rows[0].value if len(rows) == 1 else None


def package(
    law: Law, offers: Iterable[Offer], held: Iterable[Holding] = (), *, on: dt.date, months: int = 12, figures: Mapping[str, int] | None = None
) -> Package:
    """The best lawful way over so many months from a day, beside what is held. `figures`: facts in sen a month that ceilings name.

    What is certain is never given up for what is not: first the certain sum is made greatest, then what may be confirmed, then, at no cost,
    as many of the rest as go together, the earlier in the order of agency and programme before the later.
    """
    weighing = Weighing(law, offers, held, on, months, figures or {})
    runs, grid = weighing.way(weighing.task)
    steps, taken = weighing.steps(weighing.task, runs, grid), sum(map(sum, grid))
    certain = sum(sum(row) for offer, row in zip(weighing.offers, grid, strict=True) if offer.certain)
    unknown = weighing.unknown(steps)
    rejected = weighing.rejected(runs) + weighing.named(unknown, steps)
    ended = {s.offer.programme for s in steps if s.end is not None}
    readings = {
        rule.id: rule.reading
        for (i, j), s in weighing.pairs.items()
        if (rule := s.rule) is not None and rule.reading and {weighing.offers[i].programme, weighing.offers[j].programme} & ended
    }
    return Package(
        steps,
        tuple(sum(row[m] for row in grid) for m in range(months)),
        sum(s.offer.once_sen or 0 for s in steps),
        taken,
        certain,
        taken - certain,
        weighing.alternatives(runs),
        rejected,
        weighing.loans,
        any(r.rule.silent for r in rejected),
        tuple(readings.values()),
        unknown,
    )
