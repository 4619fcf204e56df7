"""Forms of the room."""

from __future__ import annotations

from django import forms

from doudi.web.asking import Asking


class Password(forms.CharField):
    """A password to type; spaces belong to it."""

    def __init__(self, label: str, autocomplete: str, **more: object) -> None:
        widget = forms.PasswordInput(attrs={"class": "form-control", "autocomplete": autocomplete})
        super().__init__(label=label, max_length=256, strip=False, widget=widget, **more)  # type: ignore[arg-type]


class LoginForm(Asking):
    """Account and password."""

    username = forms.CharField(
        label="账号",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = Password("密码", "current-password")


class CodeForm(Asking):
    """A code of the telephone, or a recovery code."""

    code = forms.CharField(
        label="动态验证码",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "one-time-code", "autofocus": True, "inputmode": "text"}),
    )


class NewPasswordForm(Asking):
    """Old, new, new again."""

    old = Password("现在的密码", "current-password")
    new = Password("新密码", "new-password", help_text="至少 12 个字；不含姓名、账号、单位名称")
    again = Password("再输入一次新密码", "new-password")

    def clean_again(self) -> str:
        if self.cleaned_data.get("new") != self.cleaned_data["again"]:
            raise forms.ValidationError("两次输入的新密码不一样")
        return str(self.cleaned_data["again"])
