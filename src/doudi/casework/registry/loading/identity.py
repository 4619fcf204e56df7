"""Opens what a run says about who somebody is, and seals it again under the site's own keys.

The run's sealing is deterministic, so what is the same bytes as at the last load need not be opened at all.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import NamedTuple

from doudi.casework.access.sealing import index_of, masked_id, masked_phone, seal
from doudi.casework.registry.spelling import spelled
from doudi.published.seal import Sealer

DIGEST = 16
PERSON_ID, PERSON_PHONE, HOUSEHOLD_NO = "registry_person.id", "registry_person.phone", "registry_household.household_no"
"""Places that a sealed value is bound to, before `.<number>`."""


class Sealed(NamedTuple):
    """What a run has of one person, as it is published."""

    id: bytes | None
    name: bytes | None
    phone: bytes | None

    @property
    def digest(self) -> bytes:
        """16 bytes that are the same as long as nothing of it changed."""
        return hashlib.blake2b(b"|".join([self.id or b"", self.name or b"", self.phone or b""]), digest_size=DIGEST).digest()


class Identity(NamedTuple):
    """One person as the registry keeps them, in the order of the staging columns."""

    name: str
    pinyin: str
    initials: str
    id_sealed: bytes | None
    id_index: bytes | None
    id_masked: str
    phone_sealed: bytes | None
    phone_masked: str
    gender: str
    birth_on: date | None


def identity_of(sealer: Sealer, number: int, sealed: Sealed) -> Identity:
    """The person's identity under the site's keys. Raises DoudiError if the run's key is another."""
    name = sealer.open(sealed.name, "name", number) or ""
    own = sealer.open(sealed.id, "id", number)
    phone = sealer.open(sealed.phone, "phone", number)
    gender, birth_on = read_id(own)
    return Identity(
        name,
        *spelled(name),
        seal(own, f"{PERSON_ID}.{number}"),
        index_of(own) if own else None,
        masked_id(own),
        seal(phone, f"{PERSON_PHONE}.{number}"),
        masked_phone(phone),
        gender,
        birth_on,
    )


def read_id(own: str | None) -> tuple[str, date | None]:
    """Gender (`m`, `f` or empty) and day of birth that a citizen ID of 18 characters says (GB 11643)."""
    if own is None or len(own) != 18 or not own[:17].isdigit():
        return "", None
    try:
        born = date(int(own[6:10]), int(own[10:12]), int(own[12:14]))
    except ValueError:
        born = None
    return ("m" if int(own[16]) % 2 else "f"), born
