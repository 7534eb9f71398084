"""Charts: one library, one theme, one mark for what nobody observed.

Whatever was counted or printed is drawn solid and filled. Whatever is implied or simulated is drawn hollow and dashed,
in a colour of its own, and says so in its legend.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from html import escape
from typing import Any

import altair as alt
import pandas as pd
import vl_convert as vlc

from rederive.display.shown import Shown, show
from rederive.display.tables import rendered

SEEN, PRINTED, IMPLIED, LIMIT = "#0072B2", "#B8860B", "#C2452D", "#7A7A7A"
KINDS = {"seen": SEEN, "printed": PRINTED, "implied, not observed": IMPLIED}
SHAPES = {"seen": "square", "printed": "diamond", "implied, not observed": "circle"}
WIDTH, HEIGHT = 460, 280
INK = "currentColor"  # charts are inline, so they take the page's own text colour, light or dark
FONT = "Liberation Sans, Arial, sans-serif"  # the first ships with the renderer: the same widths on every machine

Chart = alt.LayerChart | alt.FacetChart | alt.HConcatChart

THEME: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": INK,
        "tickColor": INK,
        "gridColor": INK,
        "gridOpacity": 0.12,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 260,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "orient": "top",
        "direction": "horizontal",
        "columns": 2,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 400,
        "symbolStrokeWidth": 2,
    },
    "text": {"color": INK, "fontSize": 12},
    "rule": {"color": INK},
}


def figure(
    chart: Chart,
    alt_text: str,
    data: pd.DataFrame,
    caption: str,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Show a chart with its alternative in words and the table behind it.

    The chart is drawn as SVG that is part of the page: no script, no other host, and its text follows the page's
    colours. Readers of plain text get the words and the table.
    """
    spec = chart.configure(**THEME).to_dict()
    svg = vlc.vegalite_to_svg(spec)
    name = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\g<1>{name}-\g<2>", svg)  # ids must differ between figures
    svg = re.sub(r"<svg [^>]*?viewBox=", '<svg aria-hidden="true" focusable="false" viewBox=', svg, count=1)
    behind = rendered(data, "The numbers behind this figure", formats or {})
    show(
        Shown(
            f"[Figure] {caption}\n{alt_text}\n{behind.plain}",
            f'<figure class="rd-figure" id="figure-{name}">'
            '<div class="rd-scroll" tabindex="0" role="group" aria-label="Figure; may scroll sideways">'
            f'<div class="rd-chart" role="img" aria-label="{escape(alt_text, quote=True)}">{svg}</div></div>'
            f'<div class="rd-caption">{escape(caption)}</div>'
            f"<details><summary>The numbers behind this figure</summary>{behind.html}</details></figure>",
        )
    )


def feasible_sets(outlines: pd.DataFrame) -> Chart:
    """Feasible (standard error, log effect) by what is taken into account.

    `outlines` has columns `se`, `effect_lower`, `effect_upper` and `from`, the outermost set first.
    """
    order = list(dict.fromkeys(outlines["from"]))
    areas = (
        alt.Chart(outlines)
        .mark_area(fillOpacity=0.35, strokeWidth=1.5)
        .encode(
            x=alt.X("se:Q", title="standard error of the log odds ratio", scale=alt.Scale(zero=False, nice=False)),
            y=alt.Y("effect_lower:Q", title="log odds ratio", scale=alt.Scale(zero=False)),
            y2="effect_upper:Q",
            color=alt.Color(
                "from:N",
                title="true values that can print",
                sort=order,
                scale=alt.Scale(range=[LIMIT, PRINTED]),
                legend=alt.Legend(columns=1),
            ),
        )
    )
    return alt.layer(areas).properties(width=WIDTH, height=HEIGHT)


