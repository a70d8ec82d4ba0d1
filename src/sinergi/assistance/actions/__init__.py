"""Screen, apply, ask, answer, decide, and what the clocks and the retention rule do. Each is one verb: checked, one transaction, one audit entry."""

from .applying import answer, apply, ask_more, withdraw
from .deciding import AwardTerms, decide
from .forgetting import forget_assistance
from .lapsing import lapse, remind
from .papers import Opened, attach, open_attachment, remove_papers
from .screening import canonical, has_sensitive, screen_household

__all__ = [
    "AwardTerms",
    "Opened",
    "answer",
    "apply",
    "ask_more",
    "attach",
    "canonical",
    "decide",
    "forget_assistance",
    "has_sensitive",
    "lapse",
    "open_attachment",
    "remind",
    "remove_papers",
    "screen_household",
    "withdraw",
]
