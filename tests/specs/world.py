"""The policy of the checkout, and the engines that run its tables of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
from sqlglot import exp
from tests.engines.sparks import OnSpark, sail, spark

from doudi.contracts import Contract, load_contracts
from doudi.kernel.resources import resource_dir
from doudi.policyfiles import PolicyFiles, read_policy


@cache
def the_policy(drafts: bool = False) -> PolicyFiles:
    """The policy in force, or with the drafts in place of what they replace."""
    return read_policy(resource_dir("policy"), drafts=drafts)


@cache
def the_contracts() -> Mapping[str, Contract]:
    return load_contracts(resource_dir("contracts"))


class OnDuckDB:
    """DuckDB in memory, as tables of cases use an engine."""

    def __init__(self) -> None:
        self.con = duckdb.connect(":memory:", config={"threads": 1})

    def create(self, name: str, query: exp.Expr) -> None:
        self.con.execute(f'CREATE OR REPLACE TABLE "{name}" AS {query.sql("duckdb")}')

    def fetch(self, query: exp.Expr) -> Sequence[tuple[Any, ...]]:
        return self.con.execute(query.sql("duckdb")).fetchall()


ENGINES = {"plain Python": lambda: None, "duckdb": OnDuckDB, "sail": lambda: OnSpark(sail())}
"""Where every case must come out as written; `None` is the judge."""

WITH_SPARK = {**ENGINES, "spark": lambda: OnSpark(spark())}
"""The same and real Spark, which takes seconds where a case has tables of its own."""
