"""The results as a spreadsheet: every cell is there, and none can be taken for anything but text."""

from __future__ import annotations

import csv
import io
import json
import re

import pandas as pd
import pytest
from dateutil import parser as dates
from hypothesis import example, given
from hypothesis import strategies as st

from rederive.files import project_root
from rederive.results import Results
from rederive.spreadsheet import COLUMNS, as_text, spreadsheet

BUILT = project_root() / "_build" / "results"
CONTENT = (BUILT / "claims.csv").read_bytes()
ROWS = list(csv.DictReader(io.StringIO(CONTENT.decode("utf-8-sig"), newline=""), strict=True))
CLAIMS = json.loads((BUILT / "claims.json").read_text("utf-8"))["claims"]

# Each of these some spreadsheet changes on opening a file: into a formula, a number, a date, a time, a share, a truth.
CHANGED = [
    "0.90", "1,927", "68%", "11", "1E5", "1e5", "-1", "+1", "−0.5", "(5)", ".5", "$5", "€5", "1/2", "1 1/2", "3-4",
    "5.4.", "01.02.2020", "2020-01-02", "10:30", "5 p", "3 pm", "May 5", "may-05", "Sept 5", "5 May", "3 May 2020",
    "December 2021", "Jan-20", "TRUE", "false", "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-1+1", "\t=1", "#N/A",
    "'5", "\n=1", " =1", "52.1%, 25 of 48",
]  # fmt: skip
KEPT = [
    "p 0.003",
    "n 12",
    "R² 0.9",
    "τ² 0.01",
    '"Only" means more',
    "“More”",
    "48 patients received it.",
    "yes",
    "silent",
    "sepsis",
    "marathon 3",
]


def may_be_changed(cell: str) -> bool:
    """Whether an eager reader, who is not ours, makes something else of a cell."""
    plain = re.sub(r"[,%$€() ]", "", cell.replace("−", "-"))
    for read in (float, dates.parse):
        try:
            read(plain if read is float else cell)  # type: ignore[operator]
        except (ValueError, OverflowError):
            continue
        return True
    return cell.startswith(("=", "+", "-", "@", "\t", "\r", "'")) or cell.casefold() in ("true", "false")


def test_it_is_csv_as_rfc_4180_has_it_with_the_mark_of_utf_8() -> None:
    text = CONTENT.decode("utf-8")
    assert text.startswith("\ufeffid,document,")
    assert text.endswith("\r\n")
    assert text.count("\r\n") == text.count("\n") == text.count("\r") == len(CLAIMS) + 1


def test_the_built_table_is_made_from_the_built_results() -> None:
    results = Results.model_validate_json((BUILT / "claims.json").read_bytes())
    assert spreadsheet(results.claims).encode("utf-8") == CONTENT


def test_every_claim_has_its_row_and_every_cell_its_content() -> None:
    contents = {
        "printed": "printed_words", "recomputed": "recomputed_words",
        **{name: name for name in ("id", "document", "where", "statement", "kind", "verdict", "because", "method")},
        **{name: name for name in ("convention", "matters", "changes")},
    }  # fmt: skip
    assert set(COLUMNS) == {*contents, "missing"}
    assert [row["id"] for row in ROWS] == [claim["id"] for claim in CLAIMS]
    for row, claim in zip(ROWS, CLAIMS, strict=True):
        for name, field in contents.items():
            assert row[name] in (claim[field], f"“{claim[field]}”")
        assert row["missing"] == "; ".join(claim["missing"])


def test_pandas_reads_nothing_but_text() -> None:
    table = pd.read_csv(BUILT / "claims.csv", keep_default_na=False)
    assert table.shape == (len(CLAIMS), len(COLUMNS))
    assert all(isinstance(cell, str) for cell in table.to_numpy().flat)


def test_no_cell_of_the_book_may_be_changed() -> None:
    assert [cell for row in ROWS for cell in row.values() if cell and may_be_changed(cell)] == []
    assert any(may_be_changed(claim["printed_words"]) for claim in CLAIMS)  # left as they are, some would


@pytest.mark.parametrize("content", CHANGED)
def test_what_a_spreadsheet_would_change_stands_in_the_marks_of_a_quotation(content: str) -> None:
    assert as_text(content) == f"“{content.strip()}”"


@pytest.mark.parametrize("content", KEPT)
def test_what_it_would_not_change_stands_as_it_is(content: str) -> None:
    assert as_text(content) == content


SIGNS = [*"=+-@0.,/%:( \t\na", "12", "May", "jan", "true", "FALSE", "p", "E", "−", "patients"]


@given(st.lists(st.sampled_from(SIGNS)).map("".join))
@example("")
def test_whatever_stands_in_a_cell_it_is_text(content: str) -> None:
    cell = as_text(content)
    assert not may_be_changed(cell) or not cell
    assert cell.strip("“”") == " ".join(content.split()).strip("“”")


def test_line_ends_and_quotes_within_a_cell_do_not_break_the_table() -> None:
    results = Results.model_validate_json((BUILT / "claims.json").read_bytes())
    odd = results.claims[0].model_copy(update={"because": 'A "b",\r\nc;\nd'})
    (row,) = csv.DictReader(io.StringIO(spreadsheet([odd]).removeprefix("\ufeff"), newline=""), strict=True)
    assert row["because"] == 'A "b", c; d'
    assert row["id"] == odd.id
