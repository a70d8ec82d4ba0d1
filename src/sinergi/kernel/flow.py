"""The life of a thing as a table: verb -> (states it may come from, state it goes to). The table is the documentation."""
from collections.abc import Mapping
from typing import Protocol

from .errors import Refused

Flow = Mapping[str, tuple[frozenset[str], str]]
FLOWS: dict[str, Flow] = {}


class Stateful(Protocol):
    """Anything with a state, for example a model."""

    state: str


def flow(name: str, table: Flow) -> Flow:
    """Enter a table under a name, so that docs and drawings find it."""
    FLOWS[name] = table
    return table


def states(table: Flow) -> list[str]:
    """Every state of the table, in order of first mention; a CheckConstraint lists them too."""
    seen: dict[str, None] = {}
    for sources, target in table.values():
        seen |= dict.fromkeys([*sorted(sources), target])
    return list(seen)


def move(thing: Stateful, table: Flow, verb: str) -> None:
    """Take one step, or refuse with `flow.wrong_state`."""
    sources, target = table[verb]
    if thing.state not in sources:
        raise Refused("flow.wrong_state", state=thing.state, verb=verb, allowed=", ".join(sorted(sources)))
    thing.state = target
