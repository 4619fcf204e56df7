from decimal import Decimal

import pytest

from doudi.kernel.errors import DoudiError
from doudi.kernel.yamltext import parse_yaml

TEXT = """\
name: 医保报销          # a comment
on: no
codes: [01, "1", 1, -3, 0.60, 1.5e3]
day: 2026-10-31
empty:
nested:
  - flag: true
    text: |
      两行
      文字
  - {flag: false, nothing: null, tilde: ~}
"""


def test_scalars_are_what_they_look_like():
    data = parse_yaml(TEXT, "a.yaml")
    assert data["on"] == "no"
    assert data["codes"] == ["01", "1", 1, -3, Decimal("0.60"), "1.5e3"]
    assert data["day"] == "2026-10-31"
    assert data["empty"] is None
    assert data["nested"] == [{"flag": True, "text": "两行\n文字\n"}, {"flag": False, "nothing": None, "tilde": None}]


def test_mappings_and_lists_know_their_lines():
    data = parse_yaml(TEXT, "a.yaml")
    assert data.lines == {"name": 1, "on": 2, "codes": 3, "day": 4, "empty": 5, "nested": 6}
    assert data["nested"].lines == [7, 11]
    assert data["nested"][0].line == 7
    assert data["nested"][0].lines == {"flag": 7, "text": 8}


def test_an_empty_document_is_nothing():
    assert parse_yaml("# only a comment\n", "a.yaml") is None


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("a: &x 1\nb: 2\n", "f.yaml:1", "锚点"),
        ("a: 1\nb: *x\n", "f.yaml:", "YAML"),
        ("a: &x {b: 1}\nc: *x\n", "f.yaml:1", "锚点"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3", "写了两次"),
        ("a: 1\n? [b]\n: 2\n", "f.yaml:2", "键"),
        ("a: {<<: {b: 1}}\n", "f.yaml:1", "键"),
        ("a: 1\nb: !!int '3'\n", "f.yaml:2", "类型标记"),
        ("a: [1\nb: 2\n", "f.yaml:", "YAML"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2", "YAML"),
    ],
)
def test_traps_are_faults_with_their_line(text: str, where: str, says: str):
    with pytest.raises(DoudiError) as caught:
        parse_yaml(text, "f.yaml")
    assert any(fault.where.startswith(where) and says in str(fault) for fault in caught.value.faults)


def test_all_faults_come_at_once():
    with pytest.raises(DoudiError) as caught:
        parse_yaml("a: 1\na: 2\nb: 3\nb: 4\n", "f.yaml")
    assert [fault.where for fault in caught.value.faults] == ["f.yaml:2", "f.yaml:4"]
