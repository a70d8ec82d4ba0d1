"""Screenings and determinations, which inform; applications, their papers and clocks, and decisions, which bind."""

from .applications import Application, Attachment, AttachmentFile, ClockRun, Decision, Packet, Question
from .screenings import OUTCOMES, Determination, Screening

__all__ = ["OUTCOMES", "Application", "Attachment", "AttachmentFile", "ClockRun", "Decision", "Determination", "Packet", "Question", "Screening"]
