"""All documents at a glance: the scoreboard as a picture, a line on each, and the findings that change a conclusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import altair as alt
import pandas as pd

from rederive.display import charts
from rederive.display.cards import SIGNS, badge
from rederive.display.drawing import INK, WIDTH, Chart
from rederive.display.shown import Shown
from rederive.verdicts import Verdict

BAR, GAP = 22, 24  # heights of a bar and of the name above it, in pixels
NARROW = 0.07  # a part of a bar below this share has no room for a space between its sign and its number


@dataclass(frozen=True)
class Overview:
    """What the front page says of a document: its short name and title, its record, its claims, and where to read on.

    `about` and `claims` are records as the joined results have them; `address` is that of the chapter.
    """

    name: str
    title: str
    address: str
    about: Mapping[str, Any]
    claims: Sequence[Mapping[str, Any]]

    @property
    def changing(self) -> list[Mapping[str, Any]]:
        """The claims whose finding changes what the document concludes."""
        return [claim for claim in self.claims if claim["changes"]]


def scoreboard_figure(documents: Iterable[Overview]) -> Shown:
    """Claims by document and verdict, as a picture with the table behind it."""
    counts = pd.DataFrame(
        {document.name: Counter(claim["verdict"] for claim in document.claims) for document in documents}
    )
    counts = counts.reindex([str(verdict) for verdict in Verdict]).fillna(0).astype(int)
    table = counts.assign(all=counts.sum(axis=1)).rename_axis("verdict").reset_index()
    table["verdict"] = [f"{SIGNS[Verdict(verdict)]} {verdict}" for verdict in table["verdict"]]
    total = counts.sum()
    table.loc[len(table)] = ["all claims", *total, total.sum()]
    told = "; ".join(
        f"{name} {column.sum()}: " + ", ".join(f"{n} {verdict}" for verdict, n in column.items() if n)
        for name, column in counts.items()
    )
    return charts.pictured(
        _stacked(counts),
        f"A bar for each document, in parts for its verdicts. {told}.",
        table,
        f"{total.sum()} claims by document and verdict.",
    )


def _stacked(counts: pd.DataFrame) -> Chart:
    """A bar for each column, its name above it, cut into the shares of its rows, which are verdicts."""
    rows = counts.rename_axis("verdict").reset_index().melt("verdict", var_name="document", value_name="claims")
    rows = rows[rows["claims"] > 0]
    of = rows.groupby("document")["claims"]
    rows["share"] = rows["claims"] / of.transform("sum")
    rows["end"] = rows.groupby("document")["share"].cumsum()
    rows["start"] = rows["end"] - rows["share"]
    rows["middle"] = (rows["start"] + rows["end"]) / 2
    signs = rows["verdict"].map(lambda verdict: SIGNS[Verdict(verdict)])
    space = (rows["share"] >= NARROW).map({True: " ", False: ""})
    rows["label"] = signs + space + rows["claims"].astype(str)
    rows["verdict"] = signs + " " + rows["verdict"]
    order = list(counts)
    rows["y"] = [(BAR + GAP) * order.index(document) + GAP for document in rows["document"]]
    rows["bottom"] = rows["y"] + BAR
    verdicts = [verdict for verdict in Verdict if counts.loc[str(verdict)].any()]
    colour = alt.Scale(
        domain=[f"{SIGNS[verdict]} {verdict}" for verdict in verdicts],
        range=[f"var(--rd-{verdict})" for verdict in verdicts],
    )
    key = alt.Legend(title=None, columns=3, symbolType="square", symbolOpacity=1)
    down = alt.Scale(domain=[0, (BAR + GAP) * len(order)], reverse=True, nice=False)
    along = alt.X("start:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
    base = alt.Chart(rows)
    parts = base.mark_rect(fillOpacity=0.25, strokeWidth=1.5).encode(
        x=along,
        x2="end:Q",
        y=alt.Y("y:Q", scale=down, axis=None),
        y2="bottom:Q",
        fill=alt.Fill("verdict:N", scale=colour, legend=key),
        stroke=alt.Stroke("verdict:N", scale=colour, legend=key),
    )
    numbers = base.mark_text(dy=BAR / 2 + 1, color=INK, fontSize=12).encode(
        x=alt.X("middle:Q", scale=alt.Scale(domain=[0, 1]), axis=None), y=alt.Y("y:Q", scale=down), text="label:N"
    )
    names = pd.DataFrame({"name": [f"{name}, {column.sum()} claims" for name, column in counts.items()]})
    names["y"] = [(BAR + GAP) * i + GAP - 5 for i in range(len(order))]
    above = alt.Chart(names).mark_text(align="left", baseline="bottom", color=INK)
    return alt.layer(
        parts, numbers, above.encode(y=alt.Y("y:Q", scale=down), text="name:N", x=alt.value(0))
    ).properties(width=WIDTH, height=(BAR + GAP) * len(order))


def bottom_lines(documents: Iterable[Overview]) -> str:
    """One sentence on each document, under the title of its chapter, as HTML."""
    items = "".join(
        f'<dt><a href="{escape(document.address)}">{escape(document.title)}</a></dt>'
        f"<dd>{escape(document.about['headline'])}{_changes(document)}</dd>"
        for document in documents
    )
    return f'<dl class="rd-lines">{items}</dl>'


def _changes(document: Overview) -> str:
    n = len(document.changing)
    if not n:
        return ""
    words = f"{n} finding changes" if n == 1 else f"{n} findings change"
    return f' <a class="rd-more" href="#changes-{document.about["slug"]}">{words} what it concludes</a>'


def changing_findings(documents: Iterable[Overview]) -> str:
    """The claims whose finding changes a document's conclusion, each with what it changes, as HTML."""
    return "".join(
        f'<h3 id="changes-{document.about["slug"]}">{escape(document.name)}</h3>'
        f'<ul class="rd-changes">{"".join(_changing(document, claim) for claim in document.changing)}</ul>'
        for document in documents
        if document.changing
    )


def _changing(document: Overview, claim: Mapping[str, Any]) -> str:
    card = f"{document.address}#claim-{claim['id'].partition('/')[2]}"
    return (
        f'<li>{badge(Verdict(claim["verdict"]))} <a href="{escape(card)}">{escape(claim["statement"])}</a> '
        f"<span>{escape(claim['changes'])}</span></li>"
    )
