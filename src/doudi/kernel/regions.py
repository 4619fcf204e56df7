"""Region codes: GB/T 2260 (2, 4, 6 digits) and the statistical 9 and 12 digit codes below the county."""

from __future__ import annotations


def county_of(region: str) -> str:
    """The six-digit county code a region code begins with."""
    return region[:6]


def prefecture_of(region: str) -> str:
    """The four-digit prefecture code a region code begins with."""
    return region[:4]


def levels_of(region: str) -> list[str]:
    """The code itself and everything above it, narrowest first: village, township, county, prefecture, province."""
    return [region[:n] for n in (12, 9, 6, 4, 2) if len(region) >= n]
