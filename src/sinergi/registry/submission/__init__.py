"""One form in which people come in, whoever sends it: the intake page, a partner's list, another system, the demo people.

    {person: {…}, members: [{…}], address: {…}, household: {fact: value}, needs: [food, …], held_known: true, language: ms, on: 2026-11-23}

`person` and each member: name, relation, one of the identifier kinds (mykad: "600302-17-5062"), no_document, country, birth_date, sex, phone,
email, person_id (found by search), facts {fact: value}, held [{programme, from, to, amount}]. Nothing here touches the database; the vocabulary
of facts comes with the law. What is not known is left out or left empty, and is never read as no.
"""

from .fields import FORMAT, nest
from .people import CleanFact, CleanHeld, CleanNumber, CleanPerson, read_facts, read_person
from .places import CleanAddress, read_address
from .reading import Clean, read_submission
from .values import Fault, SubmissionFaults, typed_value, written

__all__ = [
    "FORMAT",
    "Clean",
    "CleanAddress",
    "CleanFact",
    "CleanHeld",
    "CleanNumber",
    "CleanPerson",
    "Fault",
    "SubmissionFaults",
    "nest",
    "read_address",
    "read_facts",
    "read_person",
    "read_submission",
    "typed_value",
    "written",
]
