"""Throw-away checkouts as fixtures."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from copies import Copy, build, forget, open_ground


@pytest.fixture
def ground() -> Iterator[Path]:
    """An empty folder for checkouts."""
    with open_ground() as folder:
        yield folder


@pytest.fixture
def make_checkout(ground) -> Iterator[Callable[[str], Copy]]:
    """Make a checkout at a path below the ground."""
    made: list[Copy] = []

    def make(path: str = "a") -> Copy:
        made.append(build(ground / path))
        return made[-1]

    yield make
    for copy in made:
        forget(copy)


@pytest.fixture
def checkout(make_checkout) -> Copy:
    """One checkout."""
    return make_checkout()
