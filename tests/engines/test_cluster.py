"""A real cluster loses a worker in mid-run, and the run ends with the equal result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.engines.cluster import cluster
from tests.engines.driver import AS_OF, RESULTS, compute, plan_of
from tests.journeys.homes import fixed_keys

from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.simulation.home import Wish, write_home
from doudi.simulation.places import places_of

RULES = ["K01", "E01", "W01"]
BEFORE = 3
"""Steps that are left whole; the worker dies while the one after them runs."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of a few hundred households."""
    root = tmp_path_factory.mktemp("cluster")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOUDI_KEYS", str(fixed_keys(root / "keys")))
        return write_home(Wish(300, 5, "431382", AS_OF, 2, False), places_of("431382", 300), root / "home", 1).home.root


def test_a_run_survives_the_loss_of_a_worker_with_the_equal_result(home: Path, tmp_path: Path, java: None) -> None:
    plan = plan_of(RULES)
    with DuckEngine(Home.open(home)) as engine:
        compute(engine, home, plan, tmp_path / "duckdb")
    with cluster(tmp_path / "cluster") as running:
        command = [sys.executable, "-m", "tests.engines.driver", running.master, str(home), str(tmp_path / "spark"), *RULES]
        with (tmp_path / "driver.log").open("w") as log:
            driver = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT, env=running.environment)
        assert driver.stdout is not None
        said = []
        for line in driver.stdout:
            said.append(line.split()[1])
            if len(said) == BEFORE + 1:
                running.wait_for("master", "Launching executor", times=2)
                running.kill("one")
        driver.stdout.close()
        assert driver.wait() == 0, (tmp_path / "driver.log").read_text()[-3000:]
        assert said == [*(step.name for step in plan.steps), *RESULTS]
        assert "Lost executor" in (tmp_path / "driver.log").read_text()
    for name in RESULTS:
        assert (tmp_path / "spark" / f"{name}.parquet").read_bytes() == (tmp_path / "duckdb" / f"{name}.parquet").read_bytes(), name
