"""The typed tree of an expression: its nodes, and walks over them. Equal trees are equal and hash alike, so readers share work.

Types: bool, int, money (sen), rate (parts per million), exact (sen times a million), date, code, enum:a,b,c,
months (a record of set months), amounts (month -> sen), list:<type>, table:<keys>:<type>.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

COMPARE = ("=", "<>", "<", "<=", ">", ">=")
FLIP = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
AGGREGATES = ("sum", "count", "any", "all")


class RuleError(Exception):
    """A fault in the text of a rule: what is wrong, and at which character of which text."""

    def __init__(self, message: str, position: int | None = None, text: str | None = None) -> None:
        super().__init__(message)
        self.message, self.position, self.text = message, position, text


@dataclass(frozen=True)
class Node:
    """op, type, arguments, value; for a fact `limits` = (least, most) as the vocabulary bounds it."""

    op: str
    type: str = ""
    args: tuple[Node, ...] = ()
    value: Any = None
    limits: tuple[Any, Any] = (None, None)
    pos: int = field(default=0, compare=False, hash=False)


def literal(kind: str, value: Any, pos: int = 0) -> Node:
    """A fixed value."""
    return Node("lit", kind, value=value, pos=pos)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it, in the order of the text."""
    yield node
    for part in node.args:
        yield from walk(part)


def facts_of(node: Node) -> list[str]:
    """Names of the facts a tree reads (those of members included), each once, in the order of the text."""
    return list(dict.fromkeys(n.value for n in walk(node) if n.op == "fact"))


def parameters_of(node: Node) -> list[str]:
    """Names of the parameters a tree reads, each once, in the order of the text."""
    return list(dict.fromkeys(n.value for n in walk(node) if n.op == "param"))


def aggregated(node: Node) -> bool:
    """Whether a figure over the members of the household stands in the tree."""
    return any(n.op == "agg" for n in walk(node))


def negation(node: Node) -> Node:
    """not (node)."""
    return Node("not", "bool", (node,), pos=node.pos)
