"""Charts: one library, one theme, one mark for what nobody observed.

Whatever was counted or printed is drawn solid and filled. Whatever is implied or simulated is drawn hollow and dashed,
in a colour of its own, and says so in its legend.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from statistics import NormalDist
from typing import Any, Literal

import altair as alt
import pandas as pd

from rederive.display.drawing import INK, ROW_LABEL, WIDTH, Chart, drawn
from rederive.display.explore import STATIC, Exploration
from rederive.display.shown import Shown, show
from rederive.display.tables import rendered

SEEN, PRINTED, IMPLIED, LIMIT = "#1F7FBF", "#B8860B", "#D9553F", "#808080"  # each readable on white and on black
FAINT = f"{IMPLIED}{round(0.25 * 255):x}"  # what lies behind it shows
KINDS = {
    "counted": SEEN,
    "printed": PRINTED,
    "counts reconstructed": IMPLIED,
    "implied, not observed": IMPLIED,
    "simulated, not observed": IMPLIED,
}
SHAPES = {
    "counted": "square",
    "printed": "diamond",
    "counts reconstructed": "square",
    "implied, not observed": "circle",
    "simulated, not observed": "circle",
}
LEAST_P = 1e-6  # p values below it are drawn there


def figure(
    chart: Chart,
    alt_text: str,
    data: pd.DataFrame,
    caption: str,
    formats: Mapping[str, str] | None = None,
    *,
    phone: Chart | None = None,
    explore: Exploration | None = None,
) -> None:
    """Show a chart; arguments as in `pictured`."""
    show(pictured(chart, alt_text, data, caption, formats, phone=phone, explore=explore))


def pictured(
    chart: Chart,
    alt_text: str,
    data: pd.DataFrame,
    caption: str,
    formats: Mapping[str, str] | None = None,
    *,
    phone: Chart | None = None,
    explore: Exploration | None = None,
) -> Shown:
    """A chart with its alternative in words and the table behind it; see `drawing.drawn` about `phone`.

    The chart is drawn as SVG that is part of the page: no script, no other host, and its text follows the page's
    colours. Readers of plain text get the words and the table. If there is something to `explore`, the marks of its
    states are in the chart, and its choices stand below it.
    """
    drawings, name = drawn(chart, phone)
    behind = rendered(data, "The numbers behind this figure", formats or {})
    return Shown(
        f"[Figure] {caption}\n{alt_text}\n{behind.plain}",
        f'<figure class="rd-figure" id="figure-{name}">'
        f'<div class="rd-chart" role="img" aria-label="{escape(alt_text, quote=True)}">{drawings}</div>'
        f"{explore.html() if explore else ''}"
        f'<div class="rd-caption">{escape(caption)}</div>'
        f"<details><summary>The numbers behind this figure</summary>{behind.html}</details></figure>",
    )


def feasible_sets(outlines: pd.DataFrame) -> Chart:
    """Feasible (standard error, log effect) by what is taken into account.

    `outlines` has columns `se`, `effect_lower`, `effect_upper` and `from`, the outermost set first.
    """
    order = list(dict.fromkeys(outlines["from"]))
    fill = alt.Fill(
        "from:N",
        title="implied by",
        sort=order,
        scale=alt.Scale(range=["transparent", FAINT]),
        legend=alt.Legend(symbolType="square", symbolStrokeColor=IMPLIED, symbolDash=[4, 3], symbolStrokeWidth=1.5),
    )
    areas = (
        alt.Chart(outlines)
        .mark_area(stroke=IMPLIED, strokeWidth=1.5, strokeDash=[4, 3])
        .encode(
            x=alt.X(
                "se:Q",
                title="standard error of the log ratio",
                scale=alt.Scale(zero=False),
                axis=alt.Axis(tickCount=5),
            ),
            y=alt.Y("effect_lower:Q", title="log ratio", scale=alt.Scale(zero=False)),
            y2="effect_upper:Q",
            fill=fill,
            detail="side:N",
        )
    )
    return alt.layer(areas)


def reduction_by_control_risk(curve: pd.DataFrame, marks: pd.DataFrame, claimed: float, states: pd.DataFrame) -> Chart:
    """Relative risk reduction over control risk.

    `curve` has `control_risk`, `lower`, `upper`; `marks` has `control_risk`, `reduction` and `trial`; `claimed` is
    the reduction the document prints. `states` are those of `explorations.control_risks`.
    """
    percent = alt.Axis(format="%", tickCount=6)
    risks = alt.Scale(nice=False)
    x = alt.X("control_risk:Q", title="risk of death without the drug", axis=percent, scale=risks)
    highest = 1.1 * max(claimed, float(curve["upper"].max()))
    y = alt.Y("lower:Q", title="relative risk reduction", axis=percent, scale=alt.Scale(domain=[0, highest]))
    band = (
        alt.Chart(curve)
        .mark_area(fill=IMPLIED, fillOpacity=0.25, stroke=IMPLIED, strokeDash=[4, 3])
        .encode(x=x, y=y, y2="upper:Q")
    )
    claim = alt.Chart(pd.DataFrame({"y": [claimed], "label": [f"{claimed:.0%}, if odds are read as risks"]}))
    line = claim.mark_rule(color=PRINTED, strokeWidth=2).encode(y="y:Q")
    words = claim.mark_text(align="right", dy=-8, x="width").encode(y="y:Q", text="label:N")
    points = alt.Chart(marks).encode(x="control_risk:Q", y="reduction:Q", description=STATIC)
    dots = points.mark_point(filled=False, size=80, color=IMPLIED, strokeWidth=2, opacity=1)
    labels = points.mark_text(align="left", dx=7, dy=-10).encode(text="trial:N")
    chosen = points_chosen(states.rename(columns={"control_risk": "x", "reduction": "y"}), rising=False)
    return alt.layer(band, line, words, dots, labels, *chosen)


def points_chosen(states: pd.DataFrame, *, rising: bool) -> list[alt.Chart]:
    """A hollow circle at `x` and `y` with its `text`, and a line down to the axis, for each of the `states`.

    The text stands clear of a rising or falling curve, towards the middle of the chart.
    """
    at = alt.Chart(states).encode(x="x:Q", y="y:Q", description="states:N")
    middle = (states["x"].min() + states["x"].max()) / 2
    texts = [
        at.transform_filter(alt.datum.x < middle).mark_text(
            fontWeight="bold", align="left", dx=10, dy=18 if rising else -14
        ),
        at.transform_filter(alt.datum.x >= middle).mark_text(
            fontWeight="bold", align="right", dx=-10, dy=-14 if rising else 18
        ),
    ]
    return [
        at.mark_rule(strokeDash=[2, 2], strokeOpacity=0.7).encode(y2=alt.value("height")),
        at.mark_point(filled=False, size=170, color=IMPLIED, strokeWidth=3, opacity=1),
        *(text.encode(text="text:N") for text in texts),
    ]


def fill_of(kind: str) -> str:
    """What a mark is filled with: its colour if it was counted or printed, nothing otherwise."""
    return KINDS[kind] if kind in {"counted", "printed"} else "transparent"


def forest(
    rows: pd.DataFrame, title: str, heading: str = "", *, legend: bool = True, numbers_beside: bool = True
) -> Chart:
    """A forest plot that keeps what was counted, printed and implied apart; `title` says what its axis shows.

    `rows` has `label`, `low`, `high` (the estimate, or its range where it is implied), `lower`, `upper` (its interval),
    `text` and `kind`, one of `KINDS`, in the order of drawing; if a figure can be explored, also `states`, which says
    for which states a row is drawn (see `explore`). The numbers stand beside the plot, or above each line for phones.
    """
    if "states" not in rows:
        rows = rows.assign(states="")
    always = rows[~rows["states"].str.startswith("state ")]
    present = [kind for kind in KINDS if kind in set(rows["kind"])]
    colours = [KINDS[kind] for kind in present]
    fills = [fill_of(kind) for kind in present]
    rows = rows.assign(implied=[fill_of(kind) == "transparent" for kind in rows["kind"]])
    x: dict[str, Any] = {
        "title": title,
        "scale": alt.Scale(
            type="log", domain=[always["lower"].min() * 0.95, max(1, always["upper"].max()) * 1.1], nice=False
        ),
        "axis": alt.Axis(
            values=[0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2, 3, 5, 10, 20, 50], format="~g"
        ),
    }
    key: dict[str, Any] = {"title": None} | ({} if legend else {"legend": None})
    stroke = alt.Stroke("kind:N", scale=alt.Scale(domain=present, range=colours), **key)
    fill = alt.Fill("kind:N", scale=alt.Scale(domain=present, range=fills), **key)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=present, range=[SHAPES[kind] for kind in present]), **key)
    offset = 0 if numbers_beside else -2 * ROW_LABEL
    y = alt.Y(
        "label:N",
        sort=list(always["label"]),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelOffset=offset),
    )
    base = alt.Chart(rows).encode(y=y, description="states:N")
    seen, implied = (base.transform_filter(alt.datum.implied == flag) for flag in (False, True))
    unity = alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(opacity=0.6).encode(x="x:Q")
    limits = {"x": alt.X("lower:Q", **x), "x2": "upper:Q", "stroke": stroke}
    plot = alt.layer(
        unity,
        seen.mark_rule(strokeWidth=2, clip=True).encode(**limits),
        implied.mark_rule(strokeWidth=2, strokeDash=[4, 3], clip=True).encode(**limits),
        # a hollow bar for a range of estimates, a mark for one
        base.transform_filter("datum.low < datum.high")
        .mark_bar(height=11, fill="transparent", strokeWidth=2, stroke=IMPLIED)
        .encode(x=alt.X("low:Q", **x), x2="high:Q"),
        base.transform_filter("datum.low == datum.high")
        .mark_point(size=90, strokeWidth=2, opacity=1)
        .encode(x=alt.X("low:Q", **x), stroke=stroke, fill=fill, shape=shape),
    )
    chart: Chart
    if numbers_beside:
        step = alt.Step(28)
        words = base.mark_text(align="left").encode(y=y.axis(None), text="text:N", x=alt.value(0))
        sides = plot.properties(width=WIDTH - 170, height=step), words.properties(width=150, height=step)
        chart = alt.hconcat(*sides, spacing=8)
    else:
        above = base.mark_text(align="left", dy=-ROW_LABEL).encode(text="text:N", x=alt.value(0))
        chart = alt.layer(plot, above).properties(height=alt.Step(28 + ROW_LABEL))
    name = alt.TitleParams(heading, color=INK, fontSize=13, fontWeight="normal", anchor="start")
    return chart.properties(title=name) if heading else chart


def forests(panels: Mapping[str, pd.DataFrame], title: str, *, numbers_beside: bool = True) -> Chart:
    """Forest plots one below the other, each with its own scale, under one key; `panels` by heading, as in `forest`."""
    plots = [
        forest(rows, title, name, legend=i == 0, numbers_beside=numbers_beside)
        for i, (name, rows) in enumerate(panels.items())
    ]
    # shared, the scales would share their missing keys too
    apart = alt.ScaleResolveMap(stroke="independent", fill="independent", shape="independent")
    return alt.vconcat(*plots, spacing=14, resolve=alt.Resolve(scale=apart))


def possible_deaths(tables: pd.DataFrame) -> Chart:
    """Pairs of death counts that can be reconciled with what is printed: `events_treated` and `events_control`."""
    x = alt.X(
        "events_treated:Q", title="deaths among the treated", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)
    )
    y = alt.Y(
        "events_control:Q", title="deaths among controls", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)
    )
    points = (
        alt.Chart(tables).mark_point(filled=False, size=28, color=IMPLIED, opacity=1, strokeWidth=1.5).encode(x=x, y=y)
    )
    return alt.layer(points)


def possible_sizes(pairs: pd.DataFrame, smallest: int, largest: int) -> Chart:
    """Pairs of arm sizes that can print what is printed: `n_treated`, `n_control` and, in words, `nearly equal`.

    Those of the second wording are drawn larger, and last.
    """
    scale = alt.Scale(domain=[smallest, largest], nice=False)
    axis = alt.Axis(tickCount=6)
    x = alt.X("n_treated:Q", title="patients in the treated arm", scale=scale, axis=axis)
    y = alt.Y("n_control:Q", title="patients in the control arm", scale=scale, axis=axis)
    words = list(dict.fromkeys(pairs["nearly equal"]))
    sizes = alt.Size(
        "nearly equal:N",
        title="possible, not observed: arms that differ",
        scale=alt.Scale(domain=words, range=[7, 70]),
        legend=alt.Legend(symbolStrokeColor=IMPLIED, symbolFillColor="transparent"),
    )
    width = alt.StrokeWidth("nearly equal:N", scale=alt.Scale(domain=words, range=[0.7, 2]), legend=None)
    points = (
        alt.Chart(pairs)
        .mark_point(filled=False, color=IMPLIED, opacity=1)
        .encode(x=x, y=y, size=sizes, strokeWidth=width)
    )
    equal = alt.Chart(pd.DataFrame({"x": [smallest, largest]})).mark_line(color=LIMIT, strokeDash=[2, 2])
    return alt.layer(equal.encode(x=alt.X("x:Q", scale=scale), y=alt.Y("x:Q", scale=scale)), points).properties(
        width=WIDTH, height=WIDTH - 40
    )


def required_sizes(sizes: pd.DataFrame, have: int) -> Chart:
    """Required number of patients over the relative risk reduction sought, against the number there is.

    `sizes` has `reduction`, `required` and `control risk` (text); one line per control risk.
    """
    risks = list(dict.fromkeys(sizes["control risk"]))
    x = alt.X(
        "reduction:Q",
        title="relative risk reduction to be detected",
        axis=alt.Axis(format="%", tickCount=6),
        scale=alt.Scale(nice=False),
    )
    y = alt.Y(
        "required:Q",
        title="patients required (log scale)",
        scale=alt.Scale(type="log", domain=[sizes["required"].min() * 0.8, sizes["required"].max() * 1.2], nice=False),
        axis=alt.Axis(values=[30, 100, 300, 1000, 3000, 10000, 30000, 100000], format=",d"),
    )
    dash = alt.StrokeDash(
        "control risk:N",
        title="assumed control risk",
        sort=risks,
        scale=alt.Scale(range=[[8, 3], [4, 3], [1, 3]]),
        legend=alt.Legend(columns=1, symbolStrokeColor=IMPLIED),
    )
    lines = alt.Chart(sizes).mark_line(color=IMPLIED, strokeWidth=2, clip=True).encode(x=x, y=y, strokeDash=dash)
    there = alt.Chart(pd.DataFrame({"n": [have], "label": [f"{have:,} patients pooled"]}))
    rule = there.mark_rule(color=PRINTED, strokeWidth=2).encode(y="n:Q")
    words = there.mark_text(align="left", dx=4, dy=11, x=0).encode(y="n:Q", text="label:N")
    return alt.layer(lines, rule, words)


def sequential_boundaries(boundary: pd.DataFrame, points: pd.DataFrame, states: pd.DataFrame) -> Chart:
    """The critical Z over the share of the required information, and where a printed Z stands under each assumption.

    `boundary` has `information` and `critical`; `points` has `information`, `z` and `label`. `states` are those of
    `explorations.sequential_assumptions`.
    """
    shares = alt.Scale(domain=[0, float(boundary["information"].max())], nice=False)
    x = alt.X(
        "information:Q",
        title="share of the required information (assumed)",
        axis=alt.Axis(format="%", tickCount=5),
        scale=shares,
    )
    highest = 1.05 * max(float(points["z"].max()), float(states["critical"].max()))
    y = alt.Y("critical:Q", title="Z of the overall result", scale=alt.Scale(domain=[0, highest], nice=False))
    line = alt.Chart(boundary).mark_line(color=LIMIT, strokeWidth=2, clip=True).encode(x=x, y=y)
    usual = alt.Chart(pd.DataFrame({"z": [NormalDist().inv_cdf(0.975)], "label": ["single test at 5%"]}))
    rule = usual.mark_rule(strokeDash=[2, 2], color=LIMIT).encode(y="z:Q")
    words = usual.mark_text(align="right", dy=11, x="width", dx=-4).encode(y="z:Q", text="label:N")
    marks = alt.Chart(points).encode(x="information:Q", y="z:Q", description=STATIC)
    dots = marks.mark_point(color=IMPLIED, size=80, filled=False, strokeWidth=2, opacity=1)
    labels = marks.mark_text(align="left", dx=5, dy=-12).encode(text="label:N")
    named = alt.Chart(pd.DataFrame({"x": [0.45], "y": [4.2], "label": ["monitoring boundary"]}))
    name = named.mark_text(align="left").encode(x="x:Q", y="y:Q", text="label:N")
    at = alt.Chart(states).encode(x="information:Q", description="states:N")
    gap = at.mark_rule(strokeDash=[2, 2], strokeOpacity=0.7).encode(y="z:Q", y2="critical:Q")
    limit = at.mark_tick(thickness=3, size=22, color=LIMIT, opacity=1, orient="horizontal").encode(y="critical:Q")
    printed = at.mark_point(color=IMPLIED, size=170, filled=False, strokeWidth=3, opacity=1).encode(y="z:Q")
    return alt.layer(line, rule, words, dots, labels, name, gap, limit, printed)


def p_by_correlation(curves: Mapping[str, pd.DataFrame], printed: Mapping[str, float], states: pd.DataFrame) -> Chart:
    """The p values by within-patient correlation, a panel per row of a table.

    Each curve has `correlation`, `p_lower`, `p_upper` and, where a simulation has one, `p_median`; `printed` is the
    printed p value, or its bound, of each. `states` are those of `explorations.correlations`.
    """
    x = alt.X(
        "correlation:Q",
        title="within-patient correlation (assumed)",
        scale=alt.Scale(domain=[-1, 1], nice=False),
        axis=alt.Axis(values=[-1, -0.5, 0, 0.5, 1], format="~g"),
    )
    scale = alt.Scale(type="log", domain=[LEAST_P, 1], nice=False, clamp=True)
    axis = alt.Axis(values=[LEAST_P, 1e-4, 1e-2, 1], labelExpr="'' + datum.value")
    panels = []
    for name, curve in curves.items():
        shown = curve.assign(**{end: curve[end].clip(lower=LEAST_P) for end in ("p_lower", "p_upper", "p_median")})
        band = (
            alt.Chart(shown)
            .mark_area(fill=IMPLIED, fillOpacity=0.25, stroke=IMPLIED, strokeDash=[4, 3])
            .encode(x=x, y=alt.Y("p_lower:Q", title="p value", scale=scale, axis=axis), y2="p_upper:Q")
        )
        middle = (
            alt.Chart(shown.dropna(subset=["p_median"]))
            .mark_line(color=IMPLIED, strokeDash=[4, 3])
            .encode(x=x, y=alt.Y("p_median:Q", scale=scale))
        )
        line = (
            alt.Chart(pd.DataFrame({"p": [printed[name]]}))
            .mark_rule(color=PRINTED, strokeWidth=2)
            .encode(y=alt.Y("p:Q", scale=scale))
        )
        at = alt.Chart(states[states["row"] == name]).encode(x=x, description="states:N")
        here = at.mark_rule(strokeDash=[2, 2], strokeOpacity=0.7)
        allowed = at.mark_bar(width=9, fill="transparent", stroke=IMPLIED, strokeWidth=2.5).encode(
            y=alt.Y("p_lower:Q", scale=scale), y2="p_upper:Q"
        )
        title = alt.TitleParams(name, color=INK, fontSize=13, fontWeight="normal", anchor="start")
        panels.append(alt.layer(band, middle, line, here, allowed).properties(width=165, height=120, title=title))
    return alt.concat(*panels, columns=2, spacing=12)


def ranges(rows: pd.DataFrame, title: str, domain: tuple[float, float]) -> Chart:
    """Implied ranges as hollow bars: `label`, `lower`, `upper`, one row each."""
    y = alt.Y("label:N", sort=list(rows["label"]), title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X("lower:Q", title=title, scale=alt.Scale(domain=list(domain), nice=False), axis=alt.Axis(tickCount=5))
    bars = (
        alt.Chart(rows)
        .mark_bar(height=11, fill="transparent", stroke=IMPLIED, strokeWidth=2, strokeDash=[4, 3])
        .encode(x=x, x2="upper:Q", y=y)
    )
    return alt.layer(bars).properties(width=WIDTH - 100, height=alt.Step(26))


def centred_r2(curve: pd.DataFrame) -> Chart:
    """R² about the mean over the outcome's spread: `cv` and `r2`."""
    x = alt.X(
        "cv:Q",
        title="standard deviation of the outcome over its mean (assumed)",
        scale=alt.Scale(nice=False, domain=[0, float(curve["cv"].max())]),
        axis=alt.Axis(tickCount=5),
    )
    y = alt.Y("r2:Q", title="R² about the mean", scale=alt.Scale(domain=[0, 1]))
    line = alt.Chart(curve).mark_line(color=IMPLIED, strokeWidth=2, strokeDash=[4, 3]).encode(x=x, y=y)
    return alt.layer(line)


