"""What other rooms call: a step, a new item, what a run means for the work, the day's handing out and reminding."""

from __future__ import annotations

from doudi.casework.dispatch.opening import item_open
from doudi.casework.dispatch.pushing import items_push_for_day
from doudi.casework.dispatch.reminding import reminders_send
from doudi.casework.dispatch.settling import items_open_for_run
from doudi.casework.dispatch.stepping import may_take, step_by_platform, step_take

__all__ = ["item_open", "items_open_for_run", "items_push_for_day", "may_take", "reminders_send", "step_by_platform", "step_take"]
