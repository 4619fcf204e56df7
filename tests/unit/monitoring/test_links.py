"""Through which delivered columns households depend on each other, found from the steps of derived tables; and who shares a value with whom."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import cast

import pytest
from tests.engines.invented import files, made
from tests.engines.test_parts import CROSSING
from tests.unit.monitoring.filling import put

from doudi.lake.engine import DuckEngine
from doudi.monitoring.incremental.lakes import Lakes, Source, Stretch
from doudi.monitoring.incremental.links import Link, Sharing, find_links
from doudi.rules.plan import plan_policy

ADDED = {"table": "by_day", "says": "每日", "from": "visit", "steps": [{"add": {"day_no": "times + 1"}}, {"pair": {"same": ["day_no"]}}]}
COUNTED = {"variable": "by_day_count", "name": "行", "of": "person", "from": "by_day", "value": "count"}


def links(*tables: dict) -> set[Link] | None:
    """The links of a policy with some tables, each with a variable that reads it."""
    read = [one for one in (*CROSSING["variables"], COUNTED) if one["from"] in {table["table"] for table in tables}]
    return find_links(plan_policy(made(files(**{**CROSSING, "tables": list(tables), "variables": read, "rules": []})), {}))


def tables(*names: str) -> list[dict]:
    return [table for table in CROSSING["tables"] if table["table"] in names]


def test_rows_that_meet_by_a_number_are_linked_both_ways() -> None:
    assert links(*tables("unmatched")) == {
        Link("visit", "benefit", (("visit_no", "group_no"),)),
        Link("benefit", "visit", (("group_no", "visit_no"),)),
    }


def test_pairs_and_groups_link_a_table_with_itself_also_through_a_lookup() -> None:
    alone = {Link("visit", "visit", (("visit_no", "visit_no"),))}
    assert links(*tables("shared")) == alone
    assert links(*tables("numbers", "with_homes")) == alone


def test_rows_that_meet_by_their_person_link_nobody() -> None:
    assert links(*tables("own")) == set()


def test_by_a_computed_column_or_the_latest_row_of_a_number_nothing_can_be_said() -> None:
    assert links(ADDED) is None
    assert links(*tables("last")) is None


ACCOUNT = Link("payment", "payment", (("account", "account"),))
NOW = ((1, 10, "y"), (2, 20, "x"), (3, 30, "y"), (4, 40, None), (None, None, "x"))


def sharing(engine: DuckEngine, *before: tuple, nobodys: bool = False) -> set[tuple[int | None, int | None]]:
    """Who is touched because person 1 of household 10 is, whose rows are others than before; and rows about nobody, if they are."""
    put(engine, "lake_payment", "person household account", *NOW)
    put(engine, "base_payment", "person household account", *before)
    return shared(engine, [ACCOUNT], nobodys=nobodys, differing=["payment"])


def shared(engine: DuckEngine, links: list[Link], *, nobodys: bool = False, differing: Iterable[str] = ()) -> set[tuple[int | None, int | None]]:
    sources = [Source(name, "person") for name in {name for link in links for name in (link.one, link.other)}]
    lakes = SimpleNamespace(sources=sources, differing={name: [Stretch(0, 9, 9)] for name in differing})
    put(engine, "touched", "person household", (1, 10), *([(None, None)] if nobodys else []))
    put(engine, "new_households", "household", (10,))
    put(engine, "new_persons", "person", (1,))
    found = Sharing(engine, links, cast(Lakes, lakes))
    engine.execute("DELETE FROM touched")
    found.note(nobodys=nobodys)
    found.forget()
    return set(engine.fetch("SELECT person, household FROM touched"))


def test_whoever_shares_a_value_now_is_touched(engine: DuckEngine) -> None:
    assert sharing(engine, *NOW) == {(1, 10), (3, 30)}


def test_whoever_shared_a_value_before_is_touched(engine: DuckEngine) -> None:
    assert sharing(engine, (1, 10, "x"), *NOW[1:]) == {(1, 10), (3, 30), (2, 20), (None, None)}


@pytest.mark.parametrize("gone", [(7, 10, "y"), (8, None, "y")])
def test_a_row_that_is_there_no_more_is_touched_too(engine: DuckEngine, gone: tuple) -> None:
    assert sharing(engine, gone, *NOW) == {(1, 10), (3, 30), gone[:2]}


def test_rows_about_nobody_touch_who_shares_their_values(engine: DuckEngine) -> None:
    assert sharing(engine, *NOW, nobodys=True) == {(1, 10), (3, 30), (2, 20), (None, None)}


def test_tables_and_columns_whose_names_run_together_are_kept_apart(engine: DuckEngine) -> None:
    put(engine, "lake_aid", "person household history_no", (1, 10, "k"), (2, 20, "k"))
    put(engine, "lake_aid_history", "person household no", (1, 10, "x"))
    links = [Link("aid", "aid", (("history_no", "history_no"),)), Link("aid_history", "aid_history", (("no", "no"),))]
    assert shared(engine, links) == {(1, 10), (2, 20)}


def test_a_number_meets_a_text_where_the_engine_says_that_they_are_the_same(engine: DuckEngine) -> None:
    engine.execute("CREATE TABLE lake_share AS SELECT 1::BIGINT AS person, 10::BIGINT AS household, 0.5::DECIMAL(9,6) AS part")
    put(engine, "lake_word", "person household said", (2, 20, "0.5"), (3, 30, "0.7"))
    assert shared(engine, [Link("share", "word", (("part", "said"),))]) == {(2, 20)}
