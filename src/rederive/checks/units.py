"""Printed times and the unit they were rounded from.

Times are recorded in whole days, or weeks, and printed in months. How long a month was taken to be is a choice of the
author's; two decimals can give it away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

import pandas as pd

from rederive.printed import Printed, Rounding

YEAR = Fraction(1461, 4)  # days, leap years included
UNITS: Mapping[str, Fraction] = {
    "days, 28 a month": Fraction(28),
    "days, 30 a month": Fraction(30),
    "days, 30.4 a month": Fraction(304, 10),
    "days, 365 a year": Fraction(365, 12),
    "days, 365.25 a year": YEAR / 12,
    "days, 31 a month": Fraction(31),
    "weeks, 4 a month": Fraction(4),
    "weeks, 365.25 days a year": YEAR / 12 / 7,
}
"""How many days, or weeks, an author may have counted as one month."""


def units_that_print(
    times: Sequence[Printed],
    units: Mapping[str, Fraction] = UNITS,
    *,
    decimals: int | None = None,
    rounding: Rounding | None = None,
) -> pd.DataFrame:
    """Which whole numbers of days or weeks print each time, under each length of a month; exact.

    Parameters
    ----------
    times : printed times, in months.
    units : how many days (or weeks) make a month, by name.
    decimals : the decimals all times were rounded to, where trailing zeros may have been lost in print (Python's
        `round(x, 2)` shows 9.6 for 9.60); None to take each time's printed digits for all there were.
    rounding : None for any rounding to the nearest.

    Returns
    -------
    A row per unit; a column per different time with the tuple of whole numbers that print it, and `all`, whether none
    of them is empty.

    Raises
    ------
    ValueError : if a time is printed with more decimals than `decimals`, or as a bound.
    """
    read = [_to_decimals(time, decimals) for time in times]
    rows = {name: {t.text: _whole_numbers(t, per_month, rounding) for t in read} for name, per_month in units.items()}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.assign(all=[all(row.values()) for row in rows.values()])


def _to_decimals(time: Printed, decimals: int | None) -> Printed:
    if time.bound:
        raise ValueError(f"expected a time, not a bound, got {time}")
    if decimals is None:
        return time
    unit = Fraction(1, 10**decimals)
    if time.unit < unit:
        raise ValueError(f"expected a time with at most {decimals} decimals, got {time}")
    return Printed(time.text, time.value, unit, time.bound)


def _whole_numbers(time: Printed, per_month: Fraction, rounding: Rounding | None) -> tuple[int, ...]:
    first, last = (math.floor(per_month * (time.value + step)) for step in (-time.unit, time.unit))
    return tuple(k for k in range(max(first, 0), last + 2) if time.prints(k / per_month, rounding))


def unit_lengths_that_print(
    times: Sequence[Printed],
    shortest: Fraction = Fraction(28),
    longest: Fraction = Fraction(31),
    *,
    decimals: int | None = None,
) -> list[tuple[Fraction, Fraction]]:
    """All lengths of a month, between two, for which whole numbers of days print every time; stretches, exact.

    What the stretches add up to, out of `longest` - `shortest`, is the chance that a length with no meaning would do.
    Rounded to the nearest; ends of stretches are ties. Parameters and errors as in `units_that_print`.
    """
    ends = []
    for time in times:
        read = _to_decimals(time, decimals)
        ends.append((read.value - read.unit / 2, read.value + read.unit / 2))
    cuts = {shortest, longest}
    for end in {end for pair in ends for end in pair if end > 0}:
        cuts |= {k / end for k in range(math.ceil(shortest * end), math.floor(longest * end) + 1)}
    stretches: list[tuple[Fraction, Fraction]] = []
    for low, high in pairwise(sorted(cuts)):
        middle = (low + high) / 2  # between two cuts, all lengths print the same times
        if all(math.floor(middle * upper) >= middle * lower for lower, upper in ends):
            joined = bool(stretches) and stretches[-1][1] == low
            stretches = [*stretches[:-1], (stretches[-1][0], high)] if joined else [*stretches, (low, high)]
    return stretches
