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
from doudi.kernel.errors import DoudiError, Fault, code

NO_ANSWER = code("site_database_unreachable", "连不上网站的数据库")
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

    Raises DoudiError if that connection is not given, or leads nowhere.
    """
    choose_home(home)
    with database():
        act_as(acting)
        from django.db import connections

        try:
            _reach(acting)
            yield
        finally:
            connections.close_all()


def _reach(alias: Alias) -> None:
    """Connect, so that a server that is down or a wrong password is told before anything is done."""
    from django.db import OperationalError, connections

    try:
        connections["default"].ensure_connection()
    except OperationalError as problem:
        variable = {"default": "DATABASE_URL"}.get(alias, f"DOUDI_{alias.upper()}_DATABASE_URL")
        why = " ".join(str(problem).split())[:300]
        raise DoudiError(Fault(NO_ANSWER, "连不上数据库", variable, why, "看数据库是否在运行，这条连接的主机、库名、密码对不对")) from None


def act_as(alias: Alias) -> None:
    """Set Django up; from now on its default connection logs in as `alias` says. Raises DoudiError if nobody said where that is."""
    where(alias)
    django.setup()
    from django.db import connections

    if alias != "default":
        connections["default"].settings_dict.update(connections[alias].settings_dict)
