"""What was typed weighed against people of the search table: the comparison of core.linkage, with the model that is in force.

That is the newest model an officer approved; until there is one, the model that comes with the platform (`first_model.json` says how it was made).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic

from sinergi.core.identity import CARDS
from sinergi.core.linkage import counter, finding
from sinergi.core.linkage.encode import Vocabulary
from sinergi.core.linkage.explain import Piece, explain, sentence
from sinergi.core.linkage.levels import unpack
from sinergi.core.linkage.model import Model
from sinergi.core.linkage.model import scores as bits_of
from sinergi.core.linkage.names import parse, sex_of
from sinergi.core.linkage.records import Record
from sinergi.core.linkage.sentences import LEVELS

from ..models import LinkageModel
from .typed import Typed, Words

FIRST = Path(__file__).resolve().parent.parent / "first_model.json"
FIRST_VERSION = "first-2026-11"
MINUTE, TOLD = 60, 2.0  # seconds; bits


def plainly(piece: Piece) -> Words:
    """One piece in words, without how strongly it speaks."""
    return {language: f"{said}." for language, said in LEVELS[piece.evidence][piece.level].items()}


@dataclass(frozen=True)
class Weighed:
    """How somebody compares with what was typed: bits, the six levels, certain / likely / possible / no, what he is ordered by, the model."""

    bits: float
    levels: tuple[int, ...]
    level: str
    order: float
    model: Model

    def reasons(self) -> tuple[Words, ...]:
        """What speaks for and against, in words, the number or birth first, then the heaviest; empty where nothing was compared.

        How strongly is said of what weighs; the sex that a number tells says nothing beside the number.
        """
        told = [p for p in explain(self.model, self.levels).pieces if p.level] if self.levels else []
        heaviest = sorted(told, key=lambda p: (p.evidence != "identity", -abs(p.bits)))
        return tuple(sentence(p) if abs(p.bits) >= TOLD else plainly(p) for p in heaviest if p.evidence != "sex" or abs(p.bits) >= TOLD)


@cache
def first_model() -> Model:
    """The model that comes with the platform."""
    return Model.from_json(json.loads(FIRST.read_text("utf-8")))


@cache
def parsed_model(version: str) -> Model:
    """A model of the register; a version never changes."""
    return Model.from_json(LinkageModel.objects.get(pk=version).parameters)


def model_in_force() -> tuple[str, Model]:
    """(version, model) that people are weighed by, as it was within the last minute."""
    return model_of_minute(int(monotonic()) // MINUTE)


@lru_cache(maxsize=1)
def model_of_minute(minute: int) -> tuple[str, Model]:
    """The model in force, asked for once in a minute. One query."""
    version = LinkageModel.objects.exclude(approved_at=None).order_by("-approved_at").values_list("version", flat=True).first()
    return (version, parsed_model(version)) if version else (FIRST_VERSION, first_model())


def record_of(name: str, birth_date: date | None, numbers: Sequence[str], phones: Sequence[str], wanted: Sequence[str] = ()) -> Record:
    """Somebody of the search table as a record; `numbers` as kind:country:value. Of several, one of `wanted` (bare) counts before the first."""
    asked_first = sorted(numbers, key=lambda n: n.split(":", 2)[2] not in wanted)
    card = next((n.split(":", 2)[2] for n in asked_first if n.split(":")[0] in CARDS), "")
    document = next((n for n in asked_first if n.split(":")[0] not in CARDS), "")
    return Record(name=name, number=card, document=document, birth_date=birth_date, phones=tuple(phones))


def typed_record(typed: Typed, documents: Sequence[str]) -> Record:
    """What was typed as a record; `documents`: those numbers as somebody bears them (kind:country:value).

    The sex is that of the name: a number that was mistyped tells another one.
    """
    card = next((n for n in typed.numbers if n.isdigit() and 11 <= len(n) <= 13), "")
    return Record(name=typed.name, number=card, document=next(iter(documents), ""), birth_date=typed.birth_date, birth_year=typed.birth_year,
                  sex=sex_of(parse(typed.name)), phones=typed.phones)


def warmed() -> None:
    """Have the machine code of the comparison, made or fetched, before somebody waits for it. No query."""
    somebody = Record(name="Kamarul bin Yusof", number="680411175013", phones=("0123456789",))
    counter.patterns(somebody, [somebody], Vocabulary({}, 1), date(2026, 1, 1))


def weigh(typed: Record, people: Sequence[Record], counts: Vocabulary, on: date) -> list[Weighed]:
    """What was typed against each of these people, in their order."""
    if not people:
        return []
    model, levels = model_in_force()[1], unpack(counter.patterns(typed, people, counts, on))
    bits = bits_of(model, levels)
    return [
        Weighed(float(b), tuple(int(x) for x in row), finding.level(row, float(b)), finding.order(float(b), int(row[2]), typed.name, who.name), model)
        for b, row, who in zip(bits, levels, people, strict=True)
    ]
