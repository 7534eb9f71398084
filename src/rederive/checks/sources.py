"""A number against the same number in the source it is taken from."""

from __future__ import annotations

from collections.abc import Mapping

from rederive.claims import PrintedTotal
from rederive.printed import Printed
from rederive.verdicts import Finding


def _seen(printed: Printed, source: Printed, seen_in: str) -> str:
    """What the source prints, and whether it is the same number; rounded further it is."""
    if not printed.agrees(source):
        found = f"not {printed}"
    elif printed.unit == source.unit:
        found = "the same number"
    else:
        found = "the same number to the digits that both print"
    return f"Seen in the {seen_in}: {source}, {found}."


def judge_against_source(printed: Printed, source: Printed, seen_in: str) -> Finding:
    """Is a number that cannot be recomputed at least the one its source prints? Rounded further it is the same."""
    agrees = printed.agrees(source)
    return Finding(
        judge_against_source,
        "",
        _seen(printed, source, seen_in),
        exists=agrees,
        constrained=True,
    )


def judge_name(printed: Printed, source: Printed, seen_in: str, named: tuple[str, str]) -> Finding:
    """Is a number the one its source prints, and of the same thing?

    `named` says what the document and what the source call it; read from both.
    """
    agrees = printed.agrees(source)
    ours, theirs = named
    return Finding(
        judge_name,
        "",
        f"{_seen(printed, source, seen_in)} The document speaks of {ours}, the source of {theirs}.",
        exists=agrees,
        constrained=True,
        worded=ours == theirs,
    )


def judge_part_told(printed: Printed, source: Printed, seen_in: str, left_out: Mapping[str, Printed]) -> Finding:
    """Is a number the one its source prints, and does the source print another for the same outcome?

    If one that is left out differs, the document told a part for the whole.
    """
    agrees = printed.agrees(source)
    others = "; ".join(f"{name} {number}" for name, number in left_out.items())
    return Finding(
        judge_part_told,
        "",
        f"{_seen(printed, source, seen_in)} Of the same outcome the source also prints: {others}.",
        exists=agrees,
        constrained=True,
        worded=all(printed.agrees(number) for number in left_out.values()),
    )


def judge_counted_as(printed: PrintedTotal, counted: Mapping[str, tuple[int, int]], meant: str) -> Finding:
    """Which way of counting two groups gives a printed total, and is it the one that the sentence speaks of?

    Parameters
    ----------
    counted : both groups' sizes by the name of the way of counting, as the source has them.
    meant : which of these names the sentence speaks of, as we read it.
    """
    totals = {name: sum(pair) for name, pair in counted.items()}
    told = "; ".join(f"{name} {a} and {b}, together {a + b}" for name, (a, b) in counted.items())
    fitting = [name for name, total in totals.items() if total == printed.n.count()]
    return Finding(
        judge_counted_as,
        "",
        f"The source counts: {told}. The sentence can be read as {printed.n} {meant}.",
        dict(totals),
        exists=bool(fitting),
        constrained=True,
        worded=meant in fitting,
    )
