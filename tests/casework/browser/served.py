"""A server in a thread that shares the test's database connection, and pages that somebody of the cast has open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, Route
from tests.casework.cast import Member

DESK, PHONE = 1280, 390
"""Widths in pixels."""
REFUSALS = "Failed to load resource: the server responded with a status of 4"
"""How Chromium speaks of a refused step: it is meant to be refused."""


class OneAtATime:
    """The site, one request after another: they share a connection, and each wants a transaction of its own in it."""

    def __init__(self) -> None:
        self._site, self._turn = WSGIHandler(), Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._turn:
            signals = [signal for signal in (request_started, request_finished) if signal.disconnect(close_old_connections)]
            answer = self._site(environ, start_response)
            try:
                return [b"".join(answer)]
            finally:
                answer.close()
                for signal in signals:
                    signal.connect(close_old_connections)


class Silent(WSGIRequestHandler):
    """Writes no access log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class Server(ThreadedWSGIServer):
    """Leaves the shared connection open when a request ends; a browser that hangs up is no fault."""

    def _close_connections(self) -> None:
        """Nothing: they are the test's."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: pages that fail are seen by the browser."""


@dataclass
class Site:
    """A running site. `wrongs`: what pages did that none may do, in words."""

    browser: Browser
    url: str
    wrongs: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def enter(self, member: Member | None = None, width: int = DESK, javascript: bool = True) -> Page:
        """A new browser of somebody who is logged in, or of nobody yet; on a blank page."""
        height = 844 if width <= PHONE else 900
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, base_url=self.url, locale="zh-CN", java_script_enabled=javascript
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        if member is not None:
            key = member.client().cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.url}])
        context.route(lambda url: not url.startswith((self.url, "data:")), self._stop)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrongs.append(f"script: {error}"))
        page.on("response", self._response)
        return page

    def _stop(self, route: Route, request: Request) -> None:
        self.wrongs.append(f"left the machine: {request.url}")
        route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(REFUSALS):
            self.wrongs.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.wrongs.append(f"{response.status}: {response.url}")


@contextmanager
def serving(browser: Browser) -> Iterator[Site]:
    """The site on a free port, from this thread's connection."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    server = Server(("127.0.0.1", 0), Silent, connections_override={"default": connection})
    server.set_app(OneAtATime())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    site = Site(browser, f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield site
    finally:
        for context in site.contexts:
            context.close()
        server.shutdown()
        server.server_close()
        thread.join()
        connection.dec_thread_sharing()
