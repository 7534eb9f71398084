"""True values printed the way papers print them, many at a time.

Digits are rounded half up, rounded half to even, or cut off. p values are printed to a number of decimals, with a bound
in place of what would be printed as 0, or as nothing but a bound: below or above 0.05.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rederive.printed import Rounding

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]
Integers = NDArray[np.int64]

ROUNDINGS = tuple(Rounding)
ONLY_BOUND = 0
"""In place of the decimals of a p value: it is printed as `<0.05` or `>0.05`."""


@dataclass(frozen=True)
class Styles:
    """How each of n claims is printed; arrays of shape (n,).

    Attributes
    ----------
    decimals : of estimates and limits, 1 to 4.
    p_decimals : of p values, 2 to 4; `ONLY_BOUND` for a bound.
    rounding : the place in `ROUNDINGS`.
    """

    decimals: Integers
    p_decimals: Integers
    rounding: Integers

    @classmethod
    def drawn(cls, n: int, rng: np.random.Generator) -> Styles:
        """Any combination as likely as any other."""
        return cls(rng.integers(1, 5, n), rng.choice([ONLY_BOUND, 2, 3, 4], n), rng.integers(0, len(ROUNDINGS), n))

    @property
    def cut_off(self) -> NDArray[np.bool_]:
        """Whose digits are cut off."""
        return np.asarray(self.rounding == ROUNDINGS.index(Rounding.TRUNCATION))

    @property
    def printing(self) -> NDArray[np.str_]:
        """The rounding in words: `nearest` or `cut off`."""
        return np.where(self.cut_off, "cut off", "nearest")


def round_quotients(numerator: ArrayLike, denominator: ArrayLike, rounding: ArrayLike) -> Integers:
    """Fractions of whole numbers, 0 or more, rounded to whole numbers; exact in integers, so that ties are ties."""
    top, below, how = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.int64), np.asarray(denominator, dtype=np.int64), np.asarray(rounding)
    )
    down, rest = np.divmod(top, below)
    up = np.select(
        [how == ROUNDINGS.index(Rounding.HALF_UP), how == ROUNDINGS.index(Rounding.HALF_EVEN)],
        [2 * rest >= below, (2 * rest > below) | ((2 * rest == below) & (down % 2 == 1))],
        False,
    )
    return np.asarray(down + up)


def print_steps(steps: ArrayLike, decimals: ArrayLike, suffix: str = "") -> Texts:
    """Whole numbers of steps in the last decimal, as texts: 73 steps of two decimals are `0.73`."""
    k, d = np.broadcast_arrays(np.asarray(steps), np.asarray(decimals))
    texts = np.empty(k.shape, dtype=object)
    for places in np.unique(d):
        mine = d == places
        texts[mine] = [f"{step / 10**places:.{places}f}{suffix}" for step in k[mine].tolist()]
    return texts


def print_values(values: ArrayLike, decimals: ArrayLike, rounding: ArrayLike) -> Texts:
    """True values to some decimals; all arguments broadcast to shape (n,).

    Values are doubles, so a tie is a tie of doubles. A negative value that rounds to zero is printed as `-0.0`, as most
    programs do.
    """
    x, d, how = np.broadcast_arrays(np.asarray(values, dtype=float), np.asarray(decimals), np.asarray(rounding))
    size = np.abs(x) * 10.0**d
    steps = np.select(
        [how == ROUNDINGS.index(Rounding.HALF_UP), how == ROUNDINGS.index(Rounding.HALF_EVEN)],
        [np.floor(size + 0.5), np.rint(size)],
        np.floor(size),
    )
    return print_steps(np.copysign(steps, x), d)


def print_p(p: ArrayLike, styles: Styles) -> Texts:
    """The p values as `styles` print them: `0.034`, `<0.001` below the last decimal, or `<0.05` and `>0.05`."""
    p, d = np.asarray(p, dtype=float), styles.p_decimals
    texts = np.where(p < 0.05, "<0.05", ">0.05").astype(object)
    told = d != ONLY_BOUND
    texts[told] = print_values(p[told], d[told], styles.rounding[told])
    tiny = told & (p < 10.0**-d)
    texts[tiny] = [f"<{10.0**-places:.{places}f}" for places in d[tiny].tolist()]
    return texts
