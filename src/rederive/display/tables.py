"""Tables as readers see them."""

from __future__ import annotations

import numbers
from collections.abc import Mapping

import numpy as np
import pandas as pd

from rederive.display.shown import Shown, html_table, show
from rederive.printed import Interval, formatted


def table(
    frame: pd.DataFrame,
    caption: str,
    formats: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> None:
    """Show a table. Its first column names the rows; `formats` maps columns to format specifications.

    `links` maps names of rows to addresses.
    """
    show(rendered(frame, caption, formats or {}, links))


def rendered(
    frame: pd.DataFrame, caption: str, formats: Mapping[str, str], links: Mapping[str, str] | None = None
) -> Shown:
    """The table as accessible HTML and as plain text, the same cells in both."""
    header = [str(name) for name in frame.columns]
    cells = [
        [cell(value, formats.get(name, "")) for name, value in zip(header, row, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    plain = pd.DataFrame(cells, columns=header).to_string(index=False)
    return Shown(f"{caption}\n{plain}\n", html_table(cells, header, caption, links))


def cell(value: object, spec: str = "") -> str:
    """One cell: intervals as `a to b`, truth as yes or no, what is absent as nothing, other numbers by `spec`."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Interval):
        return format(value, spec)
    if isinstance(value, numbers.Integral):
        return format(int(value), spec or ",d")
    if isinstance(value, numbers.Real):
        return formatted(float(value), spec)
    return str(value)
