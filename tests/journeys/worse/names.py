"""What offices call their files."""

from __future__ import annotations

from random import Random

from tests.journeys.worse.records import Table, datasets

_TOWNS = ("伏口镇", "湄江镇", "茅塘镇", "六亩塘街道", "蓝田街道", "安平镇")
_OFFICES = {
    "health": ("卫健局", "涟源市卫生健康局"),
    "medical_security": ("医保局", "涟源市医疗保障局"),
    "education": ("教育局",),
    "human_resources": ("人社局", "涟源市就业服务中心", "社保中心"),
    "housing": ("住建局",),
    "agriculture": ("农业农村局",),
    "emergency": ("应急局",),
    "disabled_persons_federation": ("市残联",),
    "civil_affairs": ("民政局", "民政局社会救助股"),
    "finance": ("财政局",),
}


class Namer:
    """File names, seeded."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.place = "涟源市"

    def part(self, at: int, *, towns: bool) -> str:
        """What tells the parts of one delivery apart."""
        return _TOWNS[at] if towns else self._random.choice((f"_{at + 1}", f"（{at + 1}）", f"第{'一二三'[at]}批"))

    def title(self, table: Table) -> str:
        """The dataset's title."""
        return datasets()[table.dataset].title

    def name(self, table: Table, *, sloppy: bool = False) -> str:
        """A name without its ending. `sloppy`: it says neither what it is nor for when."""
        if sloppy:
            return self._random.choice(("附件1", "新建工作表", "数据报送", "导出", "1", "报表(最终版)")) + table.note
        title, period = self.title(table), self._period(table.period)
        mark = self._random.choice(("（更正）", "(更正)", "_更正", "【更正】", "更正版")) if table.correction else ""
        place = self._random.choice((self.place, self.place, "", "431382"))
        town, note = (table.note, "") if table.note in _TOWNS else ("", table.note)
        office = self._random.choice(_OFFICES[datasets()[table.dataset].department])
        late = self._random.choice(("", "_补报", "（历史补报）")) if "-" in table.period else ""
        forms = (
            f"{title}_{place}{town}_{period}{late}{note}{mark}",
            f"{place}{town}{title}({period}{late}){note}{mark}",
            f"{place}{town}{title}（{period}）{late}{note}{mark}",
            f"{office}_{title}{town}_{period}{late}{note}{mark}",
            f"{period}{self.place}{town}{title}{late}{note}{mark}",
            f"【{office}】{title}{town} {period}{late}{note}{mark}",
            f"关于报送{town}{title}的函附件-{period}{late}{note}{mark}",
            f"{title}{town}{mark}{period}{late}{note}",
            f"{title}数据{town}-{period}{late}{note}{mark}-导出20261028",
        )
        return self._random.choice(forms).replace("__", "_")

    def _period(self, period: str) -> str:
        months = [(text[:4], int(text[4:])) for text in period.split("-")]
        if len(months) == 1:
            (year, number), last = months[0], _last_day(period)
            day = f"{year}年{number}月{last}日"
            forms = (
                period, f"{year}年{number}月", f"{year}年{number:02d}月", f"{year}-{number:02d}", f"{year}.{number:02d}", f"{year}年{number}月份",
                f"截至{day}", f"{period}{last}", f"截止{year}-{number:02d}-{last}",
            )  # fmt: skip
            return self._random.choice(forms)
        (year, number), (next_year, next_number) = months
        forms = (
            period, f"{year}年{number}月-{next_year}年{next_number}月", f"{year}年{number}月至{next_year}年{next_number}月",
            f"{year}.{number:02d}-{next_year}.{next_number:02d}", f"{year}{number:02d}至{next_year}{next_number:02d}",
            f"{year}{number:02d}~{next_year}{next_number:02d}",
        )  # fmt: skip
        return self._random.choice(forms)


def _last_day(period: str) -> int:
    return {"02": 28, "04": 30, "06": 30, "09": 30, "11": 30}.get(period[4:], 31)
