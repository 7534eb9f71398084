"""Known differences between programs: what the table tells of this library is what the library does.

Both answers of every row are compared with R in tests/oracle/test_agreement.py.
"""

import inspect
import json
from pathlib import Path

import pytest

from rederive.calibration.differences import known_differences
from rederive.checks.paired import USUAL, signed_rank_p
from rederive.checks.proportions import TESTS
from rederive.checks.quantiles import DEFINITIONS
from rederive.checks.shares import share_intervals
from rederive.checks.survival import Band, median_and_limits
from rederive.checks.two_by_two import odds_ratios
from rederive.checks.two_means import p_of_two_means
from rederive.methods.cox import cox
from rederive.methods.pooling import TwoArms, every_method
from rederive.methods.sequential import diversity

TABLE = known_differences()
ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "differences.json").read_text("utf-8"))["cases"]


def default(function, name):
    return inspect.signature(function).parameters[name].default


def test_every_row_is_told_in_full_and_has_both_answers_of_r():
    assert len(TABLE) >= 18
    assert (TABLE.drop(columns=["our value", "other value", "difference"]).map(len) > 0).all(axis=None)
    assert [(case["difference"], case["answer"]) for case in ORACLE] == [
        (name, answer) for name in TABLE.index for answer in ("our value", "other value")
    ]


def test_the_answers_differ_and_by_what_is_told():
    assert (TABLE["difference"] == TABLE["other value"] - TABLE["our value"]).all()
    assert (abs(TABLE["difference"]) > 0.01 * abs(TABLE["our value"])).all()


def test_conventions_that_turn_a_verdict_about_significance():
    """The six trials of lidocaine are significant or not by choice of the test alone."""
    p = TABLE.loc[["hartung-knapp", "hartung-knapp-truncated"]]
    assert (p["our value"] < 0.05).all()
    assert p["other value"].tolist() == pytest.approx([0.0151, 0.1027], abs=5e-5)


def test_what_is_said_to_be_used_is_used():
    used = TABLE["used here"]
    assert used["ties-breslow"].startswith("Efron")
    assert default(cox, "ties") == "efron"
    assert "DerSimonian-Laird in sequential analysis" in used["tau2-reml"]
    assert default(diversity, "tau2") == "DL"
    tried = " ".join(every_method(TwoArms([4, 6, 9], [50, 60, 70], [8, 9, 9], [50, 60, 70]))["method"])
    for estimator in (" DL, Wald", " DL, Hartung-Knapp", " PM, Wald", " REML, Hartung-Knapp"):
        assert estimator in tried
    assert used["signed-rank-normal"].startswith("In simulations SciPy's choice")
    assert USUAL.method == "auto"
    assert default(signed_rank_p, "correction") is False
    assert default(signed_rank_p, "zeros") == "wilcox"
    assert used["quantile"] == "All nine types are tried on printed quartiles; type 7 in simulations."
    assert (len(DEFINITIONS), USUAL.definition) == (9, 7)
    assert used["band"].startswith("All three")
    assert (len(Band), default(median_and_limits, "band")) == (3, Band.LOG_LOG)
    assert {"χ²", "χ² with continuity correction"} <= set(TESTS)
    assert len(odds_ratios(3, 10, 5, 10)) == 2
    assert "equal_variances" in inspect.signature(p_of_two_means).parameters
    assert len(share_intervals(7, 49)) == 6
