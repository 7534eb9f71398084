"""Blocks of a table: against exact fractions, and on blocks made to go wrong."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.checks.breakdowns import (
    adds_up_by_design,
    check_breakdowns,
    judge_breakdown,
    judge_criterion,
    judge_flow,
    judge_majority,
    judge_parts_within,
    judge_patients_with_any,
    printed_two_ways,
    summarise_breakdowns,
)
from rederive.claims import PrintedBreakdown
from rederive.printed import Printed, Rounding, print_number
from rederive.verdicts import Verdict


def block(n, cells, total=None):
    fields = {"n": n, "cells": cells} | ({"total": total} if total else {})
    return PrintedBreakdown.model_validate(fields)


def printed_block(counts, rounding):
    """A block as a table prints it, to one decimal under one rounding."""
    n = sum(counts)
    cells = {f"row {i}": f"{c} ({print_number(Fraction(100 * c, n), 1, rounding)}%)" for i, c in enumerate(counts)}
    return block(str(n), cells)


counts = st.lists(st.integers(0, 60), min_size=1, max_size=8).filter(sum)


@given(counts, st.sampled_from(Rounding))
def test_a_block_printed_under_one_rounding_is_reproduced(counts, rounding):
    printed = printed_block(counts, rounding)
    assert judge_breakdown(printed).verdict is Verdict.REPRODUCED
    checked = check_breakdowns({"a": printed}).loc["a"]
    assert checked[rounding.value] == checked["cells"] == len(counts)
    assert checked["sum"] == checked["of"] == sum(counts)
    assert checked["one for all"]
    if rounding is Rounding.HALF_UP:
        assert checked["percent_sum"] == checked["rounded_sum"]
    assert checked["none"] == 0


@given(counts)
def test_a_count_too_many_is_seen(counts):
    n = sum(counts) + 1
    printed = block(str(n), {"all": f"{sum(counts)} ({print_number(Fraction(100 * sum(counts), n), 1)}%)"})
    assert judge_breakdown(printed).verdict is Verdict.CONTRADICTED
    assert judge_breakdown(printed, once=False).verdict is Verdict.REPRODUCED


def test_a_block_whose_cells_need_different_roundings_is_contradicted():
    # 9/48 is 18.75%, 14/48 29.1666...%, 10/48 20.8333...% and 15/48 31.25%
    printed = block("48", {"a": "9 (18.7%)", "b": "14 (29.1%)", "c": "10 (20.8%)", "d": "15 (31.3%)"})
    finding = judge_breakdown(printed)
    assert finding.verdict is Verdict.CONTRADICTED
    assert "29.1% for 14/48 if cut off" in finding.because
    assert "31.3% for 15/48 if rounded half-up" in finding.because
    assert "10/48" not in finding.because


def test_a_block_rounded_so_that_it_adds_up_is_reproduced():
    # 15/48 = 31.25% and 21/48 = 43.75% exactly: rounding both up would give 100.1
    for cells in ({"a": "15 (31.3%)", "b": "21 (43.7%)"}, {"a": "15 (31.2%)", "b": "21 (43.8%)"}):
        finding = judge_breakdown(block("48", cells | {"c": "12 (25.0%)"}))
        assert finding.verdict is Verdict.REPRODUCED
    assert (
        "so that the block adds up"
        in judge_breakdown(block("48", {"a": "15 (31.3%)", "b": "21 (43.7%)", "c": "12 (25.0%)"})).because
    )
    assert not adds_up_by_design(block("48", {"a": "15 (31.3%)", "b": "33 (68.8%)"}).table())
    assert not adds_up_by_design(block("48", {"a": "15 (31%)", "b": "33 (68.7%)"}).table())


@given(st.lists(st.integers(0, 60), min_size=2, max_size=7).filter(sum), st.randoms(use_true_random=False))
def test_largest_remainders_by_hand(counts, random):
    """Hand out the missing tenths one by one, to the largest remainder left, ties in any order."""
    n = sum(counts)
    exact = [Fraction(1000 * count, n) for count in counts]
    steps = [int(x) for x in exact]
    order = sorted(range(len(counts)), key=lambda i: (exact[i] - steps[i], random.random()), reverse=True)
    for i in order[: 1000 - sum(steps)]:
        steps[i] += 1
    cells = {
        f"row {i}": f"{count} ({step / 10:.1f}%)" for i, (count, step) in enumerate(zip(counts, steps, strict=True))
    }
    assert adds_up_by_design(block(str(n), cells).table())
    assert judge_breakdown(block(str(n), cells)).verdict is Verdict.REPRODUCED


def test_a_block_that_adds_up_to_part_of_the_patients():
    printed = block("48", {"a": "3 (6.3%)", "b": "2 (4.2%)"}, total="5")
    assert judge_breakdown(printed).verdict is Verdict.REPRODUCED
    assert judge_breakdown(block("48", {"a": "3 (6.3%)", "b": "2 (4.2%)"})).verdict is Verdict.CONTRADICTED


def test_only_a_whole_block_is_rounded_so_that_it_adds_up_to_100_percent():
    cells = {"a": "15 (31.3%)", "b": "21 (43.7%)"}  # 31.25% and 43.75%
    rest = {"c": "12 (25.0%)"}
    assert not adds_up_by_design(block("48", cells, total="36").table())
    assert judge_breakdown(block("48", cells, total="36")).verdict is Verdict.CONTRADICTED
    assert adds_up_by_design(block("48", cells | rest).table())
    assert judge_breakdown(block("48", cells | rest)).verdict is Verdict.REPRODUCED


def test_the_summary_counts_blocks():
    blocks = {
        "good": printed_block([1, 2], Rounding.HALF_UP),
        "cut off": printed_block([1, 1, 4], Rounding.TRUNCATION),
        "bad": block("48", {"a": "15 (33.0%)"}),
    }
    checked = check_breakdowns(blocks)
    assert checked.index.tolist() == ["good", "cut off", "bad"]
    assert checked.loc["cut off", ["percent_sum", "rounded_sum"]].tolist() == pytest.approx([99.8, 100.1])
    assert summarise_breakdowns(checked).to_dict() == {
        "blocks": 3,
        "cells": 6,
        "counts add up": 2,
        "one convention fits": 2,
        "rounded to add up": 1,
        "cells that no convention prints": 1,
    }


def test_one_count_printed_two_ways():
    blocks = {"a": block("48", {"x": "15 (31.3%)", "y": "9 (18.7%)"}), "b": block("48", {"z": "15 (31.2%)"})}
    (found,) = printed_two_ways(blocks).itertuples(index=False)
    assert (found.events, found.n, found.printed) == (15, 48, "31.3%, 31.2%")
    assert found.exact == pytest.approx(0.3125)
    assert found.conventions == "rounded half-up; rounded half-even or cut off"


@given(st.integers(1, 100), st.lists(st.integers(0, 30), max_size=4), st.integers(0, 100))
def test_flow(start, leaving, end):
    finding = judge_flow(Printed.parse(str(start)), [Printed.parse(str(x)) for x in leaving], Printed.parse(str(end)))
    assert (finding.verdict is Verdict.REPRODUCED) == (start - sum(leaving) == end)


def test_a_criterion_is_contradicted_by_one_patient_outside():
    assert judge_criterion("All had it", Printed.parse("1"), "None").verdict is Verdict.CONTRADICTED
    assert judge_criterion("All had it", Printed.parse("0"), "None").verdict is Verdict.COHERENT


@given(st.integers(0, 60), st.integers(60, 80), st.integers(1, 60))
def test_more_than_half_of_any_group(events, n, smaller):
    sizes = {"all": Printed.parse(str(n)), "some": Printed.parse(str(smaller))}
    possible = events > n / 2 or min(events, smaller) > smaller / 2
    assert (judge_majority(Printed.parse(str(events)), sizes, "as read").verdict is Verdict.COHERENT) == possible


def test_patients_with_any_of_several_events():
    printed = block("48", {"a": "7 (14.6%)", "b": "5 (10.4%)"})
    fits = {n for n in range(1, 20) if judge_patients_with_any(Printed.parse(str(n)), printed).exists}
    assert fits == set(range(7, 13))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=4), st.integers(1, 100))
def test_parts_of_a_whole(parts, whole):
    finding = judge_parts_within([Printed.parse(str(part)) for part in parts], Printed.parse(str(whole)))
    sign = (sum(parts) > whole) - (sum(parts) < whole)
    assert finding.verdict is {-1: Verdict.POSSIBLE, 0: Verdict.COHERENT, 1: Verdict.CONTRADICTED}[sign]


def said(finding):
    """All that a finding says beside its verdict."""
    return finding.method, finding.convention, finding.because, dict(finding.recomputed), finding.missing


ONE_ROUNDING = "one rounding for the block: half-up, half-even, cut off, or so that it adds up to 100%"


@pytest.mark.parametrize(
    ("cells", "options", "sentence", "printed_by_one"),
    [
        (
            {"a": "12 (25.0%)", "b": "36 (75.0%)"},
            {},
            "The counts add up to 48. Each percentage is its count out of 48, however digits were rounded.",
            2,
        ),
        (
            {"a": "15 (31.3%)", "b": "33 (68.8%)"},
            {},
            "The counts add up to 48. Each percentage is its count out of 48, rounded half-up.",
            2,
        ),
        (
            {"a": "15 (31.2%)", "b": "32 (66.7%)"},
            {"once": False},
            "Each percentage is its count out of 48, rounded half-even.",
            2,
        ),
        (
            {"a": "15 (31.2%)", "b": "12 (25.0%)"},
            {},
            "The counts add up to 27, not 48. Each percentage is its count out of 48, rounded half-even or cut off.",
            2,
        ),
        (
            {"a": "15 (31.3%)", "b": "21 (43.7%)", "c": "12 (25.0%)"},
            {},
            "The counts add up to 48. Each percentage is its count out of 48, "
            "rounded so that the block adds up to 100%.",
            3,
        ),
        (
            {"a": "15 (31.3%)", "b": "33 (68.7%)", "c": "7 (90.0%)"},
            {"once": False},
            "None of the usual ways of rounding prints every percentage: 31.3% for 15/48 if rounded half-up; "
            "68.7% for 33/48 if cut off; 90.0% for 7/48 if no rounding.",
            1,
        ),
    ],
)
def test_what_is_said_of_a_block(cells, options, sentence, printed_by_one):
    once = options.get("once", True)
    total = sum(int(cell.split()[0]) for cell in cells.values())
    finding = judge_breakdown(block("48", cells), **options)
    numbers = {"percentages": len(cells), "printed_by_one_rounding": printed_by_one}
    assert said(finding) == (
        judge_breakdown, ONE_ROUNDING, sentence, ({"sum": total} if once else {}) | numbers, (),
    )  # fmt: skip
    fits = "not 48" not in sentence and "None of" not in sentence
    assert (finding.recomputes, finding.exists, finding.constrained) == (fits, fits, True)


def test_what_is_said_of_flows_criteria_and_groups():
    number = Printed.parse
    assert said(judge_flow(number("48"), [number("3"), number("2")], number("43"))) == (
        judge_flow, "", "48 − 3 − 2 = 43, as printed.", {"left": 43}, (),
    )  # fmt: skip
    assert judge_flow(number("48"), [number("3")], number("44")).because == "48 − 3 = 45, not 44, as printed."
    assert said(judge_criterion("All had it", number("0"), "None")) == (
        judge_criterion,
        '"None" read as it stands',
        'All had it; the table counts 0 patients under "None".',
        {"outside": 0},
        (),
    )
    assert judge_criterion("All had it", number("2"), "None").because == (
        'All had it; the table counts 2 patients under "None", which the criterion rules out.'
    )
    assert said(judge_majority(number("20"), {"all": number("48"), "treated": number("30")}, "as read")) == (
        judge_majority,
        "as read",
        "All 20 of 48, 41.7%; treated at most 20 of 30, 66.7%: more than half.",
        {"share_all": 20 / 48, "share_treated": 20 / 30},
        (),
    )
    assert judge_majority(number("24"), {"all": number("48")}, "as read").because == (
        "All 24 of 48, 50.0%: not more than half."
    )


def test_what_is_said_of_patients_with_events_and_of_parts():
    number = Printed.parse
    printed = block("10", {"a": "7 (70.0%)", "b": "5 (50.0%)"})
    assert said(judge_patients_with_any(number("9"), printed)) == (
        judge_patients_with_any,
        "",
        "The table's 12 events can belong to anything from 7 to 10 patients; 9 is among these numbers.",
        {"fewest": 7, "most": 10},
        ("events of each patient",),
    )
    for patients, among in [("6", "not among"), ("7", "among"), ("10", "among"), ("11", "not among")]:
        told = judge_patients_with_any(number(patients), printed).because
        assert told.endswith(f"; {patients} is {among} these numbers.")
    parts = [number("20"), number("8")]
    assert said(judge_parts_within(parts, number("30"))) == (
        judge_parts_within,
        "",
        "20 + 8 = 28 of 30 patients; the other 2 are in none of these groups.",
        {"together": 28, "others": 2},
        (),
    )
    assert judge_parts_within(parts, number("28")).because.endswith("patients; which is all of them.")
    assert judge_parts_within(parts, number("27")).because.endswith("patients; which is more than there are.")
