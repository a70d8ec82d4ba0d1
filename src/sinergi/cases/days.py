"""How long each step of case work may take, as dated rows: a change is a new row, and a case of last year keeps its days."""

import datetime as dt

from .words import DAYS


def after(what: str, on: dt.date) -> dt.date:
    """The day by which a step that begins on a day should be done."""
    rows = [row for row in DAYS[what] if dt.date.fromisoformat(row["from"]) <= on]
    return on + dt.timedelta(days=rows[-1]["days"])


def before(what: str, on: dt.date) -> dt.date:
    """The day on which a step must have begun for its days to be over now."""
    return on - (after(what, on) - on)
