"""The story of the demo, told in the terminal on the real platform: searched, registered, found again, screened, seen only by whom it
concerns; then, in `journey`, from the package to the outcome the person confirms.

Each step says what it did and checks that it ended as it should; `StoryBroken` otherwise. It may be told again: a household that is
there already is found, not doubled.
"""
import datetime as dt
import shutil
from collections.abc import Callable
from typing import Any

from sinergi.assistance import actions as assistance
from sinergi.assistance import queries as sheets
from sinergi.cli.screen import printed
from sinergi.kernel import seals, verification
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.registry import actions, queries

from . import identity, journey
from .steps import StoryBroken, must, user

__all__ = ["HOUSEHOLD", "NUMBER", "StoryBroken", "tell"]

NUMBER = "850612-17-0164"
HOUSEHOLD: dict[str, Any] = {
    "person": {
        "name": "Mariam binti Latif", "relation": "head", "mykad": NUMBER, "phone": "019-000 0164", "sex": "female",
        "facts": {"citizenship": "citizen", "marital": "widowed", "religion": "islam", "work": "self_employed", "income": "RM900", "oku_card": "no",
                  "full_time_student": "no"}},
    "members": [
        {"name": "Danish bin Azman", "relation": "child", "mykad": "120304-17-0105", "facts": {"citizenship": "citizen", "income": "RM0"}},
        {"name": "Damia binti Azman", "relation": "child", "mykad": "160917-17-0106", "facts": {"citizenship": "citizen", "income": "RM0"}}],
    "address": {"lines": "Blok C-4-12, PPR Kerinchi", "postcode": "59200", "state": "kuala_lumpur"},
    "household": {"stratum": "urban", "ekasih": "poor", "territory_since": "1/6/2015", "asnaf": "miskin", "had_kifayah": "RM2,500",
                  "housing_need": "rent", "house_in_klang_valley": "no"},
    "needs": ["food", "rent", "schooling"], "held_known": True, "language": "ms"}


def tell(say: Callable[[str], None], now: dt.datetime, on: dt.date) -> None:
    """The whole story; raises StoryBroken."""
    irm, akpk = user("penyelaras", "irm"), user("penyelaras", "akpk")
    say("\n1. Search first. A widow stands at the counter of Islamic Relief Malaysia; the coordinator types her name and her year of birth.")
    with acting(irm, purpose="register", page="demo"):
        found = queries.find_persons("Mariam Latif", "1985", actor=irm, on=on)
    say(f"   {len(found.candidates)} candidate(s): " + ("; ".join(f"{c.name}, {c.masked}, {c.level}" for c in found.candidates) or "nobody like her"))

    say("\n2. Intake. What she says is kept as received; she and her two children become a household.")
    with acting(irm, purpose="register", page="demo"):
        done = actions.take_in(HOUSEHOLD, actor=irm, on=on, channel="counter", at=now)
    say("   She is here already: her record is opened, nothing is doubled." if done.known else f"   Registered: {len(done.people)} people.")

    say("\n3. Identity. The same number typed at another counter, with a slip of spaces, finds her at once.")
    with acting(irm, purpose="register", page="demo"):
        again = queries.find_persons(NUMBER.replace("-", " "), actor=irm, on=on)
    must([c.person_id for c in again.candidates] == [done.person_id], "the number must find exactly her")
    say(f"   {again.candidates[0].name}: {again.candidates[0].level}")

    sheet_of_household(say, irm, done.household_id, on, now)

    say("\n5. Who may see. AKPK's coordinator finds that she exists and how she stands; her details stay closed without her consent.")
    with acting(akpk, purpose="register", page="demo"):
        seen = queries.find_persons(NUMBER, actor=akpk, on=on)
        closed = queries.person(done.person_id)
    must(len(seen.candidates) == 1 and not seen.candidates[0].mine and closed is None, "another partner must see existence and state alone")
    say(f"   sees that she is here and {seen.candidates[0].standing.replace('_', ' ')}, opening her: refused")
    journey.tell(say, done, on, now)
    identity.tell(say, now)
    audit(say)


def sheet_of_household(say: Callable[[str], None], actor: Actor, household_id: Any, on: dt.date, now: dt.datetime) -> None:
    """The sheet, stored and printed."""
    say("\n4. The sheet. Every programme of every partner, for everybody in the household.\n")
    with acting(actor, purpose="screen", page="demo"):
        assistance.screen_household(household_id, actor=actor, on=on, at=now)
        live = sheets.sheet_of(household_id, on=on, actor=actor)
    must(len({a.programme for a in live.sheet.answers}) == len(live.law.programmes), "every programme must be answered")
    must(any(a.group == "yes" for a in live.sheet.answers), "she must be entitled to something")
    for line in printed(live.sheet, "ms", min(160, shutil.get_terminal_size((120, 40)).columns)):
        say("   " + line)


def audit(say: Callable[[str], None]) -> None:
    """Seal what was done, hand it out, and verify everything ever sealed."""
    say("\n13. The audit. Every step above left its entry; they are sealed, and the whole log is verified.")
    blocks = seals.seal()
    seals.hand_out()
    found = verification.verify()
    must(found.fault is None, f"the audit must verify: {found.fault}")
    say(f"   {len(blocks)} block(s) sealed now; {found.blocks} block(s), {found.entries} entries verified: as they were written.")
