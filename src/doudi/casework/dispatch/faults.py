"""What the loop refuses, with its stable codes."""

from __future__ import annotations

from doudi.kernel.errors import code

NOT_THERE = code("item_not_found", "没有这件任务，或不在负责范围")
STALE = code("item_changed_meanwhile", "任务在打开后有人改动过")
NOT_FROM_HERE = code("item_wrong_state", "任务现在的状态不能走这一步")
NOT_THEIRS = code("item_not_theirs", "这一步由别的单位或人完成")
MISSING = code("item_field_missing", "必填内容没有填写")
NO_OFFICE = code("item_no_office", "没有可以办理的单位")
