"""kill -9 at any moment of a run: afterwards the same published result, nothing half there, nothing lost or doubled.

A few moments in the suite; DOUDI_KILLS=50 for the long test. The moments are the same each time.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.journeys.homes import DAYS, contents, policy_of, run, use_keys

from doudi.lake.home import TEMPORARY
from doudi.published.read import PublishedRun

KILLS = int(os.environ.get("DOUDI_KILLS", "4"))
LONGEST = 12.0
"""Seconds; a run of the sample takes about that long when it settles the lake too."""


def start(home: Path, day: str, policy: Path) -> subprocess.Popen[bytes]:
    """`doudi run` as a process of its own."""
    command = [sys.executable, "-m", "doudi.cli", "run", "--as-of", day, "--policy", str(policy), "--home", str(home)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def killed(process: subprocess.Popen[bytes], after: float) -> bool:
    """Kill a process after some seconds; False if it was done by then."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def test_a_run_that_is_killed_again_and_again_publishes_the_same(ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_keys(monkeypatch, tmp_path / "keys")
    reference = PublishedRun.all(ran)[0]
    home = tmp_path / "home"
    shutil.copytree(ran, home, ignore=shutil.ignore_patterns("runs", "lake", f"{TEMPORARY}*"))
    for empty in ("runs", "lake"):
        (home / empty).mkdir(mode=0o700)
    moments = random.Random(20261031)
    killings = 0
    for _ in range(KILLS):
        killings += killed(start(home, DAYS[0], policy_of(ran)), moments.uniform(0.2, LONGEST))
        there = PublishedRun.all(home)
        assert [published.id for published in there] in ([], [reference.id])
        for published in there:
            published.verify()
    assert killings, "no run was killed: make the moments shorter"
    run(home, DAYS[0], policy=policy_of(ran))
    latest = PublishedRun.latest(home)
    assert contents(latest.path) == contents(reference.path)
    assert len(PublishedRun.all(home)) == 1
    run(home, DAYS[0], policy=policy_of(ran))
    assert not list(home.rglob(f"{TEMPORARY}*")), "left-overs are removed by the next run"
