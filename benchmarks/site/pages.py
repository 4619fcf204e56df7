"""How many pages a second the site serves, as `doudi site up` starts it, to people who are logged in and have a month's work before them.

The load comes from `wrk` (Debian: apt-get install wrk) on the same machine, so its work is part of what two cores do here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

from benchmarks.harness import ContestantFailed
from benchmarks.site.filling import fill, set_out
from benchmarks.site.place import Place, Says, database, family, place_of, processor_seconds, ready, server_seconds
from benchmarks.site.search import PEOPLE
from benchmarks.worlds import World

GOALS = {"pages": 150, "p95": 150, "file": 100}
"""Pages a second of a list at least, milliseconds at most: of a list at the 95th of a hundred, of a household's file."""
CONNECTIONS, WARM, SECONDS = 16, 5, 8
TOLD = """done = function(summary, latency, requests)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("told %d %d %d %.2f %.2f\\n", summary.requests, summary.duration, wrong, latency:percentile(50) / 1000,
    latency:percentile(95) / 1000))
end
"""


@dataclass(frozen=True)
class Page:
    """What is asked for: words for the table, who asks, where; how many at once; whether it is a list."""

    name: str
    role: str
    path: str
    connections: int = CONNECTIONS
    is_list: bool = True


PAGES = (
    Page("待我办理，村级工作人员", "village_worker", "/tasks/?tab=todo"),
    Page("待我办理，乡镇经办", "township_officer", "/tasks/?tab=todo"),
    Page("待我办理，县审批", "county_reviewer", "/tasks/?tab=todo"),
    Page("辖区在办，县审批", "county_reviewer", "/tasks/?tab=scope"),
    Page("任务页，乡镇经办", "township_officer", "/tasks/{item}/", CONNECTIONS, False),
    Page("家庭档案，乡镇经办（一人）", "township_officer", "/households/{household}/", 1, False),
    Page("家庭档案，乡镇经办", "township_officer", "/households/{household}/", CONNECTIONS, False),
)


def measure(world: World, rounds: int, says: Says) -> dict[str, Any]:
    """Every page under load for some seconds, several times; the best round counts."""
    if shutil.which("wrk") is None:
        raise ContestantFailed("没有 wrk。处理：apt-get install wrk，或自行编译 https://github.com/wg/wrk")
    place = place_of(world, says)
    ready(place, says)
    with database(place):
        fill(place, PEOPLE, says)
        set_out(place)
        said = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-m", "benchmarks.site.people", str(place.folder)],
            env=os.environ | place.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        known = json.loads(said.stdout.splitlines()[-1])
        with served(place) as site:
            lines = [_best(site, page, known, rounds, says) for page in PAGES]
    return {"goals": GOALS, "workers": 2, "pages": lines, **known["counts"]}


@dataclass(frozen=True)
class Site:
    """A site that is served: where, and its supervisor's process."""

    place: Place
    address: str
    supervisor: Any

    def web_seconds(self) -> float:
        """Seconds of processor that gunicorn has used so far."""
        import psutil

        found = [one for one in psutil.Process(self.supervisor.pid).children() if "doudi.config.gunicorn" in " ".join(one.cmdline())]
        return processor_seconds(family(found[0]))


@contextmanager
def served(place: Place) -> Iterator[Site]:
    """`doudi site up` runs inside, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "doudi.cli", "site", "up", "--bind", bind]
    with subprocess.Popen(command, env=os.environ | place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as supervisor:  # noqa: S603
        try:
            _wait(f"http://{bind}/readyz")
            yield Site(place, f"http://{bind}", supervisor)
        finally:
            supervisor.terminate()
            supervisor.wait(60)


def _wait(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise ContestantFailed(f"网站没有启动起来：{address}")


def _best(site: Site, page: Page, known: dict[str, Any], rounds: int, says: Says) -> dict[str, Any]:
    _burden(site, page, known, WARM)
    found = [_burden(site, page, known, SECONDS) for _ in range(max(2, rounds))]
    best = max(found, key=lambda one: one["per_second"])
    says(f"{page.name}：每秒 {best['per_second']:.0f} 页，p95 {best['p95']:.0f} 毫秒，每页处理器 {best['web']:.1f} + {best['server']:.1f} 毫秒")
    return {"name": page.name, "connections": page.connections, "is_list": page.is_list, **best, "load": round(os.getloadavg()[0], 2)}


def _burden(site: Site, page: Page, known: dict[str, Any], seconds: int) -> dict[str, Any]:
    """One go of `wrk`. `web` and `server`: milliseconds of processor for a page, of gunicorn and of PostgreSQL."""
    person = known["people"][page.role]
    web, server = site.web_seconds(), server_seconds(site.place)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(TOLD)
        script.flush()
        options = ["-t", "1", "-c", str(page.connections), "-d", f"{seconds}s", "--timeout", "20s", "--latency", "-s", script.name]
        cookie = ["-H", f"Cookie: session={person['session']}"]
        done = subprocess.run(  # noqa: S603 - our own
            ["wrk", *options, *cookie, site.address + page.path.format(**person)],  # noqa: S607 - found above
            capture_output=True,
            text=True,
            check=True,
        )
    told = re.search(r"told (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+)", done.stdout)
    if told is None or int(told[3]) or not int(told[1]):
        raise ContestantFailed(f"{page.name}：\n{done.stdout}{done.stderr}")
    count = int(told[1])
    return {
        "per_second": round(count / int(told[2]) * 1e6, 1),
        "p50": float(told[4]),
        "p95": float(told[5]),
        "web": round((site.web_seconds() - web) / count * 1000, 2),
        "server": round((server_seconds(site.place) - server) / count * 1000, 2),
    }
