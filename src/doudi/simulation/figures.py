"""The published figures (`data/figures.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from doudi.kernel.yamltext import parse_yaml

FILE = "figures.yaml"


@cache
def figures() -> Mapping[str, Any]:
    """The file as it stands."""
    return parse_yaml((files("doudi.simulation") / "data" / FILE).read_text("utf-8"), FILE)
