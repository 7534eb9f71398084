"""One chapter's run: every claim judged once, results written whole or not at all."""

import json

import pytest

from rederive.audit import Audit, write_json
from rederive.checks.ratios import judge_ratio
from rederive.claims import load_document
from rederive.files import project_root
from rederive.printed import Interval
from rederive.verdicts import Finding, Verdict, silent


@pytest.fixture
def audit(tmp_path):
    document = load_document(project_root() / "data" / "sepsis")
    kept = {name: document.claims[name] for name in ("overall-or", "publication-bias")}
    object.__setattr__(document, "claims", kept)
    return Audit(document, tmp_path / "results" / "sepsis.json")


def test_an_audit_writes_one_record_per_claim(audit, tmp_path, capsys):
    audit.open()
    audit.judge("overall-or", judge_ratio(audit["overall-or"].printed), matters="It does.")
    audit.judge("publication-bias", silent("Nothing printed.", ("Egger's p",)))
    audit.close("In short.", "One line.")
    results = json.loads((tmp_path / "results" / "sepsis.json").read_text("utf-8"))
    assert results["document"]["slug"] == "sepsis"
    assert results["document"]["headline"] == "In short."
    assert results["document"]["bottom_line"] == "One line."
    assert results["document"]["distance"] == audit.document.card.distance
    first, second = results["claims"]
    assert set(first) == {
        "id", "document", "where", "statement", "kind", "printed", "printed_words", "verdict", "recomputed",
        "recomputed_words", "method", "convention", "because", "missing", "matters", "changes",
    }  # fmt: skip
    assert first["id"] == "sepsis/overall-or"
    assert first["printed"]["upper"] == "0.90"
    assert first["printed_words"] == "odds ratio 0.73 (95% CI 0.59 to 0.90), p = 0.003; 1,927 patients"
    assert first["recomputed_words"].startswith("p 0.00")
    assert first["verdict"] == "coherent"
    assert (first["matters"], first["changes"]) == ("yes", "It does.")
    assert first["method"] == "checks.ratios.judge_ratio"
    low, high = first["recomputed"]["p"]
    assert low <= 0.003 <= high
    assert second["missing"] == ["Egger's p"]
    assert (second["matters"], second["changes"]) == ("no", "")
    assert (second["printed_words"], second["recomputed_words"]) == ("", "")
    said = capsys.readouterr().out
    assert "One line." in said
    assert "2 claims: 1 coherent, 1 silent" in said


def test_a_forgotten_claim_fails_the_run_and_writes_nothing(audit, tmp_path):
    audit.judge("overall-or", judge_ratio(audit["overall-or"].printed))
    with pytest.raises(ValueError, match="publication-bias"):
        audit.close("In short.", "One line.")
    assert not (tmp_path / "results").exists()


def test_claims_are_judged_once_and_must_exist(audit):
    finding = judge_ratio(audit["overall-or"].printed)
    audit.judge("overall-or", finding)
    with pytest.raises(ValueError, match="judged before"):
        audit.judge("overall-or", finding)
    with pytest.raises(KeyError):
        audit.judge("no-such-claim", finding)


def test_tables_and_rows():
    audit = Audit.of("sepsis")
    assert audit.table("trials")["events_treated"].tolist()[:2] == [127, 47]
    assert judge_ratio(audit.row("ratios", "tests-hr")).verdict is Verdict.COHERENT


def test_claims_judged_together_are_recorded_once(audit, capsys):
    finding = Finding(judge_ratio, "c", "b", exists=True)
    audit.judge_together({"overall-or": finding}, "One claim")
    assert audit.findings == {"overall-or": finding}
    assert "One claim: 1 possible" in capsys.readouterr().out
    with pytest.raises(ValueError, match="judged before"):
        audit.judge_together({"overall-or": finding}, "One claim")


def test_results_have_no_infinities_and_six_digits(audit, tmp_path):
    endless = Finding(judge_ratio, "c", "b", {"p": Interval(1 / 3, float("inf")), "n": 7}, exists=True)
    audit.judge("overall-or", endless)
    audit.judge("publication-bias", endless)
    audit.close("In short.", "One line.")
    record = json.loads((tmp_path / "results" / "sepsis.json").read_text("utf-8"))["claims"][0]
    assert record["recomputed"] == {"p": [0.333333, None], "n": 7}


def test_json_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"b": 1, "a": "α"})
    assert path.read_text("utf-8") == '{\n  "a": "α",\n  "b": 1\n}\n'
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(path, {"a": float("nan")})
    assert list(tmp_path.iterdir()) == [path]
