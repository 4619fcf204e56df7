"""Whatever is done to the audit log behind the site's back, the verifier finds it and says where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from tests.casework.cast import Cast

from doudi.casework.access.actor import NOBODY, job
from doudi.casework.access.scope import scoped
from doudi.casework.audit import anchors
from doudi.casework.audit.actions import LOOKED, SEARCHED
from doudi.casework.audit.models import Entry, Seal, Unsealed, Writer
from doudi.casework.audit.reading import reading
from doudi.casework.audit.sealing import seal_all, seal_batch
from doudi.casework.audit.services import record
from doudi.casework.audit.verification import verify
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def anchor_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "site" / "audit-anchors.jsonl"
    monkeypatch.setattr(anchors, "anchor_file", lambda: path)
    return path


def write(count: int, cast: Cast, region: str = "431382103") -> list[Entry]:
    """Entries as a page writes them: as the site's own role, in nobody's scope."""
    with scoped(NOBODY):
        return [
            record(cast.township_officer.actor, LOOKED, kind="household", object=number, region=region, detail={"n": number})
            for number in range(count)
        ]


@contextmanager
def database_administrator() -> Iterator[None]:
    """Somebody with the owner's rights who takes the guards away, and puts them back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE doudi_owner")
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        yield
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY")
        cursor.execute("SET ROLE doudi_loader")


def problems() -> list[tuple[str, str]]:
    return [(problem.where, problem.says) for problem in verify(at=now()).problems]


def test_an_untouched_log_is_sound_sealed_or_not(cast: Cast) -> None:
    write(5, cast)
    assert seal_all(at=AT) == 5
    write(2, cast)
    verdict = verify(at=now())
    assert verdict.sound, verdict.problems
    assert (verdict.entries, verdict.seals, verdict.unsealed) == (7, 5, 2)
    assert verdict.head == bytes(Seal.objects.get(pk=5).digest)


