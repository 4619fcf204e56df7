"""Writes a simulated province as a home: deliveries as intake leaves them, and the cut that settling them would make."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.contracts.sla import is_owed
from doudi.identity.decision import SCHEMA as LINKS
from doudi.identity.keys import Keys, open_keys
from doudi.identity.policy import read_link_policy
from doudi.intake.catalogue import Catalogue, shipped_catalogue
from doudi.intake.delivery import ABOUT, Sending, delivery_id, delivery_number, json_bytes, period_text
from doudi.intake.settle import describe_cut, plan_cut, print_cut
from doudi.intake.settling.plan import Plan
from doudi.intake.settling.unused import SCHEMA as UNUSED
from doudi.intake.typed import remark_schema
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.months import last_day
from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.lake.parquet import write_parquet
from doudi.simulation.batch import Order
from doudi.simulation.places import Places
from doudi.simulation.pool import play_all
from doudi.simulation.streams import Streams
from doudi.simulation.timeline import File, Timeline

HOME_USED = code("simulate_home_used", "目标数据目录中已有报送")

Watch = Callable[[int, int], None]
"""Called with the households written so far and all of them."""

_CONFLICTS = pa.schema(
    [("kind", pa.string()), ("person", pa.int64()), ("dataset", pa.string()), ("delivery", pa.int64()), ("row", pa.int32()),
     ("other_dataset", pa.string()), ("other_delivery", pa.int64()), ("other_row", pa.int32())]
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What is asked for. `lake_only`: the deliveries without their rows, for sizes at which writing everything twice takes too long."""

    households: int
    seed: int
    region: str
    as_of: date
    months: int = 1
    lake_only: bool = False


@dataclass(frozen=True)
class Made:
    """A written home: its cut, and rows by table."""

    home: Home
    cut: str
    rows: Mapping[str, int]


def write_home(wish: Wish, places: Places, root: Path, processes: int, watch: Watch = lambda done, of: None) -> Made:
    """Write the home at `root`, which must be new or empty. Memory depends on the largest township, not on `households`.

    Raises DoudiError if the home has deliveries already, or is being written.
    """
    home, catalogue = Home.open(root), shipped_catalogue()
    keys = open_keys(home)
    if any(home.deliveries.iterdir()):
        raise DoudiError(Fault(HOME_USED, "目标数据目录中已有报送，模拟数据不与其他数据混在一起", str(root), todo="用 --out 指定新目录"))
    files = _files(wish, catalogue)
    order = order_of(wish, places, keys, catalogue)
    with home.writing("生成模拟数据"), home.temp_folder("lake-") as lake:
        rows = _write(home, lake, order, files, catalogue, processes, wish, watch)
        for file, identifier in files.items():
            _sending(file, identifier, catalogue, wish).write(home)
        plan = plan_cut(home, keys, catalogue.contracts, None, read_link_policy())
        _finish_lake(home, lake, plan, catalogue, rows, processes)
        with home.new_folder(home.lake, plan.cut) as made:
            for path in lake.iterdir():
                path.rename(made / path.name)
    return Made(home, plan.cut, rows)


def order_of(wish: Wish, places: Places, keys: Keys, catalogue: Catalogue) -> Order:
    """What every batch is told."""
    numbers = {file: delivery_number(identifier) for file, identifier in _files(wish, catalogue).items()}
    return Order(wish.seed, places, Timeline(wish.as_of, wish.months), owed(catalogue), numbers, keys, not wish.lake_only)


def owed(catalogue: Catalogue) -> dict[str, Contract]:
    """What departments have to deliver; what the platform itself tells of its work is no part of the story."""
    return {name: contract for name, contract in catalogue.contracts.items() if is_owed(contract.frequency)}


def _files(wish: Wish, catalogue: Catalogue) -> dict[File, str]:
    """Every delivery with its identifier."""
    each_dataset = Timeline(wish.as_of, wish.months).all_files(owed(catalogue)).values()
    return {file: _identify(file, wish) for files in each_dataset for file in files}


