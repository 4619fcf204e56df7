"""Freezing: which deliveries, which policy, which contracts, and which run before. All of it together is the run's id.

The same inputs have the same id, and a run with this id that is already published is this run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from doudi.contracts.model import Contract
from doudi.contracts.read import load_contracts
from doudi.contracts.sla import is_owed, lateness
from doudi.identity.keys import Keys
from doudi.identity.policy import LinkPolicy, read_link_policy
from doudi.intake.settle import Cut, settle
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.resources import resource_dir
from doudi.lake.home import Home
from doudi.policyfiles import PolicyFiles, read_policy
from doudi.published.manifest import Policy
from doudi.published.read import PublishedRun
from doudi.published.schema import SCHEMA_VERSION
from doudi.rules import DatasetState

CHANGED_MEANWHILE = code("policy_changed_meanwhile", "读取政策或数据契约时，文件被改动")
NOTHING_DELIVERED = code("run_nothing_delivered", "基准日之前没有可用的数据")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Books:
    """The policy and the contracts as they stand: their files, byte by byte, what they say, and a hash over each."""

    policy: PolicyFiles
    contracts: Mapping[str, Contract]
    policy_hash: str
    contracts_hash: str
    files: Mapping[str, bytes]
    """`policy/…` and `contracts/…`, as they are published with the run."""
    linkage: LinkPolicy | None = None
    """How doubtful rows are linked; None: the way that travels with Doudi, as for a policy folder without `linkage.yaml`."""

    @property
    def title(self) -> Policy:
        """The policy as `run.json` names it."""
        return Policy(self.policy.name, self.policy.version, self.policy_hash, self.policy.title)


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
    """Read policy and contracts (default: Doudi's own).

    Raises DoudiError with every fault of the files, or if somebody changed them meanwhile: a run must publish what it understood.
    """
    folders = {"policy": policy or resource_dir("policy"), "contracts": contracts or resource_dir("contracts")}
    files = {name: read_files(folder) for name, folder in folders.items()}
    understood = read_policy(folders["policy"]), load_contracts(folders["contracts"])
    own = folders["policy"] / "linkage.yaml"
    linkage = read_link_policy(own) if own.is_file() else None
    for name, folder in folders.items():
        if read_files(folder) != files[name]:
            raise DoudiError(Fault(CHANGED_MEANWHILE, f"{name} 在读取时被改动", str(folder), todo="改完以后再运行"))
    whole = {f"{name}/{inner}": content for name, found in files.items() for inner, content in found.items()}
    return Books(*understood, hash_files(files["policy"]), hash_files(files["contracts"]), whole, linkage)


def freeze(home: Home, keys: Keys, as_of: date, books: Books, progress: Progress = lambda step: None, **bounds: int) -> Frozen:
    """Settle what was sent up to the end of `as_of` and name the run. `bounds`: memory in MB and threads of the engine.

    Raises DoudiError if there is no population list up to that day: there would be nobody to ask about.
    """
    cut = settle(home, keys, books.contracts, as_of, progress, books.linkage, **bounds)
    if "population" not in cut.delivered_to:
        todo = "先用 doudi intake 接收全员人口名单；待核的用 doudi deliveries 查看，用 doudi confirm 确认"
        raise DoudiError(Fault(NOTHING_DELIVERED, f"到 {as_of} 为止没有可用的全员人口名单", str(home.root), todo=todo))
    previous = previous_run(home, as_of)
    return Frozen(name_run(as_of, cut, books, previous), as_of, cut, books, dataset_states(books.contracts, cut, as_of), previous)


def dataset_states(contracts: Mapping[str, Contract], cut: Cut, as_of: date) -> dict[str, DatasetState]:
    """How far each dataset is delivered. One that became due today and is not there counts as one day late; one that nobody owes is complete."""
    states = {}
    for name, contract in contracts.items():
        found = lateness(contract.frequency, cut.delivered_to.get(name), as_of)
        reaches = found.delivered_to if is_owed(contract.frequency) else as_of
        states[name] = DatasetState(reaches, max(1, found.days) if found.late else 0)
    return states


def previous_run(home: Home, as_of: date) -> PublishedRun | None:
    """The newest published run with an earlier as-of date; of several of that date the one published last."""
    earlier = [run for run in PublishedRun.all(home.root) if run.as_of < as_of]
    return max(earlier, key=lambda run: (run.as_of, run.times.get("finished_at", ""), run.id), default=None)


def name_run(as_of: date, cut: Cut, books: Books, previous: PublishedRun | None) -> str:
    """`2026-10-31-` and 12 hex digits over all inputs, the schema and the program's version."""
    parts = [cut.id, books.policy_hash, books.contracts_hash, previous.id if previous else "", SCHEMA_VERSION, version("doudi")]
    return f"{as_of.isoformat()}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]}"


def read_files(folder: Path) -> dict[str, bytes]:
    """The files below a folder by their names inside it, in order; hidden ones and caches left out."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    inner = ((path, path.relative_to(folder)) for path in paths)
    return {name.as_posix(): path.read_bytes() for path, name in inner if not any(part.startswith((".", "__")) for part in name.parts)}


def hash_files(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\n{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return total.hexdigest()
