"""What the registry lets others do. Each is one verb: checked, one transaction, one audit entry."""

from .consents import ConsentGiven, claim_person, give_consent, open_by_reason, review_access, withdraw_consent
from .drafts import discard_draft, save_draft
from .facts import record_facts
from .finding import alarm_walking, count_words, suspect_same
from .identity import (
    Evidence,
    Incoming,
    Unmerged,
    approve_identity,
    ask_second,
    auto_link,
    confirm_link,
    identify,
    merge_persons,
    move_record,
    not_same,
    refuse_identity,
    settle,
    unmerge,
)
from .objections import answer_objection, object_identity
from .papers import store_paper
from .people import appoint_guardian, correct_person, end_membership, protect_address, record_address, resume_membership
from .proposals import accept_proposal, propose_households, refuse_proposal
from .receiving import receive_submission
from .registering import Registered, add_member, register_households, take_in
from .requests import FORGETTERS, answer_request, erase_person, open_request

__all__ = [
    "FORGETTERS",
    "ConsentGiven",
    "Evidence",
    "Incoming",
    "Registered",
    "Unmerged",
    "accept_proposal",
    "add_member",
    "alarm_walking",
    "answer_objection",
    "answer_request",
    "appoint_guardian",
    "approve_identity",
    "ask_second",
    "auto_link",
    "claim_person",
    "confirm_link",
    "correct_person",
    "count_words",
    "discard_draft",
    "end_membership",
    "erase_person",
    "give_consent",
    "identify",
    "merge_persons",
    "move_record",
    "not_same",
    "object_identity",
    "open_by_reason",
    "open_request",
    "propose_households",
    "protect_address",
    "receive_submission",
    "record_address",
    "record_facts",
    "refuse_identity",
    "refuse_proposal",
    "register_households",
    "resume_membership",
    "review_access",
    "save_draft",
    "settle",
    "store_paper",
    "suspect_same",
    "take_in",
    "unmerge",
    "withdraw_consent",
]