def test_entries_are_sealed_in_batches_without_a_gap_and_once(cast: Cast) -> None:
    entries = write(7, cast)
    assert [seal_batch(at=AT, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert list(Seal.objects.order_by("number").values_list("number", "entry_id")) == [(place, entry.pk) for place, entry in enumerate(entries, 1)]
    assert not Unsealed.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry", "UPDATE audit_seal SET number = 9", "DELETE FROM audit_seal"]
)
@pytest.mark.parametrize("role", ["doudi_app", "doudi_loader", "doudi_owner"])
def test_no_role_can_change_or_remove_lines(cast: Cast, statement: str, role: str) -> None:
    write(1, cast)
    seal_all(at=AT)
    before = list(Entry.objects.values_list("pk", "actor")), list(Seal.objects.values_list("pk", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        sure = "" if role != "doudi_owner" else "SELECT set_config('doudi.audit_lo', '*', true), set_config('doudi.audit_hi', ':', true)"
        cursor.execute(sure or "SELECT 1")
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError:
            pass
        else:
            assert role == "doudi_owner", "for the owner row security hides the lines, for others there is no right or a trigger"
        cursor.execute("SET ROLE doudi_loader")
    assert (list(Entry.objects.values_list("pk", "actor")), list(Seal.objects.values_list("pk", flat=True))) == before


def test_the_log_cannot_be_emptied(cast: Cast) -> None:
    write(1, cast)
    for role in ("doudi_app", "doudi_loader", "doudi_owner"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:  # noqa: PT012
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"SET ROLE {role}")
            cursor.execute("TRUNCATE audit_entry CASCADE")
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("sealed", [True, False])
def test_a_changed_entry_is_found(cast: Cast, sealed: bool) -> None:
    entry = write(3, cast)[1]
    if sealed:
        seal_all(at=AT)
    with database_administrator():
        Entry.objects.filter(pk=entry.pk).update(detail={"n": 99})
    found = problems()
    assert (f"记录 {entry.pk}（{entry.writer} 第 {entry.number} 条）", "校验码不对：被改动，或不是本系统写入的") in found
    assert ((f"第 2 环（记录 {entry.pk}）", "与前一环或所封的记录不符：被改动，或此处之前有删除、插入") in found) is sealed
    assert len(found) == 1 + sealed, "the links behind are sound: only the place itself is named"


def test_a_removed_entry_is_found_before_and_after_it_was_sealed(cast: Cast) -> None:
    entries = write(4, cast)
    with database_administrator():
        Entry.objects.filter(pk=entries[1].pk).delete()
    assert problems() == [(f"{entries[1].writer} 第 {entries[1].number} 条", "编号不连续：记录被删除")]


def test_a_sealed_entry_removed_with_its_seal_is_found_twice(cast: Cast) -> None:
    entries = write(4, cast)
    seal_all(at=AT)
    with database_administrator():
        Seal.objects.filter(pk=2).delete()
        Entry.objects.filter(pk=entries[1].pk).delete()
    assert problems() == [
        ("第 2 环", "链上缺少：封存记录被删除"),
        (f"{entries[1].writer} 第 {entries[1].number} 条", "编号不连续：记录被删除"),
    ]


def test_the_end_cut_off_together_with_all_counters_is_found_by_the_anchor(cast: Cast) -> None:
    entries = write(4, cast)
    seal_all(at=AT)
    with database_administrator():
        Seal.objects.filter(pk__gte=3).delete()
        Entry.objects.filter(pk__in=[entry.pk for entry in entries[2:]]).delete()
    Writer.objects.update(last=entries[1].number)
    assert problems() == [("第 4 环", "与锚点文件第 1 行记下的不符：链尾被截断")]


def test_a_forged_entry_with_a_seal_computed_for_it_is_found(cast: Cast) -> None:
    from doudi.casework.audit.sealing import digest_of

    entry = write(1, cast)[0]
    seal_all(at=AT)
    forged = Entry(
        **{name: getattr(entry, name) for name in ("at", "writer", "action", "user", "actor", "role", "office", "kind", "object", "region")}
    )
    forged.pk, forged.number, forged.detail, forged.mac = entry.pk + 1, entry.number + 1, {}, bytes(32)
    with database_administrator():
        connection.cursor().execute("SELECT set_config('doudi.audit_lo', '*', true), set_config('doudi.audit_hi', ':', true)")
        forged.save(force_insert=True)
        Seal.objects.create(number=2, entry=forged, sealed_at=AT, digest=digest_of(bytes(Seal.objects.get(pk=1).digest), 2, AT, forged))
    Writer.objects.update(last=forged.number)
    assert problems() == [(f"记录 {forged.pk}（{forged.writer} 第 {forged.number} 条）", "校验码不对：被改动，或不是本系统写入的")]


def test_a_chain_computed_anew_contradicts_the_anchor(cast: Cast, anchor_file: Path) -> None:
    write(2, cast)
    seal_all(at=AT)
    line = json.loads(anchor_file.read_text())
    assert line["seal"].startswith("2 ")
    with database_administrator():
        Seal.objects.all().delete()
    Unsealed.objects.bulk_create(Unsealed(entry=pk) for pk in Entry.objects.values_list("pk", flat=True))
    seal_all(at=AT + timedelta(seconds=30))
    assert problems() == [("第 2 环", "与锚点文件第 1 行记下的不符：链被重新计算过")]


def test_an_altered_anchor_file_is_found_and_a_line_cut_short_is_not_held_against_it(cast: Cast, anchor_file: Path) -> None:
    write(1, cast)
    seal_all(at=AT)
    good = anchor_file.read_text()
    anchor_file.write_text(good + good[:20])
    assert problems() == []
    anchor_file.write_text(good.replace('"1 ', '"7 '))
    assert problems() == [("锚点文件第 1 行", "被改动，或不是本系统写入的")]


def test_an_entry_that_nobody_sealed_is_reported_after_five_minutes(cast: Cast) -> None:
    entry = write(1, cast)[0]
    assert verify(at=entry.at + timedelta(minutes=4)).sound
    assert [problem.says for problem in verify(at=entry.at + timedelta(minutes=6)).problems] == ["早该封存而没有封存：封链程序停了，或封存被删除"]


def test_an_act_undone_leaves_no_entry_and_no_gap(cast: Cast) -> None:
    write(1, cast)
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - what was written is undone
        write(1, cast)
        raise RuntimeError
    write(1, cast)
    assert sorted(Entry.objects.values_list("number", flat=True)) == [
        Entry.objects.order_by("id")[0].number,
        Entry.objects.order_by("id")[0].number + 1,
    ]
    assert verify(at=now()).sound


def test_a_county_reads_its_own_entries_and_the_province_those_of_no_region_too(cast: Cast) -> None:
    write(1, cast)
    write(1, cast, region="431381001")
    with scoped(NOBODY):
        record(job("自动任务", NOBODY), SEARCHED)
        assert Entry.objects.count() == 0, "without asking for it, nobody reads the log"
    with scoped(cast.audit_admin.actor.scope), reading(cast.audit_admin.actor):
        assert [entry.region for entry in Entry.objects.all()] == ["431382103"]
    with scoped(NOBODY), pytest.raises(DoudiError), reading(cast.security_admin.actor):
        pass


def test_an_entry_takes_no_fractions_and_nothing_that_comes_back_otherwise(cast: Cast) -> None:
    with transaction.atomic():
        entry = record(cast.auditor.actor, SEARCHED, detail={"on": date(2026, 11, 1), "of": ("a", 1, None, True)})
        assert entry.detail == {"on": "2026-11-01", "of": ["a", 1, None, True]}
        for bad in ({"x": 0.5}, {1: "x"}, {"x": "\x00"}, {"x": b"y"}):
            with pytest.raises(ValueError, match="audit entry"):
                record(cast.auditor.actor, SEARCHED, detail=bad)
    assert verify(at=now()).sound


def test_the_last_line_of_the_anchors_moves_along_and_one_a_minute_stays(cast: Cast, anchor_file: Path) -> None:
    for second in (0, 10, 20, 59, 70, 80):
        anchors.keep(second + 1, bytes(32), AT + timedelta(seconds=second))
    assert [anchor.number for anchor in anchors.anchors()] == [1, 60, 81]
    assert all(anchor.sound for anchor in anchors.anchors())


def test_what_was_sealed_a_moment_ago_cannot_be_cut_off_either(cast: Cast, anchor_file: Path) -> None:
    write(1, cast)
    seal_all(at=AT)
    entries = write(2, cast)
    seal_all(at=AT + timedelta(seconds=5))
    with database_administrator():
        Seal.objects.filter(pk=3).delete()
        Entry.objects.filter(pk=entries[1].pk).delete()
    Writer.objects.update(last=entries[0].number)
    assert problems() == [("第 3 环", "与锚点文件第 2 行记下的不符：链尾被截断")]


def test_a_line_of_the_anchors_cut_short_is_written_over(cast: Cast, anchor_file: Path) -> None:
    anchors.keep(1, bytes(32), AT)
    anchor_file.write_text(anchor_file.read_text() + '{"seal": "2 0')
    anchors.keep(3, bytes(32), AT + timedelta(minutes=5))
    assert [(anchor.number, anchor.sound) for anchor in anchors.anchors()] == [(1, True), (3, True)]
