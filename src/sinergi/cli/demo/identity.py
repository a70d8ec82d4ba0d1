"""The part of the story about who is who: a partner's list meets the register, and what a machine should not decide waits for an officer."""
import csv
import datetime as dt
import io
from collections.abc import Callable

from sinergi.registry import tasks
from sinergi.registry.queries import linking

from .steps import must

TITLE = "Ahli AIM, Kuala Lumpur"
HEADER = ("No ahli", "Nama", "No KP", "Tarikh lahir", "Telefon", "Poskod")
MEMBERS = (  # the first two are in the register, with the slips of a clerk; the third is nobody's
    ("AIM-0164", "MARIAM BT. LATIFF", "850612170146", "", "0190000164", "59200"),
    ("AIM-0197", "LOKMAN HASAN", "", "22/09/1979", "019-0000197", "54200"),
    ("AIM-0990", "ROSNAH BINTI PUTEH", "710101175990", "", "", "50480"))


def tell(say: Callable[[str], None], now: dt.datetime) -> None:
    """A list is compared, shown and applied; raises StoryBroken. Told again, the list is compared again and nothing is doubled."""
    say("\n12. Who is who. AIM sends a list of its members, typed by hand. What meets the register is told by AIM's own keys, and nothing else.")
    run, actor = tasks.link_now(listed().encode(), title=TITLE, agency="aim", columns={}, at=now, apply=True)
    view, _ = tasks.told_now(run, actor, "")
    must(view.rows == len(MEMBERS) and view.counts.get("wrong", 0) == 0, "every row must be read")
    known = view.counts.get("auto", 0) + view.counts.get("review", 0)
    must(view.counts.get("new", 0) == 1 and known == 2, f"two must be known and one new: {view.counts}")
    for zone, n in sorted(view.counts.items()):
        say(f"   AIM is told “{linking.ANSWER[zone]['en']}” of {n} of its {view.rows} rows.")
    say("   Without a certificate from labels nothing is joined by itself: the two wait for an officer (/semakan-orang/).")


def listed() -> str:
    """The list as a file."""
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *MEMBERS])
    return out.getvalue()
