"""Writes what departments send, with `manifest.csv`, and `truth/` in the form of the samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

from doudi.contracts.model import Contract
from doudi.identity.keys import keys_of
from doudi.intake.catalogue import Catalogue, shipped_catalogue
from doudi.intake.delivery import period_text
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.kernel.ids import check_character
from doudi.kernel.months import last_day
from doudi.simulation.answers import told
from doudi.simulation.home import Wish, order_of
from doudi.simulation.mess.forms import KINDS, Sheet, lay_out, write
from doudi.simulation.mess.records import Record, records_of
from doudi.simulation.mess.slips import Slips, superseded
from doudi.simulation.mess.verdicts import Sent, judge_sent
from doudi.simulation.places import Places
from doudi.simulation.timeline import File
from doudi.simulation.truth import write_csv, write_people
from doudi.standards import codelists, region_name

FOLDER_USED = code("simulate_folder_used", "目标文件夹不是空的")

_CORRECTED = 0.3
"""Share of monthly files that a correction follows."""
_VISITORS = ("temporary_aid", "charity_aid", "service_aid")
"""Datasets in which people of other counties stand now and then."""


@dataclass
class Post:
    """What has been sent so far: lines of the manifest, what became of each row, people of other counties."""

    folder: Path
    place: str
    county: str
    random: Random
    manifest: list[tuple[str, str, str, int, str]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    furniture: list[tuple[str, int, str]] = field(default_factory=list)
    strangers: list[tuple[str, str, str]] = field(default_factory=list)
    world: dict[str, list[int]] = field(default_factory=dict)

    def send(
        self, contract: Contract, file: File, records: Sequence[Record], moment: datetime, *, mark: str = "", called: Contract | None = None
    ) -> None:
        """Write one file of a dataset; `called`: the dataset that its name and the manifest claim."""
        title = (called or contract).title
        kind = self.random.choice(KINDS) if contract.dataset != "population" else self.random.choice(("csv", "zip"))
        sheet = lay_out(contract, records, self.random, self.place, kind)
        period = period_text(file.period)
        shown = f"{period[:4]}年{int(period[4:])}月" if len(period) == 6 and self.random.random() < 0.3 else period
        stem = f"{self.place}{title}({shown}{mark})" if self.random.random() < 0.3 else f"{title}_{self.place}_{shown}{mark}"
        name, numbers = write(self.folder, stem, sheet, kind, self.random)
        self.manifest.append((name.split("!")[0], (called or contract).dataset, period, len(records), moment.isoformat(sep=" ")))
        self._note(contract, name, sheet, numbers, wrong=called is not None)

    def _note(self, contract: Contract, name: str, sheet: Sheet, numbers: Sequence[int | None], *, wrong: bool) -> None:
        for record, number, kind in zip(sheet.records, numbers, sheet.furniture, strict=True):
            if number is None:
                continue
            if kind:
                self.furniture.append((name, number, kind))
            if record is not None:
                spoilt = replace(record, done=("wrong_dataset",), recoverable="no", reason="wrong_dataset", origin=None) if wrong else record
                self.sent.append(Sent(name, number, contract.dataset, spoilt))


def write_mess(wish: Wish, places: Places, folder: Path, processes: int) -> Counter[str]:
    """Write the files and the answers into `folder`, which must be new or empty; returns how often each slip happened. Everything is in memory.

    Raises DoudiError if the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise DoudiError(Fault(FOLDER_USED, "目标文件夹不是空的", str(folder), todo="用 --out 指定新文件夹"))
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = shipped_catalogue()
    order = order_of(wish, places, keys_of(wish.seed.to_bytes(32, "big")), catalogue)
    tables, known = told(order)
    post = Post(folder, region_name(places.region), places.townships[0].county, Random(f"doudi mess {wish.seed}"))  # noqa: S311 - invented data
    slips = Slips(post.random, known)
    for file, records in sorted(records_of(order).items(), key=lambda each: (each[0].sent, each[0].dataset, each[0].first)):
        _send_file(post, slips, catalogue, file, records, wish)
    write_csv(folder / "manifest.csv", ("file", "dataset", "period", "rows_claimed", "sent_at"), sorted(post.manifest, key=lambda each: each[4]))
    truth = folder / "truth"
    truth.mkdir()
    write_people(truth / "people.csv", known, post.strangers)
    write_csv(truth / "world.csv", ("dataset", "clean_records", "rows_sent", "files"), ((name, *each) for name, each in sorted(post.world.items())))
    judge_sent(truth, tables, known, post.sent, post.furniture, wish.as_of, processes)
    return Counter(done.split(":")[-1] for each in post.sent for done in each.record.done)


