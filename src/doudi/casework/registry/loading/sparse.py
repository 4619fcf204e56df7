"""Facts as JSON texts, put together column by column: most facts of most people are no or zero, and those are not written.

A flag or a number that is absent is no or zero; unknown is written as null. Days, months and texts are absent when there is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

COUNTED = frozenset({"bool", "int", "money", "ratio", "number"})
"""Types of the rule language that have a no or a zero."""
NOTHING = pa.scalar(None, pa.string())


def facts_of(table: pa.Table, types: Mapping[str, str]) -> list[str]:
    """One JSON object for each line of `table`; `types` variable -> type in the rule language. Variables that the table lacks are left out."""
    columns = []
    for variable in sorted(types.keys() & set(table.column_names)):
        written = (_counted if types[variable] in COUNTED else _given)(table[variable].combine_chunks())
        if written is not None:
            columns.append(pc.fill_null(pc.binary_join_element_wise(f",{json.dumps(variable)}:", written, ""), ""))
    if not columns:
        return ["{}"] * table.num_rows
    inside = pc.binary_join_element_wise(*columns, "")  # not with null_handling="skip": pyarrow 26 then loses lines
    return pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(inside, 1), "}", "").to_pylist()


def _counted(values: pa.Array) -> pa.Array | None:
    """Flags and numbers that are not no or zero, and `null` for unknown; None if there are none of them."""
    flag = pa.types.is_boolean(values.type)
    some = values if flag else pc.not_equal(values, 0)
    if not values.null_count and not pc.any(some).as_py():
        return None
    texts = pa.scalar("true") if flag else pc.cast(values, pa.string())
    return pc.fill_null(pc.if_else(pc.fill_null(some, False), texts, pc.if_else(pc.is_null(values), "null", NOTHING)), NOTHING)


def _given(values: pa.Array) -> pa.Array | None:
    """Months, days and texts where there is one; None if there is none at all."""
    if values.null_count == len(values):
        return None
    if pa.types.is_integer(values.type):
        return pc.cast(values, pa.string())
    if pa.types.is_date(values.type):
        return pc.binary_join_element_wise('"', pc.cast(values, pa.string()), '"', "")
    return pa.array([None if text is None else json.dumps(text, ensure_ascii=False) for text in values.to_pylist()], pa.string())
