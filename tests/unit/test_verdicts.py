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


def test_what_is_established_against_a_claim_always_shows():
    for recomputes, exists, constrained, worded in itertools.product(
        [True, None], [True, None], [True, False], [True, None]
    ):
        for_it = {"recomputes": recomputes, "exists": exists, "constrained": constrained, "worded": worded}
        assert finding(**for_it | {"exists": False}).verdict is Verdict.CONTRADICTED
        assert finding(**for_it | {"recomputes": False}).verdict is Verdict.CONTRADICTED
        assert finding(**for_it | {"worded": False}).verdict is Verdict.MISWORDED
        assert finding(**for_it).verdict not in {Verdict.CONTRADICTED, Verdict.MISWORDED}


def test_silence_lists_what_is_missing():
    found = silent("nothing printed", ("I²",))
    assert found.verdict is Verdict.SILENT
    assert (found.because, found.missing) == ("nothing printed", ("I²",))
    assert (qualified_name(found.method), found.convention) == ("verdicts.silent", "")
    with pytest.raises(ValueError, match="missing"):
        silent("nothing printed", ())


def test_methods_are_named_by_where_they_live():
    assert qualified_name(judge_ratio) == "checks.ratios.judge_ratio"


def test_numpy_booleans_count_as_booleans():
    assert finding(exists=np.True_, constrained=np.True_, worded=np.False_).verdict is Verdict.MISWORDED
    assert finding(recomputes=np.False_).verdict is Verdict.CONTRADICTED
