"""Statements of claims, which stand on verdict cards in our words: their numbers are the claim's own printed ones."""

import pytest

from prose import Passage, typed_numbers
from reading import ROOT
from rederive.claims import load_document, printed_texts

CLAIMS = {
    f"{folder.parent.name}/{name}": claim
    for folder in sorted(ROOT.glob("data/*/document.yaml"))
    for name, claim in load_document(folder.parent).claims.items()
}
UNPRINTED = {
    "aclf/survival": {"28": "day on which survival was counted"},
    "il15/synergy": {"two": "IL-15 and thymosin α1"},
    "il15/dual-mechanism": {"two": "the mechanisms that the statement names"},
    "lymphocytes/table-1-lymphocytes": {"0.5": "limit between the rows, claim severe-lymphopenia"},
    "lymphocytes/ecog-2-3": {"2": "performance status", "3": "performance status"},
    "lymphocytes/counts-cd3": {"seven": "days of the loading dose"},
    "lymphocytes/counts-cd4": {"seven": "days of the loading dose"},
    "lymphocytes/counts-cd8": {"seven": "days of the loading dose"},
    "lymphocytes/counts-nk": {"seven": "days of the loading dose"},
    "lymphocytes/coefficients": {"eight": "predictors, claim regression"},
    "lymphocytes/adverse-events-grade-3": {"3": "grade"},
    "lymphocytes/patients-with-grade-3": {"3": "grade"},
    "lymphocytes/response-rate": {"two": "complete responses, claim responses", "five": "partial ones, same claim"},
    "lymphocytes/control-rate": {"18": "stable disease, claim responses"},
    "lymphocytes/abscopal": {"three": "regimens, one for each percentage"},
    "sepsis/overall-or": {"28": "day on which death was counted"},
    "sepsis/overall-reduction": {"28": "day on which death was counted"},
    "sepsis/two-trials-share": {"Two": "trials, ours are TESTS and ETASS"},
    "liver/japanese-trial": {"1.6": "dose in milligrams"},
    "liver/other-antivirals": {"60": "60%, the lower end of the range"},
    "liver/interferon-trials": {"four": "trials, counted in the source's abstract"},
    "liver/virologic-or": {"6": "months"},
}
"""Numbers of a statement that are not among those the claim prints, and what they are."""


def numbers_in(text: str) -> list:
    return typed_numbers(Passage("", 1, text))


@pytest.mark.parametrize("name", CLAIMS)
def test_the_numbers_of_a_statement_are_those_that_its_claim_prints(name):
    claim = CLAIMS[name]
    printed = {number.printed().value for text in printed_texts(claim).values() for number in numbers_in(text)}
    others = {x.text for x in numbers_in(claim.statement) if "⁹" not in x.text and x.printed().value not in printed}
    assert others == set(UNPRINTED.get(name, {}))
