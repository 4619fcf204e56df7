"""Django's sessions in the database, each with the person it belongs to. `SESSION_ENGINE` names this module."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from doudi.casework.access.models.sessions import Session

STARTED, SEEN, ADDRESS, BROWSER = "started", "seen", "address", "browser"
"""Keys of a session: two moments as seconds since 1970, where it came from, what it said it was."""
FACTOR, MEMBERSHIP = "factor", "membership"
"""Keys of a session: that the second factor was given, and the membership in which the person acts."""


class SessionStore(DatabaseStore):
    """What is needed to list and to end sessions stands in columns of its own."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made: Session = super().create_model_instance(data)
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        made.started_at, made.seen_at = _moment(data.get(STARTED)), _moment(data.get(SEEN))
        made.address, made.browser = data.get(ADDRESS, ""), data.get(BROWSER, "")
        return made


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
