"""A run from a base: finds who is affected, computes them, merges them into the base's parts, takes over every other part as it is."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from doudi.monitoring.earlier import Earlier
from doudi.monitoring.everybody import compute_whole
from doudi.monitoring.incremental.affected import Affected, find_affected
from doudi.monitoring.incremental.base import Base
from doudi.monitoring.incremental.counts import Before, base_totals, count_before, without
from doudi.monitoring.incremental.lakes import NOW, Lakes
from doudi.monitoring.incremental.links import Sharing, find_links
from doudi.monitoring.incremental.merge import MergingWriter
from doudi.monitoring.incremental.near import show_near
from doudi.monitoring.incremental.touched import find_touched
from doudi.monitoring.kept import PartResult
from doudi.monitoring.parts import NOWHERE, Batch, Part, batches, find_parts
from doudi.monitoring.steps import Performance

if TYPE_CHECKING:
    from doudi.monitoring.compute import Computation

MOST_AFFECTED = 0.3
"""Of more than this share of the people a full run is as fast."""

TOTALS = "totals"
EVERYWHERE = Batch((Part(NOWHERE, 0), Part("999999", 0)))


class Incremental:
    """One computation from a base."""

    def __init__(self, computation: Computation, base: Base) -> None:
        self.run, self.base = computation, base
        self.engine, self.plan, self.frozen = computation.engine, computation.plan, computation.frozen
        self.contracts = self.frozen.books.contracts
        self.earlier = Earlier(self.frozen.previous)
        self.timed = Performance(self.engine, computation.watch, computation.findings.seconds).timed

    def find(self) -> Affected | None:
        """Who is affected; None if they are so many that everybody may as well be computed, or if the base is damaged."""
        self.run.watch(f"与运行 {self.base.run.id} 所用的数据比较")
        with self.timed("compare"):
            self._find()
        few = self.affected.persons <= MOST_AFFECTED * sum(part.people for part in self.found)
        return self.affected if few and self.base.is_sound else None

    def _find(self) -> None:
        self.lakes = Lakes(self.engine, self.base.cut, self.frozen.cut, self.contracts)
        self.lakes.show(NOW)
        self.found = find_parts(self.engine)
        self.earlier.show(self.engine)
        hands = self.run.threads
        find_touched(self.engine, self.lakes, hands)
        sharing = Sharing(self.engine, find_links(self.plan) or (), self.lakes, hands)
        self.affected = find_affected(self.engine, self.lakes.told_by("people"), lambda nobodys: sharing.note(nobodys=nobodys))
        sharing.forget()

    def compute(self) -> dict[str, PartResult]:
        """Every part's result as a difference to the base, and the base's own under `TOTALS`. Needs `find`."""
        affected = self.affected
        says = f"只重算 {affected.households:,} 户、{affected.persons:,} 人（{len(affected.parts)} 个县），其余沿用 {self.base.run.id}"
        self.run.watch(says)
        with ThreadPoolExecutor(self.run.threads) as pool:
            writer = MergingWriter(self.run.folder, self.base.run, self.frozen.run, affected.dropped, pool)
            self.run.writer = self.run.findings.writer = writer
            carried = {code: pool.submit(writer.carry, code) for code in self._others}  # beside the queries, which keep one processor busy
            try:
                gone = self._compute_affected(writer, says)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            self.run.watch(f"沿用 {len(carried)} 个县")
            results = {code: PartResult(files.result()) for code, files in carried.items()}
        return self.run.kept.finished() | results | {TOTALS: base_totals(self.base.run, self.contracts, gone)}

    def _compute_affected(self, writer: MergingWriter, says: str) -> Before:
        """Write the parts of the affected; returns what is to be taken off the base's numbers."""
        todo, alone = self._todo(), False
        if todo:
            alone = {code for batch in todo for code in batch.codes} == self.affected.parts and len(todo) == 1
            self._compute_whole(todo[0] if alone else None)
        for batch in todo:
            self._compute(batch, writer, says, ready=alone)
        with self.timed("count_before"):
            before, where = self._batches_before(), self.run.findings.where_everybody_is
            same = self._same_as_before() if alone and len(before) == 1 else set[str]()
            gone = count_before(self.engine, self.lakes.sources, self.contracts, before, where, same)
        return gone

    def _same_as_before(self) -> set[str]:
        """The tables of which the affected had the same rows before: if nobody moved, all in which nothing differs."""
        if len(self.lakes.told_by("people")) > 1:
            return set()
        return {source.name for source in self.lakes.sources if source.name not in self.lakes.differing}

    def _compute_whole(self, only: Batch | None) -> None:
        """Make the whole tables from the rows of all affected: nobody else has rows that count for theirs.

        `only`: the one batch of all who are affected, whose rows are kept for the rest of it.
        """
        folder = self.run.kept.folder / "near"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with self.timed("near"):
            show_near(self.engine, self.lakes.sources, NOW, only or EVERYWHERE, keep=only is not None, hands=self.run.threads)
        compute_whole(self.engine, self.plan, self.run.findings.steps, folder, self.run.watch)

    def _todo(self) -> Sequence[Batch]:
        parts = sorted(self.affected.parts)
        return list(batches([Part(code, self.affected.people.get(code, 0)) for code in parts], self.run.most, self.run.kept.finished()))

    def _batches_before(self) -> Sequence[Batch]:
        """Those in whose parts the affected were."""
        if not self.affected.parts:
            return []
        parts = sorted({NOWHERE, *self.affected.before})
        return list(batches([Part(code, len(self.affected.dropped(code).persons)) for code in parts], self.run.most))

    def _compute(self, batch: Batch, writer: MergingWriter, says: str, *, ready: bool) -> None:
        """Compute and write a batch. `ready`: its rows are shown already."""
        with self.timed("near"):
            if not ready:
                show_near(self.engine, self.lakes.sources, NOW, batch, hands=self.run.threads)
            self.run.show_whole(batch.where)
            self.earlier.load_near(self.engine)
        writer.begin(batch.codes)
        self.run.findings.hands = self.run.hands(batch)
        found = self.run.findings.find(batch.codes, True, lambda step: self.run.watch(f"{says}：{step}"))
        self.run.kept.note({code: without(result, writer.counted[code]) for code, result in found.items()})

    @property
    def _others(self) -> list[str]:
        """The parts in which nobody is affected; they need no note, an interrupted run takes them over again."""
        return [part.code for part in self.found if part.code not in self.affected.parts]
