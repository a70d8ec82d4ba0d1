"""A partner's list from file to persons: each bad row named, nobody doubled, undone while nobody has worked on it."""

from __future__ import annotations
