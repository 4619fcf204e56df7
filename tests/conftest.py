"""What every test can rely on: the samples, no network, the same random examples each time, and no silent gaps."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
import pytest
from hypothesis import HealthCheck, settings

from doudi.lake.sparksession import java_missing

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in ("", "0")
"""Set by `.ci/run`: a missing system package is then a failure."""

SAMPLES_BESIDE = "旁置样本"
"""Skips that begin with this are allowed even under REQUIRE_ALL: the larger samples are not part of the repository."""

_SITE = Path(tempfile.gettempdir()) / f"doudi-tests-{os.getpid()}"
for name, value in {
    "DJANGO_SETTINGS_MODULE": "doudi.config.settings",
    "DOUDI_KEYS": f"{_SITE}/keys",
    "DOUDI_TEST_POSTGRES": f"{_SITE}/postgres",
}.items():
    os.environ.setdefault(name, value)  # workers inherit those of the process that started them
django.setup()

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def sample_tiny() -> Path:
    """The bundled sample: what one county delivered (1,000 people), with the right answers under `truth/`."""
    return ROOT / "sample" / "tiny"


@pytest.fixture(scope="session")
def county_a() -> Path:
    """The larger sample (23,000 people), if it lies beside the checkout as `../shared/sample/county-a`."""
    folder = ROOT.parent / "shared" / "sample" / "county-a"
    if not folder.is_dir():
        pytest.skip(f"{SAMPLES_BESIDE} county-a 不在 ../shared/sample")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a system Chromium. Missing: skipped loudly, or a failure under REQUIRE_ALL."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    reason = "缺系统软件 chromium（Debian：apt-get install chromium fonts-noto-cjk）"
    if REQUIRE_ALL:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def java() -> None:
    """A Java for Spark. Missing: skipped loudly, or a failure under REQUIRE_ALL."""
    if not java_missing():
        return
    reason = "缺系统软件 java（Debian：apt-get install openjdk-17-jre-headless）"
    if REQUIRE_ALL:
        pytest.fail(reason)
    pytest.skip(reason)


def skip_reasons(reporter: pytest.TerminalReporter) -> dict[str, list[str]]:
    """Reason -> tests left out for it."""
    found: dict[str, list[str]] = {}
    for report in reporter.stats.get("skipped", []):
        place = report.longrepr
        reason = place[2] if isinstance(place, tuple) else str(place)
        found.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid)
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, and why: a gap nobody sees is worse than a failure."""
    reasons = skip_reasons(terminalreporter)
    if not reasons:
        terminalreporter.write_line("没有遗漏：收集到的测试全部运行了。")
        return
    terminalreporter.section("没有运行的测试 / tests left out", sep="-", yellow=True)
    for reason, names in sorted(reasons.items()):
        terminalreporter.write_line(f"{reason}：{len(names)} 个")
        for name in names:
            terminalreporter.write_line(f"    {name}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the Sparks and of the PostgreSQL that tests have used."""
    if used := sys.modules.get("tests.engines.sparks"):
        used.HELD.close()
    if not hasattr(config, "workerinput") and (_SITE / "postgres").is_dir():
        from doudi.config import embedded

        embedded.stop(_SITE / "postgres")
    if not hasattr(config, "workerinput"):
        shutil.rmtree(_SITE, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Under REQUIRE_ALL a test that was left out for anything but a sample beside the checkout fails the session."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not REQUIRE_ALL or reporter is None or exitstatus != pytest.ExitCode.OK:
        return
    if any(not reason.startswith(SAMPLES_BESIDE) for reason in skip_reasons(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
