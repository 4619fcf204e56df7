"""The chain of aid: one line per piece of help, over all departments, as `policy/programmes/` says which rows are help.

Each kind of line becomes a derived table of the rule language, so that its conditions are parsed, typed and compiled like any rule. Rows of which
it is unknown whether they belong are left out, as are rows without a day: what has not been given yet is no aid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from doudi.contracts.model import Contract, Field
from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.engine import sql
from doudi.monitoring.ended import quoted
from doudi.policyfiles.model import ChainLine, PolicyFiles, ProgrammeFile, Step, TableFile
from doudi.rules.model import Policy
from doudi.rules.rowsql import SURE, Rows
from doudi.standards import codelists

UNKNOWN_COLUMN = code("programme_unknown_column", "救助项目提到的数据集或列不存在，或类型不对")

_BRACES = re.compile(r"\{([a-z][a-z0-9_]*)\}")

LINE = """
SELECT {day} AS date, {whole_month} AS whole_month, t.person, t.household, {programme} AS programme, {department} AS department,
    REPLACE({title}, '（）', '') AS title, {kind} AS kind, {amount} AS amount,
    ({amount} IS NOT NULL AND {again} IS NULL) AS counts_in_sum, {dataset} AS dataset, t.delivery, t.row, {number} AS line
FROM ({rows}) t {join}
WHERE {day} IS NOT NULL AND {sure}
"""

NOTHING = """
SELECT CAST(NULL AS DATE) AS date, TRUE AS whole_month, CAST(NULL AS BIGINT) AS person, CAST(NULL AS BIGINT) AS household, '' AS programme,
    '' AS department, '' AS title, '' AS kind, CAST(NULL AS BIGINT) AS amount, TRUE AS counts_in_sum, '' AS dataset,
    CAST(NULL AS BIGINT) AS delivery, CAST(NULL AS INT) AS row, 0 AS line
WHERE FALSE
"""

ORDERED = """
SELECT * FROM ({lines}) ORDER BY date, programme, dataset, delivery, row, line
"""


@dataclass(frozen=True)
class _Line:
    """A kind of line, with the names of its derived tables; `again` names those of its rows whose money stands elsewhere."""

    programme: ProgrammeFile
    number: int
    line: ChainLine

    @property
    def table(self) -> str:
        return f"chain_{self.programme.programme}_{self.number}"

    @property
    def again(self) -> str:
        return f"{self.table}_again"


def _lines(policy: PolicyFiles) -> Iterator[_Line]:
    for programme in policy.programmes.values():
        for number, line in enumerate(programme.lines, 1):
            yield _Line(programme, number, line)


def with_chain_tables(policy: PolicyFiles) -> PolicyFiles:
    """The policy with the derived tables of its programmes, to be compiled with everything else."""
    tables: dict[str, TableFile] = {}
    for one in _lines(policy):
        line, says = one.line, f"救助链：{one.programme.name}"
        steps = (Step("where", line.where, line.where.place),) if line.where else ()
        if not steps:  # a derived table has at least one step
            steps = (Step("where", replace(line.title, value="person is not None"), line.place),)
        tables[one.table] = TableFile(one.table, says, line.dataset, steps, line.place)
        if line.same_money_as is not None:
            match = Step("exists", line.same_money_as, line.same_money_as.place)
            tables[one.again] = TableFile(one.again, says, line.dataset, (*steps, match), line.place)
    return replace(policy, tables={**policy.tables, **tables})


def chain_query(compiled: Policy, policy: PolicyFiles, contracts: Mapping[str, Contract]) -> str:
    """The published chain. `compiled` is the plan's policy, `policy` the files with their chain tables.

    Raises DoudiError if a line names a column that its dataset has not, or one of another type.
    """
    faults: list[Fault] = []
    queries = [_query(one, compiled, contracts, faults) for one in _lines(policy)]
    if faults:
        raise DoudiError(faults)
    return ORDERED.format(lines=" UNION ALL ".join([NOTHING, *queries]))


def _query(one: _Line, compiled: Policy, contracts: Mapping[str, Contract], faults: list[Fault]) -> str:
    line = one.line
    contract = contracts.get(line.dataset)
    if contract is None:
        faults.append(Fault(UNKNOWN_COLUMN, f"没有数据集 {line.dataset}", str(line.place), todo="改用 contracts/ 中的数据集名称"))
        return ""
    day = _column(one, contract, line.day or line.month or "", ("date",) if line.day else ("month",), faults)
    amount = _column(one, contract, line.amount, ("money",), faults) if line.amount else None
    rows = compiled.tables[one.table]
    again = compiled.tables.get(one.again)
    return LINE.format(
        day=f"t.{day.name}" if line.day and day else _first_day(f"t.{day.name}") if day else "",
        whole_month="FALSE" if line.day else "TRUE",
        programme=quoted(one.programme.programme),
        department=quoted(line.department),
        title=_title(one, contract, faults),
        kind=quoted(line.kind),
        amount=f"t.{amount.name}" if amount else "CAST(NULL AS BIGINT)",
        again="a.row" if again else "NULL",
        dataset=quoted(line.dataset),
        number=one.number,
        rows=sql(Rows(compiled, rows).build()),
        join=_join(sql(Rows(compiled, again).build()), again.unsure) if again else "",
        sure=f't."{SURE}"' if rows.unsure else "TRUE",
    )


def _join(again: str, unsure: bool) -> str:
    return f"LEFT JOIN ({again}) a ON t.delivery = a.delivery AND t.row = a.row" + (f' AND a."{SURE}"' if unsure else "")


def _first_day(month: str) -> str:
    return f"MAKE_DATE(CAST({month} // 12 AS BIGINT), CAST({month} % 12 + 1 AS BIGINT), 1)"


def _column(one: _Line, contract: Contract, name: str, types: tuple[str, ...], faults: list[Fault]) -> Field | None:
    field = contract.by_name.get(name)
    if field is None or field.column is None or field.type not in types:
        what = f"{contract.title}没有可用的列 {name}" if field is None else f"{contract.title}的 {name} 不能这样用"
        faults.append(Fault(UNKNOWN_COLUMN, what, str(one.line.place), todo=f"需要类型：{'、'.join(types)}"))
        return None
    return field


SHOWN = ("code", "text", "int", "money", "date", "month", "bool")


def _title(one: _Line, contract: Contract, faults: list[Fault]) -> str:
    """SQL of the title: texts and the columns in braces, codes as their labels, an empty value as nothing."""
    parts: list[str] = []
    for at, part in enumerate(_BRACES.split(one.line.title.value)):
        if at % 2 == 0:
            parts.append(quoted(part))
            continue
        field = _column(one, contract, part, SHOWN, faults)
        if field is not None:
            parts.append(f"COALESCE({_shown(field)}, '')")
    return " || ".join(parts)


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
