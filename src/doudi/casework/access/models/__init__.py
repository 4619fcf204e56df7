"""Accounts, what a person may do where, the second factor, sessions."""

from doudi.casework.access.models.factors import Authenticator, RecoveryCode
from doudi.casework.access.models.grants import Grant
from doudi.casework.access.models.memberships import Membership
from doudi.casework.access.models.reveals import Reveal
from doudi.casework.access.models.sessions import Session
from doudi.casework.access.models.users import User

__all__ = ["Authenticator", "Grant", "Membership", "RecoveryCode", "Reveal", "Session", "User"]
