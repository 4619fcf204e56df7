"""The form of a correction."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from doudi.casework.registry.correctable import FIELDS
from doudi.casework.registry.selectors import File


def targets(file: File) -> list[tuple[str, str]]:
    """What may be corrected: `h:region`, `p:<number>:name`, each with words; who it is by a masked name."""
    choices = [(f"h:{file.household.number}:{field}", f"家庭 · {spec.label}") for (subject, field), spec in FIELDS.items() if subject == "h"]
    for person in file.people:
        who = person.name or "姓名不详"
        choices += [(f"p:{person.number}:{field}", f"{who} · {spec.label}") for (subject, field), spec in FIELDS.items() if subject == "p"]
    return choices


class CorrectionForm(forms.Form):
    """Which field of whom, what it should be, why."""

    target = forms.ChoiceField(label="更正哪一项", widget=forms.Select(attrs={"class": "form-select"}))
    value = forms.CharField(
        label="更正为", max_length=120, widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text="日期写 2026-11-23；是否写 是 或 否；性别写 男 或 女；居住地写村（社区）代码",
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}))

    def __init__(self, *args: Any, file: File, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [("", "请选择"), *targets(file)]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What `correction_propose` is given."""
        subject, number, field = self.cleaned_data["target"].split(":")
        return {"subject": subject, "number": int(number), "field": field, "value": self.cleaned_data["plain"], "reason": self.cleaned_data["reason"]}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        target, value = str(given.get("target", "")), str(given.get("value", "")).strip()
        if target and value:
            subject, _, field = target.split(":")
            given["plain"] = self._plain(FIELDS[(subject, field)].type, value)
        return given

    def _plain(self, kind: str, value: str) -> Any:
        if kind == "bool":
            known = {"是": True, "否": False}
            if value not in known:
                self.add_error("value", "请写“是”或“否”")
            return known.get(value)
        if kind == "gender":
            known_gender = {"男": "m", "女": "f"}
            if value not in known_gender:
                self.add_error("value", "请写“男”或“女”")
            return known_gender.get(value)
        if kind == "date":
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError:
                self.add_error("value", "日期请写成 2026-11-23 的样子")
        return value


class ReviewForm(forms.Form):
    """A decision on a correction."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label="审核结论", choices=[("approve", "采纳"), ("reject", "不采纳")], widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    note = forms.CharField(label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decision") == "reject" and not given.get("note", "").strip():
            self.add_error("note", "不采纳时请写明原因")
        return given
