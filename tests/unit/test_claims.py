"""Loading data folders, and the one line each malformed one ends in."""

import shutil
from pathlib import Path

import pytest

from rederive.claims import DataError, load_document, printed_texts
from rederive.files import project_root

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
    ("claims.yaml", "id: share", "id: 7", 13, "claims[1].id", "expected text, in quotes where it looks like something else, got 7"),
    ("claims.yaml", "    kind: statement\n", "    kind: statement\n    kind: ratio\n", 27, "file", "valid YAML"),
    ("claims.yaml", "claims:", "claims: {", 2, "file", "valid YAML"),
    ("claims.yaml", CLAIMS, "", 1, "file", "expected"),
    ("claims.yaml", CLAIMS, "claims: []\n", 1, "claims", "a list of at least 1, got none"),
    ("claims.yaml", CLAIMS, "claims: 3\n", 1, "claims", "expected a list, got 3"),
    ("claims.yaml", CLAIMS, "claims: [3]\n", 1, "claims[0]", "expected fields with their values, got 3"),
    ("claims.yaml", CLAIMS, "[]\n", 1, "file", "expected fields with their values"),
    ("claims.yaml", '"0.73"', "!!int z", 8, "file", "put text in quotes"),
    ("claims.yaml", '"0.73"', "!!float xyz", 8, "file", "put text in quotes"),
    ("claims.yaml", '"0.73"', "2020-13-45", 8, "file", "put text in quotes"),
    ("claims.yaml", '"0.73"', "!!bool x", 8, "file", "valid YAML"),
    ("claims.yaml", '"0.73"', "[" * 3000, 1, "file", "nested too deeply"),
    ("claims.yaml", '"0.73"', "0x" + "f" * 5000, 8, "claims[0].printed.estimate", "expected"),
    ("claims.yaml", '"0.73"', "\x01", 1, "file", "valid YAML"),
    ("claims.yaml", '"0.73"', '"73%"', 8, "claims[0].printed.estimate", "a ratio, without % sign"),
    ("claims.yaml", '"0.59"', '"59%"', 9, "claims[0].printed.lower", "a ratio, without % sign"),
    ("claims.yaml", '"0.003"', '"<0"', 11, "claims[0].printed.p", "between 0 and 1"),
    ("claims.yaml", '"0.003"', '">1"', 11, "claims[0].printed.p", "between 0 and 1"),
    ("claims.yaml", '"75%"', '"<0%"', 17, "claims[1].printed.percent", "between 0% and 100%"),
    *(
        ("claims.yaml", "      p:", f'      level: "{level}"\n      p:', 11, "claims[0].printed.level", "a confidence level from 50%")
        for level in ("0%", "49.9%", "99.991%", "100%", "<95%", ">95%")
    ),
    *(
        ("claims.yaml", '"1,927"', f'"{count}"', 12, "claims[0].printed.n", "a count")
        for count in ("1e3", "1.5e3", "1927.0", "+5", "<5", "27%")
    ),
    ("claims.yaml", '"1,927"', '"0"', 12, "claims[0].printed.n", "at least 1"),
    ("claims.yaml", 'n_treated: "3"', 'n_treated: "0"', 22, "claims[2].printed.n_treated", "at least 1"),
    ("claims.yaml", "statement: A share", 'statement: " \t "', 15, "claims[1].statement", "some text"),
    ("claims.yaml", "      p:", '      "p\\nq":', 11, "claims[0].printed.p q", "no field of this name"),
    ("claims.yaml", "kind: statement", "kind: statement\n    printed: {1: '2'}", 27, "claims[3].printed[1]", "expected text"),
    ("claims.yaml", "kind: statement", f"kind: statement\n    kind: {'x' * 400}", 27, "file", '(found duplicate key "kind")'),
    ("claims.yaml", CLAIMS, "%YAML 1.1\n---\n" + CLAIMS, 1, "file", "YAML 1.2"),
    ("claims.yaml", CLAIMS, "%YAML 1.20\n---\n" + CLAIMS, 1, "file", "YAML 1.2"),
    ("claims.yaml", CLAIMS, CLAIMS + "  - <<: {id: share}\n    where: a\n    statement: b\n    kind: statement\n", 27, "claims[4].id", "'share' of line 13"),
    ("document.yaml", "title: A title\n", "", 1, "title", "missing"),
    ("document.yaml", "file: trials.csv", "file: trails.csv", 1, "file", "a readable file"),
    *(
        ("document.yaml", "file: trials.csv", f"file: {name}", 12, "tables.trials.file", "the name of a .csv file in this folder")
        for name in ("../../../../etc/passwd", "/etc/passwd", "../example/trials.csv", "trials.yaml", ".trials.csv", '"a\\0b"')
    ),
    ("document.yaml", "    file: trials.csv", "    1: 2\n    file: trials.csv", 12, "tables.trials[1]", "a field's name"),
    ("document.yaml", "rows: two-arms", "rows: three-arms", 13, "tables.trials.rows", "one of two-arms, ratios, arm-sizes, numbers"),
    ("document.yaml", 'number: "28"', "number: 28", 16, "no_claims[0].number", "in quotes"),
    ("trials.csv", "1,10,2,11", "12,10,2,11", 2, "row", "events_treated <= n_treated"),
    ("trials.csv", "1,10,2,11", "1,10,12,11", 2, "row", "events_control <= n_control"),
    ("trials.csv", "1,10,2,11", "one,10,2,11", 2, "events_treated", "one printed number"),
    ("trials.csv", "1,10,2,11", "1,,2,11", 2, "n_treated", "one printed number"),
    ("trials.csv", "1,10,2,11", "-1,10,2,11", 2, "events_treated", "a count"),
    ("trials.csv", "1,10,2,11", "1,10,2", 2, "row", "14 cells, got 13"),
    ("trials.csv", "c,C,2014", "\nc,C,2014", 5, "row", "14 cells, got a blank line"),
    ("trials.csv", TRIALS, TRIALS + "\n", 6, "row", "14 cells, got a blank line"),
    ("trials.csv", "1,10,2,11", "0,0,2,11", 2, "n_treated", "at least 1"),
    ("trials.csv", "1,10,2,11", "1,10,0,0", 2, "n_control", "at least 1"),
    ("trials.csv", "1,10,2,11", "1,1e3,2,11", 2, "n_treated", "a count"),
    ("trials.csv", "a,A,2025,doi:x", "a,A,2025, ", 2, "source", "some text"),
    ("trials.csv", "id,study", '"i\nd",study', 1, "i d", "each of the columns"),
    ("trials.csv", "c,C,2014", "a,C,2014", 5, "id", "a new id"),
    ("trials.csv", "3,20,4,21,printed,abstract", "3,20,4,21,guessed,abstract", 5, "basis", "'printed' or 'reconstructed'"),
    ("trials.csv", "id,study", "id,trial", 1, "trial", "each of the columns"),
    ("trials.csv", ",note\n", "\n", 1, "note", "a column of this name"),
    ("trials.csv", "id,study", "id,id", 1, "id", "once"),
    ("trials.csv", TRIALS, TRIALS.splitlines()[0], 1, "file", "at least one row"),
    ("trials.csv", TRIALS, "", 1, "id", "a column of this name"),
    ("trials.csv", 'a table, on', 'a table" on', 3, "file", "valid CSV"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "field", "expected"), MALFORMED, ids=lambda value: ascii(value)[:40]
)
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
    with pytest.raises(DataError, match=r"claims\.yaml:1: file: expected a readable file"):
        load_document(folder)
    with pytest.raises(DataError, match=r"document\.yaml:1: file: expected a readable file"):
        load_document(Path("a\0b"))


