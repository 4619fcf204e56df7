"""A night's work as a county's server does it: everything in its order, again after a kill, nothing twice, and what fails stops the rest."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tests.casework.cast import TOWNSHIP
from tests.casework.running_site import RunningSite

from doudi.cli import main
from doudi.config import embedded, nightly
from doudi.config.backup import CONTENTS
from doudi.config.databases import cluster_folder
from doudi.config.nightly import oldest_removed

AS_OF = "2026-10-31"


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    """A township of 100 invented households that have delivered, and a site that is prepared and empty."""
    folder = Path(mkdtemp(prefix="nightly-", dir=Path(os.environ["DOUDI_TEST_POSTGRES"]).parent))  # where the database's own user may go
    folder.chmod(0o755)
    site, keys = RunningSite(folder), os.environ["DOUDI_KEYS"]
    os.environ["DOUDI_KEYS"] = str(folder / "keys")
    try:
        size = ("--households", "100", "--region", TOWNSHIP, "--seed", "5", "--processes", "1")
        assert main(["simulate", *size, "--out", str(site.home)]) == 0
    finally:
        os.environ["DOUDI_KEYS"] = keys
    embedded.start(cluster_folder(site.home))
    yield site
    embedded.stop(cluster_folder(site.home))


def tonight(site: RunningSite, *more: str) -> tuple[str, ...]:
    return ("site", "nightly", "--as-of", AS_OF, "--backups", str(backups(site)), "--keep", "2", *more)


def backups(site: RunningSite) -> Path:
    return site.home.parent / "backups"


def refused(site: RunningSite, *arguments: str) -> str:
    """A command that must not succeed; returns all that it said."""
    process = site.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 2, said
    return said.decode()


def contents(site: RunningSite) -> tuple[int, ...]:
    return tuple(site.ask(f"SELECT count(*) FROM {table}") for table in ("registry_person", "alerts_alert", "dispatch_workitem", "runs_run"))


@pytest.mark.own_server
@pytest.mark.xdist_group("nightly site")
def test_a_night_is_done_in_its_order_survives_a_kill_and_stops_where_something_fails(site: RunningSite, tmp_path: Path) -> None:
    assert "先运行 doudi site prepare" in refused(site, *tonight(site))
    site.run("site", "prepare")

    with site.held("LOCK TABLE dispatch_workitem IN SHARE MODE", "%") as stopped:
        killed = site.start(*tonight(site))
        stopped()
        assert "夜间作业正在进行" in refused(site, *tonight(site))
        killed.kill()
        killed.wait()
    site.quiet()
    assert "夜间作业停在“装载”没有做完" in site.run("site", "status")
    assert contents(site)[:3] == (0, 0, 0)
    assert not backups(site).exists()

    inbox = tmp_path / "inbox"
    inbox.mkdir()
    said = site.run(*tonight(site, "--inbox", str(inbox)))
    steps = [said.index(f"{number}/5 {name}") for number, (name, _) in enumerate(nightly.STEPS, 1)]
    assert steps == sorted(steps)
    assert "没有要接收的文件" in said
    loaded = said[said.index("已装载") : said.index("5/5")]
    assert not re.search("[a-z]", loaded), loaded
    once = contents(site)
    assert all(once)
    assert len(made(site)) == 1
    assert site.ask("SELECT count(*) FROM audit_entry WHERE action = 'backup_made'") == 1
    status = site.run("site", "status")
    assert "夜间作业停在" not in status
    assert "从未备份" not in status

    delivered = deliveries(site)
    corrected(site)
    kept = backups(site).rename(site.home.parent / "kept")
    backups(site).write_text("a file where the folder should be")
    stopped_at = refused(site, *tonight(site))
    assert "办理、走访和更正结果 1 条" in stopped_at
    assert "“备份”没有成功" in stopped_at
    assert "夜间作业停在“备份”没有做完" in site.run("site", "status")
    backups(site).unlink()
    kept.rename(backups(site))

    site.run(*tonight(site))
    assert contents(site) == once
    assert len(made(site)) == 2
    assert deliveries(site) == delivered + 1, "sent twice, there once"
    assert not (site.home / "site" / "nightly").exists(), "names and numbers do not stay in the clear"


def deliveries(site: RunningSite) -> int:
    return sum(1 for _ in (site.home / "deliveries").glob("*/*.json"))


def corrected(site: RunningSite) -> None:
    """A correction of a household's file that was reviewed."""
    with site.connect() as connection:
        connection.execute(
            """
            INSERT INTO registry_correction (subject, number, household, region, field, value, derived, load_derived, disagrees, state, reason,
                source, said_at, reviewed_at, review_note, version)
            SELECT 'h', number, number, region, 'members', '3', '{}', '{}', true, 'in_force', '入户看到', '', now(), now(), '', 1
            FROM registry_household ORDER BY number LIMIT 1
            """
        )


def made(site: RunningSite) -> list[Path]:
    return [path.parent for path in backups(site).glob(f"*/{CONTENTS}")]


def test_of_the_backups_the_newest_stay_and_whatever_was_not_made_here(tmp_path: Path) -> None:
    names = ["doudi-20261101-020000", "doudi-20261102-020000", "doudi-20261103-020000", "doudi-before-upgrade", "older"]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / CONTENTS).touch()
    (tmp_path / "doudi-20261031-020000").mkdir()  # without its contents: no backup
    assert [path.name for path in oldest_removed(tmp_path, 2)] == ["doudi-20261101-020000"]
    assert oldest_removed(tmp_path, 2) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[1:], "doudi-20261031-020000"])
