"""Law and household files from disk: YAML -> plain Python objects. No Django, no meaning: core.rules gives them that."""

from __future__ import annotations

import io
import pathlib
import re
from collections.abc import Hashable
from typing import Any

import yaml


class Loader(yaml.CSafeLoader):
    """Refuses a key written twice, and reads only true and false as yes/no: `no:` and `yes:` are names of sentences."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping whose keys are all different, merges (<<) aside."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                hint = ": an amount with a comma needs quotes inside { }" if isinstance(key, float) else ""
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is written twice{hint}", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


BOOL = "tag:yaml.org,2002:bool"
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != BOOL]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(BOOL, re.compile(r"true|false"), list("tf"))


class Named(io.StringIO):
    """A text with a name, which faults then say."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def read_text(text: str, name: str) -> object:
    """One YAML text -> plain objects. yaml.YAMLError, with the place, where it cannot be read; `name` is used in it."""
    loader = Loader(Named(text, name))
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def read_document(path: pathlib.Path) -> object:
    """One YAML file -> plain objects. OSError, UnicodeDecodeError or yaml.YAMLError where it cannot be read."""
    return read_text(path.read_text(encoding="utf-8"), path.name)


def read_documents(folder: pathlib.Path) -> dict[str, object]:
    """Every *.yaml under the folder: {path relative to it: its objects}, in order of paths. Raises as read_document does."""
    return {path.relative_to(folder).as_posix(): read_document(path) for path in law_paths(folder)}


def law_paths(folder: pathlib.Path) -> list[pathlib.Path]:
    """Every YAML file under the folder, in order of paths."""
    return sorted(folder.rglob("*.yaml"))
