"""What an open session does to the process around it."""

from __future__ import annotations

import os
import subprocess

from tests.engines.sparks import sail


def test_other_processes_start_beside_a_connect_session() -> None:
    """gRPC's care for forks aborted one child in a hundred, among them the JVM of a classic session."""
    sail().fetch("SELECT 1")
    ended = [subprocess.Popen(["true"], preexec_fn=os.getpid).wait(30) for _ in range(250)]
    assert set(ended) == {0}
