"""The reference of the published run is what the code declares."""

from __future__ import annotations

from pathlib import Path

from doudi.published.document import render
from doudi.published.tables import TABLES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "published-run.md"


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run `doudi docs`"


def test_every_table_and_column_is_explained_in_both_languages() -> None:
    for table in TABLES.values():
        assert all((table.title, table.grain, table.english)), table.name
        for column in table.columns:
            assert all((column.means, column.english)), (table.name, column.name)
