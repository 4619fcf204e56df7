"""Through which delivered columns households depend on each other, found from the steps of derived tables."""

from __future__ import annotations

from tests.engines.invented import files, made
from tests.engines.test_parts import CROSSING

from doudi.monitoring.incremental.links import Link, find_links
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
