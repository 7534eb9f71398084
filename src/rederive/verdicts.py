"""Verdicts, and how a finding earns its own.

Nobody types a verdict. A check states what it established about a claim; the verdict follows from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rederive.printed import Interval

Value = float | int | Interval


class Verdict(StrEnum):
    REPRODUCED = "reproduced"
    COHERENT = "coherent"
    POSSIBLE = "possible"
    MISWORDED = "misworded"
    CONTRADICTED = "contradicted"
    SILENT = "silent"


MEANING = {
    Verdict.REPRODUCED: "Recomputed from printed counts or data; the result is what is printed, rounded or cut off.",
    Verdict.COHERENT: (
        "Cannot be recomputed from counts or data, but the printed numbers that constrain each other agree, "
        "or its source prints the same."
    ),
    Verdict.POSSIBLE: "Nothing printed confirms it; at least one data set that meets every printed constraint exists.",
    Verdict.MISWORDED: "Any number in it stands; the sentence says something else than the evidence, or more.",
    Verdict.CONTRADICTED: (
        "No true values could have been rounded to these numbers, or a result recomputed from counts or data differs, "
        "or a primary source prints something else."
    ),
    Verdict.SILENT: "There is nothing to compute from.",
}


@dataclass(frozen=True)
class Finding:
    """What one check established about one claim.

    Attributes
    ----------
    method : the function that did the work.
    convention : the analytic conventions it assumed.
    because : why, in one plain sentence.
    recomputed : values, or intervals of values, by name.
    recomputes : whether a result computed from counts or data, rounded or cut off, is what is printed; None if there is
        none.
    exists : whether any true values can print these numbers together; None if that was not asked.
    constrained : whether the printed numbers tie each other down, so that agreement between them means something.
    worded : whether the sentence says what its number says; None if only the number was judged.
    missing : the quantities one would need to go further.
    matters : how this changes the document's conclusion, in one sentence; empty if it does not. The one thing here that
        is a judgement and not computed.
    """

    method: Callable[..., Any]
    convention: str
    because: str
    recomputed: Mapping[str, Value] = field(default_factory=dict)
    recomputes: bool | None = None
    exists: bool | None = None
    constrained: bool = False
    worded: bool | None = None
    missing: tuple[str, ...] = ()
    matters: str = ""

    def __post_init__(self) -> None:
        for name in ("recomputes", "exists", "constrained", "worded"):
            value = getattr(self, name)
            if value is not None:  # numpy's booleans are not Python's, and would match no case below
                object.__setattr__(self, name, bool(value))
        if self.verdict is Verdict.SILENT and not self.missing:
            raise ValueError("a silent finding lists the quantities that are missing")

    @property
    def verdict(self) -> Verdict:
        """The first line that applies; a sentence is judged only once its numbers stand."""
        match self:
            case Finding(exists=False) | Finding(recomputes=False):
                return Verdict.CONTRADICTED
            case Finding(worded=False):
                return Verdict.MISWORDED
            case Finding(recomputes=True):
                return Verdict.REPRODUCED
            case Finding(exists=True, constrained=True):
                return Verdict.COHERENT
            case Finding(exists=True):
                return Verdict.POSSIBLE
            case _:
                return Verdict.SILENT


def qualified_name(function: Callable[..., Any]) -> str:
    """A function's place in this library: `checks.ratios.judge_ratio`."""
    return f"{function.__module__.removeprefix('rederive.')}.{function.__qualname__}"


def silent(because: str, missing: tuple[str, ...]) -> Finding:
    """The finding that there is nothing to compute from."""
    return Finding(silent, "", because, missing=missing)
