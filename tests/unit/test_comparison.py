"""Rows that refer to claims and tables of documents: every reference is followed."""

import shutil

import pytest

from rederive.build import BuildError, check
from rederive.claims import DataError, PrintedRatio, TwoArmsRow
from rederive.comparison import claim_of, effect_estimates, estimate_of, load_comparison
from rederive.files import project_root

PAIRS = """\
id,about,one,other,relation,why
mortality,mortality,sepsis/tests-no-reduction,lymphocytes/etass,differ,They name two trials.
"""


@pytest.fixture
def folder(tmp_path):
    """A copy of the book's data folders; pairs of our own, whose lines are known."""
    shutil.copytree(project_root() / "data", tmp_path / "data")
    folder = tmp_path / "data" / "together"
    (folder / "pairs.csv").write_text(PAIRS, "utf-8")
    return folder


def test_references_lead_to_claims_and_rows(folder):
    comparison = load_comparison(folder)
    assert claim_of(comparison.documents, "sepsis/overall-or").printed.estimate.text == "0.73"
    ratio = estimate_of(comparison.documents, "sepsis/overall-or")
    assert isinstance(ratio, PrintedRatio)
    assert isinstance(estimate_of(comparison.documents, "sepsis/ratios/tests-hr"), PrintedRatio)
    counts = estimate_of(comparison.documents, "sepsis/trials/tests")
    assert isinstance(counts, TwoArmsRow)
    assert counts.events_treated == 127
    assert comparison.pairs["mortality"].other == "lymphocytes/etass"


@pytest.mark.parametrize(
    "reference",
    ["", "sepsis", "nowhere/overall-or", "sepsis/nothing", "sepsis/headline", "sepsis/trials/nothing",
     "sepsis/nothing/tests", "sepsis/numbers/gu2025-trials", "sepsis/trials/tests/x"],
)  # fmt: skip
def test_what_is_no_effect_estimate_is_not_found(folder, reference):
    with pytest.raises(LookupError):
        estimate_of(load_comparison(folder).documents, reference)


def test_every_effect_estimate_has_a_row(folder):
    comparison = load_comparison(folder)
    assert set(effect_estimates(comparison.documents)) == set(comparison.estimates)
    path = folder / "estimates.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("sepsis/overall-or,")), "utf-8")
    with pytest.raises(DataError, match=r"estimates\.csv:1: id: expected a row for sepsis/overall-or, an effect"):
        load_comparison(folder)


def test_a_folder_is_a_document_or_a_comparison(folder):
    claims = check([folder.parent / "sepsis"])
    assert check([folder, folder.parent / "sepsis"]) == claims  # a comparison has no claims of its own
    shutil.copy(folder.parent / "sepsis" / "document.yaml", folder)
    with pytest.raises(BuildError, match=r"comparison\.yaml:1: file: expected either document\.yaml or comparison"):
        check([folder])
    (folder / "document.yaml").unlink()
    (folder / "comparison.yaml").write_text("estimates: estimates.csv\n", "utf-8")
    with pytest.raises(BuildError, match=r"comparison\.yaml:1: grounds: expected this field"):
        check([folder])
