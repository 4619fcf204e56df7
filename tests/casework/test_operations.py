"""What those who run the site see: health, readiness, measurements, logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.conf import settings as site_settings
from django.db import DatabaseError
from django.test import Client
from tests.casework.cast import Cast

from doudi.config import logs
from doudi.web.operations import measures, readiness

Asserting = Callable[[int], AbstractContextManager[object]]


@pytest.fixture(autouse=True)
def _forget_readiness() -> Iterator[None]:
    readiness._migrated.cache_clear()
    yield
    readiness._migrated.cache_clear()


@pytest.mark.django_db
def test_a_process_says_that_it_is_alive_without_asking_the_database(django_assert_num_queries: Asserting) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_the_site_is_ready_when_keys_database_and_tables_are_right() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": {"keys": True, "database": True, "tables": True}})


@pytest.mark.django_db
def test_a_database_that_does_not_answer_makes_the_site_unready_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_database", lambda: False)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"keys": True, "database": False, "tables": False}


@pytest.mark.django_db
def test_tables_of_an_older_version_make_the_site_unready_until_they_are_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(readiness.MigrationExecutor, "migration_plan", lambda self, targets: [("step", False)])
        assert Client().get("/readyz").json()["checks"]["tables"] is False
    assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("networks", "comes", "sees"),
    [
        ("", {"REMOTE_ADDR": "127.0.0.1"}, True),
        ("", {"REMOTE_ADDR": "::1"}, True),
        ("", {"REMOTE_ADDR": "10.1.2.3"}, False),
        ("", {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, False),
        ("", {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.9"}, False),
        ("10.1.0.0/16", {"REMOTE_ADDR": "10.1.2.3"}, True),
        ("10.1.0.0/16", {"REMOTE_ADDR": "10.2.2.3", "HTTP_X_FORWARDED_FOR": "10.1.2.3"}, False),
    ],
)
def test_measurements_are_for_this_machine_and_the_listed_networks(settings: object, networks: str, comes: dict[str, str], sees: bool) -> None:
    settings.OPTIONS = site_settings.OPTIONS.model_copy(update={"metrics_networks": networks})  # type: ignore[attr-defined]
    assert Client().get("/metrics", **comes).status_code == (200 if sees else 404)


@pytest.mark.django_db
def test_measurements_count_pages_by_name_and_never_by_what_was_asked(cast: Cast) -> None:
    cast.township_officer.client().get("/?name=secret-name")
    text = Client().get("/metrics").content.decode()
    assert 'doudi_requests_total{method="GET",page="home",status="200"}' in text
    assert 'doudi_request_seconds_bucket{le="0.15",page="home"}' in text
    assert "doudi_database_up 1.0" in text
    assert "doudi_audit_unsealed" in text
    assert "secret-name" not in text


@pytest.mark.django_db
def test_a_database_that_fails_leaves_its_figures_out_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str) -> None:
        raise DatabaseError(name)

    monkeypatch.setattr(measures, "_family", fails)
    monkeypatch.setattr(measures.connection, "close", lambda: None)
    text = Client().get("/metrics").content.decode()
    assert "doudi_database_up 0.0" in text
    assert "doudi_jobs" not in text


@pytest.mark.django_db
def test_a_page_that_is_asked_for_by_another_name_is_refused() -> None:
    assert Client().get("/login", headers={"host": "elsewhere.example"}).status_code == 400
    assert Client().get("/login").status_code == 200


def line_of(record: logging.LogRecord) -> dict[str, object]:
    """A record as the log shows it."""
    found: dict[str, object] = json.loads(logs.formatter().format(record))
    return found


def test_a_line_of_the_log_is_json_with_its_time_in_utc() -> None:
    line = line_of(logging.LogRecord("any", logging.WARNING, "f", 1, "第 %d 次\n失败", (3,), None))
    assert (line["event"], line["level"], line["logger"]) == ("第 3 次\n失败", "warning", "any")
    assert str(line["timestamp"]).endswith("Z")


def test_a_number_that_looks_like_a_citizens_is_starred_out_of_every_line() -> None:
    line = line_of(logging.LogRecord("any", logging.ERROR, "f", 1, "no 43138219900101123X and 431382900101123", (), None))
    assert line["event"] == "no *** and ***"


def test_an_exception_is_logged_as_its_type_and_places_without_its_words() -> None:
    try:
        raise ValueError("张三 431382199001011234")
    except ValueError as problem:
        record = logging.LogRecord("any", logging.ERROR, "f", 1, "failed", (), (ValueError, problem, problem.__traceback__))
    line = line_of(record)
    assert line["problem"] == "ValueError"
    assert "test_an_exception" in str(line["through"])
    assert "张三" not in json.dumps(line, ensure_ascii=False)
