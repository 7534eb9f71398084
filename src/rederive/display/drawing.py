"""From a chart to the drawing in a page: one theme, one width for pages and one for phones, light and dark."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import altair as alt
import vl_convert as vlc

from rederive.display.svg import compact, short_hash

WIDTH, PHONE_WIDTH, HEIGHT = 420, 250, 270  # of what the axes enclose
INK = "currentColor"  # charts are inline, so they take the page's own text colour, light or dark
FONT = "Liberation Sans, Arial, sans-serif"  # the first ships with the renderer: the same widths on every machine
ON_PAGES = 1.15  # on pages, drawings are so much larger than on phones
LINE = 40  # characters that fit above or below a chart on a phone
ROW_LABEL = 14  # pixels that a row's label takes where it stands above what it names

Chart = alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart

THEME: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None, "continuousWidth": WIDTH, "continuousHeight": HEIGHT},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": INK,
        "tickColor": INK,
        "gridColor": INK,
        "gridOpacity": 0.12,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelLimit": 260,
        "labelOverlap": "greedy",
        "labelSeparation": 4,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "orient": "top",
        "direction": "horizontal",
        "columns": 2,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titleLimit": WIDTH,
        "labelLimit": 400,
        "symbolStrokeWidth": 2,
    },
    "text": {"color": INK, "fontSize": 13},
    "rule": {"color": INK},
}


def drawn(chart: Chart, phone: Chart | None = None) -> tuple[str, str]:
    """The chart as SVG for an HTML page, once as wide as pages are and once for phones; and a name made of them.

    On a phone the same letters would be too small if the wide drawing were shrunk. So it is drawn again, narrower, with
    letters of the same size; from the chart `phone`, if it has to be another one.
    """
    specs = chart.configure(**THEME).to_dict(), for_phones((phone or chart).configure(**THEME).to_dict())
    wide, narrow = (vlc.vegalite_to_svg(spec) for spec in specs)
    on_pages = compact(wide, {"class": "rd-wide"}, ON_PAGES)
    # pages without our style sheet show the wide one
    return on_pages + compact(narrow, {"class": "rd-phone", "display": "none"}), short_hash(on_pages)


def for_phones(spec: dict[str, Any]) -> dict[str, Any]:
    """A Vega-Lite specification for screens 360 pixels wide: panels below each other, long titles in several lines.

    The labels of rows stand above what they name.
    """
    config = dict(spec["config"])
    config["view"] = config["view"] | {"continuousWidth": PHONE_WIDTH}
    config["legend"] = config["legend"] | {"columns": 1, "layout": {"top": {"direction": "vertical"}}}
    narrow: dict[str, Any] = _narrowed(spec)
    return narrow | {"config": config}


def _narrowed(part: Any) -> Any:
    if isinstance(part, list):
        return [_narrowed(each) for each in part]
    if not isinstance(part, dict):
        return part
    narrow = {key: value if key in {"datasets", "data"} else _narrowed(value) for key, value in part.items()}
    if "columns" in part and "concat" in part:
        narrow["columns"] = 1
    if isinstance(part.get("width"), int):
        narrow["width"] = min(part["width"], PHONE_WIDTH)
    if isinstance(part.get("title"), str) and len(part["title"]) > LINE:
        narrow["title"] = wrap(part["title"], LINE)
    if isinstance(part.get("height"), dict):
        narrow["height"] = {"step": part["height"]["step"] + ROW_LABEL}
    if "y" in part and part["y"].get("type") == "nominal" and part["y"].get("axis"):
        above = {"labelAlign": "left", "labelPadding": 0, "labelOffset": -ROW_LABEL}
        narrow["y"] = narrow["y"] | {"axis": above | part["y"]["axis"]}
    return narrow
