"""Refusals are part of the service: one class, one bilingual catalogue. Everything else is a defect and must crash."""
from functools import cache
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).parent / "catalogue"


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Every refusal: code -> {ms, en}. A code defined twice is a defect.

    >>> sorted(sentences()["not_allowed"])
    ['en', 'ms']
    """
    found: dict[str, dict[str, str]] = {}
    for path in sorted(CATALOGUE.glob("*.yaml")):
        for code, words in yaml.safe_load(path.read_text("utf-8")).items():
            if code in found:
                raise ValueError(f"{path.name}: {code} stands in two files")
            found[code] = words
    return found


class Refused(Exception):
    """The law, the state of the record, the input or the actor's rights forbid it.

    `code` is stable and stands in the catalogue; `facts` fill its sentence; `field` names the form field it belongs to, if any.
    """

    def __init__(self, code: str, *, field: str = "", **facts: object) -> None:
        self.code, self.field, self.facts = code, field, facts
        super().__init__(f"{code} {facts}")

    def sentence(self, language: str) -> str:
        """What a person reads, in `ms` or `en`."""
        return sentences()[self.code][language].format(**self.facts)
