"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from doudi.casework.access.roles import ROLES
from doudi.casework.access.services.granting import Asked
from doudi.casework.organisation.models import Department, Office

WIDGET = {"class": "form-control"}
SELECT = {"class": "form-select"}


class RoleForm(forms.Form):
    """A role at an office: region's code and department name the office, since there are too many to choose from a list."""

    region = forms.CharField(
        label="地区代码", max_length=12, widget=forms.TextInput(attrs=WIDGET), help_text="如 431382（涟源市）、431382103（伏口镇）"
    )
    department = forms.ChoiceField(label="部门", choices=Department.choices, widget=forms.Select(attrs=SELECT))
    role = forms.ChoiceField(label="角色", choices=[(key, role.name) for key, role in ROLES.items()], widget=forms.Select(attrs=SELECT))
    ends_on = forms.DateField(
        label="到哪天为止", required=False, widget=forms.DateInput(attrs=WIDGET | {"type": "date"}), help_text="不写为长期；管理员角色不写"
    )
    reason = forms.CharField(label="理由", max_length=200, widget=forms.TextInput(attrs=WIDGET), help_text="如任职文件的文号")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = Office.objects.select_related("region").filter(region=data.get("region", ""), department=data.get("department", "")).first()
        if "region" in data and found is None:
            self.add_error("region", "这个地区没有这个部门的办理单位")
        return data | {"office": found}

    def asked(self) -> Asked:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Asked(data["office"], data["role"], data["reason"], data["ends_on"])


class AccountForm(RoleForm):
    """A new account with its first role."""

    username = forms.CharField(label="账号", max_length=60, widget=forms.TextInput(attrs=WIDGET | {"autocomplete": "off"}), help_text="不用证件号码")
    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs=WIDGET | {"autocomplete": "off"}))
    field_order = ("username", "name", "region", "department", "role", "ends_on", "reason")


class ReasonForm(forms.Form):
    """Why something is done to somebody's account."""

    reason = forms.CharField(label="理由", max_length=200, widget=forms.TextInput(attrs=WIDGET))
