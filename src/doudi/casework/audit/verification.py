"""Checks the whole audit log: every entry, every link, every number, every anchor; says where something is wrong and what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from doudi.casework.audit.anchors import Anchor, anchors
from doudi.casework.audit.models import Entry, Seal, Writer
from doudi.casework.audit.reading import reading_everything
from doudi.casework.audit.sealing import START, digest_of
from doudi.casework.audit.services import mac_of

CHUNK = 2000
LATE = timedelta(minutes=5)
"""After that an entry without a seal is worth a word: the sealer is not running, or was kept from its work."""


@dataclass(frozen=True)
class Problem:
    """`where` in Chinese: number of the entry or the link; `says` what is wrong with it."""

    where: str
    says: str


@dataclass
class Verdict:
    """What was checked, and what is wrong, in order of the log. `head` is the digest of the last seal, to be noted down."""

    entries: int = 0
    seals: int = 0
    unsealed: int = 0
    head: bytes = START
    problems: list[Problem] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.problems


def verify(*, at: datetime) -> Verdict:
    """One pass along the chain, one along each writer's numbers, one along the anchors, all of one state of the database."""
    verdict, known = Verdict(), list(anchors())  # anchors first: what they name is in the state that is then looked at
    with _one_state(), reading_everything():
        verdict.problems += _along_the_chain(verdict)
        verdict.problems += _along_the_writers(verdict, at)
        verdict.problems += _along_the_anchors(known)
    return verdict


@contextmanager
def _one_state() -> Iterator[None]:
    """Whatever is written meanwhile is not seen, or numbers would seem to be missing. Inside a transaction (tests) nothing is written meanwhile."""
    begun = connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not begun:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def _along_the_chain(verdict: Verdict) -> Iterator[Problem]:
    """A link that does not follow from its entry and the link before; a number that is missing."""
    expected = 1
    for seal in Seal.objects.select_related("entry").order_by("number").iterator(CHUNK):
        verdict.seals += 1
        digest = bytes(seal.digest)
        if seal.number != expected:
            yield Problem(f"第 {expected} 环" + (f"至第 {seal.number - 1} 环" if seal.number - expected > 1 else ""), "链上缺少：封存记录被删除")
        elif digest_of(verdict.head, seal.number, seal.sealed_at, seal.entry) != digest:
            yield Problem(f"第 {seal.number} 环（记录 {seal.entry_id}）", "与前一环或所封的记录不符：被改动，或此处之前有删除、插入")
        verdict.head, expected = digest, seal.number + 1


def _along_the_writers(verdict: Verdict, at: datetime) -> Iterator[Problem]:
    """An entry whose HMAC is wrong; a number that is missing within a writer or behind its last; an entry nobody sealed."""
    last = dict(Writer.objects.values_list("name", "last"))
    writer, expected = "", 1
    for entry in Entry.objects.select_related("seal").order_by("writer", "number").iterator(CHUNK):
        verdict.entries += 1
        if entry.writer != writer:
            yield from _missing(writer, expected, last.pop(writer, 0) + 1)
            writer, expected = entry.writer, 1
        yield from _missing(writer, expected, entry.number)
        expected = entry.number + 1
        if mac_of(entry) != bytes(entry.mac):
            yield Problem(f"记录 {entry.pk}（{writer} 第 {entry.number} 条）", "校验码不对：被改动，或不是本系统写入的")
        if not hasattr(entry, "seal"):
            verdict.unsealed += 1
            if at - entry.at > LATE:
                yield Problem(f"记录 {entry.pk}（{writer} 第 {entry.number} 条）", "早该封存而没有封存：封链程序停了，或封存被删除")
    yield from _missing(writer, expected, last.pop(writer, 0) + 1)
    for name, number in sorted(last.items()):
        yield from _missing(name, 1, number + 1)


def _missing(writer: str, expected: int, found: int) -> Iterator[Problem]:
    if writer and found > expected:
        span = f"第 {expected} 条" if found - expected == 1 else f"第 {expected} 至 {found - 1} 条"
        yield Problem(f"{writer} {span}", "编号不连续：记录被删除")
    elif writer and found < expected:
        yield Problem(f"{writer} 第 {found} 条以后", "编号超出已发出的编号：记录是插入的，或编号表被改动")


def _along_the_anchors(known: list[Anchor]) -> Iterator[Problem]:
    """A seal that stood at the end of the chain once and is not there any more, or is another now."""
    digests = {}
    numbers = sorted({anchor.number for anchor in known if anchor.sound})
    for start in range(0, len(numbers), CHUNK):
        digests |= {
            number: bytes(digest) for number, digest in Seal.objects.filter(pk__in=numbers[start : start + CHUNK]).values_list("pk", "digest")
        }
    for anchor in known:
        if not anchor.sound:
            yield Problem(f"锚点文件第 {anchor.line} 行", "被改动，或不是本系统写入的")
        elif digests.get(anchor.number) != anchor.digest:
            what = "链尾被截断" if anchor.number not in digests else "链被重新计算过"
            yield Problem(f"第 {anchor.number} 环", f"与锚点文件第 {anchor.line} 行记下的不符：{what}")
