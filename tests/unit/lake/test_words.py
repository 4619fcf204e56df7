"""Putting queries into words: the tree of a query is the same afterwards, so it may be said again, and on another engine."""

from __future__ import annotations

from datetime import date

from doudi.lake.engine import sql
from doudi.monitoring.chain import with_chain_tables
from doudi.monitoring.freeze import open_books
from doudi.rules import build_policy
from doudi.rules.plan import plan_policy


def test_every_query_of_the_policy_stays_as_it_is_when_it_is_put_into_words() -> None:
    books = open_books()
    plan = plan_policy(build_policy(with_chain_tables(books.policy), books.contracts, date(2026, 10, 31)), {})
    queries = [step.query for step in plan.steps]
    before = [query.copy() for query in queries]
    texts = [sql(query) for query in queries]
    assert queries == before
    assert texts == [query.sql(dialect="duckdb") for query in before]
    assert [query.sql(dialect="spark") for query in queries] == [query.sql(dialect="spark") for query in before]
