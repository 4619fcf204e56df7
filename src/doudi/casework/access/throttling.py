"""What is counted when somebody cannot log in: never what was typed, which may be an ID number or a password in the wrong field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from doudi.casework.access.models import User
from doudi.casework.access.sealing import index_of


def name_kept(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Stands for the account name in the count of failures: the same for the same name, and telling nothing of it."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return index_of(User.objects.normalize(str(typed)), "throttling").hex()
