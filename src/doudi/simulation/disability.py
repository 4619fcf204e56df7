"""Disability: who holds a certificate, of which kind and grade, since when (GB/T 26341)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doudi.simulation.days import NEVER, Days
from doudi.simulation.draws import Bools, Ints
from doudi.simulation.rows import Rows, picked
from doudi.simulation.world import World

_KINDS = (0.12, 0.085, 0.015, 0.545, 0.09, 0.11, 0.035)
_GRADES = (0.18, 0.30, 0.29, 0.23)
_TEN_YEARS = 3652


@dataclass(frozen=True)
class Certificates:
    """By person; `issued` NEVER for who has none. `kind` 1-7, `grade` 1-4, `status` as delivered."""

    kind: Ints
    grade: Ints
    issued: Days
    expires: Days
    status: Ints

    @property
    def held(self) -> Bools:
        """Who has one, valid or not, on the last day."""
        return self.issued != NEVER

    @property
    def severe(self) -> Bools:
        """Grade 1-2, or grade 3 of the mind (policy: severe)."""
        return self.held & ((self.grade <= 2) | ((self.grade == 3) & ((self.kind == 5) | (self.kind == 6))))


def draw_certificates(world: World) -> Certificates:
    """About 2.7% of the people, old people and poor households more; a few households with several."""
    draws, ids, day = world.draws, world.ids, world.time.last_day
    cluster = draws.chance(world.households.ids, "disabled_house", 0.004)[world.people.home]
    rate = np.select([world.age < 15, world.age < 60], [0.0052, 0.0156], 0.040) * np.exp(0.42 * world.hardship)
    held = draws.chance(ids, "disabled", np.where(cluster, 0.35, np.minimum(rate, 0.5)))
    issued = (day - draws.below(ids, "certificate_day", 3500)).astype(np.int32)
    issued = np.maximum(issued, world.people.birth + 200)
    held &= (issued <= day) & (issued < world.gone)
    old = draws.chance(ids, "certificate_old", 0.03)
    issued = np.where(old, issued - _TEN_YEARS, issued)
    status = np.where(old, 2, np.where(draws.chance(ids, "certificate_ended", 0.012), 3, 1))
    kind, grade = draws.choice(ids, "disability_kind", _KINDS) + 1, draws.choice(ids, "disability_grade", _GRADES) + 1
    return Certificates(kind, grade, np.where(held, issued, NEVER).astype(np.int32), (issued + _TEN_YEARS).astype(np.int32), status)


def certificates_on(world: World, certificates: Certificates, month: int) -> Rows:
    """The federation's list of a month."""
    end = world.time.end_of(month)
    who = np.flatnonzero((certificates.issued <= end) & world.on_list(month)).astype(np.int32)
    expires, status = certificates.expires[who], certificates.status[who]
    late = (status == 1) & world.draws.chance(world.ids[who], "expired_unmarked", 0.002)  # still called valid, but past its day
    columns = {
        "certificate": who,  # the emitter makes tail and hash of ID, kind and grade
        "kind": picked("01234567", certificates.kind[who]),
        "grade": certificates.grade[who],
        "issue_date": certificates.issued[who],
        "expiry_date": np.where(late, np.minimum(expires, end - 40), expires).astype(np.int32),
        "status": picked("01234", status),
    }
    return Rows(who, columns)


def grade_1_2_on(certificates: Certificates, day: int | Days) -> NDArray[np.bool_]:
    """Who holds a valid certificate of grade 1 or 2 on a day."""
    return (certificates.issued <= day) & (certificates.grade <= 2) & (certificates.status == 1)
