"""Pages for what went wrong: what it is and what to do, and nothing about the inside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
    return _page(request, 403, "页面已过期", "为了安全，这个页面需要重新打开后再提交；刚才的内容没有保存。")


def _page(request: HttpRequest, status: int, heading: str, says: str) -> HttpResponse:
    return render(request, "web/problem.html", {"heading": heading, "says": says}, status=status)
