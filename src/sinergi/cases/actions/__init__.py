"""What cases lets others do. Each is one verb: checked, one transaction, one audit entry."""

from .ending import expire_referral, is_consent_over, remind_referral, revoke_referral
from .following import follow_application, follow_award, follow_person, is_followed, may_guess, note_guess
from .forgetting import forget_cases, pass_cases, pass_held
from .groups import refer_group, send_row, undo_group
from .many import Many, contact_many, hand_over_many, plan_many
from .opening import close_unreachable, hand_over, open_case, plan_case, record_contact
from .outcomes import PERSON, Asked, ask_again, code_of, confirm_outcome, fingerprint, person_answers, record_outcome, reopen_silent
from .referring import (
    accept,
    acknowledge_withdrawal,
    answer_back,
    ask_back,
    decline,
    refer,
    withdraw_referral,
)

__all__ = [
    "PERSON",
    "Asked",
    "Many",
    "accept",
    "acknowledge_withdrawal",
    "answer_back",
    "ask_again",
    "ask_back",
    "close_unreachable",
    "code_of",
    "confirm_outcome",
    "contact_many",
    "decline",
    "expire_referral",
    "fingerprint",
    "follow_application",
    "follow_award",
    "follow_person",
    "forget_cases",
    "hand_over",
    "hand_over_many",
    "is_consent_over",
    "is_followed",
    "may_guess",
    "note_guess",
    "open_case",
    "pass_cases",
    "pass_held",
    "person_answers",
    "plan_case",
    "plan_many",
    "record_contact",
    "record_outcome",
    "refer",
    "refer_group",
    "remind_referral",
    "reopen_silent",
    "revoke_referral",
    "send_row",
    "undo_group",
    "withdraw_referral",
]
