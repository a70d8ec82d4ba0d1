"""Cases, referrals and outcomes in words: states with their shapes, next steps, contacts, what happened."""
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from sinergi.cases import words as said
from sinergi.kernel import law
from sinergi.registry import codes

from .typed import language, word

REFERRALS = {"sent": ("brand", "refer", gettext_lazy("waiting for an answer")), "asked": ("ask", "question", gettext_lazy("asked back")),
             "accepted": ("yes", "check", gettext_lazy("accepted")), "declined": ("no", "dash", gettext_lazy("declined")),
             "expired": ("ask", "clock", gettext_lazy("not answered in time")), "withdrawn": ("no", "undo", gettext_lazy("taken back"))}
ANSWERED = {"yes": gettext_lazy("Received, and solved"), "no": gettext_lazy("Not solved yet"), "silent": gettext_lazy("No answer"),
            "waiting": gettext_lazy("Asked, no answer yet")}


def need_words(code: str) -> str:
    """A need in words."""
    return word(codes.NEEDS, code)


def step_words(code: str) -> str:
    """A next step in words."""
    return word(said.STEPS, code)


def channel_words(code: str) -> str:
    """How somebody was reached, in words."""
    return word(said.CHANNELS, code)


def decline_words(code: str) -> str:
    """Why a referral was declined, in words."""
    return word(said.DECLINES, code)


def agency_words(code: str, names: Mapping[str, str]) -> str:
    """An agency by name, else by code."""
    return names.get(code, code.upper())


def referral_tag(state: str) -> dict[str, Any]:
    """The state of a referral as the three arguments of a tag."""
    kind, icon, words = REFERRALS[state]
    return {"kind": kind, "icon": icon, "state": str(words)}


def programme_name(code: str) -> str:
    """A programme by name; empty for none."""
    found = law.current().programmes.get(code) if code else None
    return found.name[language()] if found else code
