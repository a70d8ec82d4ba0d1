"""What benefits lets others do. Each is one verb: checked, one transaction, one audit entry."""

from .awarding import award, end, forget_entitlements
from .overriding import approve_override, ask_override, expire_overrides, refuse_override, review_override

__all__ = ["approve_override", "ask_override", "award", "end", "expire_overrides", "forget_entitlements", "refuse_override", "review_override"]
