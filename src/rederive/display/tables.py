"""Tables as readers see them."""

from __future__ import annotations

import numbers
from collections.abc import Mapping

import pandas as pd

from rederive.display.shown import Shown, html_table, show
from rederive.printed import Interval, Printed


def table(frame: pd.DataFrame, caption: str, formats: Mapping[str, str] | None = None) -> None:
    """Show a table. Its first column names the rows; `formats` maps columns to format specifications."""
    show(rendered(frame, caption, formats or {}))


def rendered(frame: pd.DataFrame, caption: str, formats: Mapping[str, str]) -> Shown:
    """The table as accessible HTML and as plain text, the same cells in both."""
    header = [str(name) for name in frame.columns]
    cells = [
        [cell(value, formats.get(name, "")) for name, value in zip(header, row, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    plain = pd.DataFrame(cells, columns=header).to_string(index=False)
    return Shown(f"{caption}\n{plain}\n", html_table(cells, header, caption))


def cell(value: object, spec: str = "") -> str:
    """One cell: intervals as `a to b`, truth as yes or no, what is absent as nothing, other numbers by `spec`."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, Printed | str):
        return str(value)
    if isinstance(value, Interval):
        return format(value, spec or ".3g")
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy has a bool of its own
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        return format(int(value), spec or ",d")
    if isinstance(value, numbers.Real):
        return format(float(value), spec or ".3g")
    return str(value)