def regression_to_the_mean(curves: pd.DataFrame, printed: pd.DataFrame) -> Chart:
    """Apparent change over the share of patients selected for low values.

    `curves` has `selected`, `medians` and `within-patient variation` (text); `printed` has `label` and `ratio`.
    """
    x = alt.X(
        "selected:Q",
        title="share of patients taken, lowest first counts first (assumed)",
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(nice=False),
    )
    highest = 1.3 * float(printed["ratio"].max())  # curves may leave at the top
    y = alt.Y("medians:Q", title="median after over median before", scale=alt.Scale(domain=[0.95, highest], nice=False))
    dash = alt.StrokeDash(
        "within-patient variation:N",
        title="assumed variation within a patient",
        sort=list(dict.fromkeys(curves["within-patient variation"])),
        scale=alt.Scale(range=[[12, 3], [8, 3], [4, 3], [1, 3]]),
        legend=alt.Legend(columns=4, symbolStrokeColor=IMPLIED),
    )
    lines = alt.Chart(curves).mark_line(color=IMPLIED, strokeWidth=2, clip=True).encode(x=x, y=y, strokeDash=dash)
    there = alt.Chart(printed)
    rules = there.mark_rule(color=PRINTED, strokeWidth=2).encode(y="ratio:Q")
    words = there.mark_text(align="right", dy=-7, x="width").encode(y="ratio:Q", text="label:N")
    return alt.layer(lines, rules, words)


