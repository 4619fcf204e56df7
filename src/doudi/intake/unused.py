"""What became of every delivered row, told per sending: the rows not used (`rejects`), and whom each row was taken for (`links`).

A content that was sent twice is told under both names. Results come in batches, ordered by file and row, so that no export holds them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pyarrow as pa

from doudi.contracts.model import Contract
from doudi.identity.columns import role_of
from doudi.identity.index import PersonIndex
from doudi.identity.keys import Keys
from doudi.identity.sources import Source, load
from doudi.intake.refuse import DELIVERED
from doudi.intake.settle import Cut
from doudi.kernel.ids import mask_id
from doudi.kernel.months import month_of
from doudi.lake.engine import Engine
from doudi.lake.home import Home

REJECTS = pa.schema([("file", pa.string()), ("row", pa.string()), ("reason_code", pa.string()), ("reason", pa.string()), ("state", pa.string())])
"""`row` is the row's number in the file or sheet, or `*` for a whole file; `state` is `refused` or `held`."""

LINKS = pa.schema([("file", pa.string()), ("row", pa.int32()), ("person_id", pa.string()), ("how", pa.string())])
"""`person_id` is empty where the row is held, refused, or of an unknown person; `how` is sound, repaired, kept15, matched or empty."""


def rejects(engine: Engine, cut: Cut) -> Iterator[pa.RecordBatch]:
    """Rows of `REJECTS`: one for each row or whole file that the cut does not use, with all its reasons."""
    _load_sendings(engine, cut)
    engine.views({"unused": cut.unused})
    yield from engine.batches(
        "SELECT s.file, coalesce(u.row::VARCHAR, '*') AS row, arg_min(u.code, u.nth) AS reason_code,"
        " string_agg(u.reason, '；' ORDER BY u.nth) AS reason, min(u.state) AS state"
        " FROM sendings AS s JOIN unused AS u USING (delivery) GROUP BY s.file, u.row ORDER BY s.file, u.row NULLS FIRST"
    )


def links(engine: Engine, home: Home, keys: Keys, contracts: Mapping[str, Contract], cut: Cut, *, with_ids: bool) -> Iterator[pa.RecordBatch]:
    """Rows of `LINKS`: one for each delivered data row of every sending, duplicates, superseded rows and history included.

    Where two people make a row, the person is the second (the relative). Numbers are masked unless `with_ids`; whoever asks for them logs it.
    """
    sources = [Source(each["number"], each["dataset"], 0, _month(each), home.deliveries / each["id"]) for each in _accepted(cut)]
    load(engine, sources, contracts)
    _load_sendings(engine, cut)
    engine.views({"cut_links": cut.links, "unused": cut.unused})
    engine.table("subjects", _subjects(contracts))
    index = PersonIndex(engine, [source.folder for source in sources], keys)
    engine.execute(_told())
    _tell_refused_files(engine, home, cut)
    query = (
        "SELECT s.file, t.row, t.person, p.id_sealed, t.how FROM sendings AS s JOIN told AS t USING (delivery)"
        " LEFT JOIN (SELECT person, min(id_sealed) AS id_sealed FROM person_index GROUP BY person) AS p USING (person) ORDER BY s.file, t.row"
    )
    show = index.reveal if with_ids else lambda sealed, person: mask_id(index.reveal(sealed, person))
    for batch in engine.batches(query):
        sealed_ids = zip(batch.column("id_sealed").to_pylist(), batch.column("person").to_pylist(), strict=True)
        numbers = [None if sealed is None else show(sealed, person) for sealed, person in sealed_ids]
        yield pa.record_batch([batch.column("file"), batch.column("row"), pa.array(numbers, pa.string()), batch.column("how")], schema=LINKS)


def _told() -> str:
    """`told (delivery, row, person, how)`: each row once, by the number of the person it is about; a row held for any number has none."""
    return (
        "CREATE OR REPLACE TABLE told AS SELECT i.delivery, i.row,"
        " CASE WHEN u.delivery IS NOT NULL THEN NULL WHEN l.outcome = 'linked' THEN l.person"
        " WHEN l.outcome IS NULL AND i.state = 'sound' THEN i.person END AS person,"
        " CASE WHEN u.delivery IS NOT NULL THEN '' WHEN l.outcome IS NOT NULL THEN l.how WHEN i.state = 'sound' THEN 'sound' ELSE '' END AS how"
        " FROM identities AS i JOIN subjects AS s USING (dataset, field) LEFT JOIN cut_links AS l USING (delivery, row, field)"
        " LEFT JOIN (SELECT DISTINCT delivery, row FROM unused WHERE row IS NOT NULL) AS u ON u.delivery = i.delivery AND u.row = i.row"
        " UNION ALL SELECT DISTINCT delivery, row, NULL, '' FROM unused WHERE row IS NOT NULL"
        " AND (delivery, row) NOT IN (SELECT (delivery, row) FROM identities)"
    )


def _tell_refused_files(engine: Engine, home: Home, cut: Cut) -> None:
    """Add to `told` the rows of files that were refused whole."""
    files = {each["number"]: home.deliveries / each["id"] / DELIVERED for each in cut.deliveries if each["verdict"] == "refused"}
    there = {number: path for number, path in files.items() if path.exists()}
    if there:
        engine.views({"refused_whole": list(there.values())}, file_column=True)
        names = pa.table({"delivery": pa.array(list(there), pa.int64()), "filename": [str(path) for path in there.values()]})
        engine.table("refused_whole_files", names)
        engine.execute("INSERT INTO told SELECT f.delivery, r.row, NULL, '' FROM refused_whole AS r JOIN refused_whole_files AS f USING (filename)")


def _subjects(contracts: Mapping[str, Contract]) -> pa.Table:
    """(dataset, field): the id18 field of the person each row is about."""
    found = [
        (name, field.name)
        for name, contract in contracts.items()
        for field in contract.of_type("id18")
        if role_of(field) != "second" and field.column == contract.subject
    ]
    return pa.table({"dataset": pa.array([name for name, _ in found]), "field": pa.array([field for _, field in found])})


def _load_sendings(engine: Engine, cut: Cut) -> None:
    numbers = {each["id"]: each["number"] for each in cut.deliveries}
    lines = sorted({(each["file"], numbers[each["delivery"]]) for each in cut.about["sendings"]})
    content = {"file": pa.array([file for file, _ in lines], pa.string()), "delivery": pa.array([number for _, number in lines], pa.int64())}
    engine.table("sendings", pa.table(content))


def _accepted(cut: Cut) -> list[dict]:
    return [each for each in cut.deliveries if each["verdict"] == "accepted"]


def _month(delivery: dict) -> int:
    return month_of(date.fromisoformat(delivery["period"][1]))