def _send_file(post: Post, slips: Slips, catalogue: Catalogue, file: File, records: Sequence[Record], wish: Wish) -> None:
    contract = catalogue.contracts[file.dataset]
    moment = datetime.combine(min(last_day(file.sent), wish.as_of), time(17)) + timedelta(seconds=len(post.manifest) * 7)
    monthly = contract.mode == "events" and file.first == file.last
    correct, plain = _corrections(post.random, contract, records) if monthly and post.random.random() < _CORRECTED else ([], list(records))
    written = [each for record in plain for each in slips.spoil(contract, record)]
    if contract.mode == "snapshot" and not records:
        written.append(_alone(post, contract, file))
    if contract.dataset in _VISITORS and records:
        written += list(_visitors(post, contract, records))
    mark = "_历史补报" if file.first != file.last else ""
    if monthly and contract.dataset == "charity_aid" and records:
        post.send(contract, file, plain, moment - timedelta(hours=1), mark="_第一次", called=catalogue.contracts["work_injury"])
    post.send(contract, file, written, moment, mark=mark)
    if correct:
        post.send(contract, file, correct, moment + timedelta(hours=1), mark="（更正）")
    tally = post.world.setdefault(contract.dataset, [0, 0, 0])
    tally[:] = [tally[0] + len(records), tally[1] + len(written) + len(correct), tally[2] + 1 + bool(correct)]


def _corrections(random: Random, contract: Contract, records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """Records that a later file puts right, and all records with those as they were wrong at first."""
    correct, written = [], []
    for record in records:
        before = superseded(contract, record) if random.random() < 0.03 else None
        written.append(before or record)
        if before:
            correct.append(record)
    return correct, written


def _visitors(post: Post, contract: Contract, records: Sequence[Record]) -> Iterator[Record]:
    """People of another county, under sound numbers of their own."""
    for _ in range(1 + len(records) // 60):
        yield _visitor(post, contract, post.random.choice(records).values)


def _alone(post: Post, contract: Contract, file: File) -> Record:
    """The only row of a list on which nobody of the region stands: without it the list would wait for somebody to confirm that it is empty."""
    region = post.county
    values: dict[str, object] = {
        "date": last_day(file.first), "month": file.last, "money": 10_000, "int": 1, "bool": True, "text": "1", "name": "无", "id18": None,
        "region12": f"{region}001001", "region6": region, "phone": None, "ratio": None,
    }  # fmt: skip
    filled = {each.name: next(iter(codelists()[each.code_list].codes)) if each.code_list else values[each.type] for each in contract.fields}
    return _visitor(post, contract, filled)


def _visitor(post: Post, contract: Contract, values: Mapping[str, object]) -> Record:
    draw = post.random.randrange
    while (id18 := _sound(f"430124{draw(1950, 2000)}{draw(1, 13):02d}{draw(1, 28):02d}{draw(1, 900):03d}")).endswith("000"):
        pass
    key, name = f"X{len(post.strangers) + 1:07d}", post.random.choice(("诸葛辉旭", "欧阳春来", "司徒远帆"))
    post.strangers.append((key, id18, name))
    raw = {"aid_no": f"W{key}"} if "aid_no" in contract.by_name else {}
    for each in contract.of_type("id18"):
        raw |= {each.name: id18} | ({each.name_of: name} if each.name_of else {})
    return Record(values, None, None, raw, ("other_county",))


def _sound(first17: str) -> str:
    return first17 + check_character(first17)
