"""Pages for what went wrong: what it is and what to do, and nothing about the inside."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse

from doudi.web.accounts.unsent import OWN, fields_of, typed_words

GONE = "您要找的内容不存在，或不在您负责的地区和部门。"


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403: logged in, but the role may not."""
    return _page(request, 403, "没有这项权限", "您的角色不能打开这个页面。需要时请联系本单位的安全管理员；这次访问已记入审计日志。")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404: not there, or not in the person's scope - the page does not tell which."""
    return _page(request, 404, "找不到", GONE)


def failed(request: HttpRequest) -> HttpResponse:
    """500: nothing was saved."""
    return _page(request, 500, "出错了", "这一步没有成功，内容没有保存。请再试一次；仍不行时把时间和页面告诉系统管理员。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from an old page, or from elsewhere."""
    return _page(request, 403, "页面已过期", "页面打开以后又登录过，为了安全，请重新打开这个页面再提交；刚才的内容没有保存。")


def only_posted(request: HttpRequest) -> HttpResponse:
    """405: an address that takes what a form sends was opened as a page."""
    return _page(request, 405, "这个地址不能直接打开", "它只接收页面上提交的内容；没有提交什么，也没有丢失什么。", above(request.path))


def above(path: str) -> str:
    """The nearest page above an address: `/tasks/5/` for `/tasks/5/verify/`; the first page if there is none."""
    parts = path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        for end in ("/", ""):
            upper = f"/{'/'.join(parts[:length])}{end}"
            with suppress(Resolver404):
                resolve(upper)
                return upper
    return reverse("home")


def _page(request: HttpRequest, status: int, heading: str, says: str, back: str = "") -> HttpResponse:
    """What was typed is shown again to who is logged in, so that it can be copied."""
    user = getattr(request, "user", None)
    shown = request.method == "POST" and user is not None and user.is_authenticated and not request.path.startswith(OWN)
    typed = typed_words(fields_of(request)) if shown else []
    return render(request, "web/problem.html", {"heading": heading, "says": says, "back": back, "typed": typed}, status=status)
