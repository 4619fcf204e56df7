"""A whole site as it runs at a county's: its own data folder, database, web server and worker, all of them processes that can be killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

import psutil
import psycopg

from doudi.config import embedded
from doudi.config.databases import DATABASE, cluster_folder
from doudi.config.demo import PASSWORD

PATIENCE = 150.0
NOT_PASSED_ON = ("DATABASE_URL", "DOUDI_OWNER_DATABASE_URL", "DOUDI_LOADER_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR")
"""What the tests' own process stands on, and a site of its own must not."""


def until(holds: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait until something holds, and return it."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"in {patience:.0f} seconds never: {what}")


class _Stay(HTTPRedirectHandler):
    """A redirect is an answer; where to is asked for by the test."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Visitor:
    """A browser without pictures: keeps cookies, sends forms as they stand on the page."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._open = build_opener(HTTPCookieProcessor(CookieJar()), _Stay()).open

    def get(self, path: str) -> tuple[int, str]:
        return self._ask(path, None)

    def send(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        return self._ask(path, urlencode(form).encode())

    def form(self, path: str, action: str) -> dict[str, str]:
        """The fields of the form on a page that is sent to `action`, as they were filled in by the server."""
        _, page = self.get(path)
        for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
            if f'action="{action}"' in form or not action:
                fields = [re.findall(r'(\w+)="([^"]*)"', tag) for tag in re.findall(r"<input[^>]*>", form)]
                return {named["name"]: named.get("value", "") for named in map(dict, fields) if "name" in named}
        raise AssertionError(f"no form for {action} on {path}: {page[:2000]}")

    def _ask(self, path: str, body: bytes | None) -> tuple[int, str]:
        try:
            with self._open(self.address + path, body, timeout=40) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()


class RunningSite:
    """`doudi site up` and every other command of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.place = f"127.0.0.1:{probe.getsockname()[1]}"
        own = {"DOUDI_KEYS": str(folder / "keys"), "DOUDI_HOME": str(self.home), "DOUDI_BIND": self.place, "DOUDI_DEMO": "1", "DOUDI_WORKERS": "1"}
        self._environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON} | own
        self._log = folder / "said.log"
        self.supervisor: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str, **streams: Any) -> subprocess.Popen[bytes]:
        """One `doudi` command as a process; what it says goes to a file, unless `streams` say otherwise."""
        with self._log.open("ab") as said:
            chosen = streams or {"stdout": said, "stderr": said}
            return subprocess.Popen([sys.executable, "-m", "doudi.cli", *arguments], env=self._environment, **chosen)

    def run(self, *arguments: str) -> str:
        """One command that has to succeed; returns what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "doudi.cli", *arguments], env=self._environment, capture_output=True, text=True, timeout=2 * PATIENCE, check=False
        )
        assert done.returncode in (0, 1), f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, program: str) -> None:
        """A few lines of Python in the site's surroundings, as the app."""
        opening = "import os\nfrom pathlib import Path\nfrom doudi.config.process import opened\nwith opened(Path(os.environ['DOUDI_HOME'])):\n    "
        subprocess.run([sys.executable, "-c", opening + program], env=self._environment, check=True, timeout=PATIENCE)

    @contextmanager
    def up(self) -> Iterator[None]:
        """The site runs inside."""
        self.supervisor = self.start("site", "up")
        try:
            until(self.is_ready, f"pages, see {self._log}")
            yield
        finally:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(PATIENCE)
            self.supervisor = None

    def is_ready(self) -> bool:
        """Whether pages are served."""
        try:
            return Visitor(f"http://{self.place}").get("/readyz")[0] == 200
        except (URLError, OSError):
            return False

    def kill(self, what: str) -> None:
        """kill -9 of the web server or the worker, with all its processes; `what` is a word of its command."""
        assert self.supervisor is not None
        found = [one for one in psutil.Process(self.supervisor.pid).children() if what in " ".join(one.cmdline())]
        assert len(found) == 1, found
        os.killpg(found[0].pid, signal.SIGKILL)
        until(lambda: not found[0].is_running() or found[0].status() == psutil.STATUS_ZOMBIE, f"{what} is dead")

    def kill_database(self) -> None:
        """kill -9 of the database server; what it started notices and ends."""
        server = psutil.Process(int((cluster_folder(self.home) / "data" / "postmaster.pid").read_text("utf-8").split()[0]))
        children = server.children()
        server.kill()
        psutil.wait_procs(children, 10)

    def connect(self) -> psycopg.Connection[Any]:
        """As the superuser, in autocommit: to look, and to hold something up."""
        return embedded.admin(cluster_folder(self.home), DATABASE)

    def ask(self, query: str, *values: object) -> Any:
        """The first value of a query."""
        with self.connect() as connection:
            row = connection.execute(query, values).fetchone()
            return row[0] if row else None

    @contextmanager
    def held(self, statement: str, then: str) -> Iterator[Callable[[], None]]:
        """While a statement's locks are held; what is given waits until somebody is stopped by them in a statement like `then`."""
        with closing(self.connect()) as connection:  # closed, not ended well: the server may be dead by then
            connection.execute("BEGIN")
            connection.execute(statement)
            look = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
            yield lambda: until(lambda: self.ask(look, then), f"somebody waits in {then}")

    def quiet(self) -> None:
        """Wait until nobody is in a transaction any more: what was killed is rolled back."""
        busy = (
            "SELECT count(*) = 0 FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        until(lambda: self.ask(busy), "nobody is in a transaction")

    def visitor(self, username: str) -> Visitor:
        """Somebody logged in with a demo account, code of the telephone included."""
        visitor = Visitor(f"http://{self.place}")
        visitor.send("/login", visitor.form("/login", "") | {"username": username, "password": PASSWORD})
        form, (_, page) = visitor.form("/login/code", ""), visitor.get("/login/code")
        code = re.search(r'class="code">(\d{6})<', page)
        assert code, page
        status, _ = visitor.send("/login/code", form | {"code": code[1]})
        assert status == 302
        return visitor
