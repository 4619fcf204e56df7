"""One ODCS property (a column of the delivery) → Field.

The type follows from what ODCS has: `logicalType`, the `format` among its options, a `codeList` or a `unit` among the custom properties.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, cast

from doudi.contracts.faults import CONFLICT, VALUE_MISSING, VALUE_WRONG, Faults
from doudi.contracts.model import SENSITIVITIES, Field, FieldType, Sensitivity
from doudi.contracts.vocabulary import CUSTOM_PROPERTY, OF_PROPERTY, PROPERTY
from doudi.kernel.money import LIMIT_FEN
from doudi.kernel.months import month
from doudi.kernel.yamltext import Mapping, Sequence

RECORD_NO = "record_no"
YUAN = "元"

_FORMATS: dict[str, FieldType] = {"id18": "id18", "name": "name", "phone": "phone", "region12": "region12", "region6": "region6"}
_LOGICAL = ("string", "date", "number", "integer", "boolean")
_OPTIONS = {
    "string": ("format", "pattern", "minLength", "maxLength"),
    "date": ("format", "minimum", "maximum"),
    "number": ("minimum", "exclusiveMaximum"),
    "integer": ("minimum", "maximum"),
    "boolean": (),
}


def read_field(node: Mapping, faults: Faults, code_lists: Collection[str]) -> tuple[Field, int | None]:
    """The field that `node` describes and its position in the record key (None if it is not part of it). Faults are added to `faults`."""
    faults.known_keys(node, PROPERTY, "字段")
    custom = custom_properties(node, faults, OF_PROPERTY)
    options = faults.get_mapping(node, "logicalTypeOptions", required=False)
    logical = faults.get_word(node, "logicalType", _LOGICAL) or "string"
    faults.known_keys(options, _OPTIONS[logical], f"{logical} 的 logicalTypeOptions ")
    kind = _type_of(logical, options, custom, faults)
    header = faults.get_text(node, "physicalName")
    low, high = _bounds(kind, options, faults)
    field = Field(
        name=faults.get_text(node, "name"),
        header=header,
        headers=(header, *_texts(custom, "headerVariants", faults)),
        type=kind,
        required=faults.get_flag(node, "required"),
        key=faults.get_flag(node, "primaryKey"),
        code_list=faults.get_word(custom, "codeList", code_lists, required=False) or None,
        unit=faults.get_text(custom, "unit", required=False) or None,
        sensitivity=cast(Sensitivity, faults.get_word(node, "classification", SENSITIVITIES) or "general"),
        low=low,
        high=high,
        pattern=faults.get_text(options, "pattern", required=False) or None,
        record_no=options.get("format") == RECORD_NO,
        reference=faults.get_flag(custom, "recordReference"),
        name_of=faults.get_text(custom, "nameField", required=False) or None,
        embeds_id=faults.get_flag(custom, "embedsCitizenId"),
        description=faults.get_text(node, "description", required=False),
    )
    return field, _position(node, field, faults)


def custom_properties(node: Mapping, faults: Faults, known: Collection[str]) -> Mapping:
    """The custom properties of a node as one mapping, name to value, that knows its lines."""
    found = Mapping(node.line)
    for entry in faults.get_mappings(node, "customProperties", required=False):
        faults.known_keys(entry, CUSTOM_PROPERTY, "customProperties ")
        name = faults.get_word(entry, "property", known)
        if name and "value" not in entry:
            faults.add(VALUE_MISSING, f"“{name}”缺少 value", entry.line)
        elif name:
            found[name], found.lines[name] = entry["value"], entry.line
    return found


def _type_of(logical: str, options: Mapping, custom: Mapping, faults: Faults) -> FieldType:
    form = faults.get_text(options, "format", required=False)
    line = options.lines.get("format", options.line)
    if logical == "string":
        if form and form not in (*_FORMATS, RECORD_NO):
            faults.add(VALUE_WRONG, f"文字的格式不能是“{form}”", line, todo=f"可用：{'、'.join((*_FORMATS, RECORD_NO))}")
        return "code" if "codeList" in custom else _FORMATS.get(form, "text")
    if logical == "date":
        if form not in ("yyyy-MM-dd", "yyyy-MM"):
            faults.add(VALUE_WRONG, f"日期的格式不能是“{form}”", line, todo="日期写 yyyy-MM-dd，年月写 yyyy-MM")
        return "month" if form == "yyyy-MM" else "date"
    if logical == "number":
        return "money" if custom.get("unit") == YUAN else "ratio"
    return "int" if logical == "integer" else "bool"


def _bounds(kind: FieldType, options: Mapping, faults: Faults) -> tuple[int | None, int | None]:
    bound = {"money": _fen, "int": int, "date": _day, "month": _month}.get(kind)
    if bound is None:
        return None, None
    low = _bound(options, "minimum", bound, faults)
    if kind == "money":
        below = _bound(options, "exclusiveMaximum", bound, faults)
        return low, (LIMIT_FEN if below is None else below) - 1
    return low, _bound(options, "maximum", bound, faults)


def _bound(options: Mapping, key: str, convert: Callable[[Any], int], faults: Faults) -> int | None:
    value = options.get(key)
    try:
        return None if value is None else convert(value)
    except (ValueError, TypeError, ArithmeticError):
        faults.add(VALUE_WRONG, f"“{key}”不能是“{value}”", options.lines[key])
        return None


def _fen(yuan: Any) -> int:
    fen = yuan * 100
    if fen != int(fen):
        raise ValueError(yuan)
    return int(fen)


def _day(text: Any) -> int:
    return date.fromisoformat(text).toordinal()


def _month(text: Any) -> int:
    year, number = text.split("-")
    return month(int(year), int(number))


def _texts(node: Mapping, key: str, faults: Faults) -> tuple[str, ...]:
    value = node.get(key, ())
    if value != () and not (isinstance(value, Sequence) and all(isinstance(entry, str) for entry in value)):
        faults.add(VALUE_WRONG, f"“{key}”应是文字的列表", node.lines[key])
        return ()
    return tuple(value)


def _position(node: Mapping, field: Field, faults: Faults) -> int | None:
    position = node.get("primaryKeyPosition")
    if field.key != isinstance(position, int):
        faults.add(CONFLICT, f"字段“{field.name}”的 primaryKey 与 primaryKeyPosition 要么都写，要么都不写", node.line)
        return None
    return position
