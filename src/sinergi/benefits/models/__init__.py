"""The tables of benefits. Private to the room."""
from .entitlements import PAYS, SOURCES, STATES, Beneficiary, Entitlement, Lock
from .overrides import CODES, OVERRIDE, Override

__all__ = ["CODES", "OVERRIDE", "PAYS", "SOURCES", "STATES", "Beneficiary", "Entitlement", "Lock", "Override"]
