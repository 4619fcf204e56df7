"""Numbers that end in 000 of their own: one in eleven hundred does, and nothing was lost.

A number of which a workbook kept fifteen digits passes the check by chance once in eleven. So such a number is believed only if several
deliveries have it with the same name, these deliveries are not full of numbers cut to fifteen digits, and no listed person of that name
has the same fifteen digits.
"""

from __future__ import annotations

from collections.abc import Sequence

from doudi.identity.columns import POPULATION
from doudi.identity.doubtful import Doubtful, kept_numbers
from doudi.identity.policy import LinkPolicy
from doudi.identity.stamp import Stamper
from doudi.lake.engine import Engine


def believe_own_numbers(engine: Engine, doubtful: Sequence[Doubtful], policy: LinkPolicy, stamper: Stamper) -> list[Doubtful]:
    """Count own numbers as sound in `identities`; returns their rows."""
    kept = [each for each in doubtful if each.state == "kept15"]
    engine.table("kept", kept_numbers(kept, stamper))
    engine.execute(
        "CREATE OR REPLACE TABLE own_numbers AS"
        " WITH usual AS (SELECT delivery FROM identities GROUP BY delivery"
        " HAVING count(*) FILTER (state = 'kept15') <= greatest(1, ? * count(*))),"
        " trusted AS (SELECT person, name_key FROM identities SEMI JOIN usual USING (delivery) WHERE state = 'kept15' AND person IS NOT NULL"
        " AND name_key IS NOT NULL GROUP BY ALL HAVING count(DISTINCT delivery) >= ?),"
        " taken AS (SELECT i.person, d.name_key FROM kept AS k JOIN doubtful AS d USING (item) JOIN identities AS l"
        f" ON l.dataset = '{POPULATION}' AND l.state = 'sound' AND l.person = k.person AND l.name_key = d.name_key"
        " JOIN identities AS i ON i.delivery = d.delivery AND i.row = d.row AND i.field = d.field)"
        " SELECT DISTINCT person FROM trusted ANTI JOIN taken USING (person, name_key)",
        [float(policy.own_number_share), policy.own_number_deliveries],
    )
    engine.execute("UPDATE identities SET state = 'sound' WHERE state = 'kept15' AND person IN (SELECT person FROM own_numbers)")
    own = {line[0] for line in engine.fetch("SELECT person FROM own_numbers")}
    return [each for each in kept if stamper.person_number(each.cleaned) in own]
