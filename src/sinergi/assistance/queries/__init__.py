"""What assistance tells others: sheets and screenings, what an application carries, applications, decisions and their clocks."""

from .applications import (
    NO_END,
    NOT_IN_FORCE,
    ApplicationRow,
    ApplicationView,
    AttachmentView,
    DecisionView,
    Moment,
    QuestionView,
    answer_of,
    application,
    applications,
    facts_to_send,
    packet_to_send,
    programme_of,
)
from .clocks import ClockView, DueClock, clocks_before, clocks_of, due_clocks
from .letters import LetterView, letter_of
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
    "Live",
    "Moment",
    "Overrides",
    "QuestionView",
    "ScreeningView",
    "answer_of",
    "application",
    "applications",
    "clocks_before",
    "clocks_of",
    "due_clocks",
    "facts_to_send",
    "letter_of",
    "packet_to_send",
    "programme_of",
    "replayed",
    "screened",
    "screenings",
    "sheet_of",
    "stored",
]
