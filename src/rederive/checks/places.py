"""Places in an order, and what a changed share can mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rederive.printed import Interval, listed
from rederive.verdicts import Finding

Floats = NDArray[np.float64]


def judge_place(place: int, name: str, counts: Mapping[str, Interval], where: str, assuming: str = "") -> Finding:
    """Does one of several things come at the place in the order of size that a sentence gives it, 1 being the largest?

    A count that is not known exactly is an interval, and so is then the place. The sentence is possible if the place
    lies among those that the intervals leave open, coherent if they leave no other, contradicted if it is not there.

    Parameters
    ----------
    place : the place claimed.
    name : which of the `counts` it is claimed for.
    counts : of everything that could come before it.
    where : what is counted, and where.
    assuming : what the counts rest on beyond their source.

    Raises
    ------
    KeyError : if there is no count of that name.
    """
    own = counts[name]
    others = {other: count for other, count in counts.items() if other != name}
    before = [other for other, count in others.items() if count.lower > own.upper]
    behind = [other for other, count in others.items() if count.upper < own.lower]
    either = [other for other in others if other not in {*before, *behind}]
    best, worst = 1 + len(before), 1 + len(before) + len(either)
    if before:
        first = f"Before it come {_with_counts(counts, before)}. "
    else:
        first = f"It comes first. Behind it come {_with_counts(counts, behind)}." if behind and not either else ""
    may = "may come before it too" if before else "may come before it"
    others_may = _with_counts(counts, either)
    rest = f"{others_may[:1].upper()}{others_may[1:]} {may}." if either else ""
    return Finding(
        judge_place,
        assuming,
        f"Of {where}, {name} has {own:,.0f}. {first}{rest}".strip(),
        {"place": best} if not either else {"place_at_best": best, "place_at_worst": worst},
        exists=best <= place <= worst,
        constrained=not either,
    )


def _with_counts(counts: Mapping[str, Interval], names: list[str]) -> str:
    return listed(f"{name} ({counts[name]:,.0f})" for name in names)


def growth_of_the_rest(share_before: ArrayLike, share_after: ArrayLike) -> Floats:
    """By what factor all other cells must multiply for a share to fall although its own cells do not change in number.

    With s cells of one kind and r others the share is s / (s + r), so r / s is (1 - share) / share, and the factor is
    the odds of the share before over the odds after. Below 1 the others have to become fewer.

    Parameters
    ----------
    share_before, share_after : between 0 and 1; arrays that go together.

    Raises
    ------
    ValueError : if a share is not between 0 and 1.
    """
    before, after = np.asarray(share_before, dtype=float), np.asarray(share_after, dtype=float)
    if not (np.all((before > 0) & (before < 1)) and np.all((after > 0) & (after < 1))):
        raise ValueError("expected shares between 0 and 1")
    return np.asarray(before / (1 - before) / (after / (1 - after)))
