"""The only place that asks for the time. Everything else is given its day (`as_of`) or its moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+08:00")


def now() -> datetime:
    """This moment, in China's time zone."""
    return datetime.now(CHINA)


def today() -> date:
    """Today's date in China."""
    return now().date()
