"""Reads `policy/linkage.yaml`: what a row without a sound number is matched by, and how much each thing weighs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.resources import resource_dir
from doudi.kernel.yamltext import Mapping, parse_yaml

LINKAGE_POLICY = code("linkage_policy", "关联政策文件有误")

_FORMS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "": {
        "linkage": int, "linked_from": int, "same_name": dict, "record_numbers": list, "embedded_id": dict, "attributes": list, "kept15": dict,
    },
    "same_name": {"weight": int, "says": str, "why": str},
    "embedded_id": {"weight": int, "says": str, "why": str},
    "record_numbers": {"name": str, "says": str, "weight": int, "why": str, "groups": list},
    "attributes": {"name": str, "column": str, "says": str, "weight": int, "why": str},
    "kept15": {"own_number_deliveries": int, "own_number_share": (int, Decimal)},
}  # fmt: skip
_OPTIONAL: dict[str, dict[str, type]] = {"attributes": {"differs": str, "unknown": list}}


@dataclass(frozen=True)
class Weight:
    """One thing that two records can agree on: points when they do, and the Chinese clause that says so."""

    name: str
    says: str
    points: int


@dataclass(frozen=True)
class RecordNumber:
    """A number of a record. `groups`: columns `(dataset, column)` that are compared with each other."""

    weight: Weight
    groups: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class Attribute:
    """A fact about a person in a population list. `contradicts`: two different values rule the candidate out; `unknown`: codes that say nothing."""

    weight: Weight
    column: str
    contradicts: bool
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkPolicy:
    """The whole file. `text` is the file as it stands, for the id of a cut and for what a run publishes."""

    linked_from: int
    same_name: Weight
    record_numbers: tuple[RecordNumber, ...]
    embedded_id: Weight
    attributes: tuple[Attribute, ...]
    own_number_deliveries: int
    own_number_share: Decimal
    text: str


def read_link_policy(path: Path | None = None) -> LinkPolicy:
    """The linkage policy of `path` (default: the one that travels with Doudi). Raises DoudiError with every fault."""
    path = path or resource_dir("policy") / "linkage.yaml"
    text = path.read_text("utf-8")
    data = parse_yaml(text, path.name)
    faults = list(_faults_of(data, "", path.name))
    if not faults:
        for part in ("same_name", "embedded_id", "kept15"):
            faults += _faults_of(data[part], part, path.name)
        for part in ("record_numbers", "attributes"):
            faults += [fault for entry in data[part] for fault in _faults_of(entry, part, path.name)]
    if not faults:
        policy = _build(data, text)
        faults += _sense(policy, data, path.name)
    if faults:
        raise DoudiError(faults)
    return policy


def _build(data: Any, text: str) -> LinkPolicy:
    numbers = tuple(RecordNumber(_weight(entry), tuple(_group(group) for group in entry["groups"])) for entry in data["record_numbers"])
    attributes = tuple(
        Attribute(_weight(entry), entry["column"], "differs" in entry, tuple(entry.get("unknown", ()))) for entry in data["attributes"]
    )
    kept = data["kept15"]
    return LinkPolicy(
        data["linked_from"], _weight(data["same_name"], "same_name"), numbers, _weight(data["embedded_id"], "embedded_id"), attributes,
        kept["own_number_deliveries"], Decimal(kept["own_number_share"]), text,
    )  # fmt: skip


def _weight(entry: Any, name: str = "") -> Weight:
    return Weight(entry.get("name", name), entry["says"], entry["weight"])


def _group(group: Any) -> tuple[tuple[str, str], ...]:
    return tuple((dataset, column) for dataset, _, column in (str(entry).partition(".") for entry in group))


def _faults_of(entry: Any, part: str, file: str) -> list[Fault]:
    if not isinstance(entry, Mapping):
        return [Fault(LINKAGE_POLICY, f"{part} 应是键和值", file)]
    form, optional = _FORMS[part], _OPTIONAL.get(part, {})
    faults = [Fault(LINKAGE_POLICY, f"缺少 {key}", f"{file}:{entry.line}") for key in form if key not in entry]
    for key, value in entry.items():
        wanted, where = form.get(key) or optional.get(key), f"{file}:{entry.lines[key]}"
        if wanted is None:
            faults.append(Fault(LINKAGE_POLICY, f"不认识的键 {key}", where, todo=f"可用的键：{'、'.join([*form, *optional])}"))
        elif not isinstance(value, wanted) or isinstance(value, bool) or (key == "differs" and value != "contradiction"):
            faults.append(Fault(LINKAGE_POLICY, f"{key} 的值 {value!r} 不合要求", where))
    return faults


def _sense(policy: LinkPolicy, data: Any, file: str) -> list[Fault]:
    """What no weight may do: link by name alone, or take points away in silence."""
    faults = []
    if policy.same_name.points >= policy.linked_from:
        why = "只有姓名相同不得认定"
        faults.append(Fault(LINKAGE_POLICY, "same_name 的分值达到了 linked_from", f"{file}:{data.lines['same_name']}", why))
    weights = [number.weight for number in policy.record_numbers] + [attribute.weight for attribute in policy.attributes]
    faults += [
        Fault(LINKAGE_POLICY, f"{weight.name} 的分值为负", file, todo="矛盾请用 differs: contradiction") for weight in weights if weight.points < 0
    ]
    return faults
