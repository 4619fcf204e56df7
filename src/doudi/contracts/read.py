"""Reads the folder of contracts: one file per dataset, all faults of all files at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from doudi.contracts.faults import CONFLICT, VALUE_MISSING
from doudi.contracts.model import Contract
from doudi.contracts.odcs import read_contract
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.resources import resource_dir
from doudi.standards import codelists

UNREADABLE = code("contract_unreadable", "数据契约文件打不开")


def load_contracts(folder: Path | None = None) -> dict[str, Contract]:
    """The contracts in `folder` (default: Doudi's own) by dataset, in the order of their names.

    Raises DoudiError with every fault of every file.
    """
    folder = resource_dir("contracts") if folder is None else folder
    faults: list[Fault] = []
    contracts: list[Contract] = []
    lists = codelists()
    for path in sorted(folder.glob("*.yaml")):
        try:
            contracts.append(_read(path, lists))
        except DoudiError as error:
            faults.extend(error.faults)
    if not contracts and not faults:
        faults.append(Fault(VALUE_MISSING, "没有数据契约", str(folder), todo="检查文件夹，每个数据集一个 .yaml 文件"))
    faults.extend(_contradictions(contracts))
    if faults:
        raise DoudiError(faults)
    return {contract.dataset: contract for contract in contracts}


def _read(path: Path, lists: Collection[str]) -> Contract:
    name = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DoudiError(Fault(UNREADABLE, "打不开", name, why=str(error), todo="文件应是 UTF-8 文本")) from error
    contract = read_contract(text, name, lists)
    if contract.dataset != path.stem:
        raise DoudiError(Fault(CONFLICT, f"数据集名“{contract.dataset}”应与文件名相同", name))
    return contract


def _contradictions(contracts: Iterable[Contract]) -> Iterator[Fault]:
    """Two datasets with one title, one department under two names."""
    titles: dict[str, Contract] = {}
    departments: dict[str, Contract] = {}
    for contract in contracts:
        first = titles.setdefault(contract.title, contract)
        if first is not contract:
            yield Fault(CONFLICT, f"名称“{contract.title}”已用于 {first.where}", contract.where)
        first = departments.setdefault(contract.department, contract)
        if first.department_name != contract.department_name:
            why = f"{first.where} 写作“{first.department_name}”"
            yield Fault(CONFLICT, f"部门 {contract.department} 写作“{contract.department_name}”", contract.where, why=why)
