"""What is kept of visits, clues, proposed changes and applications."""

from __future__ import annotations

from doudi.casework.audit.actions import action

VISIT_PLANNED = action("visit_planned", "安排走访")
VISITS_PLANNED = action("visits_planned", "按期批量安排走访")
VISIT_ASSIGNED = action("visit_assigned", "指派走访")
VISIT_ANSWERED = action("visit_answered", "填写走访")
VISIT_DONE = action("visit_done", "提交走访")
VISIT_CANCELLED = action("visit_cancelled", "取消走访")
CLUE_RAISED = action("clue_raised", "提交主动发现线索")
CLUE_TAKEN = action("clue_taken", "受理主动发现线索")
CLUE_ANSWERED = action("clue_answered", "答复主动发现线索")
CLUE_WITHDRAWN = action("clue_withdrawn", "撤回主动发现线索")
CHANGE_PROPOSED = action("change_proposed", "提出档案更正")
CHANGE_REVIEWED = action("change_reviewed", "审核档案更正")
APPLICATION_STARTED = action("application_started", "发起救助申请")
APPLICATION_SUBMITTED = action("application_submitted", "提交救助申请")
APPLICATION_ENDED = action("application_ended", "登记申请结果")
SHEET_PRINTED = action("policy_sheet_shown", "查看政策提示单")
