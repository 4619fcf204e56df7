"""Tells offices of a step that asks for theirs: queued in the step's own transaction, so that it is told if and only if the step was taken."""

from __future__ import annotations

from procrastinate.contrib.django import app

from doudi.casework.dispatch.models import Event, WorkItem

NOTICE = "dispatch.notice"
"""Name of the job that writes notices (`jobs`)."""

TOLD = {
    "return": "退回待改派",
    "redirect": "改派给本单位",
    "refuse_return": "退回未获同意，仍由本单位办理",
    "handle": "等待审批",
    "decide": "会议已有决定，等待审批",
    "send_back": "退回补充",
    "refer": "提交一事一议",
    "hand_back": "会议交回办理",
    "gone": "线索消失，请确认",
    "reopen_by_check": "复核后重新打开",
    "escalate": "逾期未反馈，报到本单位督办",
}
"""Step -> what is told; other steps ask nobody else for anything."""


def tell(event: Event, item: WorkItem) -> None:
    """Queue a notice for whoever the step asks. Must be called in the step's transaction."""
    if event.step not in TOLD:
        return
    app.configure_task(NOTICE).defer(event=event.pk, item=item.pk, region=item.region, department=item.department)
