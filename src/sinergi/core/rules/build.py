"""Documents of the law folder -> Law, with every fault of every file. Vocabulary first, then parameters, then programmes."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sinergi.core.rules.checker import Names, compile_text
from sinergi.core.rules.faults import Fault, LawFaults
from sinergi.core.rules.law import Fact, Law, Parameter, Programme
from sinergi.core.rules.parameters import parameter
from sinergi.core.rules.programmes import programme
from sinergi.core.rules.reading import Reading, bilingual, mapping
from sinergi.core.rules.stacking import read_stacking
from sinergi.core.rules.tree import Node, RuleError, parameters_of
from sinergi.core.rules.values import RECORDS, kind_of, value_of

GROUPS = ("person", "household", "records", "event", "derived")
Entry = tuple[str, str, Mapping[str, Any]]
"""(file, group, what it says) of a fact."""
TAKEN = ("members", "held", "as_of", "month", "any", "name")


def build(documents: Mapping[str, object]) -> Law:
    """Documents {path in the law folder: parsed YAML} -> Law. Raises LawFaults with every fault of every file."""
    law, faults = assemble(documents)
    if faults:
        raise LawFaults(faults)
    return law


def assemble(documents: Mapping[str, object]) -> tuple[Law, list[Fault]]:
    """The law as far as it can be read, and the faults: what is at fault is left out, the rest stands."""
    faults: list[Fault] = []
    entries = vocabulary_entries(documents, faults)
    parameters = read_parameters(documents, faults, entries)
    groups = held_groups(documents)
    names = Names(
        {},
        {n: Node("param", p.kind, value=dimensions(p, entries)) for n, p in parameters.items()},
        groups,
        frozenset(n for n, (_, group, _) in entries.items() if group == "household"),
    )
    facts = Vocabulary(entries, names, faults).facts()
    checked = Names({n: f.tree or fact_node(f) for n, f in facts.items()}, names.parameters, groups, names.households)
    programmes: dict[str, Programme] = {}
    for path, document in documents.items():
        if path.startswith("programmes/"):
            made = programme(Reading(path, faults), document, checked, facts)
            if made is None:
                continue
            if made.id in programmes:
                faults.append(Fault(path, "programme", f"{made.id} is defined twice: also in {programmes[made.id].file}"))
            programmes[made.id] = made
    stacking = read_stacking(documents.get("stacking.yaml"), Reading("stacking.yaml", faults), groups, (facts, parameters))
    return Law(facts, parameters, programmes, groups, version_of(documents), stacking), faults


def version_of(documents: Mapping[str, object]) -> str:
    """sha256 over the canonical JSON of the documents: the same law, the same version."""
    text = json.dumps(canonical(documents), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: object) -> object:
    """Plain JSON values with keys as text in order, days and the like as text: equal documents give equal bytes."""
    if isinstance(value, Mapping):
        return {key: canonical(value[raw]) for key, raw in sorted((str(k), k) for k in value)}
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def held_groups(documents: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Group of held benefits -> programme ids; every programme is a group of itself."""
    found: dict[str, list[str]] = {}
    for path, document in documents.items():
        if path.startswith("programmes/") and isinstance(document, Mapping) and isinstance(document.get("programme"), str):
            groups = document.get("held_groups") or []
            for group in (document["programme"], *(groups if isinstance(groups, list) else [])):
                found.setdefault(str(group), []).append(document["programme"])
    return {group: tuple(sorted(set(ids))) for group, ids in sorted(found.items())}


def dimensions(parameter: Parameter, entries: Mapping[str, Entry]) -> str:
    """Names in `for` that are no facts: a figure that differs by them cannot be read by an expression."""
    return ", ".join(sorted({name for row in parameter.rows for name, _ in row.where if name not in entries}))


def fact_node(fact: Fact) -> Node:
    """The node that reads the fact."""
    return Node("fact", fact.kind, value=fact.name, limits=(fact.least, fact.most))


def vocabulary_entries(documents: Mapping[str, object], faults: list[Fault]) -> dict[str, Entry]:
    """name -> (file, group, entry) over all vocabulary files."""
    found: dict[str, Entry] = {}
    for path, document in documents.items():
        if not path.startswith("vocabulary/"):
            continue
        for group, entries in mapping(document).items():
            if group not in GROUPS:
                faults.append(Fault(path, str(group), f"unknown group of facts: {', '.join(GROUPS)}"))
                continue
            for name, entry in mapping(entries).items():
                if name in found:
                    faults.append(Fault(path, f"{group}.{name}", f"this fact is already defined in {found[name][0]}"))
                elif name in TAKEN or not isinstance(entry, Mapping):
                    faults.append(
                        Fault(path, f"{group}.{name}", "this name is taken" if name in TAKEN else "a fact is a mapping with a type")
                    )
                else:
                    found[name] = (path, group, entry)
    return found


