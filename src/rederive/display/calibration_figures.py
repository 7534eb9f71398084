"""The figures of the chapter about the checks themselves: what they show, in a chart, in words and in a table."""

from __future__ import annotations

import altair as alt
import pandas as pd

from rederive.display import charts
from rederive.display.drawing import WIDTH

OURS, EXACT_DIGITS = "this library", "digits taken for exact"
CHECKS = [OURS, EXACT_DIGITS]


def alarms_by_kind(alarms: pd.DataFrame) -> None:
    """The share of honest simulated claims that are contradicted, by kind, by this library and by a midpoint check.

    `alarms` is indexed by kind, with the counts `claims`, `contradicted` and `midpoint`.
    """
    shares = alarms[["contradicted", "midpoint"]].div(alarms["claims"], axis=0).set_axis(CHECKS, axis=1)
    shares = shares.sort_values(CHECKS, ascending=False).rename_axis("kind of claim")
    rows = shares.reset_index().melt("kind of claim", var_name="check", value_name="share")
    x = alt.X(
        "share:Q",
        title="honest claims contradicted (simulated)",
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    y = alt.Y(
        "kind of claim:N",
        sort=list(shares.index),
        title=None,
        axis=alt.Axis(grid=True, ticks=False, domain=False, labelPadding=10),
    )
    shape = alt.Shape("check:N", sort=CHECKS, title=None, scale=alt.Scale(domain=CHECKS, range=["circle", "cross"]))
    stroke = alt.Stroke(
        "check:N", sort=CHECKS, title=None, scale=alt.Scale(domain=CHECKS, range=[charts.IMPLIED, charts.LIMIT])
    )
    marks = alt.Chart(rows).mark_point(filled=False, size=70, strokeWidth=2, opacity=1)
    told = "; ".join(f"{kind} {ours:.0%} and {exact:.0%}" for kind, ours, exact in shares.itertuples())
    charts.figure(
        alt.layer(marks.encode(x=x, y=y, shape=shape, stroke=stroke)).properties(
            width=WIDTH - 150, height=alt.Step(24)
        ),
        "Two marks a kind, on a scale from 0% to 100%: the share of honest simulated claims contradicted by this "
        f"library, and by a check that takes digits for exact. {told}.",
        shares.reset_index(),
        "Honest claims that are contradicted, by kind: circles by this library, crosses by a check that takes printed "
        "digits for exact. Simulated claims, not observed ones; the mix of decimals and roundings is ours.",
        dict.fromkeys(CHECKS, ".2%"),
    )
