"""Loading data folders. What each malformed one ends in is in test_bad_input.py."""

import shutil
from pathlib import Path

import pytest

from malformed import CLAIMS, DOCUMENT, TABLES, TRIALS
from rederive.claims import DataError, load_document, printed_texts
from rederive.files import project_root


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


def test_rows_of_a_table_in_a_claim(folder):
    (folder / "claims.yaml").write_text(TABLES, "utf-8")
    claims = load_document(folder).claims
    assert printed_texts(claims["sexes"]) == {"n": "48", "Male": "30 (62.5%)", "Female": "18 (37.5%)"}
    sexes = claims["sexes"].printed.table()
    assert sexes[["label", "events", "n"]].to_numpy().tolist() == [["Male", 30, 48], ["Female", 18, 48]]
    assert printed_texts(claims["slopes"]) == {"Age": "-0.0163 (-0.045 to 0.012), p 0.251"}
    assert [str(x) for x in claims["slopes"].printed.table().iloc[0]] == ["Age", "-0.0163", "-0.045", "0.012", "0.251"]
