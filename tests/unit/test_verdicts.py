import itertools

import numpy as np
import pytest

from rederive.checks.ratios import judge_ratio
from rederive.verdicts import Finding, Verdict, qualified_name, silent


def finding(**established):
    return Finding(judge_ratio, "a convention", "a reason", missing=("something",), **established)


@pytest.mark.parametrize(
    ("established", "verdict"),
    [
        ({"exists": False, "worded": False}, Verdict.CONTRADICTED),
        ({"recomputes": False}, Verdict.CONTRADICTED),
        ({"recomputes": True, "worded": False}, Verdict.MISWORDED),
        ({"exists": True, "constrained": True, "worded": False}, Verdict.MISWORDED),
        ({"recomputes": True}, Verdict.REPRODUCED),
        ({"exists": True, "constrained": True}, Verdict.COHERENT),
        ({"exists": True}, Verdict.POSSIBLE),
        ({}, Verdict.SILENT),
        ({"worded": True}, Verdict.SILENT),
    ],
)
def test_a_finding_earns_its_verdict(established, verdict):
    assert finding(**established).verdict is verdict


def test_nothing_established_against_a_claim_ever_improves_its_verdict():
    order = list(Verdict)
    rank = {v: order.index(v) for v in (Verdict.REPRODUCED, Verdict.COHERENT, Verdict.POSSIBLE)}
    for recomputes, exists, constrained, worded in itertools.product(
        [True, None], [True, None], [True, False], [True, None]
    ):
        good = finding(recomputes=recomputes, exists=exists, constrained=constrained, worded=worded).verdict
        assert (
            finding(recomputes=recomputes, exists=False, constrained=constrained, worded=worded).verdict
            is Verdict.CONTRADICTED
        )
        bad = finding(recomputes=recomputes, exists=exists, constrained=constrained, worded=False).verdict
        assert bad is Verdict.MISWORDED
        assert good in rank or good is Verdict.SILENT


def test_silence_lists_what_is_missing():
    assert silent("nothing printed", ("I²",)).verdict is Verdict.SILENT
    with pytest.raises(ValueError, match="missing"):
        silent("nothing printed", ())


def test_methods_are_named_by_where_they_live():
    assert qualified_name(judge_ratio) == "checks.ratios.judge_ratio"


def test_numpy_booleans_count_as_booleans():
    assert finding(exists=np.True_, constrained=np.True_, worded=np.False_).verdict is Verdict.MISWORDED
    assert finding(recomputes=np.False_).verdict is Verdict.CONTRADICTED
