"""What is unknown, as it is published: in order, with its reasons and its place, and counted."""

from __future__ import annotations

from types import SimpleNamespace

import pyarrow as pa
import pytest
from tests.unit.monitoring.filling import put

from doudi.lake.engine import DuckEngine
from doudi.monitoring.openlines import OpenLines, with_places
from doudi.monitoring.parts import NOWHERE
from doudi.published.tables import TABLES
from doudi.published.write import check_order, in_words

CONDITIONS = (SimpleNamespace(name="poor", position=1), SimpleNamespace(name="checked", position=3))
PLAN = SimpleNamespace(
    rules={"K01": SimpleNamespace(of="household", conditions=CONDITIONS), "X03": SimpleNamespace(of="person", conditions=CONDITIONS)}
)


@pytest.fixture
def lines(engine: DuckEngine) -> OpenLines:
    put(engine, "household_places", "household part region", (10, "431382", "431382100201"), (20, "431382", "431382"), (30, "430102", None))
    put(engine, "person_places", "person part region", (1, "431382", "431382000000"))
    put(engine, "open_questions", "gap person household", (7, 1, 10), (7, 9, None), (3, None, 20), (5, None, 10), (5, None, 30))
    put(
        engine,
        "gaps",
        "gap rule conditions reasons",
        (7, "X03", "poor", "没有核对"),
        (3, "K01", "poor,checked", "没有核对\n没有核对"),
        (5, "K01", "checked", "迟交"),
    )
    return OpenLines(engine, PLAN)  # type: ignore[arg-type]


def test_lines_are_in_order_of_part_and_key_with_reasons_and_place(lines: OpenLines) -> None:
    found = pa.Table.from_batches([in_words(batch, lines.told) for batch in lines.batches()])
    shown = [
        tuple(line[name] for name in ("part", "rule", "subject", "household", "person", "reasons", "township", "village"))
        for line in found.to_pylist()
    ]
    assert shown == [
        (NOWHERE, "X03", "p", None, 9, "1 没有核对", None, None),
        ("430102", "K01", "h", 30, None, "3 迟交", None, None),
        ("431382", "K01", "h", 10, None, "3 迟交", "431382100", "431382100201"),
        ("431382", "K01", "h", 20, None, "1,3 没有核对", None, None),
        ("431382", "X03", "p", 10, 1, "1 没有核对", "431382100", "431382100201"),
    ]
    check_order(found.slice(2), TABLES["unknown"])


def test_they_are_counted_by_part_and_rule(lines: OpenLines) -> None:
    assert len(list(lines.batches())) == 1
    assert lines.counted == {(NOWHERE, "X03"): 1, ("430102", "K01"): 1, ("431382", "K01"): 2, ("431382", "X03"): 1}


def test_a_region_says_county_township_and_village_as_far_as_it_reaches() -> None:
    regions = ["431382100201", "431382100000", "431382000000", "431382", "43", None]
    found = with_places(pa.record_batch({"region": pa.array(regions, pa.string())}))
    assert found["county"].to_pylist() == ["431382"] * 4 + [None, None]
    assert found["township"].to_pylist() == ["431382100", "431382100", None, None, None, None]
    assert found["village"].to_pylist() == ["431382100201", None, None, None, None, None]


def test_nothing_unknown_is_no_line(engine: DuckEngine) -> None:
    put(engine, "household_places", "household part region", (10, "431382", "431382"))
    put(engine, "person_places", "person part region", (1, "431382", "431382"))
    engine.execute("CREATE TABLE open_questions (gap BIGINT, person BIGINT, household BIGINT)")
    engine.execute("CREATE TABLE gaps (gap BIGINT, rule TEXT, conditions TEXT, reasons TEXT)")
    lines = OpenLines(engine, PLAN)  # type: ignore[arg-type]
    assert sum(batch.num_rows for batch in lines.batches()) == 0
    assert not lines.counted
