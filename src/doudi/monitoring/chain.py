"""The chain of aid: one line per piece of help, over all departments, as `policy/programmes/` says which rows are help.

Each kind of line becomes a derived table of the rule language, so that its conditions are parsed, typed and compiled like any rule. Rows of which
it is unknown whether they belong are left out, as are rows without a day or with one after the as-of date: what has not been given yet is no aid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from doudi.contracts.model import Contract, Field
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engine import sql
from doudi.monitoring.ended import quoted
from doudi.policyfiles.model import ChainLine, PolicyFiles, ProgrammeFile, Step, TableFile
from doudi.policyfiles.tree import Map, Seq, Text, Tree
from doudi.published.write import Numbered
from doudi.rules.model import Policy
from doudi.rules.rowsql import SURE, Rows
from doudi.standards import codelists

UNKNOWN_COLUMN = code("programme_unknown_column", "救助项目提到的数据集或列不存在，或类型不对")

_BRACES = re.compile(r"\{([a-z][a-z0-9_]*)\}")

LINE = """
SELECT {day} AS date, t.person, t.household, {title} AS title, {amount} AS amount, ({amount} IS NOT NULL AND {again} IS NULL) AS counts_in_sum,
    {quantity} AS quantity, t.delivery, t.row, {way} AS way, {place} AS place
FROM ({rows}) t {join}
WHERE {day} <= DATE '{as_of}' AND {sure}
"""

NOTHING = """
SELECT CAST(NULL AS DATE) AS date, CAST(NULL AS BIGINT) AS person, CAST(NULL AS BIGINT) AS household, '' AS title, CAST(NULL AS BIGINT) AS amount,
    TRUE AS counts_in_sum, CAST(NULL AS BIGINT) AS quantity, CAST(NULL AS BIGINT) AS delivery, CAST(NULL AS INT) AS row, 0 AS way, 0 AS place
