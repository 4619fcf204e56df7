"""Makes the registry as large as the province's: the loaded people again and again inside PostgreSQL, under other numbers, names and ID indexes.

Places, categories, facts and who has work with whom are those of the simulated people, so what a scope lets through is as frequent as there. Aid
and alerts are not multiplied: neither a search nor a list reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

from benchmarks.site.place import Place, Says

COPIED = ("registry_household", "registry_person", "registry_category", "dispatch_workitem")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华慧建文玲辉红玉兰国庆志海春梅雪峰鹏宇浩俊林松龙飞波斌"
    "亮燕琳琴云珍月香莲凤洁婷萍佳欣怡子涵梓轩雨泽晨思远家豪诗琪"
)
"""Characters of given names."""
STEP = 7_046_029_254_386_353
"""A copy's numbers are the first's in an exclusive or with its own multiple of this: others, and no two the same."""
ITEMS = 4
"""Copies of the work items: more than two hundred thousand households with work."""


def fill(place: Place, people: int, says: Says) -> None:
    """Bring the registry to so many people, and the work to states as they are in the middle of a month."""
    if place.marked("filled"):
        return
    from doudi.config import embedded
    from doudi.config.databases import DATABASE, cluster_folder

    with embedded.admin(cluster_folder(place.home), DATABASE) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("SET synchronous_commit = off")
        (there,) = server.execute("SELECT count(*) FROM registry_person").fetchone() or (0,)
        copies = max(0, -(-people // there) - 1)  # type: ignore[operator]
        with _without_indexes(server):
            _names(server)
            for table in COPIED:
                more = min(copies, ITEMS) if table == "dispatch_workitem" else copies
                says(f"{table} 的 {more + 1} 倍")
                _copy(server, table, more)
        for table in COPIED:
            server.execute(f"VACUUM ANALYZE {table}")  # type: ignore[arg-type]
    place.mark("filled")


@contextmanager
def _without_indexes(server: Any) -> Iterator[None]:
    """Indexes that no constraint needs are dropped and made again: ten times faster than keeping them."""
    known = server.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid::regclass::text = ANY(%s)"
        " AND NOT i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [list(COPIED)],
    ).fetchall()
    for name, _ in known:
        server.execute(f"DROP INDEX {name}")
    yield
    server.execute("SET maintenance_work_mem = '1GB'")
    for _, definition in known:
        server.execute(definition)


def _names(server: Any) -> None:
    """Given names of one and two characters with how they sound; surnames stay as they are drawn."""
    from doudi.casework.registry.spelling import spelled

    given = [*GIVEN, *("".join(pair) for pair in product(GIVEN, GIVEN))]
    surnames = [name for (name,) in server.execute("SELECT DISTINCT left(name, 1) FROM registry_person WHERE name <> ''").fetchall()]
    server.execute("CREATE TEMPORARY TABLE given (at integer PRIMARY KEY, name text, pinyin text, initials text)")
    server.execute("CREATE TEMPORARY TABLE surname (name text PRIMARY KEY, pinyin text, initials text)")
    with server.cursor() as cursor:
        with cursor.copy("COPY given FROM STDIN") as out:
            for at, name in enumerate(given):
                out.write_row((at, name, *spelled(f"王{name}")))
        with cursor.copy("COPY surname FROM STDIN") as out:
            for name in surnames:
                out.write_row((name, *spelled(name)))
    server.execute("UPDATE given SET pinyin = substr(pinyin, 5), initials = substr(initials, 2)")  # without the wang before them
    server.execute("ANALYZE given; ANALYZE surname")


def _columns(server: Any, table: str, other: dict[str, str]) -> tuple[str, str]:
    """The columns of a table, and what a copy has in them."""
    own = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
    names = [name for (name,) in server.execute(own, [table]) if name != "id"]
    return ", ".join(f'"{name}"' for name in names), ", ".join(other.get(name, f't."{name}"') for name in names)


def _copy(server: Any, table: str, copies: int) -> None:
    """All lines again as often; one statement, so that it sees the first ones only."""
    own, home, person = (f"(t.{column} # k.mask)" for column in ("number", "household", "person"))
    other, named = {"household": home, "person": person}, ""
    if table == "registry_household":
        other = {"number": own, "head": "(t.head # k.mask)", "household_no_index": "NULL", "household_no_sealed": "NULL"}
    elif table == "registry_person":
        other = {"number": own, "household_id": "(t.household_id # k.mask)", "id_index": f"decode(md5({own}::text), 'hex')"}
        other |= {name: f"s.{name} || g.{name}" for name in ("name", "pinyin", "initials")}
        named = f"JOIN surname s ON s.name = left(t.name, 1) JOIN given g ON g.at = {own} % (SELECT count(*) FROM given)"
    elif table == "dispatch_workitem":
        other |= {"number": "t.number || '-' || k.copy"}
    into, values = _columns(server, table, other)
    many = f"(SELECT copy, copy::bigint * {STEP} AS mask FROM generate_series(1, {copies}) AS copy) k"
    server.execute(f"INSERT INTO {table} ({into}) SELECT {values} FROM {table} t CROSS JOIN {many} {named}")


def set_out(place: Place) -> None:
    """Work as it is in the middle of a month, seen from today: some accepted, some answered, some closed, terms before and after."""
    from doudi.config import embedded
    from doudi.config.databases import DATABASE, cluster_folder

    with embedded.admin(cluster_folder(place.home), DATABASE) as server:
        if server.execute("SELECT count(*) FROM dispatch_workitem WHERE pushed_on = current_date").fetchone() == (0,):
            server.execute("SET synchronous_commit = off")
            server.execute(STATES)
            server.execute("VACUUM ANALYZE dispatch_workitem")


STATES = """
    UPDATE dispatch_workitem SET state = w.state, closed_on = CASE WHEN w.state = 'closed' THEN current_date END, version = version + 1,
        pushed_on = current_date, accept_by = current_date + (id % 7)::int - 2, due_on = current_date + (id % 20)::int - 4
    FROM (SELECT at, (ARRAY['pushed', 'pushed', 'pushed', 'accepted', 'accepted', 'verified', 'handled', 'answered', 'closed', 'waiting'])[at + 1]
        AS state FROM generate_series(0, 9) AS at) w
    WHERE w.at = abs(hashint8(id)) % 10
"""
"""All are handed out today, so that the worker, who runs beside, reminds nobody of any."""
