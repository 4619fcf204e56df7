"""A wrong setting names itself, says what it may be, and hides what it must not show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from doudi.config.document import render
from doudi.config.options import Options, options, variable
from doudi.kernel.errors import DoudiError


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    options.cache_clear()
    yield
    options.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DOUDI_WORKERS", "0", "不得小于 1"),
        ("DOUDI_WORKERS", "two", "须为整数"),
        ("DOUDI_SESSION_HOURS", "48", "不得大于 24"),
        ("DOUDI_HTTPS", "ja", "须为 true 或 false"),
        ("DOUDI_CIPHER", "des", "只能是 'aes' 或 'sm4'"),
        ("DOUDI_BIND", "8000", "须形如 127.0.0.1:8000"),
        ("DOUDI_BIND", "127.0.0.1:99999", "端口 1 到 65535"),
        ("DOUDI_ALLOWED_HOSTS", "https://doudi.example.cn", "不带 http://"),
        ("DOUDI_ALLOWED_HOSTS", "*", "不能用 *"),
        ("DOUDI_ADMIN_NETWORKS", "10.1.0.0/16,10.1", "不是地址或网段：10.1（"),
        ("DATABASE_URL", "mysql://u:secret@h/db", "postgresql://"),
        ("DATABASE_URL", "postgresql://u:secret@h", "库名"),
        ("DOUDI_LOADER_DATABASE_URL", "postgresql://u:se:cr/et@h/db", "%3A"),
    ],
)
def test_a_wrong_value_is_refused_with_the_variable_and_what_it_may_be(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(DoudiError) as refused:
        options()
    assert [fault.where for fault in refused.value.faults] == [name]
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_everything_that_is_wrong_is_told_at_once_misspelt_names_included(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("DOUDI_WORKERS", "0"), ("DOUDI_BIND", "8000"), ("DOUDI_WORKER", "3"), ("DOUDI_FROBNICATE", "1")):
        monkeypatch.setenv(name, value)
    with pytest.raises(DoudiError) as refused:
        options()
    assert {fault.where for fault in refused.value.faults} == {"DOUDI_WORKERS", "DOUDI_BIND", "DOUDI_WORKER", "DOUDI_FROBNICATE"}
    assert "是不是 DOUDI_WORKERS？" in str(refused.value)


def test_ordinary_values_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://doudi_app:p%40ss@[::1]:5433/doudi?sslmode=require")
    monkeypatch.setenv("DOUDI_ALLOWED_HOSTS", "doudi.example.cn, 10.1.2.3, [::1]")
    monkeypatch.setenv("DOUDI_BIND", "[::1]:8000")
    monkeypatch.setenv("DOUDI_METRICS_NETWORKS", "10.1.0.0/16, 2001:db8::/32")
    assert options().bind == "[::1]:8000"


def test_the_reference_lists_every_option_with_its_default() -> None:
    page = render()
    for name, field in Options.model_fields.items():
        assert f"| `{variable(name)}` |" in page
        assert str(field.description) in page
    assert "| `DOUDI_WORKERS` | 1 到 64 的整数 | `2` |" in page
    assert "| `DOUDI_HOME` | 目录 | `./doudi-data` |" in page
