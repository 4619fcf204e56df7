"""An intake that is killed at any moment and started again ends as if nothing had happened. DOUDI_KILLS says how often (3)."""

from __future__ import annotations

import os
import random
from pathlib import Path

from tests.journeys.kill_intake import disturbed, run, state, write_sample

KILLS = int(os.environ.get("DOUDI_KILLS", "3"))


def test_a_killed_intake_ends_like_one_that_was_never_disturbed(tmp_path: Path) -> None:
    folder, keys = tmp_path / "in", tmp_path / "keys"
    write_sample(folder)
    run(folder, tmp_path / "first", keys)
    usual = run(folder, tmp_path / "calm", keys)
    calm = state(tmp_path / "calm", keys)
    assert any(name.startswith("lake/") for name in calm)
    assert any(name.startswith("receipts/") for name in calm)
    assert calm == state(tmp_path / "first", keys)
    for seed in range(KILLS):
        assert disturbed(folder, keys, tmp_path, random.Random(seed), usual) == calm, f"seed {seed}"
