"""The site in a real browser: served from the test's own connection, so that nothing is committed, and the cast logs in as tests do.

Every page is watched: a request that leaves the machine, a script that fails, a breach of the content security policy or an answer of 500 fails
the test that met it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from playwright.sync_api import Browser, sync_playwright
from tests.casework.browser.served import Site, serving
from tests.casework.cast import Cast
from tests.casework.leads import offices

from doudi.kernel.clock import CHINA

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
MONDAY = datetime(2026, 11, 2, 9, tzinfo=CHINA)
"""The first working day after the run of October."""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for the tests of a module. Its driver runs an event loop in this thread, which Django takes for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        found = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield found
        found.close()


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """It is Monday morning, and the clock runs; `clock.move_to` for another day."""
    with time_machine.travel(MONDAY, tick=True) as coordinates:
        yield coordinates


@pytest.fixture
def site(browser: Browser, cast: Cast, clock: time_machine.Coordinates) -> Iterator[Site]:
    """The running site, with the offices of the cast's county. Fails at the end if a page did what none may do."""
    offices()
    with serving(browser) as running:
        yield running
    assert running.wrongs == []
