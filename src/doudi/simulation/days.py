"""Days and months as whole numbers, by the million: days since 1970-01-01, months as everywhere in Doudi (year * 12 + month - 1)."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
Months = NDArray[np.int32]

NEVER = 2**30
"""A day that does not come: no end, no death. It is delivered as an empty value."""
NO_MONTH = -1
"""A month that is delivered as an empty value."""
NOTHING = -1
"""An amount, a number or a code that is delivered as an empty value."""

_EPOCH = date(1970, 1, 1).toordinal()
_JANUARY_1970 = 1970 * 12


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def month_of_days(days: Days) -> Months:
    """The month of each day (of those that come)."""
    whole = np.where(days == NEVER, 0, days).astype("datetime64[D]")
    return whole.astype("datetime64[M]").astype(np.int32) + _JANUARY_1970


def first_of_month(months: Months | int) -> Days:
    """The first day of each month."""
    return (np.asarray(months, dtype=np.int64) - _JANUARY_1970).astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)


def last_of_month(months: Months | int) -> Days:
    """The last day of each month."""
    return first_of_month(np.asarray(months) + 1) - 1


def years_before(day: int, years: NDArray[np.float64]) -> Days:
    """The day so many (broken) years of 365.2425 days before `day`."""
    return (day - years * 365.2425).astype(np.int32)


def age_on(births: Days, day: int) -> NDArray[np.float64]:
    """Broken years from birth to `day`."""
    return (day - births) / 365.2425
