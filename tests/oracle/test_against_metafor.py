"""The values of R's metafor 3.8-1 that `rederive.methods.pooling` is compared with in test_agreement.py.

Known disagreements with R; none shows in these data:

| where                                | size            | cause                                                  |
|--------------------------------------|-----------------|--------------------------------------------------------|
| REML with several peaks              | as far as peaks | metafor climbs one or falls back on 0, ours takes best |
| Q-profile limits beyond `tau2.max`   | unlimited       | metafor stops at 100 unless told otherwise             |
| prediction, t with k - 2, two trials | metafor only    | metafor sets the degrees of freedom to 1, ours refuses |

statsmodels, compared in tests/unit/test_pooling.py, differs where DerSimonian-Laird's τ² would be negative: it keeps
the negative value.
"""

from collections import Counter

import numpy as np

from agreement.comparing import recorded

ORACLE = recorded("metafor")
CASES = ORACLE["cases"]


def test_the_grid_did_not_shrink() -> None:
    assert ORACLE["r"].startswith("R version 4.2.2")
    assert ORACLE["packages"]["metafor"] == "3.8.1"
    assert len(ORACLE["data"]) == 11
    assert Counter(case["kind"] for case in CASES) == {
        "effects": 21,
        "inverse variance": 200,
        "leave one out": 176,
        "mantel-haenszel": 21,
        "mantel-haenszel, corrected": 14,
        "mantel-haenszel, leave one out": 21,
        "peto": 7,
        "peto, leave one out": 7,
        "prediction": 216,
        "heterogeneity": 25,
        "q-profile": 25,
        "subgroups": 1,
    }


def test_the_grid_holds_the_hard_conditions() -> None:
    zero = {name: np.array(d["ai"]) * np.array(d["ci"]) == 0 for name, d in ORACLE["data"].items() if "ai" in d}
    nobody = {name: np.array(d["ai"]) + np.array(d["ci"]) == 0 for name, d in ORACLE["data"].items() if "ai" in d}
    assert zero["catheters"].sum() == 6
    assert nobody["catheters"].sum() == 1
    assert nobody["blockers"].sum() == 3
    assert len(ORACLE["data"]["sepsis"]["ai"]) == 2
    tau2 = [case["values"]["tau2"] for case in CASES if case["kind"] == "inverse variance" and case["method"] != "FE"]
    assert sum(t < 1e-9 for t in tau2) >= 10  # on the boundary
    assert max(tau2) > 1  # far from it
    assert len([c for c in CASES if c["kind"] == "q-profile" and c["values"]["tau2"] == [0, 0]]) == 2
