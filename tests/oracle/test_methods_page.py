"""What the methods page says of the oracles is what the oracles are."""

import json
from pathlib import Path

import pytest

from rederive.files import project_root

HERE = Path(__file__).parent
PAGE = " ".join((project_root() / "book" / "methods.md").read_text("utf-8").split())


@pytest.mark.parametrize(
    ("oracle", "package", "sentence"),
    [
        ("metafor", "metafor", "There are {cases} cases, computed by the R package metafor"),
        (
            "rpact",
            "rpact",
            "### Sequential analysis: rpact {version} and two direct integrations There are {cases} cases.",
        ),
        ("tables", "stats", "`fisher.test` of R's package stats {version} on {cases} tables"),
    ],
)
def test_versions_and_numbers_of_cases(oracle, package, sentence):
    recorded = json.loads((HERE / f"{oracle}.json").read_text("utf-8"))
    assert sentence.format(cases=len(recorded["cases"]), version=recorded["packages"][package]) in PAGE
    assert recorded["r"].removeprefix("R version ").split()[0] in PAGE
