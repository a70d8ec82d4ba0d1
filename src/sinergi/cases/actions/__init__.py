"""What cases lets others do. Each is one verb: checked, one transaction, one audit entry."""

from .following import follow_application, follow_award, follow_person, may_guess, note_guess
from .forgetting import forget_cases, pass_cases, pass_held
from .opening import close_unreachable, hand_over, open_case, plan_case, record_contact
from .outcomes import PERSON, Asked, ask_again, code_of, confirm_outcome, fingerprint, person_answers, record_outcome, reopen_silent
from .referring import (
    accept,
    acknowledge_withdrawal,
    answer_back,
    ask_back,
    decline,
    expire_referral,
    refer,
    withdraw_referral,
)

__all__ = [
    "PERSON",
    "Asked",
    "accept",
    "acknowledge_withdrawal",
    "answer_back",
    "ask_again",
    "ask_back",
    "close_unreachable",
    "code_of",
    "confirm_outcome",
    "decline",
    "expire_referral",
    "fingerprint",
    "follow_application",
    "follow_award",
    "follow_person",
    "forget_cases",
    "hand_over",
    "may_guess",
    "note_guess",
    "open_case",
    "pass_cases",
    "pass_held",
    "person_answers",
    "plan_case",
    "record_contact",
    "record_outcome",
    "refer",
    "reopen_silent",
    "withdraw_referral",
]
