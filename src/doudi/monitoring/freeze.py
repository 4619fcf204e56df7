"""Freezing: which deliveries, which policy, which contracts, and which run before. All of it together is the run's id.

The same inputs have the same id, and a run with this id that is already published is this run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.contracts.read import load_contracts
from doudi.contracts.sla import lateness
from doudi.identity.keys import Keys
from doudi.intake.settle import Cut, settle
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.resources import resource_dir
from doudi.lake.home import Home
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.published.manifest import Policy
from doudi.published.read import PublishedRun
from doudi.published.schema import SCHEMA_VERSION
from doudi.rules import DatasetState

NOTHING_DELIVERED = code("run_nothing_delivered", "基准日之前没有可用的数据")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Books:
    """The policy and the contracts as they stand: folders, content, and a hash over every file of each."""

    policy_folder: Path
    contracts_folder: Path
    policy: PolicyFiles
    contracts: Mapping[str, Contract]
    policy_hash: str
    contracts_hash: str

    @property
    def title(self) -> Policy:
        """The policy as `run.json` names it."""
        return Policy(self.policy.name, self.policy.version, self.policy_hash, self.policy.title)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of both, as it stands: `policy/…` and `contracts/…`."""
        for name, folder in (("policy", self.policy_folder), ("contracts", self.contracts_folder)):
            for path in folder_files(folder):
                yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()


@dataclass(frozen=True)
class Frozen:
    """Everything a run stands on. `states`: dataset -> how far it is delivered, for every contract."""

    run: str
    as_of: date
    cut: Cut
    books: Books
    states: Mapping[str, DatasetState]
    previous: PublishedRun | None


def open_books(policy: Path | None = None, contracts: Path | None = None) -> Books:
    """Read policy and contracts (default: Doudi's own). Raises DoudiError with every fault of the files."""
    policy, contracts = policy or resource_dir("policy"), contracts or resource_dir("contracts")
    return Books(policy, contracts, read_policy(policy), load_contracts(contracts), hash_folder(policy), hash_folder(contracts))


def freeze(home: Home, keys: Keys, as_of: date, books: Books, progress: Progress = lambda step: None, **bounds: int) -> Frozen:
    """Settle what was sent up to the end of `as_of` and name the run. `bounds`: memory in MB and threads of the engine.

    Raises DoudiError if there is no population list up to that day: there would be nobody to ask about.
    """
    cut = settle(home, keys, books.contracts, as_of, progress, **bounds)
    if "population" not in cut.delivered_to:
        todo = "先用 doudi intake 接收全员人口名单；已接收但待核的，用 doudi deliveries 查看"
        raise DoudiError(Fault(NOTHING_DELIVERED, f"到 {as_of} 为止没有可用的全员人口名单", str(home.root), todo=todo))
    previous = previous_run(home, as_of)
    return Frozen(name_run(as_of, cut, books, previous), as_of, cut, books, dataset_states(books.contracts, cut, as_of), previous)


def dataset_states(contracts: Mapping[str, Contract], cut: Cut, as_of: date) -> dict[str, DatasetState]:
    """How far each dataset is delivered. A dataset that became due today and is not there counts as one day late."""
    states = {}
    for name, contract in contracts.items():
        found = lateness(contract.frequency, cut.delivered_to.get(name), as_of)
        states[name] = DatasetState(found.delivered_to, max(1, found.days) if found.late else 0)
    return states


def previous_run(home: Home, as_of: date) -> PublishedRun | None:
    """The newest published run with an earlier as-of date; of several of that date the one published last."""
    earlier = [run for run in PublishedRun.all(home.root) if run.as_of < as_of]
    return max(earlier, key=lambda run: (run.as_of, run.times.get("finished_at", ""), run.id), default=None)


def name_run(as_of: date, cut: Cut, books: Books, previous: PublishedRun | None) -> str:
    """`2026-10-31-` and 12 hex digits over all inputs, the schema and the program's version."""
    parts = [cut.id, books.policy_hash, books.contracts_hash, previous.id if previous else "", SCHEMA_VERSION, version("doudi")]
    return f"{as_of.isoformat()}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]}"


def hash_folder(folder: Path) -> str:
    """SHA-256 over names and contents of all files below a folder that are part of it (hidden files are not)."""
    total = hashlib.sha256()
    for path in folder_files(folder):
        total.update(f"{path.relative_to(folder).as_posix()}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def folder_files(folder: Path) -> list[Path]:
    """The files below a folder in the order of their names; hidden ones and caches left out."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith((".", "__")) for part in path.relative_to(folder).parts))
