"""Numbers that end in 000 of their own: one in eleven hundred does, and nothing was lost.

A number of which a workbook kept fifteen digits passes the check by chance once in eleven. So such a number is believed only if several
deliveries have it with the same name, these deliveries are not full of numbers cut to fifteen digits, and no listed person of that name
has the same fifteen digits.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from doudi.identity.columns import POPULATION
from doudi.identity.doubtful import Doubtful, find_near
from doudi.identity.policy import LinkPolicy
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine


def believe_own_numbers(engine: Engine, doubtful: Sequence[Doubtful], policy: LinkPolicy, stamper: Stamper) -> list[Doubtful]:
    """Count own numbers as sound in `identities` and `known_people`; returns their rows."""
    trusted = {line[0] for line in engine.fetch(_TRUSTED, [float(policy.own_number_share), policy.own_number_deliveries])}
    rows = [each for each in doubtful if each.state == "kept15" and stamper.person_number(each.cleaned) in trusted]
    find_near(engine, rows, stamper)
    taken = {line[0] for line in engine.fetch(_TAKEN)}
    own = trusted - {stamper.person_number(each.cleaned) for each in rows if each.at in taken}
    engine.table("own_numbers", pa.table({"person": pa.array(sorted(own), pa.int64())}))
    engine.execute(
        "UPDATE identities SET state = 'sound' WHERE state = 'kept15' AND person IN (SELECT person FROM own_numbers);"
        "INSERT INTO known_people SELECT person FROM own_numbers"
    )
    return [each for each in rows if stamper.person_number(each.cleaned) in own]


_TRUSTED = (
    "SELECT DISTINCT person FROM (SELECT person FROM identities"
    " SEMI JOIN (SELECT delivery FROM identities GROUP BY delivery"
    " HAVING count(*) FILTER (state = 'kept15') <= greatest(1, ? * count(*))) USING (delivery)"
    " WHERE state = 'kept15' AND person IS NOT NULL AND name_key IS NOT NULL GROUP BY person, name_key HAVING count(DISTINCT delivery) >= ?)"
)
_TAKEN = (
    "SELECT DISTINCT n.item FROM near AS n JOIN doubtful AS d USING (item) SEMI JOIN identities AS l"
    f" ON l.dataset = '{POPULATION}' AND l.state = 'sound' AND l.person = n.person AND l.name_key = d.name_key WHERE n.way = 'kept15'"
)
"""Rows with a listed person of the same name and the same fifteen digits."""
