"""The delivered rows behind a figure, as people find them: dataset, file, row, day, and what the row says (no names, no numbers of people)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from doudi.contracts.model import Contract, Field
from doudi.published.read import PublishedRun
from doudi.published.wording import show_day, show_fact
from doudi.standards import codelists, region_name

FACT_KINDS = {"region12": "text", "region6": "text", "code": "text"}


class SourceRows:
    """Describes source rows of a run. `tables`: the folder of the run's cut in the lake; without it only where a row stands is told."""

    def __init__(self, run: PublishedRun, contracts: Mapping[str, Contract], tables: Path | None) -> None:
        self._run, self._contracts, self._tables = run, contracts, tables

    def describe(self, sources: Sequence[Mapping[str, Any]]) -> list[str]:
        """One text per source (lines of `sources`), in their order."""
        contents = self._contents(sources)
        return [self._describe(source, contents.get((source["dataset"], source["delivery"], source["row"]), {})) for source in sources]

    def _describe(self, source: Mapping[str, Any], content: Mapping[str, Any]) -> str:
        delivery = self._run.deliveries.get(source["delivery"], {})
        title = delivery.get("title") or source["dataset"]
        where = f"{title}《{delivery.get('file', '文件不明')}》第 {source['row']} 行"
        day = f"，{show_day(source['date'])}" if source["date"] else ""
        said = "，".join(self._values(source["dataset"], content))
        return f"{where}{day}" + (f"：{said}" if said else "")

    def _values(self, dataset: str, content: Mapping[str, Any]) -> list[str]:
        contract = self._contracts.get(dataset)
        fields = (
            [field for field in contract.fields if field.column and field.type != "id18" and content.get(field.column) is not None]
            if contract
            else []
        )
        return [f"{field.header} {show_value(field, content[field.column or ''])}" for field in fields]

    def _contents(self, sources: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int, int], dict[str, Any]]:
        """The rows in the lake, as far as the lake still has the cut."""
        found: dict[tuple[str, int, int], dict[str, Any]] = {}
        for dataset in {source["dataset"] for source in sources}:
            own = [source for source in sources if source["dataset"] == dataset]
            where = pc.field("delivery").isin(sorted({one["delivery"] for one in own})) & pc.field("row").isin(sorted({one["row"] for one in own}))
            for path in self._files(dataset):
                for line in pq.read_table(path, filters=where).to_pylist():
                    found.setdefault((dataset, line["delivery"], line["row"]), line)
        return found

    def _files(self, dataset: str) -> list[Path]:
        if self._tables is None:
            return []
        return [path for name in (dataset, f"{dataset}_history") if (path := self._tables / f"{name}.parquet").is_file()]


def show_value(field: Field, value: object) -> str:
    """A value of a delivered row: codes as labels, regions by name, money in yuan."""
    if field.type == "code" and field.code_list in codelists():
        return codelists()[field.code_list].codes.get(str(value), str(value))
    if field.type in ("region12", "region6"):
        return region_name(str(value))
    return show_fact(value, FACT_KINDS.get(field.type, field.type), field.unit or "")