def reduction_by_control_risk(curve: pd.DataFrame, marks: pd.DataFrame, claimed: float) -> Chart:
    """Relative risk reduction over control risk.

    `curve` has `control_risk`, `lower`, `upper`; `marks` has `control_risk`, `reduction` and `trial`; `claimed` is
    the reduction the document prints.
    """
    x = alt.X(
        "control_risk:Q",
        title="risk of death without the drug",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 0.6], nice=False),
    )
    y = alt.Y("lower:Q", title="relative risk reduction", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 0.3]))
    band = alt.Chart(curve).mark_area(color=PRINTED, opacity=0.6, stroke=PRINTED).encode(x=x, y=y, y2="upper:Q")
    claim = alt.Chart(pd.DataFrame({"y": [claimed], "label": [f"read as {claimed:.0%} fewer deaths"]}))
    line = claim.mark_rule(color=LIMIT, strokeDash=[2, 2]).encode(y="y:Q")
    words = claim.mark_text(align="right", dy=-7, x=WIDTH).encode(y="y:Q", text="label:N")
    points = alt.Chart(marks).encode(x="control_risk:Q", y="reduction:Q")
    dots = points.mark_point(filled=True, size=70, color=SEEN, opacity=1)
    labels = points.mark_text(align="left", dx=7, dy=-9).encode(text="trial:N")
    return alt.layer(band, line, words, dots, labels).properties(width=WIDTH, height=HEIGHT)


def forest(rows: pd.DataFrame, note: str = "odds ratio of death (log scale); below 1 favours thymosin α1") -> Chart:
    """A forest plot that keeps seen, printed and implied apart.

    `rows` has `label`, `estimate`, `lower`, `upper` and `kind`, one of `seen`, `printed` and `implied, not observed`,
    in the order of drawing.
    """
    present = [kind for kind in KINDS if kind in set(rows["kind"])]
    rows = rows.assign(
        text=[f"{row.estimate:.2f} ({row.lower:.2f} to {row.upper:.2f})" for row in rows.itertuples()],
        implied=rows["kind"] == "implied, not observed",
    )
    scale = alt.Scale(type="log", domain=[0.18, 1.6], nice=False)
    x: dict[str, Any] = {
        "title": note,
        "scale": scale,
        "axis": alt.Axis(values=[0.2, 0.3, 0.5, 0.7, 1, 1.5], format="~g"),
    }
    base = alt.Chart(rows).encode(
        y=alt.Y("label:N", sort=list(rows["label"]), title=None, axis=alt.Axis(ticks=False, domain=False)),
        color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=present, range=[KINDS[kind] for kind in present])),
    )
    shape = alt.Shape("kind:N", title=None, scale=alt.Scale(domain=present, range=[SHAPES[kind] for kind in present]))
    seen, implied = (base.transform_filter(alt.datum.implied == flag) for flag in (False, True))
    unity = alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(opacity=0.6).encode(x="x:Q")
    plot = alt.layer(
        unity,
        seen.mark_rule(strokeWidth=2).encode(x=alt.X("lower:Q", **x), x2="upper:Q"),
        implied.mark_rule(strokeWidth=2, strokeDash=[4, 3]).encode(x=alt.X("lower:Q", **x), x2="upper:Q"),
        seen.mark_point(size=90, filled=True, opacity=1).encode(x=alt.X("estimate:Q", **x), shape=shape),
        implied.mark_point(size=90, filled=False, opacity=1, strokeWidth=2).encode(
            x=alt.X("estimate:Q", **x), shape=shape
        ),
    )
    words = (
        alt.Chart(rows)
        .mark_text(align="left", color=INK)
        .encode(y=alt.Y("label:N", sort=list(rows["label"]), axis=None), text="text:N", x=alt.value(0))
    )
    return alt.hconcat(
        plot.properties(width=WIDTH - 100, height=alt.Step(26)),
        words.properties(width=120, height=alt.Step(26)),
        spacing=8,
    )


