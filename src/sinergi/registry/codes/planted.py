"""The invented pairs that come with the platform, to be planted among those that officers review: their truth is known."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("planted.yaml")


@cache
def pairs() -> tuple[dict[str, Any], ...]:
    """Each {truth, levels, vetoes, first, second}; a side is {payload, numbers, source, agency, received_on}."""
    return tuple(yaml.safe_load(FILE.read_text("utf-8")))