@pytest.mark.parametrize("file", ["document.yaml", "claims.yaml", "trials.csv"])
@pytest.mark.parametrize("change", ["byte order mark", "line ends of Windows"])
def test_files_saved_by_a_spreadsheet_or_on_windows_load_the_same(folder, file, change):
    before = load_document(folder)
    content = (folder / file).read_bytes()
    assert b"\r" not in content
    (folder / file).write_bytes(b"\xef\xbb\xbf" + content if "mark" in change else content.replace(b"\n", b"\r\n"))
    after = load_document(folder)
    assert (after.card, after.claims) == (before.card, before.claims)
    assert list(after.rows["trials"]) == ["a", "b", "c"]


def test_a_line_at_fault_is_counted_behind_a_byte_order_mark(folder):
    (folder / "claims.yaml").write_bytes(b"\xef\xbb\xbf#\n\xe9")
    with pytest.raises(DataError, match=r"claims\.yaml:2: file: expected text in UTF-8"):
        load_document(folder)


def test_only_line_ends_end_a_row(folder):
    odd = "a\u2028b\x85c\x0bd\x0ce"
    (folder / "trials.csv").write_text(TRIALS.replace("a note", odd), "utf-8")
    assert load_document(folder).rows["trials"]["b"].note == odd


def test_text_is_stripped_and_yaml_1_2_may_say_so(folder):
    claims = "%YAML 1.2\n---\n" + CLAIMS.replace("statement: A share", 'statement: " A share "')
    (folder / "claims.yaml").write_text(claims, "utf-8")
    assert load_document(folder).claims["share"].statement == "A share"


