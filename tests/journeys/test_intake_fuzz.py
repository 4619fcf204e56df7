"""A crowd of damaged and hostile files: a clear answer to each, nothing half, nothing left behind. DOUDI_FUZZ says how many (150)."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow.parquet as pq
from tests.journeys.mutate import mutants
from tests.unit.intake.cast import KEYS, aid_file, open_home, put, take

from doudi.identity.sealed import open_sealed
from doudi.intake.delivery import all_deliveries, read_about
from doudi.kernel.errors import CODES

COUNT = int(os.environ.get("DOUDI_FUZZ", "150"))
SEED = int(os.environ.get("DOUDI_FUZZ_SEED", "20261031"))


def test_every_damaged_file_gets_a_clear_answer_and_none_is_half_accepted(tmp_path: Path) -> None:
    crowd = mutants(COUNT, SEED)
    assert len({mutant.name for mutant in crowd}) == COUNT
    for mutant in crowd:
        put(tmp_path / "in", mutant.name, mutant.content)
    put(tmp_path / "in", "临时救助_202610_good.csv", aid_file(range(500, 560)))
    home = open_home(tmp_path)
    begun = time.monotonic()
    summary = take(home, tmp_path / "in")
    assert time.monotonic() - begun < 60 + COUNT, "a second for each file is far more than it may take"
    assert summary.faults == [], "no file may make the program itself fail"
    by_file: dict[str, list[str]] = {}
    for outcome in summary.outcomes:
        by_file.setdefault(outcome.file.split("!")[0], []).append(outcome.verdict)
        about = read_about(home, outcome.delivery)
        _check_whole(home.deliveries / outcome.delivery, about)
        if about["verdict"] == "refused":
            assert about["refusal"]["code"] in CODES
            assert about["refusal"]["what"], outcome.file
            assert about["refusal"]["todo"], outcome.file
    assert by_file.pop("临时救助_202610_good.csv") == ["accepted"]
    assert by_file.keys() == {mutant.name for mutant in crowd}
    used = [mutant.name for mutant in crowd if mutant.must_refuse and set(by_file[mutant.name]) != {"refused"}]
    assert used == []
    assert not list(home.root.rglob(".tmp-*"))
    assert {path.name for path in home.deliveries.iterdir()} == {about["delivery"] for about in all_deliveries(home)}


def _check_whole(folder: Path, about: dict) -> None:
    """Everything that belongs to a delivery is there, and its figures agree."""
    counts = about["counts"]
    with open_sealed(folder / "source.sealed", KEYS) as source:
        assert sum(len(piece) for piece in iter(lambda: source.read(1 << 20), b"")) == about["bytes"]
    if about["verdict"] == "refused":
        assert not (folder / "rows.parquet").exists()
        return
    refused = pq.read_table(folder / "refused.parquet").column("row").to_pylist()
    assert pq.read_metadata(folder / "rows.parquet").num_rows == counts["accepted"]
    assert len(set(refused)) == counts["refused"]
    assert counts["accepted"] + counts["refused"] == counts["delivered"]
