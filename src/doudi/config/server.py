"""`doudi site up`: database, web server and worker together, until somebody says stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Literal

from doudi.config import supervisor
from doudi.config.databases import cluster_folder, connection_strings
from doudi.config.options import options
from doudi.kernel.errors import DoudiError, Fault, code

NOT_THEIRS = ("DOUDI_OWNER_DATABASE_URL", "DOUDI_LOADER_DATABASE_URL")
"""What neither pages nor jobs may do, they have no password for."""
PORT_TAKEN = code("site_port_taken", "网站要用的端口已被占用")


def site_folder() -> Path:
    """Where the site keeps what is no data: lock, logs, static files, measurements."""
    return options().home / "site"


def acting() -> Literal["default", "loader"]:
    """Whether the site prepares itself at its start, or somebody else did, who has the connection for it."""
    return "loader" if "loader" in connection_strings(options()) else "default"


def address() -> str:
    """What to type into a browser on this machine."""
    return f"{'https' if options().https else 'http'}://{options().bind}/"


def serve(told: Callable[[], None]) -> None:
    """Run web server and worker until SIGINT or SIGTERM; `told` is called when pages are served. Raises DoudiError.

    The embedded database is started again if it dies.
    """
    _check_port()
    for leftover in (metrics := measurements_folder()).glob("*.db"):
        leftover.unlink()
    supervisor.keep(processes(metrics), _look_after(), is_ready, told)


def processes(metrics: Path) -> list[supervisor.Kept]:
    """The worker, then the web server: who takes requests is started last and stopped first."""
    folder = options().log_folder or site_folder() / "logs"
    web = supervisor.command("gunicorn", "-c", "python:doudi.config.gunicorn", "doudi.config.wsgi:application")
    worker = supervisor.command("doudi.cli", "site", "worker", "--home", str(options().home))
    return [
        supervisor.Kept("worker", worker, folder / "worker.log", without=NOT_THEIRS),
        supervisor.Kept("web", web, folder / "web.log", environment={"PROMETHEUS_MULTIPROC_DIR": str(metrics)}, without=NOT_THEIRS),
    ]


def measurements_folder() -> Path:
    """Where the web server's processes share what they count."""
    folder = site_folder() / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_ready() -> bool:
    """Whether the web server says that it can serve."""
    host, _, port = options().bind.rpartition(":")
    connection = HTTPConnection({"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]")), int(port), timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _look_after() -> Callable[[], None]:
    if options().database_url:
        return lambda: None
    from doudi.config import embedded

    folder = cluster_folder(options().home)

    def database() -> None:
        if not embedded.is_running(folder):
            embedded.start(folder)

    return database


def stop_database() -> None:
    """The embedded server ends with the site; a server of the installation's own is left alone."""
    if not options().database_url:
        from doudi.config import embedded

        embedded.stop(cluster_folder(options().home))


def _check_port() -> None:
    host, _, port = options().bind.rpartition(":")
    with socket.socket(socket.AF_INET6 if host.startswith("[") else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as problem:
            todo = "停下占用它的程序，或用 --bind 换一个端口"
            raise DoudiError(Fault(PORT_TAKEN, "这个地址不能用", options().bind, problem.strerror or "", todo)) from None
