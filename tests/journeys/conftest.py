"""One home for all journeys that only look: the sample, run at the end of August, September and October 2026."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.homes import DAYS, run, settled_home, use_keys


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory, sample_tiny: Path) -> Iterator[Path]:
    """The home; DOUDI_KEYS holds its key while it is used."""
    folder = tmp_path_factory.mktemp("journeys")
    with pytest.MonkeyPatch.context() as patch:
        use_keys(patch, folder / "keys")
        home = settled_home(folder / "home", sample_tiny)
        for day in DAYS:
            run(home, day)
        yield home