def read_parameters(documents: Mapping[str, object], faults: list[Fault], entries: Mapping[str, Entry]) -> dict[str, Parameter]:
    """name -> Parameter over all parameter files."""
    kinds = {}
    for name, (_, _, entry) in entries.items():
        with contextlib.suppress(RuleError):
            kinds[name] = kind_of(entry.get("type"))
    found: dict[str, Parameter] = {}
    where: dict[str, str] = {}
    for path, document in documents.items():
        if path.startswith("parameters/"):
            for name, entry in mapping(document).items():
                if name in where:
                    faults.append(Fault(path, str(name), f"this parameter is already defined in {where[name]}"))
                    continue
                where[name] = path
                if made := parameter(Reading(path, faults), str(name), entry, kinds):
                    found[made.name] = made
    return found


class Vocabulary:
    """Facts in any order: a derived fact is compiled when it is first needed, a circle of them is a fault."""

    def __init__(self, entries: Mapping[str, Entry], names: Names, faults: list[Fault]) -> None:
        self.entries, self.faults = entries, faults
        self.made: dict[str, Fact] = {}
        self.nodes: dict[str, Node] = {}
        self.broken: set[str] = set()
        self.open: list[str] = []
        self.names = Names(Lookup(self), names.parameters, names.groups, names.households)

    def facts(self) -> dict[str, Fact]:
        """Every fact that can be read."""
        for name in self.entries:
            self.node(name)
        for name, fact in list(self.made.items()):
            if text := self.entries[name][2].get("only_if"):
                try:
                    tree = compile_text(str(text), self.names, "bool")
                    if parameters_of(tree):
                        raise RuleError("whether a fact applies cannot rest on a figure of the law")
                    self.made[name] = replace(fact, only_if=tree)
                except RuleError as fault:
                    self.fault(name, "only_if", fault)
        return {name: self.made[name] for name in self.entries if name in self.made}

    def node(self, name: str) -> Node | None:
        """The node of a name, or None where there is no such fact or it is at fault."""
        if name in self.nodes or name in self.broken or name not in self.entries:
            return self.nodes.get(name)
        if name in self.open:
            raise RuleError(f"derived facts in a circle: {' -> '.join([*self.open[self.open.index(name) :], name])}")
        self.open.append(name)
        try:
            fact = self.fact(name)
            self.made[name] = fact
            self.nodes[name] = fact.tree or fact_node(fact)
        except (RuleError, ValueError) as fault:
            self.broken.add(name)
            self.fault(name, "", fault)
        finally:
            self.open.remove(name)
        return self.nodes.get(name)

    def fault(self, name: str, key: str, fault: Exception) -> None:
        """Keep the fault with its file."""
        path, group, _ = self.entries[name]
        text, position = (fault.text, fault.position) if isinstance(fault, RuleError) else (None, None)
        self.faults.append(Fault(path, f"{group}.{name}{'.' + key if key else ''}", str(fault), text, position))

    def fact(self, name: str) -> Fact:
        """One entry -> Fact."""
        path, group, entry = self.entries[name]
        kind = kind_of(entry.get("type"))
        if group == "derived":
            if "from" not in entry:
                raise RuleError("a derived fact has 'from', its expression")
            return Fact(name, kind, group, tree=compile_text(str(entry["from"]), self.names, kind), more=entry)
        ask = bilingual(entry.get("ask"))
        recorded = group == "records" or "source" in entry or kind in RECORDS
        if ask is None and not recorded:
            raise RuleError("a fact that is asked has 'ask' in ms and en; one that is recorded has 'source'")
        return Fact(
            name,
            kind,
            group,
            ask,
            bilingual(entry.get("why")),
            *limits(kind, entry),
            entry.get("max") == "as_of",
            sensitive=bool(entry.get("sensitive")),
            recorded=recorded,
            labels=labels_of(entry),
            more=entry,
        )


class Lookup(Mapping[str, Node]):
    """The vocabulary as names of an expression, compiled on demand."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __getitem__(self, name: str) -> Node:
        node = self.vocabulary.node(name)
        if node is None:
            raise KeyError(name)
        return node

    def __iter__(self) -> Iterator[str]:
        return iter(self.vocabulary.entries)

    def __len__(self) -> int:
        return len(self.vocabulary.entries)


def limits(kind: str, entry: Mapping[str, Any]) -> tuple[Any, Any]:
    """The least and the most the fact may be, as values of its kind."""
    least, most = entry.get("min"), entry.get("max")
    zero = 0 if least == 0 and kind in ("money", "rate") and not isinstance(least, bool) else value_of(kind, least)
    return zero, None if most == "as_of" else value_of(kind, most)


def labels_of(entry: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Words for the values of an enum, where the vocabulary gives them: {value: {ms, en}}."""
    return {str(k): v for k, v in mapping(entry.get("labels")).items() if bilingual(v)}
