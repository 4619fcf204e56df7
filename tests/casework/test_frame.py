"""The frame of every page: menu, home for roles without work, words of a refusal, pages for what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from tests.casework.cast import Cast

from doudi.casework.runs.models import Run
from doudi.kernel.errors import DoudiError, Fault
from doudi.web.faults import faults_in, put_into, words
from doudi.web.templatetags.doudi import day, wan, yuan

pytestmark = pytest.mark.django_db
Asserting = Callable[[int], AbstractContextManager[object]]


class Answer(forms.Form):
    note = forms.CharField(label="说明")


def test_a_role_without_work_lands_on_the_places_that_it_has(cast: Cast) -> None:
    page = cast.data_steward.client().get("/").content.decode()
    assert "数据管理人员" in page
    assert "我的待办" not in page


def test_the_menu_names_the_role_and_the_office(cast: Cast) -> None:
    page = cast.county_reviewer.client().get("/").content.decode()
    assert "县级审批人员" in page
    assert cast.county_reviewer.membership.office.name in page


def test_somebody_without_a_membership_today_is_told_whom_to_ask(cast: Cast) -> None:
    steward = cast.data_steward
    client = steward.client()
    steward.membership.ends_on = steward.membership.starts_on
    steward.membership.save()
    assert "您今天没有任职" in client.get("/").content.decode()


def test_a_page_that_is_not_there_says_so_and_leads_back() -> None:
    page = Client().get("/nowhere")
    assert page.status_code == 404
    assert "找不到" in page.content.decode()


def test_a_fault_is_one_sentence_without_its_code() -> None:
    fault = Fault("x", "期限已过", "反馈", "2026年3月1日到期", "请先说明原因")
    assert words(fault) == "反馈：期限已过。2026年3月1日到期。请先说明原因"


def test_a_fault_about_a_field_stands_at_the_field_and_others_at_the_top() -> None:
    form = Answer({"note": "x"})
    put_into(form, DoudiError([Fault("x", "太短", "note"), Fault("y", "不能办结", "任务")]))
    assert form.errors["note"] == ["太短"]
    assert form.non_field_errors() == ["任务：不能办结"]


def test_faults_of_a_form_name_its_fields_by_label() -> None:
    shown = faults_in({"form": Answer({})}, None)
    assert [(fault.where, bool(fault.what)) for fault in shown] == [("说明", True)]


def test_faults_are_announced_and_counted() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    page = render_to_string("web/problem.html", {"heading": "甲", "says": "乙", "faults": [Fault("x", "一"), Fault("x", "二")]}, request)
    assert 'role="alert"' in page
    assert "有 2 处要改" in page


@pytest.mark.parametrize(("fen", "says"), [(None, "不明"), (0, "0.00 元"), (1_820_000, "1.82 万元"), (999_999, "9,999.99 元"), (-150, "-1.50 元")])
def test_money_is_read_at_a_glance(fen: int | None, says: str) -> None:
    assert wan(fen) == says


def test_unknown_is_said() -> None:
    assert (day(None), yuan(None)) == ("不明", "不明")


def test_the_foot_says_up_to_which_day_the_data_are_without_a_query_of_its_own(cast: Cast, django_assert_num_queries: Asserting) -> None:
    client = cast.data_steward.client()
    client.get("/")
    with CaptureQueriesContext(connection) as before:
        assert "数据截至" not in client.get("/").content.decode()
    Run.objects.create(id="one", as_of=date(2026, 10, 31), state=Run.State.CURRENT, policy_hash="x", schema="4.0")
    with django_assert_num_queries(len(before)):
        assert "数据截至 2026年10月31日" in client.get("/").content.decode()
