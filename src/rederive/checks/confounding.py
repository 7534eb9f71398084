"""How strong an unmeasured confounder would have to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rederive.claims import PrintedRatio
from rederive.printed import Interval

Floats = NDArray[np.float64]


def e_value(risk_ratio: ArrayLike) -> Floats:
    """The E-value of a risk ratio (VanderWeele and Ding 2017): R + sqrt(R (R - 1)), with R the ratio or one over it.

    The smallest risk ratio that an unmeasured confounder must have both with treatment and with outcome, beyond what
    was adjusted for, to make this risk ratio out of no effect. A weaker one cannot; a confounder that strong might.
    """
    ratio = np.asarray(risk_ratio, dtype=float)
    away = np.maximum(ratio, 1 / ratio)
    return np.asarray(away + np.sqrt(away * (away - 1)))


def risk_ratio_of_hazard_ratio(hazard_ratio: ArrayLike) -> Floats:
    """The risk ratio that a hazard ratio is taken for where the outcome is common (VanderWeele and Ding 2017, Table 2).

    (1 - 0.5^sqrt(h)) / (1 - 0.5^sqrt(1 / h)), an approximation meant for outcomes that 15% or more have by the end.
    Where fewer have it, they take the hazard ratio itself.
    """
    h = np.asarray(hazard_ratio, dtype=float)
    return np.asarray((1 - 0.5 ** np.sqrt(h)) / (1 - 0.5 ** np.sqrt(1 / h)))


def e_values(ratio: PrintedRatio) -> pd.DataFrame:
    """E-values of a printed hazard ratio and of its limit nearer 1, for a rare and for a common outcome.

    Returns
    -------
    A row each for the estimate and the limit: `what`, `hazard_ratio` (as printed), `rare` and `common`, over all values
    that round to what is printed. The E-value of a limit on the other side of 1 is 1: no confounder is needed.

    Raises
    ------
    ValueError : if the ratio is not a hazard ratio.
    """
    if ratio.measure != "HR":
        raise ValueError(f"expected a hazard ratio, got {ratio.measure}")
    below = float(ratio.estimate) < 1
    nearer = ratio.upper if below else ratio.lower
    rows = []
    for what, number in {"estimate": ratio.estimate, "limit nearer 1": nearer}.items():
        ends = np.array([number.interval().lower, number.interval().upper])
        ends = np.minimum(ends, 1) if below else np.maximum(ends, 1)
        rare, common = np.sort(e_value(ends)), np.sort(e_value(risk_ratio_of_hazard_ratio(ends)))
        rows.append(
            {
                "what": what,
                "hazard_ratio": number,
                "rare": Interval(*map(float, rare)),
                "common": Interval(*map(float, common)),
            }
        )
    return pd.DataFrame(rows)
