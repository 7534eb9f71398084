"""The stored table of agreement with R, as `make oracles` writes it."""

from __future__ import annotations

import pandas as pd

from agreement import GROUPS
from agreement.comparing import Group, agreement, recorded


def row(group: Group) -> dict[str, object]:
    """What is told of one group: who is compared with whom, how many values, how far apart, and what is allowed."""
    found, source, allowed = agreement(group), recorded(group.oracle), group.tolerance
    return {
        "id": group.name,
        "ours": group.ours,
        "theirs": group.theirs,
        "package": group.package,
        "version": source["packages"][group.package],
        "r": r_version(source["r"]),
        "cases": found.cases,
        "values": found.compared,
        "relative": _figure(found.relative),
        "absolute": _figure(found.absolute),
        "allowed_relative": f"{allowed.relative:.2g}",
        "allowed_absolute": f"{allowed.absolute:.2g}",
        "why": allowed.why,
    }


def table() -> pd.DataFrame:
    """All groups, by name."""
    return pd.DataFrame([row(GROUPS[name]) for name in sorted(GROUPS)])


def r_version(text: str) -> str:
    """`4.2.2` of `R version 4.2.2 Patched (2022-11-10 r83330)`."""
    return text.removeprefix("R version ").split()[0]


def _figure(difference: float | None) -> str:
    return "" if difference is None else f"{difference:.2g}"
