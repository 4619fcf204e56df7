"""The report in a real browser: it opens from disk, asks nobody for anything, and fits a desk and a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.invented_run import write_run

from doudi.monitoring.report import render_report

pytestmark = pytest.mark.browser

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield found
        found.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "report.html").write_text(render_report(write_run(folder / "run")), encoding="utf-8")
    return folder / "report.html"


def opened(browser: Browser, file: Path, width: int) -> tuple[Page, list[str], list[str]]:
    """The page at a width, with every address it asked for and everything it complained of."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    return page, asked, complaints


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_the_page_fits_its_width_and_asks_nobody_for_anything(browser: Browser, file: Path, width: int) -> None:
    page, asked, complaints = opened(browser, file, width)
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("heading", name="涟源市监测运行报告").is_visible()
    page.close()


def test_bars_are_as_long_as_their_numbers(browser: Browser, file: Path) -> None:
    page, _, _ = opened(browser, file, 1280)
    bars = page.locator(".rules summary").evaluate_all(
        "rows => rows.map(row => [Number(row.querySelector('.n').textContent), row.querySelector('rect')?.getBoundingClientRect().width ?? 0])"
    )
    most = max(number for number, _ in bars)
    longest = max(width for _, width in bars)
    assert len(bars) == 17
    assert all(abs(width - longest * number / most) < 2 for number, width in bars)
    page.close()


def test_a_rule_opens_with_the_keyboard_and_shows_its_conditions(browser: Browser, file: Path) -> None:
    page, _, _ = opened(browser, file, 1280)
    rule = page.locator(".rules details").first
    assert not rule.locator("li").first.is_visible()
    rule.locator("summary").focus()
    page.keyboard.press("Enter")
    assert rule.locator("li").first.is_visible()
    page.close()


def test_every_chart_has_a_sentence_and_every_table_its_headings(browser: Browser, file: Path) -> None:
    page, _, _ = opened(browser, file, 1280)
    assert page.locator("svg[role=img]").count() > 50
    assert page.locator("svg[role=img]:not([aria-label])").count() == 0
    assert page.locator("table:not(:has(th[scope=col]))").count() == 0
    page.close()


def test_it_prints_on_paper_without_the_menu(browser: Browser, file: Path) -> None:
    page, _, _ = opened(browser, file, 1280)
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()
