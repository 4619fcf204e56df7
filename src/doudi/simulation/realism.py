"""The realism report: what a simulated home holds, beside the published figures it was drawn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doudi.intake.settle import Cut, open_cut
from doudi.lake.engine import DuckEngine
from doudi.lake.home import Home
from doudi.simulation.days import day_number
from doudi.simulation.figures import figures
from doudi.simulation.timeline import Timeline

_LIVING = "(SELECT p.* FROM people AS p ANTI JOIN death AS d ON d.person = p.person AND d.death_date <= DATE '{as_of}' WHERE p.listed)"
_AGE = "date_diff('day', birth_date, DATE '{as_of}') / 365.2425"
_BENEFIT = (
    "(SELECT count(DISTINCT person) FROM {table} SEMI JOIN living USING (person)"
    " WHERE start_month <= {month} AND (end_month IS NULL OR end_month >= {month}))"
)
_LISTED = "(SELECT count(DISTINCT person) FROM {table} SEMI JOIN living USING (person)){more}"
_STUDENTS = "(SELECT count(*) FROM school_enrolment WHERE status = '1' AND stage IN ({stages})) / {people}"
_PER_HOUSEHOLD = (
    "SELECT count(*) / count(DISTINCT household_no) FROM subsistence_allowance WHERE kind = '{kind}' AND start_month <= {month}"
    " AND (end_month IS NULL OR end_month >= {month})"
)

MEASURES = {
    "mean_household": "SELECT count(*) / count(DISTINCT household) FROM living",
    "male": "SELECT avg((sex = '1')::INT) FROM living",
    "minority": "SELECT avg((ethnicity <> '01')::INT) FROM living",
    "urban": "SELECT avg((hukou_kind <> '1')::INT) FROM living",
    "age_0_15": f"SELECT avg(({_AGE} < 16)::INT) FROM living",
    "age_16_59": f"SELECT avg(({_AGE} >= 16 AND {_AGE} < 60)::INT) FROM living",
    "age_60": f"SELECT avg(({_AGE} >= 60)::INT) FROM living",
    "births": "SELECT count(*) / {years} / {people} FROM living WHERE birth_date >= DATE '{begin}'",
    "deaths": "SELECT count(*) / {years} / {people} FROM death",
    "dibao": "SELECT " + _BENEFIT.replace("{table}", "subsistence_allowance") + " / {people}",
    "tekun": "SELECT " + _BENEFIT.replace("{table}", "extreme_poverty") + " / {people}",
    "edge": "SELECT " + _LISTED.replace("{table}", "allowance_edge").replace("{more}", "") + " / {people}",
    "dibao_per_household_urban": _PER_HOUSEHOLD.replace("{kind}", "1"),
    "dibao_per_household_rural": _PER_HOUSEHOLD.replace("{kind}", "2"),
    "temporary_aid": "SELECT count(*) / {years} / {people} FROM temporary_aid",
    "disabled": "SELECT " + _LISTED.replace("{table}", "disability_certificate").replace("{more}", "") + " / {people}",
    "living_subsidy": "SELECT count(*) / {people} FROM disabled_living_subsidy WHERE month = {month}",
    "nursing_subsidy": "SELECT count(*) / {people} FROM severe_disabled_nursing_subsidy WHERE month = {month}",
    "unattended": "SELECT " + _BENEFIT.replace("{table}", "de_facto_unattended_child") + " / {people}",
    "orphans": "SELECT " + _BENEFIT.replace("{table}", "orphan_aid") + " / {people}",
    "kindergarten": "SELECT " + _STUDENTS.replace("{stages}", "'1'"),
    "primary": "SELECT " + _STUDENTS.replace("{stages}", "'2'"),
    "junior": "SELECT " + _STUDENTS.replace("{stages}", "'3'"),
    "senior": "SELECT " + _STUDENTS.replace("{stages}", "'4', '5'"),
    "higher": "SELECT " + _STUDENTS.replace("{stages}", "'6', '7', '8'"),
    "registered_unemployed": "SELECT count(DISTINCT person) / {people} FROM unemployment SEMI JOIN living USING (person) WHERE end_date IS NULL",
    "insured": "SELECT count(DISTINCT person) / {people} FROM insurance_enrolment SEMI JOIN living USING (person)",
    "inpatient": "SELECT count(*) / {years} / {people} FROM medical_expense WHERE visit_kind = '2'",
    "inpatient_cost": "SELECT avg(total_cost) / 100 FROM medical_expense WHERE visit_kind = '2'",
    "self_share": "SELECT sum(r.self_paid) / sum(r.total_cost) FROM insurance_reimbursement AS r SEMI JOIN"
    " (SELECT person, visit_no FROM medical_expense WHERE visit_kind = '2') AS v USING (person, visit_no)",
    "wage_urban": "SELECT 12 * (SELECT sum(monthly_wage) FROM employment AS e SEMI JOIN town USING (person) WHERE end_date IS NULL) / 100"
    " / (SELECT count(*) FROM town)",
}
"""Figure -> the query that measures it. `living`: who lives on the last day and stands on the newest list; `town`: those of them not of farms."""


@dataclass(frozen=True)
class Line:
    """One figure: published and drawn; `allowed` is the share by which they may differ."""

    name: str
    says: str
    unit: str
    published: float
    drawn: float
    allowed: float
    source: str
    province: bool
    lower_bound: bool

    @property
    def off(self) -> float:
        """By which share the drawn figure differs."""
        return self.drawn / self.published - 1

    @property
    def fits(self) -> bool:
        """Whether it lies within its bounds; of what is seen of an income only that it is no more."""
        return self.off <= self.allowed if self.lower_bound else abs(self.off) <= self.allowed


def measure(home: Home, cut: Cut, time: Timeline) -> list[Line]:
    """Every figure of `figures.yaml`, measured in the lake."""
    with DuckEngine(home) as engine:
        engine.views(cut.tables)
        named = {"as_of": time.as_of.isoformat(), "month": time.last, "years": time.years, "begin": _begin(time)}
        engine.execute(f"CREATE TABLE living AS SELECT person, household, sex, birth_date, ethnicity, hukou_kind FROM {_LIVING.format(**named)}")
        engine.execute("CREATE VIEW town AS SELECT person FROM living WHERE hukou_kind <> '1'")
        named["people"] = engine.fetch("SELECT count(*)::DOUBLE FROM living")[0][0]
        drawn = {name: float(engine.fetch(query.format(**named))[0][0] or 0) for name, query in MEASURES.items()}
    targets = figures()["targets"]
    return [
        Line(
            name, each["says"], each["unit"], float(each["value"]), drawn[name], float(each["within"]), each["source"],
            bool(each.get("province")), bool(each.get("lower_bound")),
        )
        for name, each in targets.items()
    ]  # fmt: skip


def render(lines: Iterable[Line], about: str) -> str:
    """The report as Markdown."""
    rows = [
        f"| {line.says}{'（全省口径）' if line.province else ''} |"
        f" {_shown(line.published, line.unit)} | {_shown(line.drawn, line.unit)} | {line.unit} |"
        f" {line.off:+.1%} | {'不高于' if line.lower_bound else '±'}{line.allowed:.0%} | {'是' if line.fits else '否'} | {line.source} |"
        for line in lines
    ]
    head = [
        "# 虚构地区与公布数字的对照", "", about, "",
        "公布数字是全省的；只模拟一个市州或县时，注明“全省口径”的几项不必相符。来源注明“记忆”的，须再核实。", "",
        "| 指标 | 公布 | 模拟 | 单位 | 相差 | 允许 | 相符 | 来源 |", "| --- | ---: | ---: | --- | ---: | ---: | --- | --- |",
    ]  # fmt: skip
    return "\n".join([*head, *rows, ""])


def write_report(home: Home, cut: str, as_of: date, months: int, path: Path) -> list[Line]:
    """Measure a home and write the report."""
    time = Timeline(as_of, months)
    lines = measure(home, open_cut(home.lake / cut), time)
    path.write_text(render(lines, f"数据湖 {cut}，基准日 {as_of.isoformat()}。"), "utf-8")
    return lines


def _begin(time: Timeline) -> str:
    assert day_number(date(1970, 1, 1)) == 0
    return date.fromordinal(date(1970, 1, 1).toordinal() + time.first_day).isoformat()


def _shown(value: float, unit: str) -> str:
    if unit == "比例":
        return f"{value:.3%}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.4g}"