def reduction_by_share(curves: pd.DataFrame, marks: pd.DataFrame, claimed: pd.DataFrame) -> Chart:
    """Relative risk reduction over the share of controls with the event, a curve per endpoint.

    `curves` has `endpoint`, `share` and `reduction`; `marks` those and `time`; `claimed` has `endpoint`, `claimed` and
    `label`.
    """
    endpoints = list(dict.fromkeys(curves["endpoint"]))
    percent = alt.Axis(format="%", tickCount=5)
    highest = 1.15 * float(claimed["claimed"].max())
    x = alt.X("share:Q", title="controls who have had the event (assumed)", axis=percent, scale=alt.Scale(nice=False))
    y = alt.Y("reduction:Q", title="relative risk reduction", axis=percent, scale=alt.Scale(domain=[0, highest]))
    dash = alt.StrokeDash(
        "endpoint:N",
        title=None,
        sort=endpoints,
        scale=alt.Scale(range=[[8, 3], [2, 3]]),
        legend=alt.Legend(columns=1, symbolStrokeColor=IMPLIED),
    )
    lines = alt.Chart(curves).mark_line(color=IMPLIED, strokeWidth=2).encode(x=x, y=y, strokeDash=dash)
    points = alt.Chart(marks).encode(x="share:Q", y="reduction:Q")
    dots = points.mark_point(filled=False, size=80, color=IMPLIED, strokeWidth=2, opacity=1)
    names = points.mark_text(align="center", dy=17).encode(text="time:N")
    there = alt.Chart(claimed)
    rules = there.mark_rule(color=PRINTED, strokeWidth=2).encode(y="claimed:Q")
    words = there.mark_text(align="right", dy=-8, x="width").encode(y="claimed:Q", text="label:N")
    return alt.layer(lines, rules, words, dots, names)


