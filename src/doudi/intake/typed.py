"""Converted values as the columns of `rows.parquet`: no name, no citizen ID, no phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa

from doudi.contracts.model import Contract, Field
from doudi.identity.columns import HOUSEHOLD_NO, POPULATION, row_columns
from doudi.identity.stamp import StampedIds, Stamper
from doudi.intake.people import People
from doudi.kernel import ids

_ARROW = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "DECIMAL(9,6)": pa.decimal128(9, 6),
}
_SIXTH = Decimal("0.000001")


def row_schema(contract: Contract) -> pa.Schema:
    """The schema of `rows.parquet` for a dataset."""
    return pa.schema([(name, _ARROW[kind]) for name, kind in row_columns(contract).items()])


def typed_columns(
    contract: Contract, rows: Sequence[int], values: Mapping[str, Sequence[Any]], stamper: Stamper, people: People
) -> dict[str, Sequence[Any]]:
    """Column name -> values for accepted rows. What identity needs of them goes to `people`."""
    found: dict[str, Sequence[Any]] = {"row": rows}
    nothing: Sequence[Any] = [None] * len(rows)
    stamped: dict[str, StampedIds] = {}
    certificates: Sequence[str | None] = nothing
    for each in contract.fields:
        column = values.get(each.name, nothing)
        if each.type == "id18":
            stamped[each.name] = stamper.stamp_ids(column)
            assert each.column
            found[each.column] = stamped[each.name].numbers
            found[f"{each.column}_state"] = stamped[each.name].states
        elif each.type == "name":
            found[f"{each.name}_key"] = stamper.name_keys(column)
        elif each.type == "phone":
            found[f"{each.name}_key"] = [stamper.phone_key(cell) for cell in column]
        elif each.embeds_id:
            certificates = column
            parts = [stamper.certificate(cell) for cell in column]
            found[f"{each.name}_tail"] = [tail for tail, _, _ in parts]
            found[f"{each.name}_hash"] = [number for _, number, _ in parts]
        else:
            found[each.name] = _plain(each, column, stamper)
    _note_people(contract, rows, values, stamped, found, certificates, people)
    if contract.dataset == POPULATION:
        _add_birth_and_sex(found, stamped["person_id"])
        _add_households(found, values.get(HOUSEHOLD_NO, nothing), stamper, people)
    return found


def _plain(each: Field, column: Sequence[Any], stamper: Stamper) -> Sequence[Any]:
    if each.type == "text":
        scrub = stamper.scrub_text
        return [scrub(cell) if cell is not None and len(cell) >= 15 else cell for cell in column]
    if each.type == "ratio":
        return [None if cell is None else cell.quantize(_SIXTH) for cell in column]
    return column


def _note_people(
    contract: Contract,
    rows: Sequence[int],
    values: Mapping[str, Sequence[Any]],
    stamped: Mapping[str, StampedIds],
    found: Mapping[str, Sequence[Any]],
    certificates: Sequence[str | None],
    people: People,
) -> None:
    nothing: Sequence[Any] = [None] * len(rows)
    phones = next((values[each.name] for each in contract.of_type("phone") if each.name in values), nothing)
    for each in contract.of_type("id18"):
        of = each.name_of or ""
        own = each.name == "person_id"
        people.note(
            each.name, rows, stamped[each.name], values.get(of, nothing), found.get(f"{of}_key", nothing), phones if own else nothing, certificates
        )


def _add_birth_and_sex(found: dict[str, Sequence[Any]], stamped: StampedIds) -> None:
    numbers = [text if number is not None else None for number, text in zip(stamped.numbers, stamped.cleaned, strict=True)]
    found["person_birth"] = [ids.birth_of(number) if number else None for number in numbers]
    found["person_sex"] = [ids.sex_of(number) if number else None for number in numbers]


def _add_households(found: dict[str, Sequence[Any]], delivered: Sequence[str | None], stamper: Stamper, people: People) -> None:
    """The households' numbers, from what the lake shows of the delivered ones."""
    numbers = found["household"] = [stamper.household_number(shown) for shown in found[HOUSEHOLD_NO]]
    for number, shown, text in zip(numbers, found[HOUSEHOLD_NO], delivered, strict=True):
        if number is not None and text is not None:
            people.house(number, shown, text)


@cache
def remark_schema() -> pa.Schema:
    """The schema of `refused.parquet` and `issues.parquet`. `nth` counts the faults of a row from 1; the first is its reason."""
    return pa.schema([("row", pa.int32()), ("nth", pa.int16()), ("code", pa.string()), ("column", pa.string()), ("message", pa.string())])
