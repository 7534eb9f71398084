"""What differs between two results: always found, told the same from both sides, and nothing found where nothing is."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.differing import Change, Differences, differences, report
from rederive.files import project_root
from rederive.verdicts import Verdict

NUMBERS = st.integers(-9, 9) | st.floats(-1e6, 1e6).map(lambda value: float(f"{value:.6g}"))
ENDS = st.tuples(NUMBERS, NUMBERS).map(sorted) | st.sampled_from([[None, 1], [0, None], [None, None]])
NAMES = st.sampled_from(["p", "n", "x"])
RECORDS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a/1", "a/2", "b/1"]),
        "verdict": st.sampled_from([str(verdict) for verdict in Verdict]),
        "printed": st.dictionaries(NAMES, st.sampled_from(["0.9", "0.90", "<0.001", "30 (62.5%)", "OR"])),
        "printed_words": st.sampled_from(["", "n 3"]),
        "recomputed": st.dictionaries(NAMES, NUMBERS | st.none() | ENDS),
        "because": st.text("ab c"),
    },
    optional={"missing": st.lists(st.sampled_from(["x", "y"])), "changes": st.sampled_from(["", "All."])},
)
DOCUMENTS = st.fixed_dictionaries(
    {"slug": st.sampled_from("ab"), "title": st.sampled_from("tu")}, optional={"bottom_line": st.sampled_from("vw")}
)
RESULTS = st.fixed_dictionaries(
    {
        "claims": st.lists(RECORDS, unique_by=lambda record: record["id"]),
        "documents": st.lists(DOCUMENTS, unique_by=lambda record: record["slug"]),
    }
)


@pytest.fixture
def built() -> Any:
    return json.loads((project_root() / "_build" / "results" / "claims.json").read_text("utf-8"))


@given(RESULTS, st.randoms())
def test_nothing_differs_from_itself_in_any_order(results: Any, random: Any) -> None:
    other = copy.deepcopy(results)
    random.shuffle(other["claims"])
    random.shuffle(other["documents"])
    found = differences(results, other)
    assert not found
    assert found.uncompared == ()
    assert report(found).startswith("no result differs (")


def mirrored(changes: tuple[Change, ...]) -> set[Change]:
    return {Change(change.about, change.field, change.name, change.after, change.before) for change in changes}


@given(RESULTS, RESULTS)
def test_from_the_other_side_the_same_differs(one: Any, other: Any) -> None:
    there, back = differences(one, other), differences(other, one)
    assert (set(there.added), set(there.removed)) == (set(back.removed), set(back.added))
    assert (there.claims, there.uncompared) == (back.claims, back.uncompared)
    assert set(there.changes) == mirrored(back.changes)
    assert set(there.documents) == mirrored(back.documents)
    assert report(there).count("\n") >= 1


@given(RESULTS, RESULTS)
def test_if_nothing_is_told_what_both_have_is_the_same(one: Any, other: Any) -> None:
    if not differences(one, other):
        for kind, key in (("claims", "id"), ("documents", "slug")):
            before, after = ({record[key]: record for record in side[kind]} for side in (one, other))
            assert before.keys() == after.keys()
            for name, record in before.items():
                for field in record.keys() & after[name].keys() - {"recomputed"}:  # 1 is [1, 1]
                    assert record[field] == after[name][field]


@given(st.data())
def test_a_changed_number_is_always_found(data: Any) -> None:
    before = data.draw(RESULTS.filter(lambda results: any(record["recomputed"] for record in results["claims"])))
    after = copy.deepcopy(before)
    record = data.draw(st.sampled_from([record for record in after["claims"] if record["recomputed"]]))
    name = data.draw(st.sampled_from(sorted(record["recomputed"])))
    old = record["recomputed"][name]
    end = data.draw(st.sampled_from([0, 1])) if isinstance(old, list) else None
    new = data.draw(NUMBERS.filter(lambda value: value != (old if end is None else old[end])))
    record["recomputed"][name] = new if end is None else [*old[:end], new, *old[end + 1 :]]
    (change,) = differences(before, after).changes
    assert (change.about, change.field, change.after) == (record["id"], "recomputed", new)
    assert change.name == name + ("" if end is None else (", lower end", ", upper end")[end])
    was = old if end is None else old[end]
    assert change.before == (was if was is not None else -math.inf if end == 0 else math.inf)
    assert change.absolute == new - change.before
    if math.isfinite(change.before) and change.before:
        assert change.relative == (new - change.before) / abs(change.before)
    else:
        assert change.relative is None


def changed(before: Any) -> Differences:
    """A little of everything."""
    after = copy.deepcopy(before)
    by_id = {record["id"]: record for record in after["claims"]}
    ratio = by_id["sepsis/overall-or"]
    ratio["verdict"] = "contradicted"
    ratio["printed"] |= {"p": "0.03", "upper": "0.9"}
    ratio["printed_words"] = "other words for other numbers"
    ratio["recomputed"] |= {"p": [0.002, None], "new": 3}
    ratio["convention"] = ratio["convention"].replace("normal", "t")
    by_id["sepsis/overall-reduction"]["recomputed"]["relative_reduction"] = 0.21
    after["claims"].remove(by_id["sepsis/headline"])
    after["claims"].append({**ratio, "id": "sepsis/later"})
    after["documents"][0]["bottom_line"] = before["documents"][0]["bottom_line"].replace("26.8%", "26.9%")
    return differences(before, after)


def test_the_report_begins_with_one_line_and_tells_verdicts_first(built: Any) -> None:
    lines = report(changed(built)).splitlines()
    claims = len(built["claims"]) + 1
    assert lines[0] == (
        f"4 of {claims} claims differ: 1 verdict, 1 added claim, 1 removed claim, 2 printed numbers, "
        "5 recomputed numbers, 1 text, 1 document text"
    )
    titles = [line for line in lines[1:] if line and not line.startswith(" ")]
    assert titles == ["Verdicts", "Added claims", "Removed claims", "Numbers", "Words", "Documents"]
    assert lines[2:4] == ["Verdicts", "  sepsis/overall-or: coherent → contradicted"]
    assert max(map(len, lines[1:])) <= 120


@pytest.mark.parametrize(
    "line",
    [
        "    printed p: 0.003 → 0.03 (+0.027, +900%)",
        "    printed upper: 0.90 → 0.9 (the same value)",
        "    recomputed p, upper end: 0.00428003 → ∞ (+∞)",
        "    recomputed new: none → 3",
        "    recomputed relative_reduction, upper end: 0.217264 → 0.21 (−0.00726, −3.34%)",
        "  sepsis/headline",
        "  sepsis/later",
        "      − Wald, normal, log scale",
        "      + Wald, t, log scale",
        "      − … of death, not in deaths: if 26.8% of untreated patients die, as in …",
        "      + … of death, not in deaths: if 26.9% of untreated patients die, as in …",
    ],
)
def test_the_report_tells_every_change(built: Any, line: str) -> None:
    assert line in report(changed(built)).splitlines()


def test_words_that_only_repeat_changed_numbers_are_not_told_twice(built: Any) -> None:
    assert "other words for other numbers" not in report(changed(built))
    after = copy.deepcopy(built)
    after["claims"][3]["printed_words"] = "other words"
    assert "+ other words" in report(differences(built, after))


def test_older_results_are_compared_by_what_both_have(built: Any) -> None:
    older = copy.deepcopy(built)
    for record in older["claims"]:
        del record["changes"], record["recomputed"]
    for about in older["documents"]:
        del about["headline"]
    found = differences(older, built)
    assert not found
    assert found.uncompared == ("changes", "headline", "recomputed")
    assert report(found).splitlines()[-1] == "Not compared, as only one side has them: changes, headline, recomputed"


def test_a_document_that_goes_is_told(built: Any) -> None:
    after = {**built, "documents": built["documents"][1:]}
    (change,) = differences(built, after).documents
    assert (change.about, change.before, change.after) == ("sepsis", built["documents"][0]["title"], None)
