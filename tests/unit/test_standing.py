"""Numbers counted once, by the strongest finding about them."""

import pytest

from rederive.checks.standing import STANDING, TIED, standing_of_numbers
from rederive.claims import PercentageClaim, StatementClaim
from rederive.verdicts import Finding, Verdict, silent


def statement(name, **printed):
    return StatementClaim.model_validate(
        {"id": name, "where": "x", "statement": "x", "kind": "statement", "printed": printed}
    )


def finding(**established):
    return Finding(finding, "", "x", **established)


CLAIMS = {
    "a": statement("a", share="68%", p="0.003"),
    "b": statement("b", p="0.003", again="0.003"),
    "c": PercentageClaim.model_validate(
        {"id": "c", "where": "x", "statement": "x", "kind": "percentage", "printed": {"percent": "25%"}}
    ),
    "words": statement("words"),
}


def test_a_number_counts_once_and_by_its_strongest_finding():
    findings = {
        "a": finding(exists=True),
        "b": finding(exists=True, constrained=True),
        "c": silent("x", ("counts",)),
        "words": silent("x", ("counts",)),
    }
    rows = standing_of_numbers(CLAIMS, findings).set_index("number")
    assert rows.index.tolist() == ["68%", "0.003", "25%"]
    assert rows["tied"].tolist() == [False, True, False]
    assert rows.loc["0.003", "claims"] == "a, b"
    assert rows.loc["25%", "standing"] == STANDING[Verdict.SILENT]


@pytest.mark.parametrize(
    ("established", "verdict"),
    [
        ({"recomputes": True}, Verdict.REPRODUCED),
        ({"exists": False}, Verdict.CONTRADICTED),
        ({"exists": True, "worded": False}, Verdict.MISWORDED),
        ({"exists": True, "constrained": True}, Verdict.COHERENT),
        ({"exists": True}, Verdict.POSSIBLE),
        ({"missing": ("x",)}, Verdict.SILENT),
    ],
)
def test_every_verdict_has_a_standing(established, verdict):
    rows = standing_of_numbers({"c": CLAIMS["c"]}, {"c": finding(**established)})
    assert rows["standing"].tolist() == [STANDING[verdict]]
    assert rows["tied"].tolist() == [verdict in TIED]
    assert (verdict in TIED) == (verdict not in {Verdict.POSSIBLE, Verdict.SILENT})


def test_a_claim_that_was_not_judged_is_an_error():
    with pytest.raises(KeyError, match="b"):
        standing_of_numbers(CLAIMS, {"a": finding(exists=True)})


def test_claims_without_numbers_leave_an_empty_table():
    assert standing_of_numbers({"words": CLAIMS["words"]}, {}).empty
