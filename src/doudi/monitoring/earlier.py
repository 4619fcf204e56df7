"""The alerts of the run before, for the parts that are being computed: everybody's are looked for where they are now, not where they were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from doudi.lake.engine import Engine
from doudi.monitoring.parts import NOWHERE, PART
from doudi.published.read import PublishedRun
from doudi.published.tables import TABLES

NAMES = ("alerts", "evidence")

MOVED = f"""
SELECT b.alert, f.part AS old, COALESCE(p.part, h.part, '{NOWHERE}') AS new
FROM earlier_alerts b
JOIN earlier_files f ON b.filename = f.filename
LEFT JOIN (SELECT person, {PART} AS part FROM people) p ON b.person = p.person
LEFT JOIN (SELECT household, MIN({PART}) AS part FROM people WHERE household IS NOT NULL GROUP BY household) h
    ON b.person IS NULL AND b.household = h.household
WHERE f.part <> COALESCE(p.part, h.part, '{NOWHERE}')
"""

BEFORE = """
CREATE OR REPLACE TABLE before_{name} AS
SELECT e.* FROM earlier_{name} e ANTI JOIN moved_away m ON e.alert = m.alert
UNION ALL SELECT e.* FROM arriving_{name} e SEMI JOIN moved_here m ON e.alert = m.alert
"""

NEAR = """
CREATE OR REPLACE TABLE before_alerts AS
SELECT * FROM earlier_alerts
WHERE person IN (SELECT person FROM here_persons) OR (person IS NULL AND household IN (SELECT household FROM here_households))
"""

NEAR_EVIDENCE = "CREATE OR REPLACE TABLE before_evidence AS SELECT e.* FROM earlier_evidence e SEMI JOIN before_alerts a ON e.alert = a.alert"


@dataclass
class Earlier:
    """The previous run, and which of its alerts have moved to another part: alert -> (from, to)."""

    run: PublishedRun | None
    moved: dict[str, tuple[str, str]] = field(default_factory=dict)

    def find_moved(self, engine: Engine) -> None:
        """Note who moved. Needs the view `people` with everybody."""
        files = self.run.parts("alerts") if self.run else {}
        if files:
            engine.views({"earlier_alerts": list(files.values())}, file_column=True)
            engine.table("earlier_files", pa.table({"filename": [str(path) for path in files.values()], "part": list(files)}))
            self.moved = {alert: (old, new) for alert, old, new in engine.fetch(MOVED)}

    def load(self, engine: Engine, parts: Collection[str] | None = None) -> None:
        """Make `before_alerts` and `before_evidence` of these parts (None: of all)."""
        away = [alert for alert, (old, new) in self.moved.items() if parts is not None and old in parts and new not in parts]
        here = {alert: old for alert, (old, new) in self.moved.items() if parts is not None and new in parts and old not in parts}
        engine.table("moved_away", _alerts(away))
        engine.table("moved_here", _alerts(list(here)))
        for name in NAMES:
            self._name(engine, f"earlier_{name}", self._files(name, parts))
            self._name(engine, f"arriving_{name}", self._files(name, set(here.values())) if here else [])
            engine.execute(BEFORE.format(name=name))

    def show(self, engine: Engine) -> None:
        """Make the views `earlier_alerts` and `earlier_evidence` of everybody's."""
        for name in NAMES:
            self._name(engine, f"earlier_{name}", self._files(name, None))

    def load_near(self, engine: Engine) -> None:
        """Make `before_alerts` and `before_evidence` of those in `here_persons` and `here_households`. Needs the views of everybody's."""
        engine.execute(NEAR)
        engine.execute(NEAR_EVIDENCE)

    def _files(self, name: str, parts: Collection[str] | None) -> list[Path]:
        if self.run is None:
            return []
        return self.run.files(name) if parts is None else [path for part, path in self.run.parts(name).items() if part in parts]

    @staticmethod
    def _name(engine: Engine, view: str, files: Sequence[Path]) -> None:
        """A view over files with the rows of a table; without files over nothing."""
        table = TABLES[view.split("_")[1]]
        if files:
            engine.views({view: files})
        else:
            engine.table(f"no_{table.name}", table.arrow.empty_table())
            engine.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM no_{table.name}")


def _alerts(alerts: Sequence[str]) -> pa.Table:
    return pa.table({"alert": pa.array(alerts, pa.string())})
