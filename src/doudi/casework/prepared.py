"""Queries that nearly every page asks: Django takes longer to write one than PostgreSQL to answer it, so each is written once for each shape.

A query is asked once with stand-ins, values that are nowhere else. Where they come out among the SQL's parameters, later values go in. What the
conditions are is said in one place, in Django's words, for lists, counts and this alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Model

Made = TypeVar("Made", bound=Model)


@dataclass(frozen=True)
class Place:
    """Where a value goes."""

    name: str


@dataclass(frozen=True)
class Prepared:
    """SQL with its parameters, some of them places; `answer` is what the query gave for the stand-ins."""

    sql: str
    parameters: tuple[Any, ...]
    answer: Any

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The lines for some values; one query, planned once by each connection."""
        with _cursor() as cursor:
            cursor.execute(self.sql, [values[one.name] if isinstance(one, Place) else one for one in self.parameters])
            return cursor.fetchall()


def prepared(ask: Callable[[Mapping[str, Any]], Any], kinds: Mapping[str, type]) -> Prepared:
    """Ask once, with a stand-in for each name; `ask` must make one query, and its shape must not depend on the values."""
    stand_ins = {name: _stand_in(kind, number) for number, (name, kind) in enumerate(kinds.items(), 1)}
    places = {value: Place(name) for name, value in stand_ins.items()}
    asked: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(keep):
        answer = ask(stand_ins)
    ((sql, parameters),) = asked
    return Prepared(sql, tuple(places.get(one, one) if isinstance(one, tuple(set(kinds.values()))) else one for one in parameters), answer)


def model_of(model: type[Made], fields: tuple[str, ...], values: tuple[Any, ...]) -> Made | None:
    """A line of a model of which only some fields were asked for, in the model's order; None if it is not there (an outer join)."""
    return None if values[0] is None else model.from_db("default", fields, values)


class _Planned(ServerBindingCursor):
    """Sends values apart from the SQL, so that the server keeps its plan; planning takes longer than finding thirty lines.

    Not where queries are written down: a log would show the name of a plan.
    """

    def execute(self, query: Any, params: Any = None) -> Any:
        return super().execute(query, params, prepare=not connection.queries_logged)


def _cursor() -> Any:
    connection.ensure_connection()
    cursor = _Planned(connection.connection)
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)


def _stand_in(kind: type, number: int) -> Any:
    if kind is int:
        return -8_000_000_000_000_000_000 - number
    if kind is date:
        return date(1, 1, 1) + timedelta(number)
    if kind is datetime:
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(number)
    return f"\ue000{number}"
