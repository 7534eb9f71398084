"""Slips of the pen: what typing errors and misread tables make of printed numbers.

Each function takes a printed number as text and returns another one, or None where that slip cannot happen to it. What
comes back always reads as a printed number, and differs from the first in value or bound.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import isqrt

import numpy as np

from rederive.printed import Printed, UnreadableNumber, print_number

_PARTS = re.compile(r"(?P<before>[<>≤≥]?\s*[-+−–]?)(?P<digits>[\d,]*\.?\d+)(?P<after>.*)")
_EXACT = 10**24  # a square root to twelve digits more than are printed


def change_digit(text: str, place: int, to: int) -> str | None:
    """One digit becomes another; places are counted from the last digit, which is 0. No number starts with a new 0."""
    before, digits, after = _parts(text)
    positions = _positions(digits)
    if not 0 <= place < len(positions):
        return None
    at = positions[-1 - place]
    changed = digits[:at] + str(to) + digits[at + 1 :]
    return None if _starts_with_zero(changed) else _different(text, before + changed + after)


def last_digit(text: str, rng: np.random.Generator) -> str | None:
    """The last digit becomes any other."""
    return _any_other_digit(text, 0, rng)


def last_but_one_digit(text: str, rng: np.random.Generator) -> str | None:
    """The digit before the last becomes any other."""
    return _any_other_digit(text, 1, rng)


def leading_digit(text: str, rng: np.random.Generator) -> str | None:
    """The first digit that is not 0 becomes any other but 0."""
    place = leading_place(text)
    return None if place is None else _any_other_digit(text, place, rng, least=1)


def leading_place(text: str) -> int | None:
    """The place of the first digit that is not 0; None if all are."""
    digits = _parts(text)[1]
    places = [place for place, at in enumerate(reversed(_positions(digits))) if digits[at] != "0"]
    return max(places, default=None)


def transpose(text: str, place: int) -> str | None:
    """The digit at a place, counted from the last, which is 0, and the one before it change places."""
    before, digits, after = _parts(text)
    positions = _positions(digits)
    if not 0 <= place < len(positions) - 1:
        return None
    left, right = positions[-2 - place], positions[-1 - place]
    changed = list(digits)
    changed[left], changed[right] = digits[right], digits[left]
    swapped = "".join(changed)
    return None if _starts_with_zero(swapped) else _different(text, before + swapped + after)


def move_point(text: str, places: int) -> str | None:
    """The decimal point moves to the right, or to the left where `places` is negative."""
    before, digits, after = _parts(text)
    comma = "," if "," in digits else ""
    moved = format(Decimal(digits.replace(",", "")).scaleb(places), f"{comma}f")
    if digits.startswith("."):
        moved = moved.removeprefix("0")
    return _different(text, before + moved + after)


def lose_minus(text: str) -> str | None:
    """A negative number becomes positive."""
    before, digits, after = _parts(text)
    return _different(text, before.rstrip("-−–") + digits + after)


def gain_minus(text: str) -> str | None:
    """A number becomes negative; bounds do not, since what is printed so cannot be negative."""
    before, digits, after = _parts(text)
    return None if before else _different(text, "-" + digits + after)


def lose_bound(text: str) -> str | None:
    """A bound becomes a number: `<0.001` is printed as `0.001`."""
    return _different(text, text.strip().lstrip("<>≤≥").lstrip())


def sd_as_se(text: str, n: int) -> str | None:
    """A standard deviation of `n` values becomes the standard error of their mean, printed to as many decimals."""
    return _times(text, Fraction(isqrt(_EXACT // n), isqrt(_EXACT)))


def turn_over(text: str) -> str | None:
    """A ratio becomes that of the other arm over this one, printed to as many decimals."""
    value = Printed.parse(text).value
    return None if value == 0 else _times(text, 1 / value**2)


def _times(text: str, factor: Fraction) -> str | None:
    """The number times a factor, printed to as many decimals; None if only zeros would be left."""
    before, digits, after = _parts(text)
    decimals = len(digits.partition(".")[2])
    if before or after:
        return None
    printed = print_number(Fraction(digits.replace(",", "")) * factor, decimals)
    return None if printed.value == 0 else _different(text, printed.text)


def _any_other_digit(text: str, place: int, rng: np.random.Generator, least: int = 0) -> str | None:
    options = [change_digit(text, place, to) for to in range(least, 10)]
    changed = [option for option in options if option is not None]
    return changed[rng.integers(len(changed))] if changed else None


def _parts(text: str) -> tuple[str, str, str]:
    """What stands before the digits, the digits with commas and point, and what stands behind them."""
    Printed.parse(text)
    found = _PARTS.fullmatch(text.strip())
    assert found is not None  # every printed number has these parts
    return found["before"], found["digits"], found["after"]


def _positions(digits: str) -> list[int]:
    return [i for i, character in enumerate(digits) if character.isdigit()]


def _starts_with_zero(digits: str) -> bool:
    return re.match(r"0[\d,]", digits) is not None


def _different(text: str, changed: str) -> str | None:
    """The changed text, where it reads as a printed number of another value or bound."""
    old = Printed.parse(text)
    try:
        new = Printed.parse(changed)
    except UnreadableNumber:
        return None
    return None if (new.value, new.bound) == (old.value, old.bound) else changed
