"""Effect estimates on one side: numbers as printed or as statsmodels has them, and turning that loses nothing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2

from rederive.claims import load_document
from rederive.comparison import EstimateRow
from rederive.files import project_root
from rederive.methods.evidence import evidence_table, turned

SEPSIS = {"sepsis": load_document(project_root() / "data" / "sepsis")}


def listed(*references, favours="below"):
    """The table of a comparison that lists these estimates."""
    about = {"label": "it", "population": "p", "comparator": "c", "outcome": "o", "design": "randomised"}
    rows = {
        reference: EstimateRow.model_validate({"id": reference, **about, "favours": favours}, context=SEPSIS)
        for reference in references
    }
    return evidence_table(SimpleNamespace(documents=SEPSIS, estimates=rows))


def test_printed_ratios_keep_their_digits_and_counts_give_walds_interval():
    printed, counted = listed("sepsis/overall-or", "sepsis/trials/tests").itertuples()
    assert (printed.document, printed.basis, printed.measure) == ("sepsis", "printed", "OR")
    assert printed.as_given == "0.73 (0.59 to 0.90)"
    assert (printed.estimate, printed.lower, printed.upper) == (0.73, 0.59, 0.90)
    table = Table2x2([[127, 542 - 127], [132, 547 - 132]])
    assert counted.basis == "counted"
    assert (counted.estimate, counted.lower, counted.upper) == pytest.approx(
        (table.oddsratio, *table.oddsratio_confint()), rel=1e-9
    )
    assert counted.as_given == f"{counted.estimate:.2f} ({counted.lower:.2f} to {counted.upper:.2f})"


def test_reconstructed_counts_are_told_apart(monkeypatch):
    row = SEPSIS["sepsis"].rows["trials"]["tests"].model_copy(update={"basis": "reconstructed"})
    monkeypatch.setitem(SEPSIS["sepsis"].rows["trials"], "tests", row)
    assert listed("sepsis/trials/tests")["basis"].tolist() == ["counts reconstructed"]


@given(*[st.integers(1, 200)] * 4)
def test_turning_an_odds_ratio_is_the_odds_ratio_of_the_opposite_outcome(a, b, c, d):
    response, opposite = Table2x2([[a, b], [c, d]]), Table2x2([[b, a], [d, c]])
    numbers = dict(
        zip(("estimate", "lower", "upper"), (response.oddsratio, *response.oddsratio_confint()), strict=True)
    )
    (row,) = turned(pd.DataFrame([{"favours": "above", "measure": "OR", **numbers}])).itertuples()
    assert (row.estimate, row.lower, row.upper) == pytest.approx(
        (opposite.oddsratio, *opposite.oddsratio_confint()), rel=1e-9
    )
    assert row.scale == "1/OR"


ratios = st.tuples(*[st.floats(0.01, 100)] * 3).map(sorted)


@given(st.lists(ratios, min_size=1, max_size=5))
def test_turning_twice_gives_back_what_was_there_and_sides_follow_the_interval(rows):
    frame = pd.DataFrame(rows, columns=["lower", "estimate", "upper"]).assign(favours="above", measure="HR")
    once = turned(frame)
    back = turned(once[frame.columns])
    np.testing.assert_allclose(back[["lower", "estimate", "upper"]], rows, rtol=1e-12)
    for (lower, _, upper), side in zip(rows, once["side"], strict=True):
        if lower > 1.000001:
            assert side == "thymosin α1"
        elif upper < 0.999999:
            assert side == "control"
        elif lower < 0.999999 and upper > 1.000001:
            assert side == "neither"
    kept = turned(frame.assign(favours="below"))
    assert kept["scale"].eq("HR").all()
    np.testing.assert_array_equal(kept[["lower", "estimate", "upper"]], np.array(rows))


def test_limits_of_zero_and_what_compares_something_else():
    frame = pd.DataFrame(
        {"favours": ["above", "neither"], "measure": "RR", "estimate": [0.5, 0.5], "lower": [0.0, 0.2], "upper": 0.8}
    )
    (row,) = turned(frame).itertuples()
    assert (row.lower, row.upper, row.side) == (1.25, np.inf, "control")
