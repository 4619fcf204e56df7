"""Changing a password."""

from __future__ import annotations

from doudi.casework.access.actor import Actor
from doudi.casework.access.models import User
from doudi.casework.access.services import own
from doudi.kernel.clock import now
from doudi.kernel.errors import DoudiError
from doudi.web.accounts.forms import NewPasswordForm


def password_changed(form: NewPasswordForm, by: Actor, user: User, keep_session: str) -> bool:
    """Change the password as the form says; False, with the faults at their fields, if it was refused."""
    try:
        own.password_change(by, user=user, old=form.cleaned_data["old"], new=form.cleaned_data["new"], keep_session=keep_session, at=now())
    except DoudiError as problem:
        for fault in problem.faults:
            form.add_error("old" if fault.code == own.PASSWORD_WRONG else "new", fault.what)
        return False
    return True
