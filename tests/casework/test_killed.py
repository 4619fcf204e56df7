"""kill -9 of web server, worker, database, load and backup in the middle of what they do: nothing is lost, nothing is there twice.

Each is stopped at a chosen place by a lock that the test holds, killed there, and let go; so the moment is the same each time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psutil
import pytest
from tests.casework.cast import TOWNSHIP
from tests.casework.running_site import RunningSite, Visitor, until

from doudi.cli import main
from doudi.config import embedded
from doudi.config.databases import cluster_folder

pytestmark = [pytest.mark.own_server, pytest.mark.xdist_group("running site")]  # one site for all of them

KEEPING = "%INSERT INTO audit_entry%"
"""The last statement of whatever is done: everything else of it is written, nothing is committed."""


@pytest.fixture(scope="module")
def published() -> Path:
    """A folder with the data folder of a township of 150 invented households and a published run, and its keys."""
    folder, keys = _new_folder("published"), os.environ["DOUDI_KEYS"]
    os.environ["DOUDI_KEYS"] = str(folder / "keys")
    try:
        size = ("--households", "150", "--region", TOWNSHIP, "--seed", "3", "--processes", "1")
        assert main(["simulate", *size, "--out", str(folder / "home")]) == 0
        assert main(["run", "--as-of", "2026-10-31", "--home", str(folder / "home")]) in (0, 1)
    finally:
        os.environ["DOUDI_KEYS"] = keys
    return folder


@pytest.fixture
def site(published: Path) -> Iterator[RunningSite]:
    """A site of its own that is prepared and empty."""
    with prepared(published) as site:
        yield site


@pytest.fixture(scope="module")
def loaded(published: Path) -> Iterator[RunningSite]:
    """A site for several tests, with the run loaded."""
    with prepared(published) as site:
        site.run("site", "load")
        yield site


@pytest.fixture(scope="module")
def running(loaded: RunningSite) -> Iterator[RunningSite]:
    """The same with web server and worker; whatever was killed, in the end its audit log is whole."""
    with loaded.up():
        yield loaded
        looking = "from doudi.casework.audit.verification import verify; from doudi.kernel.clock import now; found = verify(at=now()); "
        loaded.python(looking + "assert found.sound and found.entries, found")


@contextmanager
def prepared(published: Path) -> Iterator[RunningSite]:
    """A copy of the published data with a database of its own."""
    folder = _new_folder("running")
    shutil.copytree(published, folder, dirs_exist_ok=True)
    site = RunningSite(folder)
    embedded.start(cluster_folder(site.home))
    try:
        site.run("site", "prepare", "--demo")
        yield site
    finally:
        embedded.stop(cluster_folder(site.home))


def _new_folder(name: str) -> Path:
    """Where the database's own user may go; pytest's folders are closed to it."""
    folder = Path(mkdtemp(prefix=f"{name}-", dir=Path(os.environ["DOUDI_TEST_POSTGRES"]).parent))
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def officer(running: RunningSite) -> Visitor:
    """The township's officer, logged in."""
    return running.visitor("township")


LOADED = ("registry_household", "registry_person", "registry_category", "registry_aid", "alerts_alert", "dispatch_workitem", "runs_rule")


def counts(site: RunningSite) -> dict[str, int]:
    """Lines of everything that a load writes."""
    return {table: site.ask(f"SELECT count(*) FROM {table}") for table in LOADED}


def waiting_item(site: RunningSite) -> int:
    """An item that the township's officer may accept or return."""
    found = site.ask(
        "SELECT i.id FROM dispatch_workitem i JOIN organisation_office o ON o.id = i.office_id"
        " WHERE i.state = 'pushed' AND o.region_id = %s AND o.department = 'township' ORDER BY i.id LIMIT 1",
        TOWNSHIP,
    )
    assert found, "no item waits at the township"
    return int(found)


def taken(site: RunningSite, item: int, step: str) -> tuple[int, int]:
    """How often a step is in the item's history, and in the audit log."""
    return (
        site.ask("SELECT count(*) FROM dispatch_event WHERE item_id = %s AND step = %s", item, step),
        site.ask(
            "SELECT count(*) FROM audit_entry e JOIN dispatch_workitem i ON i.number = e.object WHERE i.id = %s AND e.detail->>'step' = %s",
            item,
            step,
        ),
    )


