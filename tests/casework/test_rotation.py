"""A new key: everything is sealed under it, can be read before, meanwhile and after, and a kill in the middle loses nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from tests.casework.cast import Cast
from tests.casework.objects import household

from doudi.casework.access import factors, sealing, sitekeys
from doudi.casework.access.sealing import index_of, is_current, seal, unseal
from doudi.casework.audit.models import Entry
from doudi.casework.registry.models import Person
from doudi.config import rotation

pytestmark = pytest.mark.django_db
ID, PLACE = "431382196001010011", "registry_person.id."


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "keys"))
    caches = (sitekeys.masters, sealing._cipher_key, sealing._aes, sealing._index_key)
    [one.cache_clear() for one in caches]
    yield
    [one.cache_clear() for one in caches]


def people(cast: Cast, count: int = 5) -> None:
    household(cast)
    model = Person.objects.get(number=70)
    for number in range(100, 100 + count):
        model.pk = model.number = number
        model.id_sealed, model.id_index = seal(ID, f"{PLACE}{number}"), index_of(ID)
        model.save(force_insert=True)


def read() -> set[str | None]:
    return {unseal(one.id_sealed, f"{PLACE}{one.number}") for one in Person.objects.exclude(id_sealed=None)}


def test_everything_is_sealed_under_the_new_key_and_found_as_before(cast: Cast) -> None:
    people(cast)
    assert dict(rotation.rotate())["registry_person.id_sealed"] == 5
    assert len(sitekeys.masters()) == 2
    assert all(is_current(one.id_sealed) for one in Person.objects.exclude(id_sealed=None))
    assert read() == {ID}
    assert Person.objects.filter(id_index=index_of(ID)).count() == 5
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["key_added", "key_resealed"]


def test_killed_in_the_middle_the_next_call_goes_on_without_another_key(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    people(cast)
    monkeypatch.setattr(rotation, "BATCH", 2)
    sitekeys.rotate()
    column = next(one for one in rotation.COLUMNS if one.name == "id_sealed" and one.table == "registry_person")
    assert next(rotation._reseal(column)) == 2
    assert read() == {ID}, "old and new are read"
    assert rotation.unfinished()
    assert dict(rotation.rotate())["registry_person.id_sealed"] == 3
    assert (len(sitekeys.masters()), rotation.unfinished()) == (2, False)


def test_a_process_that_knows_the_old_keys_only_reads_what_another_sealed(cast: Cast) -> None:
    before = sitekeys.masters()
    sitekeys.rotate()
    sealed = seal(ID, "x")
    sitekeys.masters.cache_clear()
    new_file, stale = sitekeys.key_file().read_text(), iter([before])
    real = sitekeys._read
    sitekeys._read = lambda path: next(stale, None) or real(path)  # type: ignore[assignment]
    try:
        assert len(sitekeys.masters()) == 1
        assert unseal(sealed, "x") == ID
    finally:
        sitekeys._read = real  # type: ignore[assignment]
    assert sitekeys.key_file().read_text() == new_file


def test_every_sealed_column_of_the_models_is_resealed() -> None:
    models = {(model._meta.db_table, field.column) for model in apps.get_models() for field in model._meta.fields if field.name.endswith("_sealed")}
    assert {(one.table, one.name) for one in rotation.COLUMNS} == models
    assert connection.vendor == "postgresql"


def test_another_cipher_is_chosen_and_everybody_is_found_again_by_it(cast: Cast, settings: object) -> None:
    people(cast)
    before = index_of(ID)
    settings.OPTIONS = settings.OPTIONS.model_copy(update={"cipher": {"aes": "sm4", "sm4": "aes"}[settings.OPTIONS.cipher]})  # type: ignore[attr-defined]
    assert index_of(ID) != before
    assert read() == {ID}, "what was sealed before is still read"
    dict(rotation.rotate(resume=True))
    assert (len(sitekeys.masters()), rotation.unfinished(), read()) == (1, False, {ID})
    assert Person.objects.filter(id_index=index_of(ID)).count() == 5


def test_a_recovery_code_is_good_whichever_cipher_is_chosen(cast: Cast, settings: object) -> None:
    user = cast.county_officer.user
    at = datetime(2026, 11, 24, 4, tzinfo=UTC)
    factors.authenticator_new(user, at=at)
    code = factors.recovery_codes_new(user)[0]
    settings.OPTIONS = settings.OPTIONS.model_copy(update={"cipher": {"aes": "sm4", "sm4": "aes"}[settings.OPTIONS.cipher]})  # type: ignore[attr-defined]
    assert factors.recovery_code_check(user, given=code, at=at)


def test_two_who_add_a_key_at_once_add_two(tmp_path: Path) -> None:
    sitekeys.masters()
    adding = [sys.executable, "-c", "from doudi.casework.access import sitekeys; sitekeys.rotate()"]
    started = [subprocess.Popen(adding) for _ in range(3)]
    assert [one.wait() for one in started] == [0, 0, 0]
    sitekeys.masters.cache_clear()
    assert len(set(sitekeys.masters())) == 4
