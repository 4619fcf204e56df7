"""Forms of clues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from doudi.casework.organisation.models import Department
from doudi.casework.visits.answering import ANSWERS
from doudi.casework.visits.models import Clue
from doudi.web.visits.fields import Once, Versioned, words

HARDSHIPS = ("", "因病", "因残", "因学", "因失业", "因灾", "突发意外", "无人照料", "流浪乞讨", "其他")
RECEIVERS = [(key, name) for key, name in Department.choices if key not in (Department.TOWNSHIP, Department.VILLAGE)]


class ClueForm(Once):
    """What somebody noticed. Little is asked: a name and what was seen are enough."""

    kind = forms.ChoiceField(label="是哪一种", choices=Clue.Kind.choices, widget=forms.RadioSelect, initial=Clue.Kind.ENTRY)
    name = forms.CharField(label="姓名", max_length=60, help_text="不知道时写“不详”")
    id_number = forms.CharField(label="证件号码", max_length=18, required=False, help_text="不知道可以不填；填了会加密保存，页面上只显示首尾")
    phone = forms.CharField(label="联系电话", max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    region = forms.ChoiceField(label="在哪里")
    place = forms.CharField(label="住址或所在位置", max_length=120, required=False)
    hardship = forms.ChoiceField(label="困难类型", choices=[(kind, kind or "不确定") for kind in HARDSHIPS], required=False)
    words = words("看到的情况", rows=4, most=2000, help_text="谁、怎么了、有多急，至少 5 个字")
    urgent = forms.BooleanField(label="急难：今天就需要有人去", required=False)
    department = forms.ChoiceField(label="推送给哪个部门", choices=RECEIVERS, initial=Department.CIVIL_AFFAIRS)

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = list(places)  # type: ignore[attr-defined]


class AnswerForm(Versioned):
    """An answer that who raised the clue can read."""

    answer_code = forms.ChoiceField(label="答复", choices=list(ANSWERS.items()), widget=forms.RadioSelect)
    answer = words("说明", rows=3, most=1000)


class VersionForm(Versioned):
    """Nothing but the version."""
