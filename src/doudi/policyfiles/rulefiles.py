"""Reading rules and their routing."""

from __future__ import annotations

import re
from datetime import date

from doudi.kernel.errors import Fault
from doudi.policyfiles.facts import read_parameter
from doudi.policyfiles.form import WRONG_TYPE, Form
from doudi.policyfiles.model import (
    GRADES,
    KINDS,
    LEVELS,
    SUBJECTS,
    Condition,
    NotCarriedOut,
    Route,
    RoutingFiles,
    RuleFile,
    RuleVersion,
)
from doudi.policyfiles.tree import Map, Text

CAUSES = ("illness", "schooling", "disability", "unemployment", "disaster")
_RULE_ID = re.compile(r"[A-Z]\d{2}")


def read_rule(tree: Map, faults: list[Fault]) -> RuleFile:
    """A file under `rules/<kind>/`."""
    with Form(tree, faults) as form:
        rule, kind = form.word("rule"), form.choice("kind", KINDS)
        if not _RULE_ID.fullmatch(rule) or KINDS.get(kind, rule[:1]) != rule[:1]:
            form.fault(
                WRONG_TYPE, f"规则编号 {rule} 与类别 {kind} 不符", todo="编号为类别字母加两位数字：" + "、".join(f"{k} {v}" for k, v in KINDS.items())
            )
        of, subjects = form.choice("of", SUBJECTS), form.choice("subjects", ("living", "deceased"), "living")
        if subjects == "deceased" and of != "person":
            form.fault(WRONG_TYPE, "subjects: deceased 只用于个人规则")
        versions = tuple(_version(item, faults) for item in form.maps("versions"))
        starts = [version.in_force_from for version in versions]
        if starts != sorted(set(starts)):
            form.fault(WRONG_TYPE, "各版本的 in_force_from 应由早到晚，且不重复", todo="调整版本的起始日期")
        return RuleFile(
            rule,
            form.word("name"),
            kind,
            of,
            form.choice("grade", GRADES),
            form.word("owner"),
            subjects,
            versions,
            tree.place,
            form.choice("cause", CAUSES, ""),
            form.word("note", False),
        )


def _version(tree: Map, faults: list[Fault]) -> RuleVersion:
    with Form(tree, faults) as form:
        all_of = tuple(_condition(item, faults) for item in form.maps("all_of"))
        none_of = tuple(_condition(item, faults) for item in form.maps("none_of", False))
        names = [condition.name for condition in all_of + none_of]
        for name in sorted({name for name in names if names.count(name) > 1}):
            form.fault(WRONG_TYPE, f"条件名 {name} 重复", todo="同一版本中每个条件用不同的名字")
        left = tuple(_not_carried_out(item, faults) for item in form.maps("not_carried_out", False))
        return RuleVersion(form.day("in_force_from") or date.min, form.basis(), all_of, none_of, left, tree.place)


def _condition(tree: Map, faults: list[Fault]) -> Condition:
    with Form(tree, faults) as form:
        test = form.text("test") or Text("", tree.place.file, tree.place.line, tree.key)
        return Condition(form.identifier("name"), form.word("says"), test, tree.place)


def _not_carried_out(tree: Map, faults: list[Fault]) -> NotCarriedOut:
    with Form(tree, faults) as form:
        return NotCarriedOut(form.word("clause"), form.word("because"), form.word("ask"))


def read_routing(tree: Map, faults: list[Fault]) -> RoutingFiles:
    """A file under `routing/`: `routes:` and, in one of them, `loop:`."""
    with Form(tree, faults) as form:
        routes = [_route(item, faults) for item in form.maps("routes")]
        loop = [read_parameter(item, faults) for item in form.maps("loop", False)]
        for name in _twice([route.rule for route in routes] + [figure.parameter for figure in loop]):
            form.fault(WRONG_TYPE, f"{name} 出现了两次")
        return RoutingFiles({route.rule: route for route in routes}, {figure.parameter: figure for figure in loop})


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _route(tree: Map, faults: list[Fault]) -> Route:
    with Form(tree, faults) as form:
        return Route(
            form.word("rule"),
            form.identifier("to"),
            form.choice("level", LEVELS),
            form.integer("working_days") or 0,
            form.words("region", False),
            tree.place,
        )
