"""What must agree between the files of a policy: names in the glossary, departments, routes, specs."""

from __future__ import annotations

from collections.abc import Iterator

from doudi.kernel.errors import Fault, code
from doudi.policyfiles.model import PolicyFiles, TableFile
from doudi.policyfiles.tree import Map, Place, Text

NOT_IN_GLOSSARY = code("policy_not_in_glossary", "标识不在术语表中，或中文名与术语表不同")
UNKNOWN_DEPARTMENT = code("policy_unknown_department", "政策文件中写了不认识的部门")
NOT_ROUTED = code("policy_not_routed", "规则没有写明由谁办理")
UNKNOWN_NAME = code("policy_unknown_name", "政策文件提到了不存在的规则、变量或表")


def check_together(policy: PolicyFiles) -> list[Fault]:
    """All faults between files."""
    return [*_glossary(policy), *_columns(policy), *_departments(policy), *_routes(policy), *_specs(policy), *_one_name(policy)]


def _glossary(policy: PolicyFiles) -> Iterator[Fault]:
    named: list[tuple[str, str, str | None, Place]] = [
        *(("variables", item.variable, item.name, item.place) for item in policy.variables.values()),
        *(("parameters", item.parameter, item.name, item.place) for item in policy.parameters.values()),
        *(("parameters", item.parameter, item.name, item.place) for item in policy.routing.loop.values()),
        *(("programmes", item.programme, item.name, item.place) for item in policy.programmes.values()),
        *(("tables", item.table, None, item.place) for item in policy.tables.values()),
        *(("kinds", item.kind, None, item.place) for item in policy.rules.values()),
    ]
    for section, identifier, name, place in named:
        term = policy.glossary.sections[section].get(identifier)
        if term is None:
            yield Fault(NOT_IN_GLOSSARY, f"{identifier} 不在术语表的 {section} 中", str(place), todo="在 glossary.yaml 中补上中文名")
        elif name is not None and term != name:
            yield Fault(NOT_IN_GLOSSARY, f"{identifier} 的名称是{name}，术语表中是{term}", str(place), todo="两处改为一致")


def _columns(policy: PolicyFiles) -> Iterator[Fault]:
    fields = policy.glossary.sections["fields"]
    for table in policy.tables.values():
        for column, place in new_columns(table):
            if column not in fields:
                yield Fault(NOT_IN_GLOSSARY, f"{column} 不在术语表的 fields 中", str(place), todo="在 glossary.yaml 中补上中文名")


def new_columns(table: TableFile) -> Iterator[tuple[str, Place]]:
    """The columns that a derived table adds."""
    for step in table.steps:
        if isinstance(step.body, Map):
            taken = step.body if step.kind == "add" else step.body.get("take")
            if isinstance(taken, Map):
                yield from ((name, part.place) for name, part in taken.items())
            elif isinstance(taken, Text):
                yield taken.value, taken.place


def _departments(policy: PolicyFiles) -> Iterator[Fault]:
    named = [
        *((route.department, route.place) for route in policy.routing.routes.values()),
        *((programme.department, programme.place) for programme in policy.programmes.values()),
        *((line.department, line.place) for programme in policy.programmes.values() for line in programme.lines),
    ]
    for department, place in named:
        if department not in policy.glossary.departments:
            yield Fault(UNKNOWN_DEPARTMENT, f"没有部门 {department}", str(place), todo="可用：" + "、".join(policy.glossary.departments))


def _routes(policy: PolicyFiles) -> Iterator[Fault]:
    for rule in policy.rules.values():
        if rule.rule not in policy.routing.routes:
            yield Fault(NOT_ROUTED, f"规则 {rule.rule} 没有办理部门", str(rule.place), todo="在 routing/ 中写明部门、层级和工作日")
    for route in policy.routing.routes.values():
        if route.rule not in policy.rules:
            yield Fault(UNKNOWN_NAME, f"没有规则 {route.rule}", str(route.place), todo="删去这一行或补上规则")
        for variable in route.region:
            if variable not in policy.variables:
                yield Fault(UNKNOWN_NAME, f"没有变量 {variable}", str(route.place))


def _specs(policy: PolicyFiles) -> Iterator[Fault]:
    for spec in policy.rule_specs.values():
        if spec.spec not in policy.rules:
            yield Fault(UNKNOWN_NAME, f"没有规则 {spec.spec}", str(spec.place), todo="改正 spec 或补上规则")


def _one_name(policy: PolicyFiles) -> Iterator[Fault]:
    for identifier, item in policy.variables.items():
        if identifier in policy.parameters:
            yield Fault(NOT_IN_GLOSSARY, f"{identifier} 既是变量又是参数", str(item.place), todo="改一个名字")
