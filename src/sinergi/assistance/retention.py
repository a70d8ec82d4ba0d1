"""How long the papers of an application that was not approved are kept: a dated figure of the law files."""
import datetime as dt

from sinergi.kernel import law as kernel_law

PARAMETER = "platform.refused_papers_days"


def days(on: dt.date) -> int:
    """Days after a refusal or lapse until its papers are removed. KeyError when the law files lack the figure."""
    rows = kernel_law.current().parameters[PARAMETER].on(on)
    return int(rows[0].value)
