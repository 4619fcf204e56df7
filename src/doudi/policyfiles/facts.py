"""Reading parameters, derived tables and variables."""

from __future__ import annotations

from datetime import date

from doudi.kernel.errors import Fault
from doudi.policyfiles.form import MISSING_KEY, WRONG_TYPE, Form
from doudi.policyfiles.model import SUBJECTS, Basis, ParameterFile, ParameterValue, Step, TableFile, UnknownReason, VariableFile
from doudi.policyfiles.tree import Map, Seq, Text, Tree

PARAMETER_TYPES = ("money", "int", "ratio")
STEP_KEYS: dict[str, tuple[dict[str, type], dict[str, type]]] = {
    "lookup": ({"in": Text, "on": Map, "take": Map}, {}),
    "exists": ({"in": Text, "on": Map}, {"where": Text}),
    "none": ({"in": Text, "on": Map}, {"where": Text}),
    "latest": ({"per": Seq, "by": Seq}, {}),
    "pair": ({"same": Seq}, {"on": Text, "within_days": Text, "where": Text}),
    "months": ({"start": Text, "last": Text, "take": Text}, {"end": Text}),
    "group": ({"by": Seq, "take": Map}, {}),
}
"""Per kind of step: keys it must have and keys it may have. `where` is a text, `add` a mapping of texts."""


def read_parameter(tree: Map, faults: list[Fault]) -> ParameterFile:
    """A file under `parameters/`, or one entry of `loop:` in the routing."""
    with Form(tree, faults) as form:
        values = tuple(_parameter_value(item, faults) for item in form.maps("values"))
        seen: set[tuple[object, str]] = set()
        for value in values:
            if (value.from_, value.region) in seen:
                form.fault(WRONG_TYPE, f"{value.region} 自 {value.from_} 起有两个值", value.place, todo="同一地区同一起始日只能有一个值")
            seen.add((value.from_, value.region))
        return ParameterFile(
            form.identifier("parameter"),
            form.word("name"),
            form.choice("type", PARAMETER_TYPES),
            form.word("unit"),
            values,
            tree.place,
            form.word("note", False),
        )


def _parameter_value(tree: Map, faults: list[Fault]) -> ParameterValue:
    with Form(tree, faults) as form:
        value, urban, rural = form.exact("value"), form.exact("urban"), form.exact("rural")
        given = (value is not None, urban is not None, rural is not None)
        if given not in ((True, False, False), (False, True, True)):
            form.fault(MISSING_KEY, "应给出 value，或同时给出 urban 和 rural")
        region = form.word("region")
        if not region.isdigit() or len(region) not in (2, 4, 6):
            form.fault(WRONG_TYPE, f"region 应为省、市、县的 2、4、6 位区划代码，现为 {region}")
        basis = form.basis()
        return ParameterValue(
            form.day("from") or date.min, region, value, urban, rural, form.flag("reference"), basis[0] if basis else Basis(""), tree.place
        )


def read_table(tree: Map, faults: list[Fault]) -> TableFile:
    """A file under `tables/`."""
    with Form(tree, faults) as form:
        steps = tuple(step for item in form.maps("steps") if (step := _step(item, faults)))
        return TableFile(form.identifier("table"), form.word("says"), form.identifier("from"), steps, tree.place, form.word("note", False))


def _step(tree: Map, faults: list[Fault]) -> Step | None:
    if len(tree) != 1:
        faults.append(Fault(WRONG_TYPE, "每个步骤只写一个键", str(tree.place), todo="把各步骤分开写成列表"))
        return None
    kind, body = next(iter(tree.items()))
    if kind == "where":
        return Step(kind, body, body.place) if _fits(body, Text, kind, faults) else None
    if kind == "add":
        return Step(kind, body, body.place) if _fits(body, Map, kind, faults) and _all_texts(body, faults) else None
    if kind not in STEP_KEYS:
        faults.append(Fault(WRONG_TYPE, f"没有 {kind} 这种步骤", str(body.place), todo="可用：where、add、" + "、".join(STEP_KEYS)))
        return None
    return Step(kind, body, body.place) if _fits(body, Map, kind, faults) and _step_keys(kind, body, faults) else None


def _step_keys(kind: str, body: Tree, faults: list[Fault]) -> bool:
    assert isinstance(body, Map)
    before = len(faults)
    needed, allowed = STEP_KEYS[kind]
    with Form(body, faults) as form:
        for keys, required in ((needed, True), (allowed, False)):
            for key, shape in keys.items():
                if shape is Text:
                    form.text(key, required)
                elif shape is Seq:
                    form.listed(key, required)
                else:
                    form.texts(key, required)
    return len(faults) == before


def _fits(body: Tree, kind: type, name: str, faults: list[Fault]) -> bool:
    if not isinstance(body, kind):
        faults.append(Fault(WRONG_TYPE, f"{name} 的内容形式不对", str(body.place)))
    return isinstance(body, kind)


def _all_texts(body: Tree, faults: list[Fault]) -> bool:
    assert isinstance(body, Map)
    fitting = [_fits(item, Text, name, faults) for name, item in body.items()]  # all of them: every fault is told
    return all(fitting)


def read_variable(tree: Map, topic: str, faults: list[Fault]) -> VariableFile:
    """One entry of a file under `variables/`."""
    with Form(tree, faults) as form:
        value, formula, members = form.text("value", False), form.text("formula", False), form.text("members", False)
        source, where, window = form.identifier("from", False), form.text("where", False), form.map("window", False)
        by, people, empty = form.identifier("by", False), form.choice("people", ("living", "all"), "living"), form.text("empty", False)
        of = form.choice("of", SUBJECTS)
        if sum(item is not None for item in (value, formula, members)) != 1:
            form.fault(
                WRONG_TYPE,
                "value、formula、members 应恰有一个",
                todo="由数据行计算写 from 和 value，由其他变量计算写 formula，由成员汇总写 members",
            )
        if bool(source) != (value is not None):
            form.fault(WRONG_TYPE, "from 与 value 应一起给出")
        if value is None and (where or window or by or empty):
            form.fault(WRONG_TYPE, "where、window、by、empty 只用于由数据行计算的变量")
        if members is not None and of != "household":
            form.fault(WRONG_TYPE, "members 只用于家庭变量", members.place)
        if window is not None:
            with Form(window, faults) as inner:
                inner.identifier("on")
        return VariableFile(
            form.identifier("variable"),
            form.word("name"),
            of,
            source or None,
            where,
            value,
            by or None,
            people,
            empty,
            window,
            form.word("unit", False),
            tuple(_reason(item, faults) for item in form.maps("unknown", False)),
            formula,
            members,
            tree.place,
            topic,
            form.word("note", False),
            form.flag("category"),
        )


def _reason(tree: Map, faults: list[Fault]) -> UnknownReason:
    with Form(tree, faults) as form:
        return UnknownReason(form.word("says"), form.text("when", False))
