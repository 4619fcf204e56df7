"""What a person does on the pages of work, by the words that a person sees."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, Response, expect

from doudi.casework.dispatch.loop import STEPS
from doudi.casework.dispatch.models import WorkItem


def panel(page: Page, step: str) -> Locator:
    """The form of a step on the page of an item; opened if it is folded."""
    form = page.locator(f'form[action$="/{step}/"]')
    if not form.is_visible():
        page.locator("details", has=form).locator("summary").first.click()
    return form


def fill(form: Locator, fields: dict[str, str]) -> None:
    """Each field by its label: words into a box, an option by its words, a choice by what stands beside it."""
    for label, value in fields.items():
        one = form.get_by_label(re.compile(rf"^{re.escape(label)}")).first
        tag = one.evaluate("field => field.tagName") if one.count() else ""
        if tag == "SELECT":
            one.select_option(label=value)
        elif tag in ("TEXTAREA", "INPUT"):
            one.fill(value)
        else:
            form.get_by_role("group", name=label).get_by_role("radio", name=re.compile(rf"^{re.escape(value)}")).check()


def take(page: Page, step: str, **fields: str) -> None:
    """Fill in a step's form, send it, and see the page say that it was done."""
    form = panel(page, step)
    fill(form, fields)
    form.get_by_role("button", name=STEPS[step].says, exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已记录")


def open_from_list(page: Page, item: WorkItem) -> None:
    """From the page that one lands on to the item, by its link."""
    page.goto("/")
    page.locator(f'a[href="/tasks/{item.pk}/"]').first.click()
    expect(page).to_have_url(re.compile(rf"/tasks/{item.pk}/$"))


def state(page: Page) -> str:
    """What the item's identity bar says of its state."""
    return page.locator(".identity dl > div", has=page.locator("dt", has_text="状态")).locator("dd").inner_text().strip()


def opened(page: Page, address: str) -> Response:
    """Go to an address and get the answer itself."""
    answer = page.goto(address)
    assert answer is not None
    return answer
