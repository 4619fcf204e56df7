"""What rules are otherwise than in the run before, in words: a new rule or a new line explains why there is suddenly more or less to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doudi.casework.runs.models import Rule

Known = Mapping[str, Mapping[str, Any]]
READ = ("rule", "name", "version", "grade", "within_working_days", "department", "level", "conditions", "parameters")
WORDS = {"grade": "等级", "within_working_days": "办理时限", "department": "主办部门", "level": "主办层级"}


def rules_known() -> Known:
    """Rule -> what is compared, of the run whose context is in the site. One query."""
    return {row["rule"]: row for row in Rule.objects.values(*READ)}


def rules_changed(former: Known, present: Known) -> list[dict[str, Any]]:
    """Rule, name, what is otherwise, whether it is gone; by rule. Nothing without a run before."""
    if not former:
        return []
    found = {name: _said(former.get(name), present.get(name)) for name in sorted(former.keys() | present.keys())}
    return [
        {"rule": name, "name": (present.get(name) or former[name])["name"], "says": says, "gone": name not in present}
        for name, says in found.items()
        if says
    ]


def _said(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    if before is None or after is None:
        return "新增，从这次运行起执行" if before is None else "从这次运行起不再执行"
    parts = [f"{after['version']} 起的新版本"] if before["version"] != after["version"] else []
    if _tests(before) != _tests(after):
        parts.append("条件有改动")
    if names := _figures(before, after):
        parts.append(f"数值有改动：{'、'.join(names)}")
    parts += [f"{words}有改动" for field, words in WORDS.items() if before[field] != after[field]]
    return "；".join(parts)


def _tests(rule: Mapping[str, Any]) -> set[tuple[str, bool]]:
    return {(one["test"], bool(one["negated"])) for one in rule["conditions"]}


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of parameters of which a value was added, is gone or is another."""
    then, now = (
        {(one["parameter"], one["region"], one["rural"], one["value"]): one["name"] for one in rule["parameters"]} for rule in (before, after)
    )
    return sorted({str((then | now)[key]) for key in then.keys() ^ now.keys()})