def test_a_load_that_is_killed_leaves_nothing_and_is_done_once_when_repeated(site: RunningSite) -> None:
    for place in ("registry_person", "dispatch_workitem"):
        with site.held(f"LOCK TABLE {place} IN SHARE MODE", "%") as stopped:
            load = site.start("site", "load")
            stopped()
            load.kill()
            load.wait()
        site.quiet()
        assert not any(counts(site).values()), place
    assert "没有装载成功" in site.run("site", "status")
    assert "已装载" in site.run("site", "load")
    once = counts(site)
    assert all(once.values()), once
    assert site.ask("SELECT count(*) FROM dispatch_event WHERE step = 'open'") == once["dispatch_workitem"]
    assert "没有变化" in site.run("site", "load")
    assert counts(site) == once
    assert site.ask("SELECT string_agg(state, ',') FROM runs_run") == "current"


def test_a_backup_that_is_killed_leaves_no_folder_and_the_next_one_clears_up(loaded: RunningSite) -> None:
    folder = loaded.home.parent / "backups" / "one"
    with loaded.held("LOCK TABLE statistics_placeday IN ACCESS EXCLUSIVE MODE", "%statistics_placeday%") as stopped:
        backup = loaded.start("site", "backup", str(folder))
        stopped()
        backup.kill()
        backup.wait()
    assert not folder.exists()
    loaded.run("site", "backup", str(folder))
    assert [path.name for path in folder.parent.iterdir()] == ["one"]


def test_a_supervisor_that_is_killed_takes_its_processes_along_and_the_next_one_leaves_nothing_running(site: RunningSite) -> None:
    killed = site.start("site", "up")
    until(site.is_ready, "pages")
    children = psutil.Process(killed.pid).children()
    killed.kill()
    killed.wait()
    assert len(children) == 2
    assert psutil.wait_procs(children, 60)[1] == []
    assert embedded.is_running(cluster_folder(site.home)), "the database outlives a kill"
    with site.up():
        pass
    assert not embedded.is_running(cluster_folder(site.home))


@pytest.mark.parametrize("killed", ["web server", "database"])
def test_a_step_during_which_something_is_killed_is_taken_once_when_it_is_sent_again(running: RunningSite, officer: Visitor, killed: str) -> None:
    item = waiting_item(running)
    action = f"/tasks/{item}/accept/"
    form = officer.form(f"/tasks/{item}/", action)
    with running.held("LOCK TABLE audit_unsealed IN SHARE MODE", KEEPING) as stopped, ThreadPoolExecutor() as browser:
        sent = browser.submit(officer.send, action, form)
        stopped()
        if killed == "database":
            running.kill_database()
            assert sent.result()[0] >= 500
        else:
            running.kill("gunicorn")
            assert isinstance(sent.exception(), OSError)  # no answer at all
    until(running.is_ready, f"the {killed} is back")
    running.quiet()
    assert taken(running, item, "accept") == (0, 0)
    assert running.ask("SELECT state FROM dispatch_workitem WHERE id = %s", item) == "pushed"
    assert officer.send(action, form)[0] == 302
    assert officer.send(action, form)[0] == 302
    assert taken(running, item, "accept") == (1, 1)


def test_a_sealing_batch_and_a_job_that_are_killed_are_done_again_and_once(running: RunningSite, officer: Visitor) -> None:
    item = waiting_item(running)
    action = f"/tasks/{item}/return/"
    form = officer.form(f"/tasks/{item}/", action) | {"note": "不归本单位办理"}
    with running.held("LOCK TABLE dispatch_notice IN SHARE MODE; LOCK TABLE audit_seal IN SHARE MODE", "%INSERT INTO%audit_seal%") as stopped:
        assert officer.send(action, form)[0] == 302
        until(
            lambda: running.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s", "%dispatch_notice%"), "job"
        )
        stopped()
        running.kill("worker")
    running.quiet()
    assert running.ask("SELECT count(*) FROM audit_unsealed") > 0
    assert running.ask("SELECT count(*) FROM dispatch_notice") == 0
    with running.connect() as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    until(lambda: running.ask("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'"), "a new worker")
    running.python("from doudi.config.jobs import retry_stalled; retry_stalled.defer()")
    until(lambda: running.ask("SELECT count(*) FROM dispatch_notice") == 1, "the notice")
    until(lambda: running.ask("SELECT count(*) = 0 FROM procrastinate_jobs WHERE task_name = 'dispatch.notice'"), "the job is done")
    assert running.ask("SELECT count(*) FROM dispatch_notice") == 1
    until(lambda: running.ask("SELECT count(*) FROM audit_unsealed") == 0, "everything is sealed")
    assert running.ask("SELECT count(*) FROM audit_seal") == running.ask("SELECT count(*) FROM audit_entry")
