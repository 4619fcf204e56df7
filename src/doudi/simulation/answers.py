"""`truth/` beside a clean home: the same story once more, judged in plain Python."""

from __future__ import annotations

from pathlib import Path

from doudi.identity.keys import open_keys
from doudi.intake.catalogue import shipped_catalogue
from doudi.lake.home import Home
from doudi.simulation.batch import Order, Player
from doudi.simulation.home import Wish, order_of
from doudi.simulation.identities import Identities
from doudi.simulation.places import Places
from doudi.simulation.pool import batches_of
from doudi.simulation.streams import RowNumbers
from doudi.simulation.truth import Known, Tables, find, tables_of, write_csv, write_findings, write_people


def write_answers(wish: Wish, places: Places, home: Home, processes: int) -> Path:
    """Write `truth/` into the home; returns the folder. Memory and time grow with the people: for up to `truth.MOST_JUDGED`."""
    order = order_of(wish, places, open_keys(home), shipped_catalogue())
    tables, known = told(order)
    folder = home.root / "truth"
    folder.mkdir(exist_ok=True)
    write_people(folder / "people.csv", known)
    write_findings(folder, known, find(tables, wish.as_of, processes), wish.as_of)
    write_csv(folder / "links.csv", ("file", "row", "dataset", "person", "done", "recoverable", "needs_matching"), [])
    write_csv(folder / "rejects.csv", ("file", "row", "reason", "optional"), [])
    return folder


def told(order: Order) -> tuple[Tables, Known]:
    """The lake's tables as rows, and who everybody is."""
    player, tables, numbers = Player(order), Tables(), RowNumbers()
    known = Known({}, {})
    for batch in batches_of(order.places.townships):
        for name, rows in tables_of(numbers.moved(player.play(batch))).items():
            tables.setdefault(name, []).extend(rows)
        known = _with(known, player.story(batch)[1])
    return tables, known


def _with(known: Known, identities: Identities) -> Known:
    houses = identities.household_texts.to_pylist()
    texts = [houses[home] for home in identities.world.last_home.tolist()]
    start = len(known.people) + 1
    lines = zip(identities.persons.tolist(), identities.id_texts, identities.names.to_pylist(), texts, strict=True)
    people = {number: (f"P{at:07d}", id18, name, house) for at, (number, id18, name, house) in enumerate(lines, start)}
    return Known({**known.people, **people}, {**known.households, **dict(zip(identities.households.tolist(), houses, strict=True))})
