"""Accounts and roles: who gives them, who may not, and that nobody gives an administrator's alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from tests.casework.cast import COUNTY, NEXT_COUNTY, SINCE, Cast, office

from doudi.casework.access.actor import actor_of
from doudi.casework.access.models import Authenticator, Grant, Membership, Session, User
from doudi.casework.access.services import accounts, granting
from doudi.casework.access.services.granting import Asked
from doudi.casework.audit.models import Entry
from doudi.casework.organisation.models import Region
from doudi.kernel.clock import today
from doudi.kernel.errors import DoudiError

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ROLE = {"region": COUNTY, "department": "civil_affairs", "role": "county_officer", "reason": "任职文件 1 号"}


def second_administrator(region: str = COUNTY) -> Membership:
    """Another security administrator."""
    user = User.objects.create_user(f"second{region}", "x", name="另一位", toured_at=AT)
    made = Membership.objects.create(user=user, office=office(region, "civil_affairs"), role="security_admin", starts_on=SINCE)
    return Membership.objects.select_related("user", "office").get(pk=made.pk)


def actions() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


def asked(role: str = "county_officer", region: str = COUNTY, department: str = "civil_affairs") -> Asked:
    return Asked(office(region, department), role, "任职文件")


def test_an_account_is_opened_with_its_role_and_a_password_to_be_changed(cast: Cast) -> None:
    client = cast.security_admin.client()
    office(COUNTY, "civil_affairs")
    page = client.post(reverse("user-new"), ROLE | {"username": "Wang", "name": "王立"})
    made = User.objects.get(username="wang")
    assert made.password_is_initial
    assert made.check_password(page.context["password"])
    assert made.memberships.get().role == "county_officer"
    again = client.post(reverse("user-new"), ROLE | {"username": "wang", "name": "王立"})
    assert (again.status_code, User.objects.filter(username="wang").count()) == (422, 1)
    assert actions() == ["account_created", "role_granted"]


def test_an_ended_account_is_out_at_once_and_cannot_come_in(cast: Cast) -> None:
    theirs = cast.county_officer.client()
    assert theirs.get(reverse("account")).status_code == 200
    number = cast.county_officer.user.pk
    cast.security_admin.client().post(reverse("user-act", args=[number, "end"]), {"reason": "调离"})
    assert theirs.get(reverse("account")).status_code == 302
    assert not Session.objects.filter(user=number).exists()
    assert not User.objects.get(pk=number).is_active
    assert Entry.objects.get(action="account_ended").reason == "调离"


def test_nothing_is_done_without_a_reason(cast: Cast) -> None:
    number = cast.county_officer.user.pk
    answer = cast.security_admin.client().post(reverse("user-act", args=[number, "end"]), {"reason": " "})
    assert answer.status_code == 422
    assert User.objects.get(pk=number).is_active


def test_nobody_grants_to_themselves_nor_manages_the_own_account(cast: Cast) -> None:
    me = cast.security_admin
    with pytest.raises(DoudiError):
        granting.role_give(me.actor, number=me.user.pk, asked=asked(), on=today(), at=AT)
    with pytest.raises(DoudiError):
        granting.role_grant(me.actor, user=me.user, asked=asked(), on=today(), at=AT)
    with pytest.raises(DoudiError):
        accounts.factor_reset(me.actor, number=me.user.pk, reason="x", on=today())
    assert Membership.objects.filter(user=me.user).count() == 1


@pytest.mark.parametrize(("held", "wanted"), [("auditor", "county_officer"), ("county_officer", "auditor"), ("system_admin", "audit_admin")])
def test_excluded_combinations_are_refused_whichever_comes_first(cast: Cast, held: str, wanted: str) -> None:
    person = getattr(cast, held).user
    with pytest.raises(DoudiError, match="不能由同一人担任"):
        granting.role_give(cast.security_admin.actor, number=person.pk, asked=asked(wanted), on=today(), at=AT)
    assert not Grant.objects.exists()


def test_an_administrators_role_takes_a_second_person(cast: Cast) -> None:
    person, first, second = cast.data_steward.user, cast.security_admin.actor, actor_of(second_administrator())
    grant = granting.role_give(first, number=person.pk, asked=asked("system_admin"), on=today(), at=AT)
    assert isinstance(grant, Grant)
    assert not Membership.objects.filter(user=person, role="system_admin").exists()
    with pytest.raises(DoudiError, match="提出人和被授权人不能复核"):
        granting.grant_decide(first, number=grant.pk, agree=True, on=today(), at=AT)
    granting.grant_decide(second, number=grant.pk, agree=True, on=today(), at=AT)
    assert Membership.objects.get(user=person, role="system_admin").granted_by_id == first.user
    with pytest.raises(DoudiError):
        granting.grant_decide(second, number=grant.pk, agree=True, on=today(), at=AT)
    assert actions() == ["role_asked", "role_confirmed"]


def test_nobody_alone_resets_an_administrators_way_in(cast: Cast) -> None:
    person = cast.audit_admin.user
    for what in ("password", "factor"):
        answer = cast.security_admin.client().post(reverse("user-act", args=[person.pk, what]), {"reason": "忘记"})
        assert answer.status_code == 422
    assert User.objects.get(pk=person.pk).password == person.password


def test_a_lost_telephone_is_forgotten(cast: Cast) -> None:
    person = cast.county_officer.user
    Authenticator.objects.create(user=person, secret_sealed=b"x", made_at=AT, confirmed_at=AT)
    cast.security_admin.client().post(reverse("user-act", args=[person.pk, "factor"]), {"reason": "手机丢失"})
    assert not Authenticator.objects.filter(user=person).exists()


def test_a_county_sees_and_manages_only_its_own_accounts(cast: Cast) -> None:
    other = cast.stranger_county.user
    client = cast.security_admin.client()
    assert other.username not in client.get(reverse("users")).content.decode()
    assert client.get(reverse("user", args=[other.pk])).status_code == 404
    assert client.post(reverse("user-act", args=[other.pk, "end"]), {"reason": "x"}).status_code == 404
    with pytest.raises(DoudiError):
        accounts.account_end(cast.security_admin.actor, number=other.pk, reason="x", on=today())
    with pytest.raises(DoudiError, match="单位不在您的管理范围内"):
        granting.role_give(cast.security_admin.actor, number=cast.county_officer.user.pk, asked=asked(region=NEXT_COUNTY), on=today(), at=AT)
    assert User.objects.get(pk=other.pk).is_active


def test_an_account_with_a_role_elsewhere_too_is_ended_by_who_reaches_both(cast: Cast) -> None:
    person = cast.county_officer.user
    Membership.objects.create(user=person, office=office(NEXT_COUNTY, "civil_affairs"), role="county_officer", starts_on=SINCE)
    with pytest.raises(DoudiError, match="其他地区也有任职"):
        accounts.account_end(cast.security_admin.actor, number=person.pk, reason="x", on=today())
    accounts.account_end(actor_of(second_administrator("43")), number=person.pk, reason="x", on=today())
    assert not User.objects.get(pk=person.pk).is_active


def test_a_role_that_sees_all_departments_is_not_given_at_a_department(cast: Cast) -> None:
    with pytest.raises(DoudiError, match="只设在民政部门"):
        granting.role_give(
            cast.security_admin.actor, number=cast.data_steward.user.pk, asked=asked("county_officer", department="health"), on=today(), at=AT
        )


def test_a_role_given_today_can_end_today(cast: Cast) -> None:
    person = cast.data_steward.user
    held = granting.role_give(cast.security_admin.actor, number=person.pk, asked=asked(), on=today(), at=AT)
    granting.role_end(cast.security_admin.actor, number=person.pk, membership=held.pk, reason="误授", on=today())
    assert not Membership.objects.get(pk=held.pk).open_on(today())


def test_the_list_takes_few_queries_and_filters(cast: Cast, django_assert_max_num_queries: object) -> None:
    for name in ("county_officer", "county_reviewer", "township_officer", "village_worker"):
        getattr(cast, name)
    client: Client = cast.security_admin.client()
    page = client.get(reverse("users"), {"role": "county_officer"})
    assert [user.username for user in page.context["rows"]] == ["county_officer"]
    assert [user.username for user in client.get(reverse("users"), {"words": "village", "place": "431382103"}).context["rows"]] == ["village_worker"]
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # the ground's, of which some set the scope, and three of its own
        client.get(reverse("users"))


def test_who_may_only_look_is_offered_nothing_to_do(cast: Cast) -> None:
    client = cast.audit_admin.client()
    page = client.get(reverse("user", args=[cast.county_officer.user.pk])).content.decode()
    assert "停用账号" not in page
    assert client.post(reverse("user-act", args=[cast.county_officer.user.pk, "end"]), {"reason": "x"}).status_code == 403


def test_the_page_of_roles_explains_each(cast: Cast) -> None:
    page = cast.security_admin.client().get(reverse("roles")).content.decode()
    assert "不能给自己授权" in page
    assert "管理账号和任职" in page


def test_the_place_of_a_role_is_written_by_its_name(cast: Cast) -> None:
    office(COUNTY, "civil_affairs")
    client, number = cast.security_admin.client(), cast.auditor.user.pk
    known = Region.objects.get(code=COUNTY)
    assert client.post(f"/users/{number}/grant", ROLE | {"region": "没有的县"}).status_code == 422
    answer = client.post(f"/users/{number}/grant", ROLE | {"region": known.name, "role": "data_steward"})
    assert answer.status_code == 302, answer.content.decode()
    assert Membership.objects.filter(user=number, role="data_steward", office__region=COUNTY).exists()
