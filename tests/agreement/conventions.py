"""Both answers of every known difference between programs beside R's, from differences.json."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import pandas as pd

from agreement.comparing import Group, Pair, Tolerance, recorded
from agreement.tables import UNIROOT
from rederive.calibration.differences import known_differences

SAME = Tolerance(
    1e-10, 0, "Formulas, and searches that either side carries on until only rounding is left; 15 digits are stored."
)


@cache
def _ours() -> pd.DataFrame:
    return known_differences()


def _answers(by_search: bool) -> Iterator[Pair]:
    """Only the conditional odds ratio comes from a search whose precision R does not let one choose."""
    for case in recorded("differences")["cases"]:
        if ((case["difference"], case["answer"]) == ("odds-ratio", "other value")) == by_search:
            ours = _ours().loc[case["difference"], case["answer"]]
            theirs = case["value"]
            yield f"{case['difference']}, {case['answer']}", *((1 / ours, 1 / theirs) if by_search else (ours, theirs))


_FUNCTION = "rederive.calibration.differences.known_differences"
GROUPS = (
    Group("differences", _FUNCTION, "the call of each case", "stats", "differences", SAME, partial(_answers, False)),
    Group("differences-conditional-odds-ratio", _FUNCTION, "fisher.test()", "stats", "differences", UNIROOT,
          partial(_answers, True)),
)  # fmt: skip
