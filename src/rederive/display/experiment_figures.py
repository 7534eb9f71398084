"""The figures of chapters about planned experiments: what they show, in a chart, in words and in a table.

All of it rests on assumptions; nothing here is data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rederive.display import charts, explorations
from rederive.methods.factorial import FourArms, no_synergy, power_against_all
from rederive.methods.rescue import seems_abolished, seems_abolished_one_control
from rederive.methods.significance_filter import effect_for_power, significant_estimates

Floats = NDArray[np.float64]

PERCENT = alt.Axis(format="%", tickCount=6)


def power_by_animals(designs: Mapping[str, FourArms], simulated: pd.DataFrame, sizes: Sequence[int]) -> None:
    """The chance to beat all three other arms, over animals per arm: a curve for each assumed experiment.

    `designs` by hazard ratio in words. `simulated` has `ratio`, `animals` and `beats_all`, the share of simulated
    experiments of some of the designs that do.
    """
    explore = explorations.animals(designs, simulated)
    animals = np.unique(np.round(np.geomspace(4, 200, 60)))
    curves = pd.concat(
        pd.DataFrame({"x": animals, "y": power_against_all(design, animals), "curve": name})
        for name, design in designs.items()
    )
    behind = pd.DataFrame(
        {"animals per arm": sizes} | {name: power_against_all(design, sizes) for name, design in designs.items()}
    )
    told = "; ".join(f"{name}: {behind[name].iloc[0]:.0%} to {behind[name].iloc[-1]:.0%}" for name in designs)
    charts.figure(
        charts.assumed_curves(
            curves,
            alt.X(
                "x:Q",
                title="animals per arm (log scale)",
                scale=alt.Scale(type="log", domain=[4, 200], nice=False),
                axis=alt.Axis(values=[5, 10, 20, 50, 100, 200], format="d"),
            ),
            alt.Y("y:Q", title="chance to beat all three arms", scale=alt.Scale(domain=[0, 1]), axis=PERCENT),
            "assumed hazard ratio, combination v each single agent",
            simulated[["animals", "beats_all"]].set_axis(["x", "y"], axis=1),
            (0.8, "80%"),
            states=explore.marks,
        ),
        f"{len(designs)} rising curves of the chance that the combination beats saline and both single agents in one "
        f"experiment, over animals per arm. From {sizes[0]} to {sizes[-1]} animals per arm, by assumed hazard ratio: "
        f"{told}. Hollow circles of simulated experiments lie near the curves, with the fewest animals below them.",
        behind,
        "The chance that one experiment finds the combination better than saline and than each agent alone, all three "
        "at 5%. Dashed: by formula. Circles: simulated, for some of the curves. Assumptions, not data.",
        dict.fromkeys(designs, ".0%"),
        explore=explore,
    )


def synergy_by_definition(hr_a: float, hr_b: float, marked: float) -> None:
    """The hazard ratio that a combination has to stay below to be synergistic, by definition, over the control risk."""
    risks = np.linspace(0.02, 0.98, 49)
    found = no_synergy(hr_a, hr_b, risks)
    curves = pd.concat(pd.DataFrame({"x": risks, "y": limit, "curve": name}) for name, limit in found.items())
    few = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    behind = pd.DataFrame({"risk of death in controls": few} | no_synergy(hr_a, hr_b, few))
    ends = "; ".join(
        f"{name}: {lowest:.2f}" + (f" to {highest:.2f}" if f"{highest:.2f}" != f"{lowest:.2f}" else "")
        for name, lowest, highest in ((n, behind[n].iloc[0], behind[n].iloc[-1]) for n in found)
    )
    charts.figure(
        charts.assumed_curves(
            curves,
            alt.X("x:Q", title="risk of death in controls by the last day (assumed)", axis=PERCENT),
            alt.Y(
                "y:Q",
                title="hazard ratio, combination v saline",
                scale=alt.Scale(zero=False, padding=20),
                axis=alt.Axis(tickCount=6),
            ),
            "synergy is a hazard ratio below the curve of the definition",
            line=(marked, f"hazard ratio {marked:.2f}"),
        ),
        f"{len(found)} curves of the hazard ratio below which a combination counts as synergistic, over the control "
        f"arm's risk of death. With control risks from {few[0]:.0%} to {few[-1]:.0%}: {ends}. A solid line marks "
        f"{marked:.2f}, which lies below some curves and above others.",
        behind,
        f"What a combination has to beat to be called synergistic, if the agents alone have hazard ratios of {hr_a:g} "
        f"and {hr_b:g}: four definitions. Assumptions, not data.",
        {"risk of death in controls": ".0%"} | dict.fromkeys(found, ".2f"),
    )


def abolished_by_power(simulated: pd.DataFrame) -> None:
    """How often an added agent without any interaction seems to abolish an effect, over the power to see that effect.

    `simulated` has `power` and `share`, of simulated experiments with few units and one control.
    """
    power = np.linspace(0.03, 0.99, 49)
    one_control = np.vectorize(seems_abolished_one_control)
    kinds: dict[str, Callable[[Floats], Floats]] = {
        "agent does nothing; two controls": lambda p: seems_abolished(p, p),
        "agent does nothing; one control": lambda p: one_control(p, p),
        # what the agent takes from everybody is as much as the treatment gives: no more than control is left
        "harm as large as the effect; one control": lambda p: one_control(p, 0.025),
    }
    curves = pd.concat([pd.DataFrame({"x": power, "y": of(power), "curve": name}) for name, of in kinds.items()])
    few = np.array([0.2, 0.4, 0.5, 0.6, 0.8, 0.9])
    behind = pd.DataFrame({"power": few} | {name: of(few) for name, of in kinds.items()})
    told = "; ".join(f"{name}: at most {curves.loc[curves['curve'] == name, 'y'].max():.0%}" for name in kinds)
    charts.figure(
        charts.assumed_curves(
            curves,
            alt.X("x:Q", title="chance to see the effect, without the agent (assumed)", axis=PERCENT),
            alt.Y("y:Q", title="share of experiments", scale=alt.Scale(domain=[0, 1]), axis=PERCENT),
            "significant without the added agent, not with it",
            simulated.rename(columns={"power": "x", "share": "y"}),
            (0.05, "5%"),
            "right",
        ),
        "Curves of how often an experiment seems to show that an added agent abolishes an effect although there is no "
        f"interaction, over the power. {told}. Hollow circles of simulated experiments lie near the curves. A solid "
        "line marks 5%, which is how often the test of the difference of differences errs, in either direction.",
        behind,
        "How often an experiment without any interaction is significant without the added agent and not with it. "
        "Dashed: by formula, for large groups. Circles: simulated t tests of small groups. Assumptions, not data.",
        dict.fromkeys(behind.columns, ".0%"),
    )


def exaggeration_by_power(simulated: pd.DataFrame) -> None:
    """By what factor significant estimates exaggerate, over power; simulated survival experiments beside it.

    `simulated` has `power` and `factor`.
    """
    powers = np.concatenate([np.linspace(0.06, 0.3, 25), np.linspace(0.32, 0.98, 34)])
    found = significant_estimates([effect_for_power(power) for power in powers])
    few = np.array([0.06, 0.1, 0.2, 0.3, 0.5, 0.8, 0.9])
    at = significant_estimates([effect_for_power(power) for power in few])
    behind = pd.DataFrame({"power": few, "mean exaggeration": at.exaggeration, "share with wrong sign": at.wrong_sign})
    told = "; ".join(f"{factor:.1f} at {power:.0%}" for power, factor, _ in behind.itertuples(index=False))
    charts.figure(
        charts.assumed_curves(
            pd.DataFrame({"x": powers, "y": found.exaggeration, "curve": "normal estimates, by formula"}),
            alt.X("x:Q", title="power (assumed)", axis=PERCENT, scale=alt.Scale(domain=[0, 1])),
            alt.Y("y:Q", title="significant estimate over truth", scale=alt.Scale(domain=[1, 6])),
            "mean exaggeration",
            simulated.rename(columns={"power": "x", "factor": "y"}),
        ),
        f"A curve falls steeply: significant estimates are too large by a factor of {told} power. Hollow circles of "
        f"simulated survival experiments, {simulated['factor'].min():.1f} to {simulated['factor'].max():.1f}, "
        "lie near it.",
        behind,
        "How much estimates exaggerate, on average, if only significant ones are reported. Circles: median of the log "
        "hazard ratio against one single agent in simulated survival experiments, over the true one. Not data.",
        {"power": ".0%", "mean exaggeration": ".2f", "share with wrong sign": ".2%"},
    )