def power_by_risk_ratio(curve: pd.DataFrame) -> Chart:
    """Power over the true risk ratio: `ratio` and `power`."""
    x = alt.X("ratio:Q", title="true risk ratio (assumed)", axis=alt.Axis(tickCount=5), scale=alt.Scale(nice=False))
    y = alt.Y(
        "power:Q",
        title="probability of a significant result",
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    line = alt.Chart(curve).mark_line(color=IMPLIED, strokeWidth=2, strokeDash=[4, 3]).encode(x=x, y=y)
    unity = alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(opacity=0.6).encode(x="x:Q")
    return alt.layer(unity, line)


def assumed_curves(
    curves: pd.DataFrame,
    x: alt.X,
    y: alt.Y,
    key: str,
    points: pd.DataFrame | None = None,
    line: tuple[float, str] | None = None,
    line_named: Literal["left", "right"] = "left",
    states: pd.DataFrame | None = None,
) -> Chart:
    """Curves that rest on assumptions, dashed, and simulated points on them, hollow.

    `curves` has `x`, `y` and `curve`, a name that says what is assumed; `points` has `x` and `y`. `key` heads the
    legend of the curves. A `line` across is a height and its name, which stands at its left or right end. `states`
    are those of `points_chosen`.
    """
    names = list(dict.fromkeys(curves["curve"]))
    dash = alt.StrokeDash(
        "curve:N",
        title=key,
        sort=names,
        scale=alt.Scale(domain=names, range=[[14, 3], [9, 3], [5, 3], [2, 2], [2, 5]][: len(names)]),
        legend=alt.Legend(
            columns=1 if max(map(len, names)) > 5 else len(names),
            symbolStrokeColor=IMPLIED,
            symbolSize=600,
        ),
    )
    layers = [alt.Chart(curves).mark_line(color=IMPLIED, strokeWidth=2, clip=True).encode(x=x, y=y, strokeDash=dash)]
    if line is not None:
        across = alt.Chart(pd.DataFrame({"y": [line[0]], "label": [line[1]]}))
        layers.append(across.mark_rule(color=LIMIT, strokeWidth=1.5).encode(y="y:Q"))
        end: dict[str, Any] = {"x": 4} if line_named == "left" else {"x": "width"}
        layers.append(across.mark_text(align=line_named, dy=-8, **end).encode(y="y:Q", text="label:N"))
    if points is not None:
        hollow = alt.Shape("kind:N", title=None, scale=alt.Scale(range=["circle"]), legend=alt.Legend(columns=1))
        dots = alt.Chart(points.assign(kind="simulated, not observed")).encode(x=x, y=y, shape=hollow)
        layers.append(dots.mark_point(filled=False, size=50, color=IMPLIED, strokeWidth=1.5, opacity=1))
    if states is not None:
        layers += points_chosen(states, rising=True)
    return alt.layer(*layers)
