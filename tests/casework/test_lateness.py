"""What is late at a site is said, each with what to do; what is not late is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import time_machine
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo
from tests.casework.conftest import WORD, superuser
from tests.casework.leads import published

from doudi.casework.audit.actions import BACKED_UP, JOBS_RETRIED
from doudi.casework.audit.models import Entry, Unsealed
from doudi.casework.audit.services import record
from doudi.casework.runs.models import Dataset, Run
from doudi.casework.runs.services import LOADING
from doudi.config import lateness, server, status
from doudi.config.jobs import failed_retry
from doudi.config.noted import COMMAND_LINE
from doudi.config.options import options
from doudi.config.roles import LOADER
from doudi.published.read import PublishedRun

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning in China."""
DAY = date(2026, 10, 31)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, on a disk with room."""
    own = options().model_copy(update={"home": tmp_path})
    for module in (lateness, server):
        monkeypatch.setattr(module, "options", lambda: own)
    monkeypatch.setattr(lateness, "FREE", 0.0)
    return tmp_path


def run(name: str = "2026-10-31-a", state: str = "current", as_of: date = DAY, hours: int = 0) -> Run:
    """A run in the database, published so many hours after the first."""
    moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=hours)
    return Run.objects.create(id=name, as_of=as_of, state=state, policy_hash="x", schema="4.0", published_at=moment, loaded_at=moment)


def backed_up(sealed: bool = True) -> None:
    """A backup was made at nine, and its entry sealed."""
    with time_machine.travel(AT), transaction.atomic():
        record(COMMAND_LINE, BACKED_UP, kind="backup")
    if sealed:
        Unsealed.objects.all().delete()


def late(at: datetime = AT, running: bool = True) -> list[str]:
    return list(lateness.late(at, running))


def job(status: str, deferred: datetime) -> int:
    """A background job in a state, queued at a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args) VALUES ('default', 'site.tidy', %s, '{}') RETURNING id", [status]
        )
        (number,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_events SET at = %s WHERE job_id = %s", [deferred, number])
    return int(number)


def test_nothing_is_late_at_a_site_that_runs_with_fresh_data_and_a_fresh_backup() -> None:
    run()
    backed_up()
    assert late() == []


def test_a_site_that_does_not_run_and_was_never_backed_up_is_told_so() -> None:
    assert [line.split("（")[0] for line in late(running=False)] == ["工作平台没有运行，后台任务和审计封存也停着", "从未备份"]


def test_data_and_backups_are_late_from_the_day_after_the_days_allowed() -> None:
    run()
    backed_up()
    allowed = AT + timedelta(hours=1)
    assert late(allowed) == []
    data, backup = late(allowed + timedelta(days=2))
    assert data.startswith("当前数据截至 2026-10-31，已过 4 天")
    assert backup.startswith("上次备份是 2026-11-02，已过 2 天")


def test_a_load_that_failed_is_told_until_a_later_run_is_current() -> None:
    backed_up()
    failed = run("2026-10-31-a", "failed")
    assert "没有装载成功：2026-10-31-a" in late()[0]
    run("2026-10-31-b", "current", hours=1)
    assert late() == []
    failed.published_at += timedelta(hours=2)
    failed.save()
    assert "没有装载成功" in late()[0]


def test_a_load_that_is_under_way_is_not_taken_for_one_that_was_killed() -> None:
    backed_up()
    run("2026-10-31-a", "loading")
    place = superuser() | {"dbname": connection.settings_dict["NAME"], "user": LOADER, "password": WORD}
    with psycopg.connect(make_conninfo(**place)) as loading:
        loading.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
        assert late() == []
        loading.rollback()
        assert "没有装载成功" in late()[0]


def test_a_run_that_was_published_and_not_loaded_is_told(home: Path) -> None:
    backed_up()
    published(home / "runs", DAY)
    (home / "runs" / "latest").write_text(DAY.isoformat(), "utf-8")
    newest = PublishedRun.latest(home)
    assert late() == [f"有新的运行没有装载：{newest.id}（doudi site load）"]
    run(newest.id, as_of=newest.as_of)
    assert "有新的运行没有装载" not in "".join(late())


def test_jobs_that_failed_or_wait_too_long_are_counted_and_failed_ones_can_be_queued_again() -> None:
    run()
    backed_up()
    job("failed", AT)
    job("todo", AT - timedelta(minutes=29))
    job("todo", AT - timedelta(minutes=31))
    failed, waiting = late()
    assert failed.startswith("后台任务失败 1 个")
    assert waiting.startswith("后台任务有 1 个等了半小时以上")
    assert failed_retry(AT) == 1
    assert failed_retry(AT) == 0
    assert [line for line in late() if "失败" in line] == []
    assert Entry.objects.filter(action=JOBS_RETRIED).count() == 1


def test_entries_of_the_log_that_wait_for_their_seal_are_counted_after_five_minutes() -> None:
    run()
    backed_up(sealed=False)
    assert late(AT + timedelta(minutes=4)) == []
    assert late(AT + timedelta(minutes=6)) == ["审计记录有 1 条早该封存而没有封存：后台进程停了"]


def test_a_disk_that_is_nearly_full_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    backed_up()
    monkeypatch.setattr(lateness, "FREE", 1.1)
    assert late()[0].startswith("数据目录所在的磁盘只剩")


def test_what_departments_owe_is_listed_and_does_not_count_as_late_at_the_site() -> None:
    plain = {"run": run(), "department": "health", "mode": "events", "rows": 0}
    Dataset.objects.create(dataset="a", title="死亡人员", delivered_to=DAY, late_days=3, **plain)
    Dataset.objects.create(dataset="b", title="残疾人", delivered_to=DAY, late_days=0, **plain)
    Dataset.objects.create(dataset="c", title="临时救助", delivered_to=None, late_days=None, **plain)
    backed_up()
    assert list(lateness.behind()) == ["迟报 1 项：死亡人员 3 天", "从未报送 1 项：临时救助"]
    assert late() == []


def test_the_status_says_what_there_is_and_what_is_to_be_done(home: Path) -> None:
    run()
    found = status.status(AT)
    assert found.says[0] == "工作平台：没有运行"
    assert found.says[1].startswith("数据：2026-10-31-a，截至 2026-10-31，装载于 2026-11-01 08:00")
    assert len(found.to_do) == 2
    assert "要处理：" in list(found.lines())


def test_tables_of_another_version_are_told_before_anything_is_asked_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Callable[[], list[str]] = lambda: ["step"]  # noqa: E731
    monkeypatch.setattr(status, "pending_migrations", asked)
    monkeypatch.setattr(status, "Run", None)
    assert status.status(AT).to_do == [status.UNPREPARED]
