"""Formats of dates and numbers: day first in both languages, because Django's English prints American dates."""
