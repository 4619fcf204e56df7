"""What linkage decided about one number of one row, in a form that a clerk can follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from doudi.identity.doubtful import Doubtful
from doudi.kernel.errors import code

Outcome = Literal["linked", "held", "refused", "unknown", "emptied"]
"""linked: this person. held: for a clerk. refused: nothing to go by. unknown: the row counts, its person is not known. emptied: a second
person's number was taken out, the row counts."""

How = Literal["sound", "repaired", "kept15", "matched", ""]

NAME_CONFLICT = code("held_name_conflict", "号码有效，但姓名与人口名单完全不同，疑为他人号码，待核")
NAME_UNCLEAR = code("held_name_unclear", "号码有效，但姓名与人口名单不完全相同，待核")
NO_PERSON = code("held_no_person", "号码有误，人口名单中没有只差一处且同名的人，待核")
SEVERAL = code("held_several", "有几个人都可能是本人，待核")
CONTRADICTION = code("held_contradiction", "有一人相近，但出生日期或户号矛盾，待核")
TOO_LITTLE = code("held_too_little", "号码缺失，其他信息不足以认定是谁，待核")
NOTHING = code("nothing_to_go_by", "既无号码又无姓名，无从认定")
UNKNOWN_PERSON = code("person_unknown", "身份不明，记录按编号使用，不计入任何人")
SECOND_UNCLEAR = code("second_id_unclear", "相关人员号码有误且无法认定，已置空")


@dataclass(frozen=True)
class Decision:
    """One line of `links.parquet`. `score` in points of the linkage policy (0 where none were counted); `candidates` how many people came near.

    `explanation` is a Chinese sentence without names and numbers. `code` is empty where the row was linked.
    """

    delivery: int
    row: int
    field: str
    role: str
    outcome: Outcome
    how: How
    person: int | None
    score: int
    candidates: int
    code: str
    explanation: str


SCHEMA = pa.schema(
    [
        ("delivery", pa.int64()),
        ("row", pa.int32()),
        ("field", pa.string()),
        ("role", pa.string()),
        ("outcome", pa.string()),
        ("how", pa.string()),
        ("person", pa.int64()),
        ("score", pa.int32()),
        ("candidates", pa.int32()),
        ("code", pa.string()),
        ("explanation", pa.string()),
    ]
)


def linked(doubtful: Doubtful, how: How, person: int, explanation: str, score: int = 0) -> Decision:
    """The row belongs to `person`."""
    return Decision(doubtful.delivery, doubtful.row, doubtful.field, doubtful.role, "linked", how, person, score, 1, "", explanation)


def left(doubtful: Doubtful, reason: str, explanation: str, *, score: int = 0, candidates: int = 0) -> Decision:
    """Nobody was found: held or refused where the row needs its person, else used without."""
    outcome: Outcome = "refused" if reason == NOTHING else "held"
    if doubtful.role == "optional":
        outcome, reason = "unknown", UNKNOWN_PERSON
    elif doubtful.role == "second":
        outcome, reason = "emptied", SECOND_UNCLEAR
    return Decision(doubtful.delivery, doubtful.row, doubtful.field, doubtful.role, outcome, "", None, score, candidates, reason, explanation)


def as_table(decisions: Iterable[Decision]) -> pa.Table:
    """Decisions as a table of `SCHEMA`."""
    lines = list(decisions)
    return pa.table([pa.array([getattr(line, field.name) for line in lines], field.type) for field in SCHEMA], schema=SCHEMA)
