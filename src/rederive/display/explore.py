"""Figures with choices: every state is computed, drawn and told when the book is made; a reader's script only shows it.

Nothing is computed in the browser, so what a reader sees there is what the library gives. A state is a number: that of
its options, counted through with the last choice running fastest. Marks are drawn for one or several states, told apart
by a description such as `state 3 7`, which `rederive.display.svg` turns into an attribute. Without scripts, and in
print, the figure is what it is without choices.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from typing import Literal

import altair as alt
import pandas as pd

from rederive.display.svg import short_hash

STATIC = alt.value("static")
"""The description of marks that make way for those of a state."""


@dataclass(frozen=True)
class Choice:
    """What a reader chooses: options in words, by a menu, along a slider or, of two (off, on), by a switch."""

    name: str
    options: Sequence[str]
    start: int = 0
    kind: Literal["menu", "slider", "switch"] = "menu"

    def html(self, identity: str) -> str:
        """The field, of this id, and its label."""
        label = f'<label for="{identity}">{escape(self.name)}'
        field = f'id="{identity}" autocomplete="off"'
        if self.kind == "menu":
            options = "".join(
                f'<option value="{i}"{" selected" if i == self.start else ""}>{escape(option)}</option>'
                for i, option in enumerate(self.options)
            )
            return f"<p>{label}</label> <select {field}>{options}</select></p>"
        if self.kind == "switch":
            return f'<p><input type="checkbox" {field}{" checked" if self.start else ""}> {label}</label></p>'
        ends = f'max="{len(self.options) - 1}" value="{self.start}"'
        return (
            f'<p class="rd-slider">{label}</label> <b>{escape(self.options[self.start])}</b> '
            f'<input type="range" {field} {ends}></p>'
        )


@dataclass(frozen=True)
class Exploration:
    """The choices of a figure, a sentence for every state, and the marks of the states, as `marks` gives them.

    Raises
    ------
    ValueError : if there is not one sentence per state, or a mark belongs to a state that does not exist.
    """

    choices: Sequence[Choice]
    told: Sequence[str]
    marks: pd.DataFrame

    def __post_init__(self) -> None:
        states = math.prod(len(choice.options) for choice in self.choices)
        if len(self.told) != states:
            raise ValueError(f"expected {states} sentences, one per state, got {len(self.told)}")
        drawn = {int(number) for mark in self.marks["states"] for number in mark.removeprefix("state ").split()}
        if wrong := drawn - set(range(states)):
            raise ValueError(f"marks for states {sorted(wrong)}, of {states}")

    def html(self) -> str:
        """The choices, folded, for the script `explore.js` to unfold; hidden where there is none."""
        content = json.dumps(
            {"options": [list(choice.options) for choice in self.choices], "told": list(self.told)},
            ensure_ascii=False,
            separators=(",", ":"),
        ).replace("<", "\\u003c")  # nothing in it may end the script
        fields = [choice.html(f"choice-{short_hash(content)}-{i}") for i, choice in enumerate(self.choices)]
        return (
            '<details class="rd-explore" hidden=""><summary>Explore this figure</summary>'
            f'<div class="rd-choices">{"".join(fields)}</div>'
            '<p class="rd-told" role="status"></p>'
            f'<script type="application/json">{content}</script></details>'
        )


def states_of(choices: Sequence[Choice]) -> list[tuple[int, ...]]:
    """The options chosen in each state, by their places."""
    return list(product(*(range(len(choice.options)) for choice in choices)))


def marks(by_state: Mapping[int, Sequence[Mapping[str, object]]]) -> pd.DataFrame:
    """The marks of all states, equal ones of several states once, with the column `states` that describes them."""
    rows = pd.DataFrame([{"state": state, **mark} for state, drawn in by_state.items() for mark in drawn])
    what = [name for name in rows.columns if name != "state"]
    numbers = rows.groupby(what, sort=False, dropna=False)["state"]
    return numbers.agg(lambda states: "state " + " ".join(map(str, states))).rename("states").reset_index()
