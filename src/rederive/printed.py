"""Printed numbers as intervals.

A number on a page is a rounded number. `0.73` says that the true value lies between 0.725 and 0.735;
`<0.001` says that it lies between 0 and 0.001. Numbers therefore enter this library as strings: the float
0.9 cannot tell whether `0.9` or `0.90` was printed, and the difference is a factor of ten in what we know.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

Exact = int | Fraction | Decimal | float


class UnreadableNumber(ValueError):
    """A text that should be one printed number is not."""


class Rounding(StrEnum):
    """How a true value became its printed digits."""

    HALF_UP = "half-up"
    """To the nearest; ties away from zero (spreadsheets, SPSS, most hand rounding)."""

    HALF_EVEN = "half-even"
    """To the nearest; ties to the even digit (IEEE 754; R and Python)."""

    TRUNCATION = "truncation"
    """Further digits cut off."""


NEAREST = (Rounding.HALF_UP, Rounding.HALF_EVEN)


@dataclass(frozen=True)
class Interval:
    """All values from `lower` to `upper`, both ends included."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", float(self.lower))  # numpy's floats look and compare differently
        object.__setattr__(self, "upper", float(self.upper))
        if not self.lower <= self.upper:
            raise ValueError(f"an interval needs lower <= upper, not {self.lower} and {self.upper}")

    @property
    def middle(self) -> float:
        return (self.lower + self.upper) / 2

    def __contains__(self, value: float) -> bool:
        return self.lower <= value <= self.upper

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share a stretch, or one is a point of the other; touching ends are not enough."""
        if self.lower == self.upper or other.lower == other.upper:
            return self.lower <= other.upper and other.lower <= self.upper
        return self.lower < other.upper and other.lower < self.upper

    def __format__(self, spec: str) -> str:
        """Both ends as `formatted` by `spec`, rounded outwards so that what is shown holds what was found.

        Ends that look the same are shown once: `0.0024 to 0.0043`, `0.79`.
        """
        ends = formatted(self.lower, spec, ROUND_FLOOR), formatted(self.upper, spec, ROUND_CEILING)
        return " to ".join(dict.fromkeys(ends))


def p_range(p: Interval) -> str:
    """A range of p values for readers: `0.0025 to 0.0043`, or `below 0.01` where the lower end says nothing more."""
    return f"{p:.2g}" if p.lower >= 0.0005 else f"below {formatted(p.upper, '.2g', ROUND_CEILING)}"


TINY_P = 0.0001
"""p values below it are told as a bound."""


def p_for_readers(p: float, least: float = TINY_P, rounding: str = ROUND_HALF_EVEN) -> str:
    """A p value with two digits, or `<0.0001` where it is below `least`."""
    return f"<{formatted(least, '.1g')}" if p < least else formatted(p, ".2g", rounding)


def p_ends(p: Interval) -> str:
    """Both ends of a range of p values for readers, rounded outwards: `0.014 to 0.022`, or `<0.0001` for tiny ones."""
    ends = p_for_readers(p.lower, rounding=ROUND_FLOOR), p_for_readers(p.upper, rounding=ROUND_CEILING)
    return " to ".join(dict.fromkeys(ends))


def formatted(value: float, spec: str = "", rounding: str = ROUND_HALF_EVEN) -> str:
    """A number for readers: as Python formats it, but `.3g` and the like never turn to powers of ten.

    `rounding` is one of the decimal module's.

    >>> formatted(0.0000069, ".2g"), formatted(0.2, ".2g"), formatted(15300.4, ".3g"), formatted(-0.07, ".1%")
    ('0.0000069', '0.20', '15,300', '−7.0%')
    """
    found = re.fullmatch(r"(?P<comma>,?)\.(?P<digits>\d+)(?P<kind>[gf%])", spec or ".3g")
    if found is None:
        raise ValueError(f"expected a format like .3g, .2f, .1% or ,.0f, got {spec!r}")
    if not math.isfinite(value):
        return str(value).replace("-", "−").replace("inf", "∞")
    percent = found["kind"] == "%"
    number = Decimal(repr(float(value))) * (100 if percent else 1)
    digits = int(found["digits"])
    if found["kind"] == "g":
        digits = 0 if abs(number) >= 1000 else digits - 1 - (number.adjusted() if number else 0)
    rounded = number.quantize(Decimal(1).scaleb(-max(digits, 0)), rounding=rounding)
    comma = found["comma"] or ((found["kind"] == "g" and ",") or "")
    text = format(abs(rounded), f"{comma}f") + ("%" if percent else "")
    return ("−" if rounded < 0 else "") + text


_NUMBER = re.compile(
    r"""
    (?P<bound>[<>≤≥])? \s*
    (?P<sign>[-+−–])?                         # papers print a minus sign, a hyphen or an en dash
    (?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?   # 1,927  1,927.5
             | \d+(?:\.\d+)?                  # 1927   0.73
             | \.\d+)                         # .003
    (?P<exponent>[eE][-+]?\d{1,2})? \s*       # doubles end near 1e308; nothing printed comes near
    (?P<percent>%)?
    """,
    re.VERBOSE | re.ASCII,
)
_MOST_DIGITS = 15  # all that a double can tell apart
_BOUNDS = {"≤": "<", "≥": ">"}  # ends are closed here, so the two kinds of bound are one


@dataclass(frozen=True)
class Printed:
    """One number as it stands on the page.

    Attributes
    ----------
    text : the characters printed, unchanged.
    value : the number they spell; a percent sign divides it by 100.
    unit : the value of one step in the last printed digit.
    bound : `<`, `>` or empty.
    """

    text: str
    value: Fraction
    unit: Fraction
    bound: str = ""

    @classmethod
    def parse(cls, text: str) -> Printed:
        """Read one printed number: `0.73`, `.003`, `<0.001`, `1,927`, `−4.2`, `27%`, `1e-5`.

        Raises
        ------
        UnreadableNumber : if the text is anything else, a float included (it has lost its trailing zeros).
        """
        if not isinstance(text, str):
            got = repr(text) if text is None or isinstance(text, int | float) else type(text).__name__
            raise UnreadableNumber(f"expected a printed number as a string, got {got}")
        found = _NUMBER.fullmatch(text.strip())
        if found is None or sum(map(str.isdigit, found["digits"])) > _MOST_DIGITS:
            got = repr(text if len(text) <= 40 else text[:40] + "…")
            raise UnreadableNumber(f"expected one printed number such as 0.73, <0.001, 1,927 or 27%, got {got}")
        number = Decimal(found["digits"].replace(",", "") + (found["exponent"] or ""))
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)  # the pattern admits no NaN and no infinity
        scale = Fraction(1, 100) if found["percent"] else Fraction(1)
        sign = -1 if found["sign"] in {"-", "−", "–"} else 1
        bound = found["bound"] or ""
        return cls(
            text.strip(), sign * scale * Fraction(number), scale * Fraction(10) ** exponent, _BOUNDS.get(bound, bound)
        )

    def __str__(self) -> str:
        return self.text

    def __float__(self) -> float:
        return float(self.value)

    def count(self) -> int:
        """The printed number as a count of people or events; a count is not rounded.

        Raises
        ------
        UnreadableNumber : if the number is not a whole number of at least 0.
        """
        if self.bound or self.value < 0 or self.unit != 1:
            raise UnreadableNumber(f"expected a count (a whole number, 0 or more), got {self.text!r}")
        return int(self.value)

    def interval(self, rounding: Rounding | None = None) -> Interval:
        """The true values that can print these digits.

        Without a `rounding` the interval holds every value that any rounding to the nearest prints. Bounds
        start or end at the printed number; `<` starts at 0, because what papers bound this way (p values,
        rates) cannot be negative.
        """
        if self.bound == "<":
            return Interval(min(0.0, float(self.value)), float(self.value))
        if self.bound == ">":
            return Interval(float(self.value), math.inf)
        if rounding is Rounding.TRUNCATION:  # towards zero, which itself is reached from both sides
            lower = self.value - self.unit if self.value <= 0 else self.value
            upper = self.value + self.unit if self.value >= 0 else self.value
            return Interval(float(lower), float(upper))
        return Interval(float(self.value - self.unit / 2), float(self.value + self.unit / 2))

    def below(self, level: float) -> bool | None:
        """Whether the true value is below `level`; None where rounding leaves that open."""
        ends = self.interval()
        return True if ends.upper <= level else False if ends.lower >= level else None

    def ends(self) -> tuple[Fraction, Fraction]:
        """The ends of `interval`, exact: what is computed from doubles may round outwards one step too far.

        Raises
        ------
        UnreadableNumber : if the number is a bound.
        """
        if self.bound:
            raise UnreadableNumber(f"expected a number that is not a bound, got {self.text!r}")
        return self.value - self.unit / 2, self.value + self.unit / 2

    def agrees(self, other: Printed) -> bool:
        """Whether both can be printings of one true value: the same digits, or the same after rounding one further."""
        if self.unit == other.unit and not self.bound and not other.bound:
            return self.value == other.value
        return self.interval().overlaps(other.interval())

    def could_print(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Which of many computed values would be printed as these digits, rounded to the nearest; shape of the input.

        `prints` for many doubles, but that ties count for both neighbours, since a double cannot tell; NaN for none.
        """
        interval, array = self.interval(), np.asarray(values, dtype=float)
        return np.asarray((array >= interval.lower) & (array <= interval.upper))

    def prints(self, value: Exact, rounding: Rounding | None = None) -> bool:
        """Would `value` be printed as these digits? Exact for integers, fractions and decimals.

        Without a `rounding`, whether it would under any rounding to the nearest.
        """
        if self.bound or (isinstance(value, float) and not math.isfinite(value)):
            return float(value) in self.interval()
        exact = Fraction(value)
        return any(round_to_unit(exact, self.unit, how) == self.value for how in ([rounding] if rounding else NEAREST))


