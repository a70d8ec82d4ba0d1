"""What assistance tells others: sheets and screenings, what an application carries, applications, decisions and their clocks."""

from .applications import (
    NO_END,
    NOT_IN_FORCE,
    ApplicationRow,
    ApplicationView,
    AttachmentView,
    DecisionView,
    Followed,
    Moment,
    QuestionView,
    answer_of,
    application,
    applications,
    facts_to_send,
    followed,
    packet_to_send,
    programme_of,
)
from .behind import application_behind
from .clocks import ClockView, DueClock, clocks_before, clocks_due, clocks_of, due_clocks
from .letters import LetterView, letter_of
from .plans import Plan, package_of, plan
from .sheets import Live, Overrides, ScreeningView, replayed, screened, screenings, sheet_of, stored

__all__ = [
    "NOT_IN_FORCE",
    "NO_END",
    "ApplicationRow",
    "ApplicationView",
    "AttachmentView",
    "ClockView",
    "DecisionView",
    "DueClock",
    "LetterView",
    "Followed",
    "Live",
    "Moment",
    "Overrides",
    "Plan",
    "QuestionView",
    "ScreeningView",
    "answer_of",
    "application",
    "application_behind",
    "applications",
    "clocks_before",
    "clocks_due",
    "clocks_of",
    "due_clocks",
    "facts_to_send",
    "followed",
    "letter_of",
    "package_of",
    "packet_to_send",
    "plan",
    "programme_of",
    "replayed",
    "screened",
    "screenings",
    "sheet_of",
    "stored",
]
