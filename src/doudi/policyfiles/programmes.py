"""Reading programmes of aid: which delivered rows are lines of a family's chain of aid."""

from __future__ import annotations

from doudi.kernel.errors import Fault
from doudi.policyfiles.form import WRONG_TYPE, Form
from doudi.policyfiles.model import ChainLine, ProgrammeFile
from doudi.policyfiles.tree import Map, Text

LINE_KINDS = ("money", "goods", "service", "insurance")


def read_programme(tree: Map, faults: list[Fault]) -> ProgrammeFile:
    """A file under `programmes/`."""
    with Form(tree, faults) as form:
        department = form.identifier("department")
        lines = tuple(_line(item, department, faults) for item in form.maps("lines"))
        return ProgrammeFile(form.identifier("programme"), form.word("name"), department, lines, form.basis(), tree.place)


def _line(tree: Map, department: str, faults: list[Fault]) -> ChainLine:
    with Form(tree, faults) as form:
        day, month = form.identifier("day", False), form.identifier("month", False)
        if bool(day) == bool(month):
            form.fault(WRONG_TYPE, "day 与 month 应恰有一个", todo="按日发生的写日期列，按月发生的写月份列")
        same = form.map("same_money_as", False)
        if same is not None:
            with Form(same, faults) as inner:
                inner.identifier("in")
                inner.texts("on")
                inner.text("where", False)
        return ChainLine(
            form.identifier("dataset"),
            form.text("where", False),
            day or None,
            month or None,
            form.identifier("amount", False) or None,
            form.choice("kind", LINE_KINDS),
            form.text("title") or Text("", tree.place.file, tree.place.line, tree.key),
            form.identifier("department", False) or department,
            same,
            tree.place,
        )
