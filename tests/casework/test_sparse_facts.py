"""Facts as JSON: every line its own, whatever is absent."""

from __future__ import annotations

import json
import random

import pyarrow as pa

from doudi.casework.registry.loading.sparse import facts_of

TYPES = {"able": "bool", "age": "int", "paid": "money", "since": "month", "kind": "code"}


def test_twenty_thousand_lines_say_what_their_rows_say_though_most_are_empty() -> None:
    draw = random.Random(7)
    columns = {
        "able": pa.array([draw.choice([True, False, None]) for _ in range(20_000)]),
        "age": pa.array([draw.choice([0, 0, 7, None]) for _ in range(20_000)], pa.int64()),
        "paid": pa.array([0] * 20_000, pa.int64()),
        "since": pa.array([draw.choice([None, None, 24_310]) for _ in range(20_000)], pa.int32()),
        "kind": pa.array([draw.choice([None, '一"二']) for _ in range(20_000)]),
    }
    table = pa.table(columns)
    texts = facts_of(table, TYPES)
    assert len(texts) == 20_000
    for row, text in zip(table.to_pylist(), texts, strict=True):
        said = json.loads(text)
        assert {name: said.get(name, 0 if TYPES[name] in ("bool", "int", "money") else None) for name in row} == row


def test_lines_without_any_fact_are_empty_objects() -> None:
    assert facts_of(pa.table({"able": pa.array([False, False])}), TYPES) == ["{}", "{}"]
    assert facts_of(pa.table({"able": pa.array([False, True, False])}), TYPES) == ["{}", '{"able":true}', "{}"]
