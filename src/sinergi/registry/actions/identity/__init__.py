"""Who is who: joining, parting, and what needs two persons. Every verb is one decision, kept for ever; every joining can be undone."""

from .approving import approve_identity, ask_second, refuse_identity
from .joining import Evidence, Incoming, auto_link, confirm_link, identify, merge_persons
from .parting import Unmerged, move_record, not_same, unmerge
from .settling import settle

__all__ = [
    "Evidence",
    "Incoming",
    "Unmerged",
    "approve_identity",
    "ask_second",
    "auto_link",
    "confirm_link",
    "identify",
    "merge_persons",
    "move_record",
    "not_same",
    "refuse_identity",
    "settle",
    "unmerge",
]
