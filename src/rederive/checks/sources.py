"""A number against the same number in the source it is taken from."""

from __future__ import annotations

from rederive.printed import Printed
from rederive.verdicts import Finding


def judge_against_source(printed: Printed, source: Printed, seen_in: str) -> Finding:
    """Is a number that cannot be recomputed at least the one its source prints? Rounded further it is the same."""
    agrees = printed.agrees(source)
    return Finding(
        judge_against_source,
        "",
        f"Seen in the {seen_in}: {source}, {'the same number' if agrees else f'not {printed}'}.",
        exists=agrees,
        constrained=True,
    )
