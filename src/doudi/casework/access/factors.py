"""The second factor: a six-digit code of the telephone (RFC 6238), each good once, or one of ten recovery codes.

The secret is sealed, the recovery codes are digests: who reads the database can log in as nobody.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp.oath import TOTP

from doudi.casework.access.models import Authenticator, RecoveryCode, User
from doudi.casework.access.sealing import hmac_sm3, seal, unseal
from doudi.casework.access.sitekeys import derived

ISSUER = "兜底"
STEP = 30
TOLERANCE = 1
"""Steps before and after that are taken as well: telephones' clocks differ."""
RECOVERY_CODES = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without characters that are mistaken for others when written down."""


def authenticator_new(user: User, *, at: datetime) -> Authenticator:
    """A new secret, not confirmed; one that was not confirmed is replaced, a confirmed one stays."""
    known = Authenticator.objects.select_for_update().filter(user=user).first()
    if known and known.confirmed_at:
        return known
    if known and at - known.made_at < timedelta(minutes=10):
        return known  # the page was loaded again: the picture already taken must still be right
    if known:
        known.delete()
    sealed = seal(secrets.token_bytes(20).hex(), _place(user))
    return Authenticator.objects.create(user=user, secret_sealed=sealed, made_at=at)


def secret_of(authenticator: Authenticator) -> bytes:
    """20 bytes."""
    return bytes.fromhex(unseal(authenticator.secret_sealed, _place(authenticator.user)) or "")


def secret_text(authenticator: Authenticator) -> str:
    """The secret to type where no picture can be taken: base 32, in groups of four."""
    text = b32encode(secret_of(authenticator)).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def enrolment_address(authenticator: Authenticator) -> str:
    """What the QR code says."""
    label = quote(f"{ISSUER}:{authenticator.user.username}")
    return f"otpauth://totp/{label}?" + urlencode({"secret": secret_text(authenticator).replace(" ", ""), "issuer": ISSUER})


def code_at(authenticator: Authenticator, at: datetime) -> str:
    """The code of a moment; only a demo site and tests ask."""
    return f"{_totp(authenticator, at).token():06d}"


def code_check(user: User, *, given: str, at: datetime) -> bool:
    """Whether the code is right now and was not used before; several wrong ones make everybody wait, longer each time."""
    with transaction.atomic():
        known = Authenticator.objects.select_for_update().select_related("user").filter(user=user).first()
        if known is None or waits_until(known, at):
            return False
        totp = _totp(known, at)
        if given.isascii() and given.isdecimal() and len(given) == 6 and totp.verify(int(given), TOLERANCE, known.last_step + 1):
            known.last_step, known.failures, known.failed_at = totp.t(), 0, None
            known.confirmed_at = known.confirmed_at or at
            known.save(update_fields=["last_step", "failures", "failed_at", "confirmed_at"])
            return True
        known.failures, known.failed_at = known.failures + 1, at
        known.save(update_fields=["failures", "failed_at"])
        return False


def waits_until(authenticator: Authenticator, at: datetime) -> datetime | None:
    """Until when no code is taken: after the third wrong one 2 seconds, then twice as long each time, an hour at most."""
    if authenticator.failures < 3 or authenticator.failed_at is None:
        return None
    until = authenticator.failed_at + timedelta(seconds=min(3600, 2 ** (authenticator.failures - 2)))
    return until if at < until else None


def recovery_codes_new(user: User) -> list[str]:
    """Ten codes in place of those before. This is the only moment at which they can be read."""
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return codes


def recovery_code_check(user: User, *, given: str, at: datetime) -> bool:
    """Whether it is one of the person's and was not used; it is used now. Wrong ones count as wrong codes of the telephone do."""
    with transaction.atomic():
        known = Authenticator.objects.select_for_update().filter(user=user).first()
        if known is None or waits_until(known, at):
            return False
        if RecoveryCode.objects.filter(user=user, digest=_digest(user, given), used_at=None).update(used_at=at):
            Authenticator.objects.filter(pk=known.pk).update(failures=0, failed_at=None)
            return True
        Authenticator.objects.filter(pk=known.pk).update(failures=known.failures + 1, failed_at=at)
        return False


def _digest(user: User, code: str) -> bytes:
    """Under SM3 whatever the cipher: a digest cannot be computed anew when an installation chooses another."""
    return hmac_sm3(derived("index recovery", 0), f"{user.pk} {code.strip().lower()}".encode())[:16]


def _totp(authenticator: Authenticator, at: datetime) -> TOTP:
    totp = TOTP(secret_of(authenticator), STEP)
    totp.time = at.timestamp()
    return totp


def _place(user: User) -> str:
    return f"access_authenticator.secret_sealed.{user.pk}"
