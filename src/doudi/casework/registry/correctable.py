"""What of a file people may correct, of which type, and how a correction is written into it - the same way in the file and in a load's staging.

Recognitions are not here: they are decisions of a department, and change only there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from doudi.casework.access.sealing import masked_phone, seal
from doudi.casework.organisation.models import Region
from doudi.casework.registry.loading.identity import PERSON_PHONE
from doudi.casework.registry.spelling import spelled
from doudi.casework.runs.models import Run, Variable
from doudi.kernel.errors import DoudiError, Fault, code

NOT_CORRECTABLE = code("field_not_correctable", "这一项不能更正")
WRONG_VALUE = code("correction_value_wrong", "更正的值不对")

FACTS = "facts."
"""Before the name of a variable: the correction is of a fact."""


@dataclass(frozen=True)
class Said:
    """What somebody says: the value as it is shown, what is sealed, and what follows from it."""

    value: Any
    sealed: bytes | None = None
    derived: dict[str, Any] | None = None


@dataclass(frozen=True)
class Correctable:
    """A field: its words, its type, the column that shows it, and what is set. In `sets`, `{value}`, `{sealed}`, `{derived}` stand for columns of the
    correction. `identity`: staged only when the run says it newly."""

    label: str
    type: str
    shown: str
    sets: tuple[str, ...]
    identity: bool = False


def _text(column: str) -> str:
    return f"{column} = {{value}} #>> '{{{{}}}}'"


FIELDS: dict[tuple[str, str], Correctable] = {
    ("p", "name"): Correctable(
        "姓名",
        "name",
        "name",
        (_text("name"), "pinyin = {derived} ->> 'pinyin'", "initials = {derived} ->> 'initials'"),
        identity=True,
    ),
    ("p", "phone"): Correctable("电话", "phone", "phone_masked", (_text("phone_masked"), "phone_sealed = {sealed}"), identity=True),
    ("p", "gender"): Correctable("性别", "gender", "gender", (_text("gender"),), identity=True),
    ("p", "birth_on"): Correctable("出生日期", "date", "birth_on", ("birth_on = ({value} #>> '{{}}')::date",), identity=True),
    ("p", "living"): Correctable("在世", "bool", "living", ("living = {value}::boolean",)),
    ("h", "region"): Correctable("居住地", "region", "region", (_text("region"),)),
    ("h", "rural"): Correctable("按农村标准", "bool", "rural", ("rural = {value}::boolean",)),
}


def correctable(subject: str, field: str) -> Correctable:
    """How a field is corrected. Raises DoudiError if it may not be."""
    if field.startswith(FACTS):
        return _fact(subject, field.removeprefix(FACTS))
    if known := FIELDS.get((subject, field)):
        return known
    raise DoudiError(Fault(NOT_CORRECTABLE, "这一项不能更正", field))


def _fact(subject: str, name: str) -> Correctable:
    of = {"h": "household", "p": "person"}[subject]
    known = Variable.objects.filter(run__state=Run.State.CURRENT, variable=name, of=of).first()
    if known is None or known.category:
        raise DoudiError(Fault(NOT_CORRECTABLE, "这一项不能更正", name, "不是这次运行的情况项，或是部门认定的身份类别", "身份类别请由认定部门更正"))
    return Correctable(known.label, known.type, "", (fact_set(name),))


def fact_set(name: str) -> str:
    """No and zero are written by leaving the fact out, as a load does."""
    assert name.isidentifier(), name
    no = "{value} IN ('false'::jsonb, '0'::jsonb)"
    return f"facts = CASE WHEN {no} THEN facts - '{name}' ELSE jsonb_set(facts, ARRAY['{name}'], COALESCE({{value}}, 'null'::jsonb)) END"


def fact_value(name: str) -> str:
    """A fact of the line `s` as JSON; where it is left out, no or zero, as the correction `c` beside it has a flag or a number."""
    assert name.isidentifier(), name
    left_out = "CASE jsonb_typeof(c.value) WHEN 'boolean' THEN 'false' WHEN 'number' THEN '0' ELSE 'null' END"
    return f"COALESCE(s.facts -> '{name}', ({left_out})::jsonb)"


def said(subject: str, number: int, field: str, value: Any) -> Said:
    """What is kept of a value that somebody typed. Raises DoudiError saying what it should look like."""
    kind = correctable(subject, field).type
    try:
        return READ[kind](number, value)
    except (ValueError, TypeError, KeyError) as problem:
        raise DoudiError(Fault(WRONG_VALUE, f"“{value}”不能作为更正的值", field, str(problem), SHAPES.get(kind, ""))) from None


def _name(number: int, value: Any) -> Said:
    text = "".join(str(value).split())
    if not 1 <= len(text) <= 60:
        raise ValueError("姓名为空或太长")
    pinyin, initials = spelled(text)
    return Said(text, derived={"pinyin": pinyin, "initials": initials})


def _phone(number: int, value: Any) -> Said:
    digits = str(value).replace(" ", "").replace("-", "")
    if not digits.isdigit() or not 7 <= len(digits) <= 12:
        raise ValueError("电话号码位数不对")
    return Said(masked_phone(digits), sealed=seal(digits, f"{PERSON_PHONE}.{number}"))


def _region(number: int, value: Any) -> Said:
    if not Region.objects.filter(code=value, kind__in=["township", "village"]).exists():
        raise ValueError("没有这个村（社区）或乡镇（街道）")
    return Said(value)


def _choice(*allowed: Any) -> Callable[[int, Any], Said]:
    def read(number: int, value: Any) -> Said:
        if value not in allowed or (isinstance(value, bool) != isinstance(allowed[0], bool)):
            raise ValueError("不在可选的范围")
        return Said(value)

    return read


def _whole(number: int, value: Any) -> Said:
    if isinstance(value, bool) or int(value) < 0:
        raise ValueError("须是不小于零的整数")
    return Said(int(value))


def _day(number: int, value: Any) -> Said:
    return Said((value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat())


READ: dict[str, Callable[[int, Any], Said]] = {
    "name": _name,
    "phone": _phone,
    "gender": _choice("m", "f"),
    "date": _day,
    "bool": _choice(True, False),
    "region": _region,
    "int": _whole,
    "money": _whole,
    "ratio": _whole,
    "number": _whole,
    "month": _whole,
    "text": lambda number, value: Said(str(value)[:200]),
}
SHAPES = {
    "date": "日期写作 2026-11-23",
    "money": "金额按分填整数",
    "bool": "填是或否",
    "region": "填村（社区）代码，12 位",
    "phone": "填手机或固定电话号码",
}
