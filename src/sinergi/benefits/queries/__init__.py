"""What benefits tells others: what persons hold, what is received twice, which exceptions were made."""

from ..models import CODES as OVERRIDE_CODES
from .held import HeldView, declared, entitlement, held_facts, helped, helped_until, holdings, month_sen, timeline
from .overseen import OverrideView, Twice, override, overrides, received_twice

__all__ = [
    "OVERRIDE_CODES",
    "HeldView",
    "OverrideView",
    "Twice",
    "declared",
    "entitlement",
    "held_facts",
    "helped",
    "helped_until",
    "holdings",
    "month_sen",
    "override",
    "overrides",
    "received_twice",
    "timeline",
]
