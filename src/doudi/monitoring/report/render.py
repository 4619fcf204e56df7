"""Puts the figures of a run into the page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pyarrow.compute as pc
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from doudi.kernel.words import LATE, NEVER, OUTCOMES
from doudi.kernel.yamltext import parse_yaml
from doudi.monitoring.report import charts, words
from doudi.monitoring.report.aid import Aid, gather_aid
from doudi.monitoring.report.gaps import gather_gaps
from doudi.monitoring.report.leads import gather_leads
from doudi.monitoring.report.supply import gather_supply
from doudi.policyfiles.model import AID_FORMS
from doudi.published.read import PublishedRun
from doudi.standards import region_name

ROWS = tuple((fate, f"f-{colour}", OUTCOMES[fate]) for fate, colour in (("accepted", "fine"), ("held", "held"), ("refused", "refused")))
CHANGES = (("new", "f-new", "新增"), ("changed", "f-changed", "有变化"), ("continuing", "f-continuing", "延续"))
POLICY = "policy/policy.yaml"
LOW = 9_000
"""Scores below this are marked."""
STATES = (("fine", "f-fine", "按时"), ("late", "f-held", LATE), ("never", "f-refused", NEVER))


def render_report(run: PublishedRun) -> str:
    """The report of a run as one HTML page: no script, no request to anywhere, no name and no number of a person.

    The same run gives the same page. Raises DoudiError if the run's files are missing or altered.
    """
    page = environment().get_template("report.html.j2")
    return page.render(
        run=run,
        style=Markup(files(__package__).joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        counties=counties(run),
        policy_title=policy_title(run),
        leads=gather_leads(run),
        gaps=gather_gaps(run),
        supply=gather_supply(run),
        aid=gather_aid(run),
        departments=words.department_names(run),
        reference=reference_values(run),
    )


def environment() -> Environment:
    """The templates with everything escaped, and an error for a name that is not there."""
    found = Environment(
        loader=PackageLoader("doudi.monitoring.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    found.filters |= {"number": words.number, "day": words.day, "score": words.score, "yuan": words.yuan}
    found.globals |= {
        "words": words,
        "AID_FORMS": AID_FORMS,
        "bar": charts.bar,
        "heat": charts.heat,
        "legend": charts.legend,
        "grade_parts": grade_parts,
        "row_parts": lambda rows: parts(rows, ROWS),
        "change_parts": lambda changes: parts(changes, CHANGES),
        "state_parts": lambda states: parts(states, STATES),
        "one_part": lambda value, colour, label: [charts.Part(value, colour, label)],
        "months_chart": months_chart,
        "low": low,
    }
    return found


def grade_parts(grades: Mapping[str, int]) -> list[charts.Part]:
    """The parts of a bar of leads, the gravest first."""
    return [charts.Part(grades[grade], f"f-{grade}", word) for grade, word in words.GRADES.items()]


def parts(counts: Mapping[str, int], kinds: tuple[tuple[str, str, str], ...]) -> list[charts.Part]:
    """The parts of a bar from counts by name."""
    return [charts.Part(counts.get(name, 0), colour, word) for name, colour, word in kinds]


def months_chart(aid: Aid) -> Markup:
    """Money given by month; the year stands below the first month and below each January."""
    series = []
    for place, month in enumerate(aid.months):
        year, number = month.label.split("-")
        series.append(charts.Column(month.money, f"{int(number)}月", year if place == 0 or number == "01" else "", words.yuan(month.money)))
    return charts.columns(series, "f-aid")


def counties(run: PublishedRun) -> list[dict[str, Any]]:
    """The counties that the households of the run live in, with their names, by code."""
    codes = pc.unique(run.table("places", ["county"], where=pc.field("households") > 0)["county"]).to_pylist()
    return [{"code": code, "name": region_name(code)} for code in sorted(code for code in codes if code)]


def low(name: str, score: int | None) -> str:
    """The CSS class, with a space before it, of a score (ten-thousandths) that somebody should look at.

    Optional fields may well be empty (nobody has an end date of what has not ended), so completeness is shown but never marked.
    """
    return " low" if score is not None and score < LOW and name != "completeness" else ""


def policy_title(run: PublishedRun) -> str:
    """The policy's own title, from the copy that the run carries; its name and version if it carries none."""
    policy = run.manifest.policy
    if POLICY not in run.manifest.files:
        return f"{policy.name} {policy.version}"
    return str(parse_yaml(run.file(POLICY).read_text(encoding="utf-8"), POLICY)["title"])


def reference_values(run: PublishedRun) -> list[str]:
    """The names of the figures that were found in no local document, so that somebody confirms them."""
    names = run.table("parameters", ["name"], where=pc.field("reference"))["name"]
    return sorted(set(names.to_pylist()))
