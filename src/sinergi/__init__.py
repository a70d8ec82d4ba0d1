"""Sinergi: every safety net of one household on one sheet."""
