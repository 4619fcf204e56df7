"""One Chinese word for one thing, wherever people read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from doudi.kernel import words
from doudi.kernel.resources import resource_dir
from doudi.monitoring.report.words import KINDS
from doudi.policyfiles import read_policy

ROOT = Path(__file__).parents[3]
DISCARDED = ("拒收", "暂缓", "搁置", "批次", "交付", "送达", "清空", "待确认", "逾期")
"""Words that once stood for what `doudi.kernel.words` names; the site where people work may need them (a task that is 逾期)."""
WORK, OF_WORK = {"casework", "web", "config"}, {"loop.md", "permissions.md", "site.md", "daily-work.md"}

TEXTS = (".py", ".j2", ".yaml", ".md", ".svg")
READ_BY_PEOPLE = [
    *(path for path in (ROOT / "src" / "doudi").rglob("*") if path.suffix in TEXTS and WORK.isdisjoint(path.parts)),
    *(path for folder in ("policy", "contracts", "scripts") for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS),
    *(path for path in (ROOT / "docs").rglob("*") if path.suffix in TEXTS and path.name not in OF_WORK),
    ROOT / "README.md",
    ROOT / "Makefile",
]


def test_the_words_of_deliveries_are_those_of_the_glossary() -> None:
    terms = read_policy(resource_dir("policy")).glossary.sections["deliveries"]
    assert {name: terms[name] for name in (*words.OUTCOMES, *words.NOTICES)} == words.OUTCOMES | words.NOTICES
    assert (terms["delivery"], terms["late"], terms["never"]) == (words.DELIVERY, words.LATE, words.NEVER)


def test_the_report_calls_the_kinds_of_rules_as_the_glossary_does() -> None:
    assert {kind: name for kind, (name, _) in KINDS.items()} == read_policy(resource_dir("policy")).glossary.sections["kinds"]


@pytest.mark.parametrize("word", DISCARDED)
def test_a_discarded_word_stands_nowhere(word: str) -> None:
    found = [path.relative_to(ROOT).as_posix() for path in READ_BY_PEOPLE if word in path.read_text("utf-8")]
    assert found == []
