"""An empty home and an engine in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home.open(tmp_path / "home")


@pytest.fixture
def engine(home: Home) -> Iterator[DuckEngine]:
    """An engine of that home."""
    with DuckEngine(home, memory=300) as opened:
        yield opened
