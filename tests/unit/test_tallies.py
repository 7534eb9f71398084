"""Counting over claims: an order that follows its rule, quantities counted once a claim."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.methods.tallies import missing_quantities, places, rank_findings
from rederive.verdicts import Verdict


@pytest.mark.parametrize(
    ("where", "expected"), [("Title", 1), ("Title; Abstract, methods", 2), ("Title;", 1), ("A (also B); C; D", 3)]
)
def test_places_stand_between_semicolons(where, expected):
    assert places(where) == expected


found = st.tuples(st.sampled_from(list(Verdict)), st.integers(1, 4), st.booleans())


@given(st.lists(found, max_size=12))
def test_findings_follow_the_rule(rows):
    claims = pd.DataFrame(
        [
            {"verdict": str(verdict), "where": "; ".join("x" * n), "changes": "It does." if changes else ""}
            for verdict, n, changes in rows
        ],
        columns=["verdict", "where", "changes"],
    )
    tiers = {"contradicted": 0, "misworded": 1}
    expected = sorted(
        (i for i, (_, _, changes) in enumerate(rows) if changes),
        key=lambda i: (tiers.get(str(rows[i][0]), 2), -rows[i][1], i),
    )
    ranked = rank_findings(claims)
    assert ranked.index.tolist() == expected
    assert ranked["places"].tolist() == [rows[i][1] for i in expected]


def test_missing_quantities_of_claims_that_lack_any():
    claims = pd.DataFrame(
        [
            ("a", "silent", ["n", "p"]),
            ("b", "silent", ["p"]),
            ("b", "coherent", ["p", "q"]),
            ("c", "reproduced", []),
            ("b", "silent", ["p"]),
        ],
        columns=["document", "verdict", "missing"],
    )
    found = missing_quantities(claims).to_numpy().tolist()
    assert found == [["p", 4, "a, b"], ["n", 1, "a"], ["q", 1, "b"]]
