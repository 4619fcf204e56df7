"""Leads on their way through people's hands, in a real browser: each by the pages that it would see, to the run that checks the answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect
from tests.casework.browser.served import PHONE, Site
from tests.casework.browser.walking import fill, open_from_list, panel, state, take
from tests.casework.cast import COUNTY, Cast, office
from tests.casework.leads import NOVEMBER, OCTOBER, gone, lead, load, worked
from tests.casework.objects import household

from doudi.casework.dispatch.jobs import items_remind
from doudi.casework.dispatch.models import State, WorkItem
from doudi.kernel.clock import CHINA

pytestmark = [pytest.mark.django_db, pytest.mark.browser]
HOME = 7
LEAD = lead(household=HOME)


@pytest.fixture
def item(site: Site, cast: Cast, tmp_path: Path) -> WorkItem:
    """A new item of the township about a family in the registry."""
    household(cast)
    load(tmp_path, OCTOBER, LEAD)
    return WorkItem.objects.get()


def visited(page: Page, item: WorkItem) -> None:
    """The village worker's way through the visit form, the file being right, up to the confirmation."""
    page.goto("/visits/")
    page.get_by_role("link", name="王**").click()
    page.get_by_role("link", name="开始走访").click()
    page.get_by_label("本人或家人").check()
    page.get_by_label("各方面都没有变化").check()
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_label("困难加重，可能需要新的救助").check()
    page.get_by_label("补充说明").fill("住院费用还没有报销")
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_role("radio", name="属实", exact=True).check()
    page.get_by_role("button", name="提交走访").click()
    expect(page.get_by_role("heading", name="走访已提交")).to_be_visible()
    assert item.number in page.inner_text("main")


def test_from_lead_to_closed(site: Site, cast: Cast, item: WorkItem, tmp_path: Path) -> None:
    officer, worker, head = site.enter(cast.township_officer), site.enter(cast.village_worker, PHONE, javascript=False), cast.township_reviewer
    open_from_list(officer, item)
    expect(officer.get_by_text("近12个月家庭医疗自付达到预警线（18,200.00 元，界线 15,000.00 元）")).to_be_visible()
    take(officer, "accept")
    officer.get_by_role("link", name="安排入户走访").click()
    fill(officer.locator("main form"), {"谁去": f"测试village_worker（{cast.village_worker.membership.office.name} 村级工作人员）"})
    officer.get_by_role("button", name="安排").click()
    visited(worker, item)
    open_from_list(officer, item)
    assert state(officer) == "待办理"
    take(officer, "handle", 办理结果="已纳入救助保障", 办理说明="十一月起纳入低保边缘")
    deciding = site.enter(head)
    open_from_list(deciding, item)
    take(deciding, "approve")
    assert state(deciding) == "已反馈，待复核"
    load(tmp_path, NOVEMBER, ended=(gone(LEAD),))
    deciding.reload()
    assert state(deciding) == "已办结"
    expect(deciding.get_by_text("复核办结")).to_be_visible()


def test_returned_and_redirected_to_another_office(site: Site, cast: Cast, item: WorkItem) -> None:
    officer, county, medical = (site.enter(who) for who in (cast.township_officer, cast.county_reviewer, cast.department_officer))
    other = office(COUNTY, "medical_security").name
    open_from_list(officer, item)
    take(officer, "return", 原因="属于医保待遇问题", 建议改派到=other)
    open_from_list(county, item)
    expect(county.get_by_text("属于医保待遇问题").first).to_be_visible()
    take(county, "redirect", 改派到=other, 原因="同意")
    open_from_list(medical, item)
    take(medical, "accept")
    item.refresh_from_db()
    assert (item.state, item.office.name) == (State.ACCEPTED, other)


def test_left_lying_and_escalated(site: Site, cast: Cast, item: WorkItem, clock: time_machine.Coordinates) -> None:
    clock.move_to(datetime(2026, 12, 1, 9, tzinfo=CHINA))
    items_remind()
    county = site.enter(cast.county_reviewer)
    county.goto("/")
    county.get_by_role("link", name="上报督办").click()
    county.locator(f'a[href="/tasks/{item.pk}/"]').click()
    expect(county.get_by_text("逾期未反馈，已报")).to_be_visible()
    officer = site.enter(cast.township_officer)
    officer.goto("/")
    row = officer.locator("tr", has=officer.locator(f'a[href="/tasks/{item.pk}/"]'))
    expect(row).to_contain_text("签收逾期")
    expect(row).to_contain_text("已上报")


