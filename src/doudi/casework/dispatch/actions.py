"""What the audit log says of the loop: one action for each step."""

from __future__ import annotations

from doudi.casework.audit.actions import action
from doudi.casework.dispatch.loop import STEPS

STEP_ACTIONS = {name: action(f"item_{name}", f"任务：{step.says}") for name, step in STEPS.items()}
"""Step -> action."""