def _write(
    home: Home, lake: Path, order: Order, files: Mapping[File, str], catalogue: Catalogue, processes: int, wish: Wish, watch: Watch
) -> dict[str, int]:
    """Stream every batch into deliveries and tables; returns rows by table."""
    total = sum(each.households for each in order.places.townships)
    with ExitStack() as held:
        folders = {identifier: held.enter_context(home.new_folder(home.deliveries, identifier)) for identifier in files.values()}
        by_number = {delivery_number(identifier): folder for identifier, folder in folders.items()}
        (lake / "tables").mkdir()
        with Streams(by_number, lake, order.contracts) as streams:
            done = 0
            for batch, pieces in play_all(order, processes):
                streams.write(pieces)
                done += sum(each.households for each in batch)
                watch(done, total)
        for file, identifier in files.items():
            for name in ("refused", "issues"):
                write_parquet(folders[identifier] / f"{name}.parquet", remark_schema().empty_table())
            about = _about(file, identifier, wish, catalogue, streams.delivered[delivery_number(identifier)])
            (folders[identifier] / ABOUT).write_bytes(json_bytes(about))
    return streams.rows


def _finish_lake(home: Home, lake: Path, plan: Plan, catalogue: Catalogue, rows: Mapping[str, int], processes: int) -> None:
    """Every number is sound and no row is refused: there is nothing to link, to leave out or to contradict."""
    for name, schema in (("links", LINKS), ("unused", UNUSED), ("conflicts", _CONFLICTS)):
        write_parquet(lake / f"{name}.parquet", schema.empty_table())
    with DuckEngine(home, threads=processes) as engine:
        print_cut(engine, lake)
    describe_cut(lake, plan, catalogue.contracts, {}, rows, unused=0, conflicts=0)


def _content(file: File, wish: Wish) -> str:
    """What stands for the hash of the delivered bytes: there were none, only this wish."""
    says = f"doudi simulate {wish.households} {wish.seed} {wish.region} {wish.as_of} {wish.months} {file.dataset} {file.first} {file.last}"
    return hashlib.sha256(says.encode()).hexdigest()


def _identify(file: File, wish: Wish) -> str:
    return delivery_id(file.dataset, period_text(file.period), _content(file, wish))


def _sending(file: File, identifier: str, catalogue: Catalogue, wish: Wish) -> Sending:
    """Sent in the evening of the month's last day, or of the last day played; without rows of their own, all on that day."""
    day = wish.as_of if wish.lake_only else min(last_day(file.sent), wish.as_of)
    name = f"模拟_{catalogue.contracts[file.dataset].title}_{period_text(file.period)}.parquet"
    return Sending(identifier, name, file.period, datetime.combine(day, time(20)), False, None)


def _about(file: File, identifier: str, wish: Wish, catalogue: Catalogue, rows: int) -> dict[str, Any]:
    contract = catalogue.contracts[file.dataset]
    period = file.period
    return {
        "delivery": identifier,
        "number": delivery_number(identifier),
        "dataset": file.dataset,
        "period": period_text(period),
        "period_first": period.first.isoformat(),
        "period_last": period.last.isoformat(),
        "content": _content(file, wish),
        "bytes": 0,
        "form": "parquet",
        "sheet": None,
        "notes": {},
        "columns": [{"at": at, "header": field.header, "field": field.name} for at, field in enumerate(contract.fields, 1)],
        "header_rows": [],
        "remarks": ["模拟数据，不涉及真实的人"],
        "contract": {"version": contract.version, "fingerprint": catalogue.fingerprint(file.dataset)},
        "verdict": "accepted",
        "refusal": None,
        "counts": {"delivered": rows, "accepted": rows, "refused": 0},
        "reasons": {},
        "issues": {},
        "furniture": {},
    }