def round_to_unit(value: Fraction, unit: Fraction, rounding: Rounding) -> Fraction:
    """`value` rounded to a multiple of `unit`, exactly."""
    steps = value / unit
    if rounding is Rounding.TRUNCATION:
        whole = math.trunc(steps)
    elif rounding is Rounding.HALF_EVEN:
        whole = round(steps)
    else:
        whole = math.floor(abs(steps) + Fraction(1, 2)) * (1 if steps >= 0 else -1)
    return whole * unit


def print_number(value: Exact, decimals: int, rounding: Rounding = Rounding.HALF_UP) -> Printed:
    """Print a true value the way a paper does, to `decimals` places."""
    unit = Fraction(1, 10**decimals)
    rounded = round_to_unit(Fraction(value), unit, rounding)
    return Printed(f"{Decimal(rounded.numerator) / Decimal(rounded.denominator):.{decimals}f}", rounded, unit)


def listed(items: Iterable[object], word: str = "and") -> str:
    """Several things for readers: `1`, `1 and 2`, `1, 2 and 3`; `none` of nothing."""
    *rest, last = [format(x, ",") if isinstance(x, int) else str(x) for x in items] or ["none"]
    return f"{', '.join(rest)} {word} {last}" if rest else last


def endpoints(
    texts: Iterable[str | Printed], rounding: Rounding | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lower and the upper ends of many printed numbers' intervals, as two arrays of the same length."""
    texts = list(texts)
    intervals = {t: (Printed.parse(t) if isinstance(t, str) else t).interval(rounding) for t in set(texts)}
    ends = np.array([(intervals[t].lower, intervals[t].upper) for t in texts], dtype=float).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]
