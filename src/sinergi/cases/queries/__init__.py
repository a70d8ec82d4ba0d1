"""What cases tells others: a person's cases, referrals, what is due, who can help next, the overview, and what a link asks."""

from .able import AbleAgency, able_agencies
from .asked import AskedView, asked, asking_by_code
from .cases import CaseView, ContactView, OutcomeView, case, cases_due, cases_of, next_of, open_cases, strip_line
from .day import DayView, my_day
from .groups import GroupRowView, GroupView, group, groups
from .oversight import COUNTED, Oversight, oversight, oversight_rows
from .referrals import BOXES, ReferralView, referral, referral_counts, referrals, referrals_in, referrals_of

__all__ = [
    "BOXES",
    "COUNTED",
    "AbleAgency",
    "AskedView",
    "CaseView",
    "ContactView",
    "DayView",
    "GroupRowView",
    "GroupView",
    "Oversight",
    "OutcomeView",
    "ReferralView",
    "able_agencies",
    "asked",
    "asking_by_code",
    "case",
    "cases_due",
    "cases_of",
    "group",
    "groups",
    "my_day",
    "next_of",
    "open_cases",
    "oversight",
    "oversight_rows",
    "referral",
    "referral_counts",
    "referrals",
    "referrals_in",
    "referrals_of",
    "strip_line",
]