def test_a_level_is_printed_only_where_the_file_gives_it(folder):
    claim = load_document(folder).claims["overall-or"]
    assert claim.printed.level.text == "95%"
    assert "level" not in printed_texts(claim)
    for level in ("50%", "90%", "95%", "99.99%"):
        text = CLAIMS.replace("      p:", f'      level: "{level}"\n      p:')
        (folder / "claims.yaml").write_text(text, "utf-8")
        assert printed_texts(load_document(folder).claims["overall-or"])["level"] == level


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


TABLES = """\
claims:
  - id: sexes
    where: Table 1
    statement: Patients by sex.
    kind: breakdown
    printed:
      n: "48"
      cells: {Male: 30 (62.5%), Female: 18 (37.5%)}
  - id: rise
    where: Table 2
    statement: A count rises.
    kind: quartile-change
    printed: {n: "9", before_median: "2", before_q1: "1", before_q3: "3", after_median: "4", after_q1: "3", after_q3: "5", p: "<0.001"}
  - id: slopes
    where: Table 3
    statement: Two slopes.
    kind: coefficients
    printed:
      rows:
        Age: {estimate: "-0.0163", lower: "-0.045", upper: "0.012", p: "0.251"}
  - id: survival
    where: Results
    statement: A median.
    kind: survival-median
    printed: {n: "36", median: "9.6", lower: "6.33", upper: "19.67", unit: months}
"""  # fmt: skip


def test_rows_of_a_table_in_a_claim(folder):
    (folder / "claims.yaml").write_text(TABLES, "utf-8")
    claims = load_document(folder).claims
    assert printed_texts(claims["sexes"]) == {"n": "48", "Male": "30 (62.5%)", "Female": "18 (37.5%)"}
    sexes = claims["sexes"].printed.table()
    assert sexes[["label", "events", "n"]].to_numpy().tolist() == [["Male", 30, 48], ["Female", 18, 48]]
    assert printed_texts(claims["slopes"]) == {"Age": "-0.0163 (-0.045 to 0.012), p 0.251"}
    assert [str(x) for x in claims["slopes"].printed.table().iloc[0]] == ["Age", "-0.0163", "-0.045", "0.012", "0.251"]


@pytest.mark.parametrize(
    ("before", "after", "line", "field", "expected"),
    [
        ("18 (37.5%)", "18", 8, "claims[0].printed.cells.Female", "a count and its percentage such as 30 (62.5%), got 18"),
        ("18 (37.5%)", "18.5 (37.5%)", 8, "claims[0].printed.cells.Female", "a count"),
        ("18 (37.5%)", "18 (37.5)", 8, "claims[0].printed.cells.Female", "% sign"),
        ("Female: 18", "total: 18", 6, "claims[0].printed", "labels other than n and total, got total"),
        ("18 (37.5%)", "49 (37.5%)", 6, "claims[0].printed", "counts of at most n, got 49 of 48 (Female)"),
        ("{Male: 30 (62.5%), Female: 18 (37.5%)}", "{}", 8, "claims[0].printed.cells", "at least 1"),
        ('before_q3: "3"', 'before_q3: "1.5"', 13, "claims[1].printed", "before_q1 <= before_median <= before_q3"),
        ('after_q1: "3"', 'after_q1: "4.5"', 13, "claims[1].printed", "after_q1 <= after_median <= after_q3"),
        ('lower: "-0.045"', 'lower: "0.045"', 20, "claims[2].printed.rows.Age", "lower limit <= estimate <= upper limit"),
        ('lower: "6.33"', 'lower: "10"', 25, "claims[3].printed", "lower limit <= median <= upper limit"),
        ('median: "9.6"', 'median: "-9.6"', 25, "claims[3].printed.median", "a number above 0"),
    ],
)  # fmt: skip
def test_malformed_tables_in_claims_end_in_one_line(folder, before, after, line, field, expected):
    assert TABLES.count(before) == 1
    (folder / "claims.yaml").write_text(TABLES.replace(before, after), "utf-8")
    with pytest.raises(DataError) as error:
        load_document(folder)
    assert str(error.value).startswith(f"{folder / 'claims.yaml'}:{line}: {field}: ")
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
