"""The sample's county as worse offices would have sent it (`worse/`): other forms, headers and dates, damage, and people hard to tell apart.

What must come of every file is known, because the files are made from the sample's records. A few fixed seeds are tried each time. DOUDI_SEEDS=20
tries seeds 0 to 19, and of the larger sample, if it lies beside the checkout as ../shared/sample/county-a, a tenth of them:
`DOUDI_SEEDS=20 uv run pytest tests/journeys/test_worse_files.py`. A seed that fails names what differs; `write_county` makes its files again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.journeys.worse.check import Taken, added_people, lake_differences, row_faults, take_county
from tests.journeys.worse.county import Wishes, write_county

SEEDS = int(os.environ.get("DOUDI_SEEDS", "0"))
TINY, COUNTY = ROOT / "sample" / "tiny", ROOT.parent / "shared" / "sample" / "county-a"
MANIFESTS = ("whole", "partial", "none")
RATES = (0.01, 0.03, 0.06)


def cases(*usual: int) -> list[Any]:
    """(sample, seed) pairs: the usual seeds, or as many as DOUDI_SEEDS says."""
    tiny = [(TINY, seed) for seed in (range(SEEDS) if SEEDS else usual)]
    larger = [(COUNTY, seed) for seed in range(SEEDS // 10) if COUNTY.is_dir()]
    return [pytest.param(sample, seed, id=f"{sample.name}-{seed}") for sample, seed in (*tiny, *larger)]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Taken]:
    """Sample -> the sample itself, taken."""
    return cache(lambda sample: take_county(sample, tmp_path_factory.mktemp("clean")))


def faults_of(sample: Path, wishes: Wishes, clean: Taken, folder: Path) -> list[str]:
    """Write the worse county, take it, and say what is not as it must be."""
    furniture = write_county(sample, folder / "files", wishes)
    taken = take_county(folder / "files", folder / "home")
    truth = folder / "files" / "truth"
    unread = [str(fault) for fault in taken.faults if fault.code != "manifest_entry"]
    return unread + row_faults(truth, taken, furniture) + lake_differences(clean.cut, taken.cut, added_people(truth))


@pytest.mark.parametrize(("sample", "seed"), cases(0, 2))
def test_the_same_records_in_other_clothes_are_the_same_county(sample: Path, seed: int, clean: Callable[[Path], Taken], tmp_path: Path) -> None:
    wishes = Wishes(seed, manifest=MANIFESTS[seed % 3])
    assert faults_of(sample, wishes, clean(sample), tmp_path) == []


@pytest.mark.parametrize(("sample", "seed"), cases(1))
def test_damage_costs_no_good_row_and_bad_rows_are_told(sample: Path, seed: int, clean: Callable[[Path], Taken], tmp_path: Path) -> None:
    wishes = Wishes(seed, manifest=MANIFESTS[seed % 3], rate=RATES[seed // 3 % 3])
    assert faults_of(sample, wishes, clean(sample), tmp_path) == []


@pytest.mark.parametrize(("sample", "seed"), cases(3))
def test_nobody_is_taken_for_somebody_else_who_is_hard_to_tell_from_him(
    sample: Path, seed: int, clean: Callable[[Path], Taken], tmp_path: Path
) -> None:
    wishes = Wishes(seed, manifest=MANIFESTS[seed % 3], hard=6)
    assert faults_of(sample, wishes, clean(sample), tmp_path) == []
