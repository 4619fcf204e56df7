"""Two people at once: a line is locked for the act, and an act on an older state of it is refused."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model

from doudi.kernel.errors import DoudiError, Fault, code

STALE = code("field_record_stale", "有人刚刚改过")
NOT_THERE = code("field_record_missing", "记录不存在或不在负责范围内")

AnyModel = TypeVar("AnyModel", bound=Model)


def locked(model: type[AnyModel], key: int, version: int | None = None) -> AnyModel:
    """The line, locked until the transaction ends. Raises DoudiError if it is out of scope, or if `version` is not the one that stands."""
    found = model._default_manager.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise DoudiError(Fault(NOT_THERE, "找不到这条记录，或不在您负责的范围内"))
    if version is not None and version != found.version:  # type: ignore[attr-defined]
        raise DoudiError(Fault(STALE, "有人刚刚改过这条记录", todo="您填写的内容还在下面；请对照最新情况后再提交"))
    return found


def is_stale(problem: DoudiError) -> bool:
    """Whether an act was refused because somebody was quicker."""
    return any(fault.code == STALE for fault in problem.faults)
