"""Code lists of the registry: places, needs, relations, kinds of numbers. Pure: read once from the files beside this one.

Each list maps a code to its words in both languages, in the order in which a form shows it.
"""
from .places import DISTRICTS, STATES, State, district_name, state_of_postcode, towns_of_postcode
from .words import (
    EVIDENCE_WORDS,
    HOW_GIVEN,
    IDENTIFIER_KINDS,
    LANGUAGES,
    NEEDS,
    RELATIONS,
    REQUEST_KINDS,
    SAID_BY,
    SEXES,
    STANDINGS,
    Words,
)

__all__ = ["DISTRICTS", "EVIDENCE_WORDS", "HOW_GIVEN", "IDENTIFIER_KINDS", "LANGUAGES", "NEEDS", "RELATIONS", "REQUEST_KINDS", "SAID_BY", "SEXES",
           "STANDINGS", "STATES", "State", "Words", "district_name", "state_of_postcode", "towns_of_postcode"]
