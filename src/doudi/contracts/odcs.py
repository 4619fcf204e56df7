"""One contract file (Open Data Contract Standard 3) → Contract, with every fault in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import cast

from doudi.contracts.faults import CONFLICT, VALUE_MISSING, VALUE_WRONG, Faults
from doudi.contracts.headers import plain_header
from doudi.contracts.model import FREQUENCIES, MODES, Check, Contract, Field, Frequency, Mode
from doudi.contracts.properties import custom_properties, read_field
from doudi.contracts.rowchecks import compile_check
from doudi.contracts.sla import DUE_RULES
from doudi.contracts.vocabulary import DESCRIPTION, DOCUMENT, OBJECT, OF_DOCUMENT, QUALITY, SLA, SLA_PROPERTY, TEAM
from doudi.kernel.errors import DoudiError
from doudi.kernel.yamltext import Mapping, parse_yaml

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_contract(text: str, name: str, code_lists: Collection[str]) -> Contract:
    """The contract in `text`; `name` is what faults call the file. Raises DoudiError with every fault in the file."""
    node = parse_yaml(text, name)
    faults = Faults(name)
    if not isinstance(node, Mapping):
        faults.add(VALUE_MISSING, "不是数据契约", 1, todo="参照 contracts 中其他文件")
        raise DoudiError(faults)
    contract = _contract(node, faults, code_lists)
    if faults:
        raise DoudiError(faults)
    return contract


def _contract(node: Mapping, faults: Faults, code_lists: Collection[str]) -> Contract:
    faults.known_keys(node, DOCUMENT, "数据契约")
    faults.get_word(node, "kind", ("DataContract",))
    if not faults.get_text(node, "apiVersion").startswith("v3."):
        faults.add(VALUE_WRONG, "apiVersion 应是 v3", node.lines.get("apiVersion", node.line))
    team, description = faults.get_mapping(node, "team"), faults.get_mapping(node, "description")
    faults.known_keys(team, TEAM, "team ")
    faults.known_keys(description, DESCRIPTION, "description ")
    custom = custom_properties(node, faults, OF_DOCUMENT)
    tables = faults.get_mappings(node, "schema")
    table = tables[0] if tables else Mapping(node.line)
    if len(tables) > 1:
        faults.add(VALUE_WRONG, "一个文件只写一个数据集", tables[1].line)
    faults.known_keys(table, OBJECT, "数据集")
    fields, key = _fields(table, faults, code_lists)
    return Contract(
        dataset=_dataset(node, table, faults),
        title=faults.get_text(table, "physicalName"),
        department=faults.get_text(team, "name"),
        department_name=faults.get_text(team, "description"),
        mode=cast(Mode, faults.get_word(custom, "deliveryMode", MODES) or "events"),
        frequency=_frequency(node, faults),
        named=faults.get_flag(custom, "namedByNotice"),
        covers_many=faults.get_flag(custom, "coversMany"),
        version=faults.get_text(node, "version"),
        fields=fields,
        key=key,
        checks=tuple(_checks(table, fields, faults)),
        purpose=faults.get_text(description, "purpose"),
        usage=faults.get_text(description, "usage"),
        limitations=faults.get_text(description, "limitations", required=False),
        granularity=faults.get_text(table, "dataGranularityDescription"),
        where=faults.name,
    )


def _dataset(node: Mapping, table: Mapping, faults: Faults) -> str:
    dataset = faults.get_text(table, "name")
    if dataset and not _NAME.fullmatch(dataset):
        faults.add(VALUE_WRONG, f"数据集名“{dataset}”应由小写字母、数字、下划线组成", table.lines["name"])
    if faults.get_text(node, "id") != dataset:
        faults.add(CONFLICT, f"id 应与数据集名“{dataset}”相同", node.lines.get("id", node.line))
    return dataset


def _frequency(node: Mapping, faults: Faults) -> Frequency:
    found: dict[str, Mapping] = {}
    for entry in faults.get_mappings(node, "slaProperties"):
        faults.known_keys(entry, SLA_PROPERTY, "slaProperties ")
        found[faults.get_word(entry, "property", SLA)] = entry
    if missing := [name for name in SLA if name not in found]:
        faults.add(VALUE_MISSING, f"slaProperties 缺少 {'、'.join(missing)}", node.lines.get("slaProperties", node.line))
        return "monthly"
    frequency = cast(Frequency, faults.get_word(found["frequency"], "value", FREQUENCIES) or "monthly")
    due = found["timeOfAvailability"]
    if due.get("value") != DUE_RULES[frequency].due:
        faults.add(CONFLICT, f"{frequency} 的应报日是“{DUE_RULES[frequency].due}”，不是“{due.get('value')}”", due.line)
    return frequency


def _fields(table: Mapping, faults: Faults, code_lists: Collection[str]) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    nodes = faults.get_mappings(table, "properties")
    read = [read_field(node, faults, code_lists) for node in nodes]
    fields = tuple(field for field, _ in read)
    lines = [node.line for node in nodes]
    _distinct(((line, (field.name,)) for line, field in zip(lines, fields, strict=True)), "字段名", faults)
    _distinct(((line, field.columns) for line, field in zip(lines, fields, strict=True)), "入库列名", faults)
    _distinct(((line, map(plain_header, field.headers)) for line, field in zip(lines, fields, strict=True)), "表头", faults)
    for line, field in zip(lines, fields, strict=True):
        _coherent(field, fields, line, faults)
    keys = sorted((position, field.name) for field, position in read if position is not None)
    if (fields and [position for position, _ in keys] != list(range(1, len(keys) + 1))) or not keys:
        faults.add(VALUE_WRONG, "主键位置应从 1 起连续编号，至少一个", table.lines.get("properties", table.line))
    return fields, tuple(name for _, name in keys)


def _distinct(named: Iterable[tuple[int, Iterable[str]]], what: str, faults: Faults) -> None:
    first: dict[str, int] = {}
    for line, names in named:
        for name in names:
            if name and first.setdefault(name, line) != line:
                faults.add(CONFLICT, f"{what}“{name}”与第 {first[name]} 行的字段重复", line)


def _coherent(field: Field, fields: Iterable[Field], line: int, faults: Faults) -> None:
    if not _NAME.fullmatch(field.name):
        faults.add(VALUE_WRONG, f"字段名“{field.name}”应由小写字母、数字、下划线组成", line)
    if field.type == "id18" and not field.name.endswith("_id"):
        faults.add(VALUE_WRONG, f"身份证号字段“{field.name}”的名称应以 _id 结尾", line)
    if field.name_of and not any(other.name == field.name_of and other.type == "name" for other in fields):
        faults.add(CONFLICT, f"“{field.name}”的 nameField 指向的“{field.name_of}”不是姓名字段", line)
    if field.pattern:
        try:
            re.compile(field.pattern)
        except re.error as error:
            faults.add(VALUE_WRONG, f"“{field.name}”的 pattern 不是正则表达式：{error}", line)


def _checks(table: Mapping, fields: tuple[Field, ...], faults: Faults) -> Iterable[Check]:
    for node in faults.get_mappings(table, "quality", required=False):
        faults.known_keys(node, QUALITY, "质量规则")
        if faults.get_word(node, "type", ("custom", "text")) != "custom":
            continue
        faults.get_word(node, "engine", ("doudi",))
        check = Check(faults.get_text(node, "name"), faults.get_text(node, "description"), faults.get_text(node, "implementation"))
        try:
            compile_check(check.test, {field.name: field for field in fields})
        except ValueError as error:
            faults.add(VALUE_WRONG, f"质量规则“{check.name}”：{error}", node.lines.get("implementation", node.line))
            continue
        yield check
