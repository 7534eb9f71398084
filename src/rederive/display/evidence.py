"""The map of evidence: every effect estimate in its place, by population and outcome. Nothing is pooled."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from rederive.display import charts
from rederive.display.drawing import INK, Chart
from rederive.methods.evidence import SIDES

HEADING, WORDS = 24, 18  # heights, in pixels: of an outcome's heading, and of a line of words
LEAST, MOST = 0.05, 20.0  # ends of intervals beyond them are drawn there
TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]


def _places(rows: pd.DataFrame, row: int) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """The rows, `row` pixels each, and the headings of their outcomes, with their heights `y`; the height of all."""
    headings, heights, y = [], [], 0
    for outcome, of_one in rows.groupby("outcome", sort=False):
        headings.append({"y": y, "outcome": outcome})
        y += HEADING
        for i in of_one.index:
            heights.append((i, y))
            y += row
    return rows.assign(y=pd.Series(dict(heights))), pd.DataFrame(headings), y


def _panel(
    rows: pd.DataFrame, heading: str, domain: list[float], kinds: list[str], *, first: bool, phone: bool
) -> Chart:
    """One population's estimates: what they are called and their numbers above each line, on phones one by one."""
    words_height = 2 * WORDS if phone else WORDS
    placed, headings, height = _places(rows, words_height + 20)
    down = alt.Scale(domain=[0, height], reverse=True, nice=False)
    x: dict[str, Any] = {
        "scale": alt.Scale(type="log", domain=domain, nice=False),
        "title": "below 1 favours thymosin α1 (log scale)",
        "axis": alt.Axis(values=[tick for tick in TICKS if domain[0] <= tick <= domain[1]], format="~g"),
    }
    key: dict[str, Any] = {"title": None} | ({} if first else {"legend": None})
    stroke = alt.Stroke("basis:N", scale=alt.Scale(domain=kinds, range=[charts.KINDS[kind] for kind in kinds]), **key)
    fill = alt.Fill("basis:N", scale=alt.Scale(domain=kinds, range=[charts.fill_of(kind) for kind in kinds]), **key)
    shape = alt.Shape("basis:N", scale=alt.Scale(domain=kinds, range=[charts.SHAPES[kind] for kind in kinds]), **key)
    data = placed.assign(
        middle=placed["y"] + words_height + 9, hollow=[charts.fill_of(kind) == "transparent" for kind in rows.basis]
    )
    base = alt.Chart(data).encode(y=alt.Y("middle:Q", scale=down, axis=None))
    limits = {"x": alt.X("drawn_lower:Q", **x), "x2": "drawn_upper:Q", "stroke": stroke}
    words = alt.Chart(data).encode(y=alt.Y("y:Q", scale=down, axis=None))
    title = alt.TitleParams(heading, color=INK, fontSize=14, fontWeight="bold", anchor="start")
    layers = alt.layer(
        # the line at 1 keeps clear of the words
        alt.Chart(data.assign(one=1.0, top=data["y"] + words_height, bottom=data["y"] + words_height + 18))
        .mark_rule(opacity=0.6)
        .encode(x=alt.X("one:Q", **x), y=alt.Y("top:Q", scale=down, axis=None), y2="bottom:Q"),
        base.transform_filter(~alt.datum.hollow).mark_rule(strokeWidth=2).encode(**limits),
        base.transform_filter(alt.datum.hollow).mark_rule(strokeWidth=2, strokeDash=[4, 3]).encode(**limits),
        base.mark_point(size=80, strokeWidth=2, opacity=1).encode(
            x=alt.X("drawn:Q", **x), stroke=stroke, fill=fill, shape=shape
        ),
        words.mark_text(align="left", baseline="top", dy=4).encode(text="label:N", x=alt.value(0)),
        words.mark_text(align="left", baseline="top", dy=4 + WORDS).encode(text="text:N", x=alt.value(0))
        if phone
        else words.mark_text(align="right", baseline="top", dy=4, x="width").encode(text="text:N"),
        alt.Chart(headings)
        .mark_text(align="left", baseline="top", dy=7, fontStyle="italic")
        .encode(y=alt.Y("y:Q", scale=down, axis=None), text="outcome:N", x=alt.value(0)),
    )
    return layers.properties(height=height, title=title)


def evidence_map(estimates: pd.DataFrame) -> None:
    """Draw effect estimates as `methods.evidence.turned` gives them: a panel for each population and comparator.

    All panels have one scale. What was counted or printed is filled; what counts were reconstructed for is hollow and
    dashed.
    """
    design = estimates["design"].map({"not randomised": ", not randomised"}).fillna("")
    computed = [f"{e:.2f} ({lo:.2f} to {hi:.2f})" for e, lo, hi in estimates[["estimate", "lower", "upper"]].to_numpy()]
    numbers = estimates["as_given"].where(estimates["scale"] == estimates["measure"], computed)
    level = estimates["level"].map(lambda level: "" if level == "95%" else f", {level} interval")
    clipped = estimates[["estimate", "lower", "upper"]].clip(LEAST, MOST)
    rows = estimates.assign(
        label=estimates["label"] + design,
        text=estimates["scale"] + " " + numbers + level,
        drawn=clipped["estimate"],
        drawn_lower=clipped["lower"],
        drawn_upper=clipped["upper"],
    )
    domain = [clipped["lower"].min() * 0.95, max(1.0, clipped["upper"].max()) * 1.05]
    kinds = [kind for kind in charts.KINDS if kind in set(rows["basis"])]
    panels: dict[bool, list[Chart]] = {False: [], True: []}
    told = []
    for (population, comparator), of_one in rows.groupby(["population", "comparator"], sort=False):
        heading = f"{population}, against {comparator}"
        for phone, drawn in panels.items():
            one = of_one.reset_index(drop=True)
            drawn.append(_panel(one, heading, domain, kinds, first=not drawn, phone=phone))
        drug, neither, control = ((of_one["side"] == side).sum() for side in SIDES)
        told.append(
            f"{heading}: {len(of_one)} estimate{'s' if len(of_one) > 1 else ''}; {drug} with the whole interval on the "
            f"side of thymosin α1, {control} on the other, {neither} whose interval includes 1."
        )
    apart = alt.ScaleResolveMap(stroke="independent", fill="independent", shape="independent")
    behind = rows[
        ["label", "population", "comparator", "outcome", "design", "measure", "as_given", "text", "basis", "id"]
    ].rename(
        columns={"label": "estimate", "as_given": "as its source or counts give it", "text": "as drawn", "id": "from"}
    )
    wide, narrow = (alt.vconcat(*drawn, spacing=18, resolve=alt.Resolve(scale=apart)) for drawn in panels.values())
    charts.figure(
        wide,
        "Forest plots on one log scale, a panel for each population and a line for each estimate. " + " ".join(told),
        behind,
        "Ratios and two-arm counts of thymosin α1 in the documents and in the studies that the chapters draw on, by "
        "population and outcome, with intervals (95% unless it says otherwise). Ratios are turned so that below 1 "
        "favours thymosin α1; 1/OR stands where we turned one over. Odds ratios (OR), risk ratios (RR) and hazard "
        "ratios (HR) are different measures. Hollow and dashed: from counts that were reconstructed. Nothing is "
        "pooled, and the same patients may stand behind several lines. "
        f"Ends of intervals beyond {LEAST:g} and {MOST:g} are drawn there.",
        phone=narrow,
    )
