"""Taking a folder: every file of it becomes a delivery, then the home is settled. The result does not depend on the order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doudi.contracts.model import Contract
from doudi.identity.keys import Keys
from doudi.intake.catalogue import Catalogue
from doudi.intake.desk import Desk
from doudi.intake.manifest import MANIFEST_ENTRY
from doudi.intake.readers.model import LIMITS, Limits
from doudi.intake.receipts import Receipts
from doudi.intake.settle import settle
from doudi.intake.sources import Delivered, find_files, parts_of
from doudi.intake.take import Outcome, take_part
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.home import Home

NO_FILES = code("intake_no_files", "目录里没有可以接收的文件")
DISK = code("intake_disk", "数据目录写不进去")
PROGRAM_FAULT = code("intake_program_fault", "程序处理一份文件时出错，这份文件没有接收")

Progress = Callable[[int, int, str], None]
"""Called before each file with how many are done, how many there are, and its name."""


@dataclass
class IntakeSummary:
    """What came of an intake: outcomes in the order of file names; files left out, and why; faults of manifests and of single files.

    `receipts` by delivery, once the home is settled.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def deliveries(self) -> list[str]:
        """The deliveries concerned, each once."""
        return list(dict.fromkeys(outcome.delivery for outcome in self.outcomes))


def take_all(
    home: Home, keys: Keys, contracts: Mapping[str, Contract], place: Path, progress: Progress = lambda done, all_of_them, name: None,
    limits: Limits = LIMITS,
) -> IntakeSummary:  # fmt: skip
    """Take every file below a folder, or one file, into the home; without settling.

    Raises DoudiError if there is nothing to take, a manifest cannot be read, the home is busy, or the disk is full. A file that cannot be
    used is no error: it is a delivery that is refused, with its reason.
    """
    found = find_files(place)
    if not found.files:
        raise DoudiError(Fault(NO_FILES, "没有可以接收的文件", str(place), todo="请核对目录；隐藏文件和说明文件不算"))
    summary = IntakeSummary(left_out=found.left_out, faults=found.faults)
    desk = Desk(home, keys, Catalogue(contracts), limits)
    with home.writing("接收文件"):
        for done, delivered in enumerate(found.files):
            progress(done, len(found.files), delivered.name)
            _take(delivered, desk, summary)
    return summary


def _take(delivered: Delivered, desk: Desk, summary: IntakeSummary) -> None:
    taken: list[Outcome] = []
    try:
        with parts_of(delivered, desk.home.root, desk.limits) as parts:
            for part in parts:
                taken += take_part(part, desk)
    except DoudiError as error:  # the file could not be read from disk, a seal is broken: the others are still taken
        summary.faults += error.faults
    except OSError as error:
        raise DoudiError(
            Fault(DISK, "写入数据目录失败", str(desk.home.root), error.strerror or str(error), "请检查磁盘空间和权限后再运行一次")
        ) from error
    except Exception as error:
        why = f"{type(error).__name__}（请把这份文件的种类和这句话告诉维护人员）"
        summary.faults.append(Fault(PROGRAM_FAULT, "处理时出错，没有接收", delivered.name, why, "其他文件不受影响"))
    summary.outcomes += taken
    _compare_claim(delivered, taken, summary)


def _compare_claim(delivered: Delivered, taken: list[Outcome], summary: IntakeSummary) -> None:
    """Note where a manifest's row count differs from the rows found, archives as a whole."""
    claimed = delivered.entry.rows_claimed if delivered.entry else None
    found = sum(outcome.delivered for outcome in taken)
    if claimed is not None and taken and claimed != found:
        todo = "请向报送部门核实是否完整"
        summary.faults.append(Fault(MANIFEST_ENTRY, f"清单说有 {claimed:,} 行，实际读到 {found:,} 行", delivered.name, todo=todo))


def intake(
    home: Home, keys: Keys, contracts: Mapping[str, Contract], place: Path, progress: Progress = lambda done, all_of_them, name: None,
    settling: Callable[[str], None] = lambda step: None,
) -> IntakeSummary:  # fmt: skip
    """`take_all`, then settle the home and write the receipts of the deliveries concerned. `settling` hears the steps of settling."""
    summary = take_all(home, keys, contracts, place, progress)
    receipts = settle_again(home, keys, contracts, settling)
    summary.receipts = {delivery: receipts.write(delivery) for delivery in summary.deliveries}
    return summary


def settle_again(home: Home, keys: Keys, contracts: Mapping[str, Contract], settling: Callable[[str], None] = lambda step: None) -> Receipts:
    """Settle everything that lies in the home; returns its receipts."""
    settle(home, keys, contracts, progress=settling)
    return Receipts(home, keys, contracts)
