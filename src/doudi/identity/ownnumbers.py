"""Numbers that end in 000 of their own: one in eleven hundred does, and nothing was lost.

A number of which a workbook kept fifteen digits passes the check by chance once in eleven. So such a number is believed only if several
deliveries have it with the same name, so many that cutting it in each of them would have been a rare chance, and no listed person of that name
has the same fifteen digits. A row under a name whose listed bearer has them is left out: there the number was cut.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa

from doudi.identity.columns import POPULATION
from doudi.identity.doubtful import Doubtful, find_near
from doudi.identity.policy import LinkPolicy
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine

_NameOf = tuple[int, int]
"""A person number and the key of a name it stands with."""


def believe_own_numbers(engine: Engine, doubtful: Sequence[Doubtful], policy: LinkPolicy, stamper: Stamper) -> list[Doubtful]:
    """Count own numbers as sound in `identities` and `known_people`; returns their rows."""
    trusted = _trusted(engine, policy)
    people = {person for person, _ in trusted}
    rows = [each for each in doubtful if each.state == "kept15" and stamper.person_number(each.cleaned) in people]
    find_near(engine, rows, stamper)
    cut = {line[0] for line in engine.fetch(_CUT)}
    left = [each for each in rows if each.at not in cut]
    own = {stamper.person_number(each.cleaned) for each in left if (stamper.person_number(each.cleaned), stamper.name_key(each.name)) in trusted}
    believed = [each for each in left if stamper.person_number(each.cleaned) in own]
    _count_as_sound(engine, believed, own)
    return believed


def _trusted(engine: Engine, policy: LinkPolicy) -> set[_NameOf]:
    """Numbers with the name under which they are delivered too often to have been cut each time."""
    share, wanted = float(policy.own_number_share), policy.own_number_deliveries
    shares: dict[_NameOf, list[float]] = defaultdict(list)
    for person, name_key, others in engine.fetch(_SHARES):
        shares[person, name_key].append(max(share, others))
    rare = share**wanted * (1 + 1e-9)  # so often if every delivery cut no more than that share of its numbers
    return {name_of for name_of, found in shares.items() if len(found) >= wanted and math.prod(found) <= rare}


def _count_as_sound(engine: Engine, believed: Sequence[Doubtful], own: set[int]) -> None:
    engine.table("own_numbers", pa.table({"person": pa.array(sorted(own), pa.int64())}))
    places = {
        "delivery": pa.array([each.delivery for each in believed], pa.int64()),
        "row": pa.array([each.row for each in believed], pa.int32()),
        "field": pa.array([each.field for each in believed], pa.string()),
    }
    engine.table("own_rows", pa.table(places))
    engine.execute(
        "UPDATE identities SET state = 'sound' WHERE (delivery, row, field) IN (SELECT (delivery, row, field) FROM own_rows);"
        "INSERT INTO known_people SELECT person FROM own_numbers"
    )


_SHARES = (
    "SELECT i.person, i.name_key, greatest(0, d.cut - count(*)) / greatest(1, d.numbers - count(*)) AS others FROM identities AS i"
    " JOIN (SELECT delivery, count(*) FILTER (state = 'kept15') AS cut, count(*) AS numbers FROM identities GROUP BY delivery) AS d USING (delivery)"
    " WHERE i.state = 'kept15' AND i.person IS NOT NULL AND i.name_key IS NOT NULL GROUP BY i.person, i.name_key, i.delivery, d.cut, d.numbers"
    " ORDER BY ALL"
)
"""Of each delivery that has such a number, the share of its other numbers that end in 000."""

_CUT = (
    "SELECT DISTINCT n.item FROM near AS n JOIN doubtful AS d USING (item) SEMI JOIN identities AS l"
    f" ON l.dataset = '{POPULATION}' AND l.state = 'sound' AND l.person = n.person AND l.name_key = d.name_key WHERE n.way = 'kept15'"
)
"""Rows with a listed person of the same name and the same fifteen digits."""