WHERE FALSE
"""

WAYS = pa.schema(
    {name: pa.string() for name in ("programme", "department", "kind", "dataset", "unit")}
    | {"line": pa.int32(), "whole_month": pa.bool_(), "whole_year": pa.bool_()}
)

TIME_TYPES = {"day": "date", "month": "month", "year": "int"}
SHOWN = ("code", "text", "int", "money", "date", "month", "bool")


@dataclass(frozen=True)
class _Line:
    """A kind of line, with the names of its derived tables; `again` names those of its rows whose money stands elsewhere.

    `past`: what the older lists of its snapshot say.
    """

    programme: ProgrammeFile
    number: int
    line: ChainLine
    past: bool = False

    @property
    def table(self) -> str:
        return f"chain_{self.programme.programme}_{self.number}{'_past' if self.past else ''}"

    @property
    def again(self) -> str:
        return f"{self.table}_again"

    @property
    def source(self) -> str:
        return f"{self.line.dataset}_history" if self.past else self.line.dataset

    def steps(self) -> Iterator[Step]:
        """The steps of the derived table; at least one, as the rule language asks."""
        line = self.line
        if self.past:
            yield Step("none", _map(line, {"in": line.dataset, "on": _map(line, {column: column for column in line.earlier_lists})}), line.place)
            yield Step("latest", _map(line, {"per": _list(line, line.earlier_lists), "by": _list(line, ("list_month",))}), line.place)
        if line.where:
            yield Step("where", line.where, line.where.place)
        elif not self.past:
            yield Step("where", _text(line, "person is not None"), line.place)


def _text(line: ChainLine, value: str) -> Text:
    return replace(line.title, value=value)


def _map(line: ChainLine, entries: Mapping[str, str | Tree]) -> Map:
    return Map({key: _text(line, value) if isinstance(value, str) else value for key, value in entries.items()}, line.place, line.title.key)


def _list(line: ChainLine, items: Iterable[str]) -> Seq:
    return Seq(tuple(_text(line, item) for item in items), line.place, line.title.key)


def _lines(policy: PolicyFiles) -> Iterator[_Line]:
    for programme in policy.programmes.values():
        for number, line in enumerate(programme.lines, 1):
            yield _Line(programme, number, line)
            if line.earlier_lists:
                yield _Line(programme, number, line, past=True)


def with_chain_tables(policy: PolicyFiles) -> PolicyFiles:
    """The policy with the derived tables of its programmes, to be compiled with everything else."""
    tables: dict[str, TableFile] = {}
    for one in _lines(policy):
        line, says, steps = one.line, f"救助链：{one.programme.name}", tuple(one.steps())
        tables[one.table] = TableFile(one.table, says, one.source, steps, line.place)
        if line.same_money_as is not None:
            match = Step("exists", line.same_money_as, line.same_money_as.place)
            tables[one.again] = TableFile(one.again, says, one.source, (*steps, match), line.place)
    return replace(policy, tables={**policy.tables, **tables})


def chain_ways(policy: PolicyFiles, contracts: Mapping[str, Contract]) -> pa.Table:
    """What all lines of a way to give aid have in common, by the number of the way."""
    ways = [
        {"programme": one.programme.programme, "department": one.line.department, "kind": one.line.kind, "dataset": one.line.dataset}
        | {"line": one.number, "whole_month": one.line.per == "month", "whole_year": one.line.per == "year", "unit": _unit(one, contracts)}
        for one in _lines(policy)
    ]
    return pa.Table.from_pylist(ways, schema=WAYS)


def told_by(ways: pa.Table) -> dict[str, Numbered]:
    """The texts that ways have in common, by numbers which `complete` gives."""
    return {field.name: Numbered(f"{field.name}_number", _texts(ways, field.name).dictionary) for field in ways.schema if field.type == pa.string()}


def complete(batches: Iterable[pa.RecordBatch], ways: pa.Table) -> Iterator[pa.RecordBatch]:
    """Lines of `chain_query` with what their ways say, texts by number (`told_by`); a unit is told beside a quantity only."""
    common = {
        field.name if field.type != pa.string() else f"{field.name}_number":
        ways[field.name].combine_chunks() if field.type != pa.string() else _texts(ways, field.name).indices
        for field in ways.schema
    }  # fmt: skip
    for batch in batches:
        for name, values in common.items():
            column = values.take(batch["way"])
            if name == "unit_number":
                column = pc.if_else(pc.is_valid(batch["quantity"]), column, pa.scalar(None, column.type))
            batch = batch.append_column(name, column)
        yield batch


def _texts(ways: pa.Table, name: str) -> pa.DictionaryArray:
    return ways[name].combine_chunks().dictionary_encode()


def _unit(one: _Line, contracts: Mapping[str, Contract]) -> str | None:
    field = contracts[one.line.dataset].by_name.get(one.line.quantity) if one.line.quantity else None
    return field.unit if field else None


def chain_query(compiled: Policy, policy: PolicyFiles, contracts: Mapping[str, Contract]) -> str:
    """The lines of the chain, in no order. `compiled` is the plan's policy, `policy` the files with their chain tables.

    `way`: the number of what lines have in common (`chain_ways`); `place`: where programme and dataset stand among all. In one place, ways ascend by
    line.

    Raises DoudiError if a line names a column that its dataset has not, or one of another type.
    """
    faults: list[Fault] = []
    lines = list(_lines(policy))
    order = sorted({(one.programme.programme, one.line.dataset) for one in lines})
    queries = [
        _query(one, way, order.index((one.programme.programme, one.line.dataset)), compiled, contracts, faults) for way, one in enumerate(lines)
    ]
    if faults:
        raise DoudiError(faults)
    return " UNION ALL ".join([NOTHING, *queries])


def _query(one: _Line, way: int, place: int, compiled: Policy, contracts: Mapping[str, Contract], faults: list[Fault]) -> str:
    line = one.line
    contract = contracts.get(line.dataset)
    if contract is None:
        faults.append(Fault(UNKNOWN_COLUMN, f"没有数据集 {line.dataset}", str(line.place), todo="改用 contracts/ 中的数据集名称"))
        return ""
    time = _column(one, contract, line.time, (TIME_TYPES[line.per],), faults)
    amount = _column(one, contract, line.amount, ("money",), faults) if line.amount else None
    quantity = _counted(one, contract, faults) if line.quantity else None
    rows = compiled.tables[one.table]
    again = compiled.tables.get(one.again)
    return LINE.format(
        day=_first_day(line.per, f"t.{time.name}") if time else "",
        title=_title(one, contract, faults),
        amount=f"t.{amount.name}" if amount else "CAST(NULL AS BIGINT)",
        again="a.row" if again else "NULL",
        quantity=f"t.{quantity.name}" if quantity else "CAST(NULL AS BIGINT)",
        way=way,
        place=place,
        rows=sql(Rows(compiled, rows).build()),
        join=_join(sql(Rows(compiled, again).build()), again.unsure) if again else "",
        as_of=compiled.as_of.isoformat(),
        sure=f't."{SURE}"' if rows.unsure else "TRUE",
    )


def _join(again: str, unsure: bool) -> str:
    return f"LEFT JOIN ({again}) a ON t.delivery = a.delivery AND t.row = a.row" + (f' AND a."{SURE}"' if unsure else "")


def _first_day(per: str, column: str) -> str:
    match per:
        case "month":
            return f"MAKE_DATE(CAST({column} // 12 AS BIGINT), CAST({column} % 12 + 1 AS BIGINT), 1)"
        case "year":  # a number that is no year is no day; the engine would break off
            return f"CASE WHEN {column} BETWEEN 1 AND 9999 THEN MAKE_DATE(CAST({column} AS BIGINT), 1, 1) END"
        case _:
            return column


def _counted(one: _Line, contract: Contract, faults: list[Fault]) -> Field | None:
    field = _column(one, contract, one.line.quantity or "", ("int",), faults)
    if field is not None and not field.unit:
        what, todo = f"{contract.title}的 {field.name} 没有单位", "在数据契约中写明单位，或不用这一列作数量"
        faults.append(Fault(UNKNOWN_COLUMN, what, str(one.line.place), todo=todo))
    return field


def _column(one: _Line, contract: Contract, name: str, types: tuple[str, ...], faults: list[Fault]) -> Field | None:
    field = contract.by_name.get(name)
    if field is None or field.column is None or field.type not in types:
        what = f"{contract.title}没有可用的列 {name}" if field is None else f"{contract.title}的 {name} 不能这样用"
        faults.append(Fault(UNKNOWN_COLUMN, what, str(one.line.place), todo=f"需要类型：{'、'.join(types)}"))
        return None
    return field


def _title(one: _Line, contract: Contract, faults: list[Fault]) -> str:
    """SQL of the title: texts and the columns in braces, codes as their labels, an empty value as nothing; without empty brackets."""
    parts: list[str] = []
    for at, part in enumerate(_BRACES.split(one.line.title.value)):
        if at % 2 == 0:
            parts.append(quoted(part))
            continue
        field = _column(one, contract, part, SHOWN, faults)
        if field is not None:
            parts.append(f"COALESCE({_shown(field)}, '')")
    return f"REPLACE({' || '.join(parts)}, '（）', '')" if len(parts) > 1 else parts[0].replace("（）", "")


def _shown(field: Field) -> str:
    column = f"t.{field.name}"
    match field.type:
        case "code":
            codes = codelists()[field.code_list or ""].codes
            branches = " ".join(f"WHEN {quoted(each)} THEN {quoted(label)}" for each, label in codes.items())
            return f"CASE {column} {branches} ELSE {column} END"
        case "money":
            return f"CAST({column} // 100 AS TEXT) || '.' || LPAD(CAST({column} % 100 AS TEXT), 2, '0')"
        case "month":
            return f"CAST({column} // 12 AS TEXT) || '年' || CAST({column} % 12 + 1 AS TEXT) || '月'"
        case "bool":
            return f"CASE WHEN {column} THEN '是' WHEN NOT {column} THEN '否' END"
        case _:
            return f"CAST({column} AS TEXT)"
