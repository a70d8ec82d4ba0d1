"""Where somebody lives: state, district and postcode against the code lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..codes import DISTRICTS, STATES, state_of_postcode
from .values import YES, Fault, SubmissionFaults, fault

STATE_WORDS = {word.lower(): code for code, (_, name) in STATES.items() for word in (code, name)} | {
    "kl": "kuala_lumpur",
    "wp kuala lumpur": "kuala_lumpur",
    "w.p. kuala lumpur": "kuala_lumpur",
    "wilayah persekutuan kuala lumpur": "kuala_lumpur",
    "wp labuan": "labuan",
    "w.p. labuan": "labuan",
    "wp putrajaya": "putrajaya",
    "w.p. putrajaya": "putrajaya",
    "penang": "pulau_pinang",
    "p. pinang": "pulau_pinang",
    "malacca": "melaka",
    "n. sembilan": "negeri_sembilan",
    "n.sembilan": "negeri_sembilan",
}


@dataclass(frozen=True)
class CleanAddress:
    """An address whose state is known. `safe`: to be hidden from all but named people."""

    state: str
    lines: str = ""
    postcode: str = ""
    district: str = ""
    safe: bool = False
    warnings: tuple[Fault, ...] = ()


def read_address(raw: Mapping[str, Any], prefix: str = "address.") -> CleanAddress:
    """An address as typed -> with codes. Raises SubmissionFaults. A postcode that is not on the list, or of another state, only warns."""
    faults, warnings = [], []
    postcode = re.sub(r"\s", "", str(raw.get("postcode") or ""))
    if postcode and not (postcode.isascii() and postcode.isdigit() and len(postcode) == 5):
        faults.append(fault(f"{prefix}postcode", "address.postcode", postcode))
    typed_state = " ".join(str(raw.get("state") or "").split())
    state, of_code = STATE_WORDS.get(typed_state.lower()), state_of_postcode(postcode)
    if state is None and typed_state:
        faults.append(fault(f"{prefix}state", "address.state_unknown", typed_state, given=typed_state))
    if state is None and not typed_state:
        state = of_code
        if state is None:
            faults.append(fault(f"{prefix}state", "address.state_missing"))
    if postcode and of_code is None:
        warnings.append(fault(f"{prefix}postcode", "address.postcode_not_listed", postcode, given=postcode))
    elif of_code and state and of_code != state:
        warnings.append(fault(f"{prefix}postcode", "address.postcode_elsewhere", postcode, given=postcode, state=STATES[of_code].name))
    if faults or state is None:
        raise SubmissionFaults(faults)
    lines, district = " ".join(str(raw.get("lines") or "").split())[:300], " ".join(str(raw.get("district") or "").split())[:60]
    return CleanAddress(state, lines, postcode, district_code(state, district), is_yes(raw.get("safe")), tuple(warnings))


def district_code(state: str, typed: str) -> str:
    """The code of a district by code or name; what is not on the list stays as typed."""
    for code, name in DISTRICTS[state].items():
        if typed.lower() in (code, name.lower()):
            return code
    return typed


def is_yes(raw: object) -> bool:
    """A tick of a form, a word of a list, a boolean of JSON."""
    return raw is True or str(raw).strip().lower() in YES