def test_too_much_for_one_department_and_decided_by_the_conference(site: Site, cast: Cast, item: WorkItem) -> None:
    office(COUNTY, "education")
    officer, county = site.enter(cast.township_officer), site.enter(cast.county_officer)
    open_from_list(officer, item)
    take(officer, "accept")
    take(officer, "refer", 原因="涉及几个部门")
    county.goto("/conferences/")
    county.get_by_role("link", name="组织会议").click()
    county.get_by_label("会议名称").fill("第一次会议")
    county.get_by_label("时间").fill("2026-11-03T09:00")
    county.get_by_label("地点").fill("三楼会议室")
    county.get_by_label(item.number).check()
    county.get_by_role("button", name="筹备会议").click()
    county.get_by_label("主持人").fill("李县长")
    for member in county.get_by_role("group", name="到会的成员单位").get_by_role("checkbox").all():
        member.check()
    county.get_by_role("button", name="登记到会，开始会议").click()
    county.get_by_label("同意救助帮扶").check()
    county.get_by_label("决定内容").fill("给予临时救助")
    for choice in county.get_by_role("radio", name="同意", exact=True).all():
        choice.check()
    county.get_by_role("button", name="登记表决").click()
    expect(county.get_by_text("通过：")).to_be_visible()
    head = site.enter(cast.township_reviewer)
    open_from_list(head, item)
    take(head, "approve")
    assert state(head) == "已反馈，待复核"


def test_answered_but_the_data_still_show_it(site: Site, cast: Cast, item: WorkItem, tmp_path: Path) -> None:
    worked(cast, item)
    load(tmp_path, NOVEMBER, LEAD)
    officer = site.enter(cast.township_officer)
    officer.goto("/")
    expect(officer.locator("tr", has=officer.locator(f'a[href="/tasks/{item.pk}/"]'))).to_contain_text("重开 1 次")
    open_from_list(officer, item)
    expect(officer.get_by_text("复核重开")).to_be_visible()
    take(officer, "accept")


def test_a_double_click_does_it_once(site: Site, cast: Cast, item: WorkItem) -> None:
    page = site.enter(cast.township_officer)
    open_from_list(page, item)
    panel(page, "accept").get_by_role("button", name="签收", exact=True).dblclick()
    page.wait_for_load_state()
    expect(page.get_by_role("status").first).to_contain_text("已记录")
    assert item.events.filter(step="accept").count() == 1


def test_back_and_reload_do_nothing_twice(site: Site, cast: Cast, item: WorkItem) -> None:
    page = site.enter(cast.township_officer)
    open_from_list(page, item)
    take(page, "accept")
    page.reload()
    assert state(page) == "待核实"
    page.go_back()
    page.wait_for_load_state()
    form = page.locator('form[action$="/accept/"]')
    if form.count():  # the browser showed the page as it was
        panel(page, "accept").get_by_role("button").click()
        page.wait_for_load_state()
    item.refresh_from_db()
    assert item.state == State.ACCEPTED
    assert item.events.filter(step="accept").count() == 1


def test_two_people_at_once_and_nothing_typed_is_lost(site: Site, cast: Cast, item: WorkItem) -> None:
    first, second = site.enter(cast.township_officer), site.enter(cast.township_officer)
    open_from_list(first, item)
    take(first, "accept")
    open_from_list(second, item)
    take(first, "note", 说明="先打过电话")
    form = panel(second, "verify")
    fill(form, {"核实结论": "属实", "核实方式": "数据核实", "核实情况": "和医保局核对过"})
    form.get_by_role("button", name="核实", exact=True).click()
    expect(second.get_by_role("alert").first).to_contain_text("有人改动过")
    expect(panel(second, "verify").get_by_label("核实情况")).to_have_value("和医保局核对过")
    expect(second.get_by_text("先打过电话")).to_be_visible()
    panel(second, "verify").get_by_role("button", name="核实", exact=True).click()
    assert state(second) == "待办理"


def test_the_whole_loop_without_javascript(site: Site, cast: Cast, item: WorkItem) -> None:
    officer, head = (site.enter(who, PHONE, javascript=False) for who in (cast.township_officer, cast.township_reviewer))
    open_from_list(officer, item)
    take(officer, "accept")
    take(officer, "verify", 核实结论="属实", 核实方式="数据核实", 核实情况="电话核实")
    take(officer, "handle", 办理结果="已纳入救助保障", 办理说明="已纳入")
    open_from_list(head, item)
    take(head, "approve")
    assert state(head) == "已反馈，待复核"
