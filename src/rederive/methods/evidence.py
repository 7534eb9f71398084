"""Effect estimates of several documents on one scale of direction, side by side and never pooled."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rederive.claims import PrintedRatio, TwoArmsRow
from rederive.comparison import Comparison, estimate_of
from rederive.methods.pooling import TwoArms
from rederive.methods.trials import single_trials

SIDES = ("thymosin α1", "neither", "control")
"""Which side the whole interval is on; `neither` if it includes 1."""


def _numbers(estimate: PrintedRatio | TwoArmsRow) -> dict[str, object]:
    """An estimate with its limits as its source has them, or as its counts give them."""
    if isinstance(estimate, PrintedRatio):
        numbers = (estimate.estimate, estimate.lower, estimate.upper)
        return {
            "measure": estimate.measure,
            "level": str(estimate.level),
            "basis": "printed",
            "as_given": str(estimate),
            **dict(zip(("estimate", "lower", "upper"), map(float, numbers), strict=True)),
        }
    counts = pd.DataFrame([dict(estimate)])
    alone = single_trials(TwoArms.from_frame(counts), [estimate.study], ["OR"]).iloc[0]
    return {
        "measure": "OR",
        "level": "95%",
        "basis": {"printed": "counted", "reconstructed": "counts reconstructed"}[estimate.basis],
        "as_given": f"{alone['estimate']:.2f} ({alone['lower']:.2f} to {alone['upper']:.2f})",
        "estimate": float(alone["estimate"]),
        "lower": float(alone["lower"]),
        "upper": float(alone["upper"]),
    }


def evidence_table(comparison: Comparison) -> pd.DataFrame:
    """Every effect estimate that a comparison lists, with its numbers.

    A printed ratio keeps its digits. Counts of two arms give an odds ratio with its Wald interval
    (`methods.trials.single_trials`).

    Returns
    -------
    A row per estimate, in the order of the file, with the columns of `comparison.EstimateRow`, and `document`,
    `measure` (OR, RR or HR), `level` of the interval, `basis` (`printed`, `counted`, `counts reconstructed`),
    `as_given` (the numbers as text), and `estimate`, `lower`, `upper` as numbers.
    """
    return pd.DataFrame(
        [
            {
                **dict(row),
                "document": reference.partition("/")[0],
                **_numbers(estimate_of(comparison.documents, reference)),
            }
            for reference, row in comparison.estimates.items()
        ]
    )


def turned(estimates: pd.DataFrame) -> pd.DataFrame:
    """The same estimates with every ratio turned so that values below 1 favour thymosin α1.

    Where a ratio above 1 favours it, ratio and limits are replaced by one over them, and the limits change places.
    For an odds ratio that is the odds ratio of the opposite outcome; for a risk ratio it is not the risk ratio of the
    opposite outcome, only the same comparison read from the other arm. Estimates that favour neither are left out.

    Returns
    -------
    The rows of `evidence_table` that compare thymosin α1 with something, with `estimate`, `lower` and `upper` turned,
    `scale` (`OR`, or `1/OR` where turned) and `side`, one of `SIDES`: where the whole interval lies.
    """
    rows = estimates[estimates["favours"] != "neither"].reset_index(drop=True)
    over = rows["favours"] == "above"
    with np.errstate(divide="ignore"):  # a lower limit of 0.00 turns into no upper limit
        inverse = 1 / rows[["estimate", "lower", "upper"]]
    lower, upper = rows["lower"].mask(over, inverse["upper"]), rows["upper"].mask(over, inverse["lower"])
    return rows.assign(
        estimate=rows["estimate"].mask(over, inverse["estimate"]),
        lower=lower,
        upper=upper,
        scale=rows["measure"].mask(over, "1/" + rows["measure"]),
        side=np.select([upper < 1, lower > 1], [SIDES[0], SIDES[2]], SIDES[1]),
    )
