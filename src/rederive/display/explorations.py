"""What readers can choose in the figures of chapters: states, their marks, and a sentence for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from itertools import product

import numpy as np
import pandas as pd

from rederive.checks.risks import risk_scale
from rederive.claims import PrintedRatio
from rederive.display.charts import LEAST_P
from rederive.display.explore import Choice, Exploration, marks, states_of
from rederive.methods.factorial import FourArms, animals_needed, power_against_all
from rederive.methods.pooling import (
    TwoArms,
    effect_sizes,
    every_method,
    heterogeneity,
    inverse_variance,
    which_print,
)
from rederive.methods.unseen import remainder
from rederive.printed import Interval, Printed, formatted, listed, p_for_readers

WANTED = 0.8  # power
POOLED, OTHERS = "pooled", "other trials"  # rows of the forest plot
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def control_risks(ratio: PrintedRatio, claimed: Printed) -> Exploration:
    """A risk of death without the drug, and what a printed odds ratio and its limits then mean in deaths."""
    percents = range(1, 61)
    choice = Choice("Risk of death without the drug", [f"{percent}%" for percent in percents], 26, "slider")
    limits = Interval(ratio.lower.interval().lower, ratio.upper.interval().upper)
    told, drawn = [], {}
    for state, percent in enumerate(percents):
        means, by_chance = (risk_scale(of, percent / 100) for of in (ratio.estimate.interval(), limits))
        fewer = means.relative_reduction
        told.append(
            f"If {percent}% of untreated patients die, an odds ratio of {ratio.estimate} is a risk ratio of "
            f"{means.relative_risk:.3f}, that is {fewer:.1%} fewer deaths; {claimed} is claimed. The confidence limits "
            f"of the odds ratio reach from {by_chance.relative_reduction.lower:.1%} to "
            f"{by_chance.relative_reduction.upper:.1%} fewer."
        )
        drawn[state] = [{"control_risk": percent / 100, "reduction": fewer.middle, "text": f"{fewer:.1%}"}]
    return Exploration([choice], told, marks(drawn))


def correlations(curves: Mapping[str, pd.DataFrame], printed: Mapping[str, Printed]) -> Exploration:
    """A row of a table of changes and a within-patient correlation, and the p values they allow.

    Arguments as in `figures.p_by_correlation`; all curves have the same correlations.
    """
    tried = list(next(iter(curves.values()))["correlation"])
    along = [formatted(r, ".2f") for r in tried]
    choices = [
        Choice("Row of the table", list(curves)),
        Choice("Within-patient correlation (assumed)", along, tried.index(0.5), "slider"),
    ]
    shown = partial(p_for_readers, least=LEAST_P)
    told, drawn = [], {}
    for state, (row, place) in enumerate(states_of(choices)):
        name = choices[0].options[row]
        at = curves[name].iloc[place]
        whose = "p values that rounding leaves open" if np.isnan(at["p_median"]) else "middle 90% of simulated p values"
        sentence = (
            f"{name}, correlation {along[place]}: {whose}: {shown(at['p_lower'])} to {shown(at['p_upper'])}. The paper "
            f"prints {printed[name]}"
        )
        told.append(f"{sentence}{_agreement(at, printed[name])}.")
        ends = {end: max(at[end], LEAST_P) for end in ("p_lower", "p_upper")}
        drawn[state] = [{"row": name, "correlation": at["correlation"], **ends}]
    return Exploration(choices, told, marks(drawn))


def _agreement(at: pd.Series[float], printed: Printed) -> str:
    """Whether simulated p values reach a printed one; nothing where none were simulated. A bound can be counted."""
    if np.isnan(at["p_median"]):
        return ""
    if printed.bound:
        return f"; {at['prints']:.0%} of simulated samples print that"
    inside = at["p_lower"] <= float(printed) <= at["p_upper"]
    return f", {'inside' if inside else 'outside'} that range"


def sequential_assumptions(standing: pd.DataFrame, n: int, z: Interval) -> Exploration:
    """Assumptions of a trial sequential analysis, and where a printed |Z| of `n` patients then stands.

    `standing` as `methods.sequential.monitor` gives it, for all combinations of the assumptions, the last fastest.
    """
    named = {
        "control_risk": ("Control risk", ".1%"),
        "reduction": ("Relative risk reduction to detect", ".0%"),
        "power": ("Power", ".0%"),
        "diversity": ("Diversity D²", ".1%"),
    }
    options = {column: list(dict.fromkeys(standing[column])) for column in named}
    if list(product(*options.values())) != list(standing[list(named)].itertuples(index=False, name=None)):
        raise ValueError("expected all combinations of the assumptions, in order")
    middle = {"reduction": len(options["reduction"]) // 2}
    choices = [
        Choice(name, [formatted(value, spec) for value in options[column]], middle.get(column, 0))
        for column, (name, spec) in named.items()
    ]
    told, drawn = [], {}
    for state, row in enumerate(standing.itertuples(index=False)):
        beyond = "beyond it" if row.crossed else "short of it"
        told.append(
            f"{row.required:,.0f} patients would be required; the {n:,} there are make {row.information:.0%} of them. "
            f"The critical Z there is {row.critical:.2f}, and the printed Z of {z:.2f} is {beyond}. The interval "
            f"of the odds ratio, adjusted for a single look, is {row.lower:.2f} to {row.upper:.2f}."
        )
        drawn[state] = [{"information": row.information, "z": z.middle, "critical": row.critical}]
    return Exploration(choices, told, marks(drawn))


def animals(designs: Mapping[str, FourArms], simulated: pd.DataFrame) -> Exploration:
    """An assumed experiment and the animals per arm, and the chance to beat all three other arms.

    `designs` by hazard ratio in words; `simulated` has `ratio`, `animals` and `beats_all`.
    """
    sizes = [*range(4, 21), 25, 30, 40, 50, 60, 80, 100, 120, 150, 200]
    choices = [
        Choice("Hazard ratio, combination v each single agent", list(designs), len(designs) // 2),
        Choice("Animals per arm", [str(size) for size in sizes], sizes.index(10), "slider"),
    ]
    told, drawn = [], {}
    for state, (which, place) in enumerate(states_of(choices)):
        name, size = choices[0].options[which], sizes[place]
        design = designs[name]
        chance = float(power_against_all(design, size))
        told.append(
            f"With {size} animals per arm, {4 * size} in all, and a hazard ratio of {name} against each single agent, "
            f"the chance to beat all three other arms is {formatted(chance, '.0%')} by a formula for large groups"
            f"{_by_simulation(simulated, name, size)}. A chance of {WANTED:.0%} takes {_enough(design):,} per arm."
        )
        drawn[state] = [{"x": size, "y": chance, "text": formatted(chance, ".0%")}]
    return Exploration(choices, told, marks(drawn))


@cache
def _enough(design: FourArms) -> int | None:
    return animals_needed(lambda size: power_against_all(design, size), WANTED)


def _by_simulation(simulated: pd.DataFrame, ratio: str, size: int) -> str:
    """What simulated experiments of this kind found, if there were any."""
    found = simulated[(simulated["ratio"] == float(ratio)) & (simulated["animals"] == size)]["beats_all"]
    return f" ({found.iloc[0]:.0%} of simulated experiments)" if len(found) else ""


def pooled_trials(trials: pd.DataFrame, whole: PrintedRatio, part: PrintedRatio, k: int) -> Exploration:
    """Which of the visible trials are pooled, and how; and what the others of `k` must then pool to.

    Parameters
    ----------
    trials : counts as `TwoArms.from_frame` takes them, named by the index.
    whole, part : the printed results of all `k` trials, and of the part that the visible ones may be.
    """
    methods = every_method(TwoArms.from_frame(trials))["method"]
    choices = [
        Choice("Pooling method", list(methods), list(methods).index("inverse variance, common effect, Wald")),
        *(Choice(f"{name} in the pool", ["no", "yes"], 1, "switch") for name in trials.index),
    ]
    told, drawn = [], {}
    for state, (method, *flags) in enumerate(states_of(choices)):
        chosen = trials[np.array(flags, dtype=bool)]
        sentence, rows = _pooled(chosen, int(method), part)
        of_rest = _others(chosen, whole, k)
        told.append(f"{sentence} {of_rest[0]}".strip())
        drawn[state] = [*(_single(chosen.loc[[name]], str(name)) for name in chosen.index), *rows, *of_rest[1]]
    return Exploration(choices, told, marks(drawn))


def _row(label: str, kind: str, ratio: Interval, limits: Interval, text: str) -> dict[str, object]:
    ends = {"low": ratio.lower, "high": ratio.upper, "lower": limits.lower, "upper": limits.upper}
    return {"label": label, "kind": kind, "text": text, **ends}


def _counted(label: str, ratio: float, lower: float, upper: float) -> dict[str, object]:
    text = f"{ratio:.2f} ({lower:.2f} to {upper:.2f})"
    return _row(label, "counted", Interval(ratio, ratio), Interval(lower, upper), text)


def _single(trial: pd.DataFrame, name: str) -> dict[str, object]:
    alone = inverse_variance(*effect_sizes(TwoArms.from_frame(trial), "OR"))
    return _counted(name, float(alone.ratio), *map(float, alone.ratio_interval()))


def _pooled(chosen: pd.DataFrame, method: int, part: PrintedRatio) -> tuple[str, Sequence[dict[str, object]]]:
    """The trials pooled, in a sentence and as a row; nothing to draw if there is nothing to pool."""
    names = listed(map(str, chosen.index))
    if len(chosen) == 0:
        return "No trial is chosen: there is nothing to pool.", []
    if len(chosen) == 1:
        alone = _single(chosen, names)["text"]
        return (
            f"{names} alone: odds ratio {alone}. There is nothing to pool, and nothing tells how much trials vary.",
            [],
        )
    counts = TwoArms.from_frame(chosen)
    found = which_print(every_method(counts), part).iloc[method]
    spread = heterogeneity(*effect_sizes(counts, "OR"))
    printed = "do print that" if found["all_print"] else "alone do not print that"
    tau2 = f"τ² {found['tau2']:.3f}" if "random effects" in found["method"] else "τ² taken as 0"
    sentence = (
        f"{names} pooled: odds ratio {found['estimate']:.2f} ({found['lower']:.2f} to {found['upper']:.2f}), "
        f"p {formatted(found['p'], '.2g')}; I² {spread.i2:.0%}, {tau2}. The multicentre "
        f"result is printed as {part}: by this method these trials {printed}."
    )
    return sentence, [_counted(POOLED, found["estimate"], found["lower"], found["upper"])]


def _others(chosen: pd.DataFrame, whole: PrintedRatio, k: int) -> tuple[str, Sequence[dict[str, object]]]:
    """What the trials not chosen must pool to if all were pooled by inverse variance, in a sentence and as a row."""
    if len(chosen) == 0:
        return "", []
    rest = remainder(whole, inverse_variance(*effect_sizes(TwoArms.from_frame(chosen), "OR")))
    text = f"{rest.ratio:.2f} (within {rest.limits:.2f})"
    sentence = (
        f"Whichever method is chosen: if all trials share one effect, the {COUNTS[k - len(chosen)]} others must pool "
        f"to an odds ratio of {rest.ratio:.2f}, its interval within {rest.limits:.2f}; if trials vary, it may be "
        "higher."
    )
    return sentence, [_row(OTHERS, "implied, not observed", rest.ratio, rest.limits, text)]
