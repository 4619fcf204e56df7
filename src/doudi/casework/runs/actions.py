"""What this room keeps in the audit log."""

from doudi.casework.audit.actions import action

RUN_LOADED = action("run_loaded", "装载运行结果")
RUN_FAILED = action("run_failed", "装载运行结果失败")
