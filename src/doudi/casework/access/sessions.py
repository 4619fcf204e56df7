"""Django's sessions in the database, each with the person it belongs to. `SESSION_ENGINE` names this module.

With a session come, in the same query, what every page asks for: the person, the membership, its office, the day of the data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from doudi.casework.access.models import Membership, Session, User
from doudi.casework.organisation.models import Office
from doudi.casework.prepared import Prepared, model_of, prepared
from doudi.casework.runs.selectors import current_as_of

STARTED, SEEN, ADDRESS, BROWSER = "started", "seen", "address", "browser"
"""Keys of a session: two moments as seconds since 1970, where it came from, what it said it was."""
FACTOR, MEMBERSHIP = "factor", "membership"
"""Keys of a session: when the second factor was given last, as seconds since 1970, and the membership in which the person acts."""


class SessionStore(DatabaseStore):
    """What is needed to list and to end sessions stands in columns of its own. `line` is the session as it was read; None for a new one."""

    line: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made: Session = super().create_model_instance(data)
        made.user_id, made.membership_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None, data.get(MEMBERSHIP)
        made.started_at, made.seen_at = _moment(data.get(STARTED)), _moment(data.get(SEEN))
        made.address, made.browser = data.get(ADDRESS, ""), data.get(BROWSER, "")
        return made

    def _get_session_from_db(self) -> Session | None:
        found = _asked().rows({"key": self.session_key or "", "at": timezone.now()})
        self.line = _line(found[0]) if found else None
        if self.line is None:
            self._session_key = None
        return self.line

    def person(self) -> User | None:
        """Who is logged in, if all that Django checks holds: the way they came in, account enabled, password the same as then. None: ask Django."""
        logged_in, user = self.get(SESSION_KEY), self.line.user if self.line else None
        if user is None or str(user.pk) != logged_in or not user.is_active or self.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
            return None
        return user if constant_time_compare(self.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()) else None

    def membership(self) -> Membership | None:
        """The membership in which the person acts, if one was chosen."""
        chosen, line = self.get(MEMBERSHIP), self.line
        found = line.membership if line and line.membership_id == chosen else None
        return found if found and found.user_id == line.user_id else None


PARTS: dict[str, type[Model]] = {"": Session, "user__": User, "membership__": Membership, "membership__office__": Office}
FIELDS = {way: tuple(field.attname for field in model._meta.concrete_fields) for way, model in PARTS.items()}
"""Way from a session -> the fields of what is there."""


@cache
def _asked() -> Prepared:
    names = [way + field for way, fields in FIELDS.items() for field in fields]
    known = Session.objects.annotate(data_as_of=current_as_of()).values_list(*names, "data_as_of")
    return prepared(lambda given: list(known.filter(session_key=given["key"], expire_date__gt=given["at"])), {"key": str, "at": datetime})


def _line(values: tuple[Any, ...]) -> Session:
    """The session with its person, membership and office, where there are such."""
    ends = list(accumulate(len(fields) for fields in FIELDS.values()))
    parts = [values[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    line, user, held, office = (model_of(model, FIELDS[way], part) for (way, model), part in zip(PARTS.items(), parts, strict=True))
    line.user, line.membership, line.data_as_of = user, held, values[-1]
    if held is not None:
        held.office = office
    return line


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
