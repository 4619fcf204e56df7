"""Passwords may not be made of the words that everybody here would try."""

from __future__ import annotations

from django.core.exceptions import ValidationError

WORDS = ("doudi", "兜底", "hunan", "minzheng", "dibao", "jiuzhu", "shehuijiuzhu", "湖南", "民政", "admin", "qwer", "1234", "8888", "6666")


class ContextWords:
    """A validator for AUTH_PASSWORD_VALIDATORS: what is left without such words, the account and the name must be eight characters or more."""

    def validate(self, password: str, user: object = None) -> None:
        left = password.lower()
        for word in (*WORDS, str(getattr(user, "username", "")), str(getattr(user, "name", ""))):
            left = left.replace(word.lower(), "") if word else left
        if len(left) < 8:
            raise ValidationError("密码里容易被猜到的词太多，请换一个", code="password_context")

    def get_help_text(self) -> str:
        return "不要用姓名、账号、单位名称或连续数字组成密码"
