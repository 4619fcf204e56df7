"""Reading programmes of aid: which delivered rows are lines of a family's chain of aid."""

from __future__ import annotations

from doudi.kernel.errors import Fault
from doudi.policyfiles.form import WRONG_TYPE, Form
from doudi.policyfiles.model import AID_FORMS, ChainLine, ProgrammeFile
from doudi.policyfiles.tree import Map, Text

TIMES = ("day", "month", "year")
"""What the time of a line can be; the key of the same name in the file names the column."""


def read_programme(tree: Map, faults: list[Fault]) -> ProgrammeFile:
    """A file under `programmes/`."""
    with Form(tree, faults) as form:
        department = form.identifier("department")
        lines = tuple(_line(item, department, faults) for item in form.maps("lines"))
        return ProgrammeFile(form.identifier("programme"), form.word("name"), department, lines, form.basis(), tree.place)


def _line(tree: Map, department: str, faults: list[Fault]) -> ChainLine:
    with Form(tree, faults) as form:
        times = {per: column for per in TIMES if (column := form.identifier(per, False))}
        if len(times) != 1:
            form.fault(WRONG_TYPE, "day、month、year 应恰有一个", todo="按日发生的写日期列，按月发生的写月份列，只知道年度的写年度列")
        same = form.map("same_money_as", False)
        if same is not None:
            with Form(same, faults) as inner:
                inner.identifier("in")
                inner.texts("on")
                inner.text("where", False)
        return ChainLine(
            form.identifier("dataset"),
            form.text("where", False),
            next(iter(times), "day"),
            next(iter(times.values()), ""),
            form.identifier("amount", False) or None,
            form.identifier("quantity", False) or None,
            form.choice("kind", AID_FORMS),
            form.text("title") or Text("", tree.place.file, tree.place.line, tree.key),
            form.identifier("department", False) or department,
            same,
            form.words("earlier_lists", False),
            tree.place,
        )
