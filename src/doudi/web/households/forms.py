"""The form of a correction."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from doudi.casework.organisation.selectors import places_called
from doudi.casework.registry.correctable import FIELDS
from doudi.casework.registry.models import Person
from doudi.casework.registry.selectors import File
from doudi.kernel.regions import county_of
from doudi.published.wording import show_fact
from doudi.standards.regions import region_path
from doudi.web.asking import Asking


def targets(file: File) -> list[tuple[str, str]]:
    """What may be corrected: `h:<number>:region`, `p:<number>:name`, each with whose it is and what the file says now."""
    subjects: list[tuple[str, Any, str]] = [("h", file.household, "家庭"), *(("p", one, one.name or "姓名不详") for one in file.people)]
    return [
        (f"{kind}:{one.number}:{field}", f"{who} · {spec.label}（现在：{_shown(getattr(one, spec.shown), spec.type)}）")
        for kind, one, who in subjects
        for (subject, field), spec in FIELDS.items()
        if subject == kind
    ]


def _shown(value: Any, kind: str) -> str:
    """A value as the file shows it."""
    if value is None or value == "":
        return "不详"
    if kind == "region":
        return region_path(value)
    return show_fact(dict(Person.Gender.choices).get(value, value) if kind == "gender" else value, kind)


class CorrectionForm(Asking):
    """Which field of whom, what it should be, why."""

    target = forms.ChoiceField(label="更正哪一项", widget=forms.Select(attrs={"class": "form-select"}))
    value = forms.CharField(
        label="更正为", max_length=120, widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text="日期写 2026-11-23；是否写“是”或“否”；性别写“男”或“女”；居住地写村（社区）的名称，如“湄江镇栗山社区居委会”",
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}))

    def __init__(self, *args: Any, file: File, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.county = county_of(file.household.region)
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
            kind = FIELDS[(subject, field)].type
            given["plain"] = self._place(value) if kind == "region" else self._plain(kind, value)
        return given

    def _place(self, value: str) -> str:
        """The code of a place that was named; a code stays one."""
        if value.isascii() and value.isdigit():
            return value
        found = places_called(self.county, value, "township", "village")
        if len(found) != 1:
            names = "、".join(one.path.removeprefix(region_path(self.county)) for one in found)
            self.add_error("value", f"本县有几个地方叫这个名称：{names}。请写上乡镇" if found else "本县没有叫这个名称的村（社区）或乡镇（街道）")
        return found[0].code if found else ""

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


class ReviewForm(Asking):
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
