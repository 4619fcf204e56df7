"""The page of the loop says what the table says."""

from __future__ import annotations

import re

from doudi.casework.dispatch.document import diagram, render
from doudi.casework.dispatch.loop import STEPS
from doudi.casework.dispatch.models import State


def test_every_step_has_its_line_with_its_conditions() -> None:
    page = render()
    for step in STEPS.values():
        assert page.count(f"| **{step.says}**<br>") == 1
        assert all(guard.says in page for guard in step.guards)


def test_every_state_is_drawn_and_can_be_reached_and_left() -> None:
    lines = list(diagram())
    arrows = [found.groups() for line in lines if (found := re.match(r" +(\S+) --> (\S+)", line))]
    inside = {"under_way"} | {state.value for state in State if state not in (State.ANSWERED, State.GONE, State.CLOSED)}
    for state in State:
        assert any(f'state "{state.label}" as {state.value}' in line for line in lines)
        assert any(state.value == after for _, after in arrows)
        assert any(state.value == before for before, _ in arrows), state
    assert ("under_way", "gone") in arrows
    assert ("gone", "under_way") in arrows
    assert {before for before, after in arrows if after == "answered"} <= inside


def test_a_step_that_changes_no_state_is_not_drawn_as_one_that_does() -> None:
    drawn = "\n".join(diagram())
    for name in ("note", "assign", "remind", "escalate", "join"):
        assert STEPS[name].says not in drawn
    for step in STEPS.values():
        if step.after is not None or step.returns:
            assert step.says in drawn
