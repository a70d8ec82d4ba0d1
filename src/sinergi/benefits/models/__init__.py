"""The tables of benefits. Private to the room."""

from .entitlements import PAYS, SOURCES, STATES, Beneficiary, Entitlement, Lock
from .lists import AWARD_LIST, ROW_OUTCOMES, AwardList, AwardRow
from .overrides import CODES, OVERRIDE, Override

__all__ = [
    "AWARD_LIST",
    "CODES",
    "OVERRIDE",
    "PAYS",
    "ROW_OUTCOMES",
    "SOURCES",
    "STATES",
    "AwardList",
    "AwardRow",
    "Beneficiary",
    "Entitlement",
    "Lock",
    "Override",
]
