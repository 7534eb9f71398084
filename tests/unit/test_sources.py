"""Numbers against their sources."""

import pytest

from rederive.checks.sources import judge_against_source, judge_counted_as, judge_name, judge_part_told
from rederive.claims import PrintedTotal
from rederive.printed import Printed
from rederive.verdicts import Verdict


def test_a_number_is_the_sources_or_it_is_not():
    eleven, twelve = Printed.parse("11"), Printed.parse("12")
    assert judge_against_source(eleven, eleven, "abstract").verdict is Verdict.COHERENT
    assert judge_against_source(eleven, twelve, "abstract").verdict is Verdict.CONTRADICTED
    assert judge_against_source(Printed.parse("75%"), Printed.parse("75.2%"), "abstract").verdict is Verdict.COHERENT


@pytest.mark.parametrize(
    ("source", "named", "verdict"),
    [
        ("22.8%", ("clearance", "clearance"), Verdict.COHERENT),
        ("22.8%", ("seroconversion", "clearance"), Verdict.MISWORDED),
        ("22.9%", ("clearance", "clearance"), Verdict.CONTRADICTED),
        ("22.9%", ("seroconversion", "clearance"), Verdict.CONTRADICTED),
    ],
)
def test_a_right_number_of_another_thing_is_misworded(source, named, verdict):
    finding = judge_name(Printed.parse("22.8%"), Printed.parse(source), "abstract", named)
    assert finding.verdict is verdict
    assert all(name in finding.because for name in named)


@pytest.mark.parametrize(
    ("source", "other", "verdict"),
    [
        ("30%", "15%", Verdict.MISWORDED),
        ("30%", "30.2%", Verdict.COHERENT),
        ("31%", "15%", Verdict.CONTRADICTED),
    ],
)
def test_a_part_told_for_the_whole(source, other, verdict):
    finding = judge_part_told(
        Printed.parse("30%"), Printed.parse(source), "abstract", {"by another assay": Printed.parse(other)}
    )
    assert finding.verdict is verdict
    assert f"by another assay {other}" in finding.because


@pytest.mark.parametrize(
    ("n", "meant", "verdict"),
    [
        ("468", "before matching", Verdict.COHERENT),
        ("468", "after matching", Verdict.MISWORDED),
        ("200", "after matching", Verdict.COHERENT),
        ("400", "after matching", Verdict.CONTRADICTED),
    ],
)
def test_whom_a_total_counts(n, meant, verdict):
    total = PrintedTotal.model_validate({"n": n})
    finding = judge_counted_as(total, {"before matching": (228, 240), "after matching": (100, 100)}, meant)
    assert finding.verdict is verdict
    assert finding.recomputed == {"before matching": 468, "after matching": 200}


def test_what_is_said_of_a_number_and_its_source():
    ours, same, other = Printed.parse("75%"), Printed.parse("75.2%"), Printed.parse("80%")
    agreeing, differing = (judge_against_source(ours, source, "abstract") for source in (same, other))
    assert agreeing.because == "Seen in the abstract: 75.2%, the same number to the digits that both print."
    assert judge_against_source(ours, ours, "abstract").because == "Seen in the abstract: 75%, the same number."
    assert differing.because == "Seen in the abstract: 80%, not 75%."
    named = judge_name(ours, same, "abstract", ("deaths", "events"))
    assert named.because == (
        "Seen in the abstract: 75.2%, the same number to the digits that both print. The document speaks of deaths, "
        "the source of events."
    )
    part = judge_part_told(ours, other, "table", {"by another assay": same, "at week 48": ours})
    assert part.because == (
        "Seen in the table: 80%, not 75%. Of the same outcome the source also prints: by another assay 75.2%; at week "
        "48 75%."
    )
    total = judge_counted_as(PrintedTotal.model_validate({"n": "468"}), {"before matching": (228, 240)}, "afterwards")
    assert total.because == (
        "The source counts: before matching 228 and 240, together 468. The sentence can be read as 468 afterwards."
    )
    assert [finding.convention for finding in (agreeing, named, part, total)] == [""] * 4
