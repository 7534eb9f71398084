"""Values that R was asked for again, beside those that are stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agreement.comparing import Tolerance

AGAIN = Tolerance(
    1e-8,
    1e-15,
    "Another build of R rounds sums otherwise, and its searches then stop elsewhere. The amount is for values that are "
    "zero but for rounding.",
)


def differing(stored: Any, again: Any, where: str = "") -> Iterator[str]:
    """Every place at which two files of values from R differ by more than is allowed, in words."""
    if isinstance(stored, dict) and isinstance(again, dict):
        for key in {**stored, **again}:
            place = f"{where}.{key}" if where else key
            if key in stored and key in again:
                yield from differing(stored[key], again[key], place)
            else:
                yield f"{place}: only {'stored' if key in stored else 'in what R says now'}"
    elif isinstance(stored, list) and isinstance(again, list):
        if len(stored) != len(again):
            yield f"{where}: {len(stored)} entries stored, {len(again)} now"
        for i, (one, other) in enumerate(zip(stored, again, strict=False)):
            yield from differing(one, other, f"{where}[{i}]")
    elif not _same(stored, again):
        yield f"{where}: {stored} stored, {again} now"


def _same(stored: Any, again: Any) -> bool:
    if stored == again:
        return isinstance(stored, bool) == isinstance(again, bool)
    try:
        x, y = float(stored), float(again)  # numbers may be stored as text, to keep 17 digits
    except (TypeError, ValueError):
        return False
    return abs(x - y) <= max(AGAIN.relative * abs(x), AGAIN.absolute)
