"""What is kept of conferences."""

from __future__ import annotations

from doudi.casework.audit.actions import action

CALLED = action("conference_called", "筹备一事一议会议")
ATTENDED = action("conference_attended", "登记到会")
VOTED = action("conference_voted", "登记表决")
DECIDED = action("conference_decided", "会议作出决定")
CLOSED = action("conference_held", "结束会议")
SIGNED = action("conference_signed", "签发会议纪要")
TASK_ENDED = action("conference_task_ended", "办结会议交办事项")
TASK_SET = action("conference_task_set", "交办会议事项")
TASK_DROPPED = action("conference_task_dropped", "撤销会议交办事项")
