"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from doudi.casework.access.roles import ROLES
from doudi.casework.access.services.granting import Asked
from doudi.casework.organisation.models import Department, Office
from doudi.casework.organisation.selectors import places_called
from doudi.web.asking import Asking

WIDGET = {"class": "form-control"}
SELECT = {"class": "form-select"}


class RoleForm(Asking):
    """A role at an office: region's code and department name the office, since there are too many to choose from a list."""

    region = forms.CharField(
        label="地区", max_length=60, widget=forms.TextInput(attrs=WIDGET), help_text="写全称，如“涟源市”“涟源市湄江镇”，或写代码，如 431382"
    )
    department = forms.ChoiceField(label="部门", choices=Department.choices, widget=forms.Select(attrs=SELECT))
    role = forms.ChoiceField(label="角色", choices=[(key, role.name) for key, role in ROLES.items()], widget=forms.Select(attrs=SELECT))
    ends_on = forms.DateField(
        label="到哪天为止", required=False, widget=forms.DateInput(attrs=WIDGET | {"type": "date"}), help_text="不写为长期；管理员角色不写"
    )
    reason = forms.CharField(label="理由", max_length=200, widget=forms.TextInput(attrs=WIDGET), help_text="如任职文件的文号")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (given := str(data.get("region", ""))) and not (given.isascii() and given.isdigit()):
            data["region"] = self._place(given)
        found = Office.objects.select_related("region").filter(region=data.get("region", ""), department=data.get("department", "")).first()
        if data.get("region") and found is None:
            self.add_error("region", "这个地区没有这个部门的办理单位")
        return data | {"office": found}

    def _place(self, words: str) -> str:
        """The code of a place that was named."""
        found = places_called("", words, "province", "prefecture", "county", "township", "village")
        if len(found) != 1:
            names = "、".join(one.path for one in found)
            self.add_error("region", f"有几个地方叫这个名称：{names}。请写上所在的市、县" if found else "没有叫这个名称的地区")
        return found[0].code if len(found) == 1 else ""

    def asked(self) -> Asked:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Asked(data["office"], data["role"], data["reason"], data["ends_on"])


class AccountForm(RoleForm):
    """A new account with its first role."""

    username = forms.CharField(label="账号", max_length=60, widget=forms.TextInput(attrs=WIDGET | {"autocomplete": "off"}), help_text="不用证件号码")
    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs=WIDGET | {"autocomplete": "off"}))
    field_order = ("username", "name", "region", "department", "role", "ends_on", "reason")


class ReasonForm(Asking):
    """Why something is done to somebody's account."""

    reason = forms.CharField(label="理由", max_length=200, widget=forms.TextInput(attrs=WIDGET))
