"""Places and offices as choices."""

from __future__ import annotations

from doudi.casework.organisation.models import Office, Region


def places_within(region: str, limit: int = 500) -> list[tuple[str, str]]:
    """Code and name of what lies below a region and can be the place of a family: a county's townships, a township's villages; one query."""
    if not region:
        return []
    end = region[:-1] + chr(ord(region[-1]) + 1)
    own = Region.objects.filter(code__gte=region, code__lt=end, kind__in=("township", "village")).order_by("code")
    if len(region) < 9:
        own = own.filter(kind="township")
    return [(one.code, one.path if len(region) < 6 else one.name) for one in own[:limit]]


def places_called(within: str, words: str, *kinds: str) -> list[Region]:
    """Regions of some kinds below a code whose full name ends with the words, at most six; one query."""
    words = "".join(words.split())
    if not words:
        return []
    return list(Region.objects.filter(code__startswith=within, kind__in=kinds, path__endswith=words).order_by("code")[:6])


def offices_called(words: str) -> list[Office]:
    """Offices whose name ends with the words, the one of just that name alone if there is one, at most six."""
    found = list(Office.objects.filter(name__endswith=words, closed_on=None).order_by("region", "department")[:6])
    return next(([one] for one in found if one.name == words), found)
