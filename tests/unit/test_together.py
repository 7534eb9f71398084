"""The results of all documents, side by side: rows and results have to belong together."""

import json
import shutil
import subprocess
import sys

import pytest

from rederive.claims import DataError
from rederive.comparison import load_comparison
from rederive.files import project_root
from rederive.together import Together

ROOT = project_root()


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book in which we are, with the data and the results of this one."""
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    shutil.copytree(ROOT / "data", tmp_path / "data")
    results = tmp_path / "_build" / "results"
    results.mkdir(parents=True)
    assert (ROOT / "_build" / "results" / "claims.json").is_file(), "run `make book` first"
    shutil.copy(ROOT / "_build" / "results" / "claims.json", results)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_documents_and_claims_in_the_books_order(book):
    together = Together.of("together")
    content = json.loads((book / "_build" / "results" / "claims.json").read_text("utf-8"))
    assert together.claims.index.tolist() == [claim["id"] for claim in content["claims"]]
    assert together.documents.index.tolist() == [document["slug"] for document in content["documents"]]
    assert together.documents.steps["sepsis"] == 3
    assert set(together.claims.steps[together.claims["document"] == "lymphocytes"]) == {1}
    assert together.card_links()["sepsis/overall-or"] == "01-sepsis.html#claim-overall-or"


def test_what_to_do_without_results_is_one_clear_line(book):
    (book / "_build" / "results" / "claims.json").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        Together.of("together")
    message = str(caught.value)
    assert message.endswith("claims.json: expected the results of all documents; run `rederive build` first")
    assert "\n" not in message


def test_the_chapter_as_a_script_ends_in_that_line(book):
    (book / "_build" / "results" / "claims.json").unlink()
    (chapter,) = (ROOT / "chapters").glob("*-together.py")
    done = subprocess.run([sys.executable, chapter], cwd=book, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("expected the results of all documents; run `rederive build` first")
    assert done.stderr.count("Traceback") == 1


def test_every_conflict_has_a_row_and_no_other_claim_has(book):
    comparison = load_comparison(book / "data" / "together")
    results = json.loads((book / "_build" / "results" / "claims.json").read_text("utf-8"))
    by_id = {claim["id"]: claim for claim in results["claims"]}
    by_id["sepsis/overall-or"]["verdict"] = "contradicted"
    (book / "_build" / "results" / "claims.json").write_text(json.dumps(results))
    with pytest.raises(
        DataError, match=r"grounds\.csv:1: id: expected a row on what sepsis/overall-or conflicts with: contradicted"
    ):
        Together.of("together")
    by_id["sepsis/overall-or"]["verdict"] = "coherent"
    by_id["sepsis/overall-reduction"]["verdict"] = "coherent"
    (book / "_build" / "results" / "claims.json").write_text(json.dumps(results))
    with pytest.raises(
        DataError,
        match=r"grounds\.csv:1: id: .* contradicted claims only, got sepsis/overall-reduction",
    ):
        Together.of("together")
    conflicts = Together(comparison, results).conflicts()
    assert set(conflicts["verdict"]) <= {"misworded", "contradicted"}


def test_a_pair_needs_results_of_both(book):
    results = json.loads((book / "_build" / "results" / "claims.json").read_text("utf-8"))
    results["claims"] = [claim for claim in results["claims"] if claim["id"] != "sepsis/tests-no-reduction"]
    (book / "_build" / "results" / "claims.json").write_text(json.dumps(results))
    with pytest.raises(
        DataError, match=r"pairs\.csv:1: id: expected results for both claims of the pair sepsis-mortality"
    ):
        Together.of("together")


def test_a_pair_stands_side_by_side(book):
    both = Together.of("together").side_by_side("sepsis-mortality")
    assert both["claim"].tolist() == ["sepsis/tests-no-reduction", "lymphocytes/etass"]
    assert both["verdict"].tolist() == ["reproduced", "misworded"]
    assert list(both.columns) == ["claim", "what is said", "verdict", "what we found"]
