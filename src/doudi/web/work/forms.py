"""The form of each step, made from what `dispatch.loop` says that it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django import forms

from doudi.casework.access.actor import Actor
from doudi.casework.dispatch.loop import STEPS, Step
from doudi.casework.dispatch.models import Result, Verdict, WorkItem
from doudi.casework.dispatch.selectors import colleagues_of, offices_for
from doudi.web.asking import ask_in_words

RESULTS = [(key, words) for key, words in Result.choices if key != Result.TO_CONFERENCE]
HOW = [("desk", "数据核实：与部门核对资料、电话询问"), ("visit", "入户核实：上门看过")]
UNTIL = "结果为“按规定渐退”的，必须填写"
HINTS = {"verify-note": "不属实、暂难认定的，必须写明看到的情况", "handle-until": UNTIL, "decide-until": UNTIL}
"""Step and field -> what is asked of it, where whether it has to be filled in depends on another field."""
PRIMARY = ("accept", "verify", "handle", "approve", "redirect", "confirm_gone")
"""Of the steps possible, the first of these is the one that the page proposes."""


class Long(forms.CharField):
    """Words of several lines."""

    def __init__(self, label: str, required: bool) -> None:
        rows = forms.Textarea(attrs={"rows": 3, "class": "form-control", "maxlength": 2000})
        super().__init__(label=label, required=required, max_length=2000, widget=rows)


def _choice(label: str, required: bool, choices: list[tuple[object, str]], radio: bool = False) -> forms.ChoiceField:
    widget = forms.RadioSelect(attrs={"class": "form-check-input"}) if radio else forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, required=required, choices=choices if radio else [("", "请选择"), *choices], widget=widget)


def _number(field: forms.ChoiceField) -> forms.ChoiceField:
    field.clean = _as_number(field.clean)  # type: ignore[method-assign]
    return field


def _as_number(clean: Callable[[object], str]) -> Callable[[object], int | None]:
    def number(value: object) -> int | None:
        cleaned = clean(value)
        return int(cleaned) if cleaned else None

    return number


class StepForm(forms.Form):
    """Fields of one step. `version` is that of the item as shown, `key` makes a second click do nothing."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: object, step: Step, by: Actor, item: WorkItem, on: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.step = step
        for name, label in {**step.asks, **step.may_give}.items():
            if name not in ("visit", "conference"):
                self.fields[name] = self._field(name, label, name in step.asks, item, on)
                self.fields[name].help_text = HINTS.get(f"{step.name}-{name}", "")
        ask_in_words(self)

    @staticmethod
    def _field(name: str, label: str, required: bool, item: WorkItem, on: date) -> forms.Field:
        if name == "office":
            return _number(_choice(label, required, [(office.pk, office.name) for office in offices_for(item)]))
        if name == "assignee":
            return _number(_choice(label, required, [(user.pk, user.name) for user in colleagues_of(item, on)]))
        if name == "verdict":
            return _choice(label, required, list(Verdict.choices), radio=True)
        if name == "how":
            return _choice(label, required, HOW, radio=True)
        if name == "result":
            return _choice(label, required, RESULTS, radio=True)
        if name == "until":
            return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}))
        return Long(label, required)

    @property
    def data_of_step(self) -> dict[str, object]:
        """What the service is given: nothing for what was left empty."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "key") and value not in ("", None)}


@dataclass(frozen=True)
class Panel:
    """One step on the page: its form, and whether it is the one that the page proposes."""

    step: Step
    form: StepForm
    primary: bool
    open: bool


def panels(by: Actor, item: WorkItem, names: list[str], on: date, sent: StepForm | None = None) -> list[Panel]:
    """A panel for each step possible; `sent` is the form that was refused, shown again as it was."""
    first = next((name for name in PRIMARY if name in names), "")
    chosen = sent.step.name if sent else first
    made = []
    for name in [first, *(name for name in names if name != first)] if first else names:
        again = sent if sent and sent.step.name == name else None
        form = again or StepForm(
            step=STEPS[name], by=by, item=item, on=on, initial={"version": item.version, "key": uuid4().hex}, auto_id=f"{name}-%s"
        )
        made.append(Panel(STEPS[name], form, name == first, name == chosen))
    return made
