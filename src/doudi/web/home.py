"""Where somebody lands: one's own work; without any, the places that the role has."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from doudi.web.context import MenuEntry, menu_of
from doudi.web.permissions import for_any_account
from doudi.web.work.views import work

SAYS = {
    "news": "别人办了一步、要本单位接着办的；最近一次运行带来的变化",
    "households": "按姓名、拼音首字母、证件号码或村查找家庭和人员",
    "visits": "要走访的家庭、逾期的走访，登记走访情况",
    "clues": "发现困难群众或情况好转时提交线索，看答复",
    "applications": "征得同意后发起的救助申请，材料、提交和结果",
    "conferences": "县级困难群众基本生活保障工作协调会议",
    "map": "各地线索、办理、超期的数量和比例，从省到村",
    "changes": "走访和档案页上提出的更正，由另一人审核",
    "deliveries": "各部门报送了什么，退回多少，质量怎样",
    "rules": "每条规则的条件、依据、数值和当前命中",
    "users": "账号、任职和角色",
    "audit": "谁在什么时候看了、做了什么",
    "system": "运行状态、任务队列、工作日、密钥",
}


@dataclass(frozen=True)
class Place:
    """One place that the role can open, and what it is for."""

    name: str
    url: str
    says: str


@for_any_account
def home(request: HttpRequest) -> HttpResponse:
    """My work, the visits of who does nothing else, or the places of the role; without a membership today, what to do about it."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return render(request, "web/no_role.html")
    if actor.may("work.see"):
        return work(request)
    if actor.may("visit.record"):
        return redirect("visits")
    return render(request, "web/home.html", {"places": [_place(entry) for entry in menu_of(request, actor) if entry.name != "home"]})


def _place(entry: MenuEntry) -> Place:
    return Place(entry.words, entry.url, SAYS[entry.name])
