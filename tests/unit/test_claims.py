"""Loading data folders, and the one line each malformed one ends in."""

import shutil
from pathlib import Path

import pytest

from rederive.claims import DataError, load_document, printed_texts, project_root

DOCUMENT = """\
title: A title
what: A digest
author: Not named
about: A paper
identifiers:
  doi: 10.1/x
distance:
  - patients
  - a paper
tables:
  trials:
    file: trials.csv
    rows: two-arms
    caption: Trials
no_claims:
  - number: "28"
    what: days
"""
CLAIMS = """\
claims:
  - id: overall-or
    where: Summary
    statement: An odds ratio
    kind: ratio
    printed:
      measure: OR
      estimate: "0.73"
      lower: "0.59"
      upper: "0.90"
      p: "0.003"
      n: "1,927"
  - id: share
    where: Summary
    statement: A share
    kind: percentage
    printed: {percent: "75%", events: "3", n: "4"}
  - id: total
    where: Summary
    statement: A total
    kind: total
    printed: {n: "7", n_treated: "3", n_control: "4"}
  - id: words
    where: Summary
    statement: Some words
    kind: statement
"""
TRIALS = """\
id,study,year,source,design,outcome,timepoint,events_treated,n_treated,events_control,n_control,basis,seen_in,note
a,A,2025,doi:x,RCT,death,28 days,1,10,2,11,printed,abstract,
b,B,2013,doi:y,RCT,death,28 days,3,20,4,21,printed,"a table, on
two lines",a note
c,C,2014,doi:z,RCT,death,28 days,3,20,4,21,printed,abstract,
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "example"
    folder.mkdir()
    (folder / "document.yaml").write_text(DOCUMENT, "utf-8")
    (folder / "claims.yaml").write_text(CLAIMS, "utf-8")
    (folder / "trials.csv").write_text(TRIALS, "utf-8")
    return folder


def test_a_sound_folder_loads(folder):
    document = load_document(folder)
    assert document.slug == "example"
    assert list(document.claims) == ["overall-or", "share", "total", "words"]
    assert printed_texts(document.claims["overall-or"])["upper"] == "0.90"
    assert document.table("trials")["events_treated"].tolist() == [1, 3, 3]


# ruff: noqa: E501  # a case a line
MALFORMED = [
    # file, what is replaced, by what, then line, field and a word of what was expected
    ("claims.yaml", '"0.73"', "0.73", 8, "claims[0].printed.estimate", "in quotes"),
    ("claims.yaml", '"0.73"', '"about 0.73"', 8, "claims[0].printed.estimate", "one printed number"),
    ("claims.yaml", '"0.73"', '"-0.73"', 8, "claims[0].printed.estimate", "above 0"),
    ("claims.yaml", '"0.59"', '"0.79"', 6, "claims[0].printed", "lower limit <= estimate"),
    ("claims.yaml", '"0.90"', '"0.70"', 6, "claims[0].printed", "lower limit <= estimate"),
    ("claims.yaml", '"0.003"', '"3.0"', 11, "claims[0].printed.p", "between 0 and 1"),
    ("claims.yaml", '"0.003"', "[0.003]", 11, "claims[0].printed.p", "expected a printed number"),
    ("claims.yaml", '"1,927"', '"1,92"', 12, "claims[0].printed.n", "one printed number"),
    ("claims.yaml", '"1,927"', '"19.5"', 12, "claims[0].printed.n", "a count"),
    ("claims.yaml", "measure: OR", "measure: SMD", 7, "claims[0].printed.measure", "'OR', 'RR' or 'HR'"),
    ("claims.yaml", "measure: OR", "mesure: OR", 6, "claims[0].printed.measure", "missing"),
    ("claims.yaml", "      p:", "      q:", 11, "claims[0].printed.q", "no field of this name"),
    ("claims.yaml", "    where: Summary\n    statement: A share", "    statement: A share", 13, "claims[1].where", "missing"),
    ("claims.yaml", "statement: A share", 'statement: ""', 15, "claims[1].statement", "some text"),
    ("claims.yaml", "kind: percentage", "kind: percent", 16, "claims[1].kind", "one of ratio, percentage, total, statement"),
    ("claims.yaml", "    kind: percentage\n", "", 13, "claims[1].kind", "one of ratio"),
    ("claims.yaml", '"75%"', '"175%"', 17, "claims[1].printed.percent", "between 0% and 100%"),
    ("claims.yaml", '"75%"', '"75"', 17, "claims[1].printed.percent", "% sign"),
    ("claims.yaml", 'events: "3"', 'events: "5"', 17, "claims[1].printed", "events <= n"),
    ("claims.yaml", "id: share", "id: overall-or", 13, "claims[1].id", "a new id"),
    ("claims.yaml", "id: share", "id: The Share", 13, "claims[1].id", "lower-case words"),
    ("claims.yaml", "id: share", "id: 7", 13, "claims[1].id", "valid string"),
    ("claims.yaml", "    kind: statement\n", "    kind: statement\n    kind: ratio\n", 27, "file", "valid YAML"),
    ("claims.yaml", "claims:", "claims: {", 2, "file", "valid YAML"),
    ("claims.yaml", CLAIMS, "", 1, "file", "expected"),
    ("claims.yaml", CLAIMS, "claims: []\n", 1, "claims", "at least 1 item"),
    ("document.yaml", "title: A title\n", "", 1, "title", "missing"),
    ("document.yaml", "file: trials.csv", "file: trails.csv", 0, "file", "a readable file"),
    ("document.yaml", "rows: two-arms", "rows: three-arms", 13, "tables.trials.rows", "'two-arms', 'ratios', 'arm-sizes' or 'numbers'"),
    ("document.yaml", 'number: "28"', "number: 28", 16, "no_claims[0].number", "in quotes"),
    ("trials.csv", "1,10,2,11", "12,10,2,11", 2, "row", "events_treated <= n_treated"),
    ("trials.csv", "1,10,2,11", "1,10,12,11", 2, "row", "events_control <= n_control"),
    ("trials.csv", "1,10,2,11", "one,10,2,11", 2, "events_treated", "one printed number"),
    ("trials.csv", "1,10,2,11", "1,,2,11", 2, "n_treated", "one printed number"),
    ("trials.csv", "1,10,2,11", "-1,10,2,11", 2, "events_treated", "a count"),
    ("trials.csv", "1,10,2,11", "1,10,2", 2, "row", "14 cells, got 13"),
    ("trials.csv", "c,C,2014", "a,C,2014", 5, "id", "a new id"),
    ("trials.csv", "3,20,4,21,printed,abstract", "3,20,4,21,guessed,abstract", 5, "basis", "'printed' or 'reconstructed'"),
    ("trials.csv", "id,study", "id,trial", 1, "trial", "each of the columns"),
    ("trials.csv", ",note\n", "\n", 1, "note", "a column of this name"),
    ("trials.csv", "id,study", "id,id", 1, "id", "once"),
    ("trials.csv", TRIALS, TRIALS.splitlines()[0], 1, "file", "at least one row"),
    ("trials.csv", TRIALS, "", 1, "id", "a column of this name"),
    ("trials.csv", 'a table, on', 'a table" on', 3, "file", "valid CSV"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "field", "expected"), MALFORMED)
def test_each_malformed_file_ends_in_one_line(folder, file, old, new, line, field, expected):
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DataError) as caught:
        load_document(folder)
    message = str(caught.value)
    at_fault = folder / ("trails.csv" if "trails" in new else file)
    assert message.startswith(f"{at_fault}:{line}: {field}: ")
    assert expected in message.removeprefix(str(at_fault))
    assert "\n" not in message


def test_a_missing_file_and_a_wrong_encoding(folder):
    (folder / "claims.yaml").write_bytes("claims:\n  - id: é\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"claims\.yaml:2: file: expected text in UTF-8"):
        load_document(folder)
    (folder / "claims.yaml").unlink()
    with pytest.raises(DataError, match=r"claims\.yaml:0: file: expected a readable file"):
        load_document(folder)


def test_the_root_is_found_from_anywhere(tmp_path, monkeypatch):
    here = project_root()
    assert (here / "pyproject.toml").is_file()
    monkeypatch.chdir(tmp_path)
    assert project_root() == here
    (tmp_path / "data").mkdir()
    shutil.copy(here / "_toc.yml", tmp_path)
    (tmp_path / "chapters").mkdir()
    assert project_root(tmp_path / "chapters") == tmp_path
    assert isinstance(project_root(), Path)