def possible_deaths(tables: pd.DataFrame) -> Chart:
    """Every pair of death counts that some method can reconcile with what is printed.

    `tables` has `events_treated`, `events_control` and `method`.
    """
    methods = list(dict.fromkeys(tables["method"]))
    x = alt.X("events_treated:Q", title="deaths among the treated", scale=alt.Scale(zero=False))
    y = alt.Y("events_control:Q", title="deaths among controls", scale=alt.Scale(zero=False))
    shape = alt.Shape(
        "method:N",
        title="possible, not observed; pooled by",
        sort=methods,
        scale=alt.Scale(range=["circle", "stroke", "triangle-up"]),
    )
    points = (
        alt.Chart(tables).mark_point(filled=False, size=28, color=IMPLIED, opacity=0.9).encode(x=x, y=y, shape=shape)
    )
    return alt.layer(points).properties(width=WIDTH, height=HEIGHT)


def required_sizes(sizes: pd.DataFrame, have: int) -> Chart:
    """Required number of patients over the relative risk reduction sought, against the number there is.

    `sizes` has `reduction`, `required` and `control risk` (text); one line per control risk.
    """
    risks = list(dict.fromkeys(sizes["control risk"]))
    x = alt.X(
        "reduction:Q",
        title="relative risk reduction the trials should be able to see",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(nice=False),
    )
    y = alt.Y(
        "required:Q",
        title="patients required (log scale)",
        scale=alt.Scale(type="log", domain=[300, 30000], nice=False),
        axis=alt.Axis(values=[300, 1000, 3000, 10000, 30000], format=",d"),
    )
    dash = alt.StrokeDash(
        "control risk:N",
        title="risk of death without the drug",
        sort=risks,
        scale=alt.Scale(range=[[1, 0], [6, 3], [2, 2]]),
    )
    lines = alt.Chart(sizes).mark_line(color=IMPLIED, strokeWidth=2, clip=True).encode(x=x, y=y, strokeDash=dash)
    there = alt.Chart(pd.DataFrame({"n": [have], "label": [f"{have:,} patients pooled"]}))
    rule = there.mark_rule(color=PRINTED, strokeWidth=2).encode(y="n:Q")
    words = there.mark_text(align="left", dx=4, dy=10, x=0).encode(y="n:Q", text="label:N")
    return alt.layer(lines, rule, words).properties(width=WIDTH, height=HEIGHT)


def sequential_boundaries(boundary: pd.DataFrame, printed: pd.DataFrame) -> Chart:
    """The critical Z over the share of the required information, and where a printed Z stands under each assumption.

    `boundary` has `information` and `critical`; `printed` has `information`, `lower`, `middle`,
    `upper` and `label`.
    """
    x = alt.X(
        "information:Q",
        title="share of the required information",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 2], nice=False),
    )
    y = alt.Y("critical:Q", title="Z against the drug's having no effect", scale=alt.Scale(domain=[0, 6], nice=False))
    line = alt.Chart(boundary).mark_line(color=LIMIT, strokeWidth=2, clip=True).encode(x=x, y=y)
    usual = alt.Chart(pd.DataFrame({"z": [1.959964], "label": ["single test at 5%"]}))
    rule = usual.mark_rule(strokeDash=[2, 2], color=LIMIT).encode(y="z:Q")
    words = usual.mark_text(align="right", dy=10, x=WIDTH - 4).encode(y="z:Q", text="label:N")
    points = alt.Chart(printed).encode(x="information:Q")
    bars = points.mark_rule(color=IMPLIED, strokeWidth=3).encode(y="lower:Q", y2="upper:Q")
    dots = points.mark_point(color=IMPLIED, size=70, filled=False, strokeWidth=2).encode(y="middle:Q")
    labels = points.mark_text(align="left", dx=6, dy=-10).encode(y="upper:Q", text="label:N")
    named = (
        alt.Chart(boundary.iloc[[0]])
        .mark_text(align="left", dx=8, dy=4)
        .encode(x="information:Q", y="critical:Q", text=alt.value("monitoring boundary"))
    )
    return alt.layer(line, rule, words, bars, dots, labels, named).properties(width=WIDTH, height=HEIGHT)
