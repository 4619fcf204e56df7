"""Opens the site for one process: where the data are, the database running, Django set up, acting as the site, as the loader or as the owner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import django

from doudi.config.databases import cluster_folder, where
from doudi.config.options import options

Alias = Literal["default", "owner", "loader"]


def choose_home(home: Path) -> None:
    """Let options, settings and every process started from here find the data folder."""
    os.environ["DOUDI_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.config.settings")
    options.cache_clear()


@contextmanager
def database() -> Iterator[None]:
    """The embedded server runs inside; it is stopped afterwards if it was not running before. A server of the installation's own is left alone."""
    if options().database_url:
        yield
        return
    from doudi.config import embedded

    folder = cluster_folder(options().home)
    before = embedded.is_running(folder)
    embedded.start(folder)
    try:
        yield
    finally:
        if not before:
            embedded.stop(folder)


@contextmanager
def opened(home: Path, acting: Alias = "default") -> Iterator[None]:
    """Everything a command needs: data folder, database, Django, and Django's default connection acting as `acting`.

    Raises DoudiError if that connection is not given.
    """
    choose_home(home)
    with database():
        act_as(acting)
        from django.db import connections

        try:
            yield
        finally:
            connections.close_all()


def act_as(alias: Alias) -> None:
    """Set Django up; from now on its default connection logs in as `alias` says. Raises DoudiError if nobody said where that is."""
    where(alias)
    django.setup()
    from django.db import connections

    if alias != "default":
        connections["default"].settings_dict.update(connections[alias].settings_dict)
