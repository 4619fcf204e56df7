"""Take the guides' pictures anew, from the demo site that is running: make demo, then in another terminal

    python scripts/pictures.py [--address http://127.0.0.1:8000]

Needs Chromium. Nothing is sent on the site but the demo accounts' logins.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
PASSWORD = "lantern-harbour-42"  # noqa: S105 - printed by `make demo` for everybody
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESK, PHONE = (1120, 760), (390, 760)


@contextmanager
def seen_by(browser: Browser, address: str, username: str, size: tuple[int, int]) -> Iterator[Page]:
    """The site as a demo account sees it, past the screens for newcomers."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN", base_url=address)
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("form button.btn-primary")
    page.fill("[name=code]", page.locator(".code").first.inner_text())
    page.click("form button.btn-primary")
    page.goto("/")
    yield page
    context.close()


def keep(page: Page, name: str) -> None:
    """The part of the page that the window shows."""
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    print(f"{file.relative_to(FOLDER.parent.parent)}：{file.stat().st_size // 1024} KB")


def main() -> None:
    """My work, and why there is a task, at a desk; a visit on a telephone."""
    parser = argparse.ArgumentParser(description="重拍指南里的截图")
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="演示站点的网址")
    address = parser.parse_args().address
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with seen_by(browser, address, "township", DESK) as page:
            keep(page, "my-work")
            page.locator("main table a").first.click()
            keep(page, "task")
        with seen_by(browser, address, "village", PHONE) as page:
            page.goto("/visits/?tab=open")
            page.locator("main table a").first.click()
            page.locator("main a.btn-primary").first.click()
            keep(page, "visit")
        browser.close()


if __name__ == "__main__":
    main()
