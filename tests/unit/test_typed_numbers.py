"""Orphans of every kind are found in small made-up chapters, and what is accounted for is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from prose import chapter_passages, markdown_passages, typed_numbers
from rederive.claims import DataError, load_document
from rederive.measurements import load_measurements
from typed_numbers import Entry, Sources, complaints, load_list

CHAPTER = '''\
# %% [markdown]
# # A chapter
#
# A page reports that 48 patients
# were treated, and 27% fewer deaths.
#
# ## What it says
#
# The ratio is 0.73 (0.59 to 0.90). In another study 48 were treated.

# %%
audit.judge("ratio", judge_ratio(audit["ratio"].printed, power=0.8))
sizes = range(5, 120 + 1)

# %%
text(f"""
Of {deaths} deaths, {share:.1%} were early, with 80% power.
""")
table(frame.rename(columns={"a": "deaths"}), f"Deaths by day {day}, 12 in all", {"deaths": ".1f"})
'''

CLAIMS = """\
claims:
  - {id: ratio, kind: ratio, where: Abstract, statement: The ratio is small.,
     printed: {measure: OR, estimate: "0.73", lower: "0.59", upper: "0.90"}}
  - {id: patients, kind: total, where: Abstract, statement: Patients were treated., printed: {n: "48"}}
  - {id: reduction, kind: percentage, where: Abstract, statement: Deaths are fewer., printed: {percent: "27%"}}
"""

CARD = """\
title: A page
what: A fixture
author: Nobody
about: Nothing
identifiers: {}
distance: [a test]
tables: {sizes: {file: sizes.csv, rows: arm-sizes, caption: Sizes}}
no_claims: [{number: "12", what: months}]
"""

SIZES = "id,study,counted,n_treated,n_control,source,seen_in\nother,Other,analysed,20,28,doi:10.1/x,abstract\n"

TESTS = """\
def test_the_sum():
    assert round(0.5 + 0.7, 1) == 1.2

def test_the_words(said):
    assert said
"""

LISTED = {
    "A chapter": [
        {"words": "reports that 48 patients were", "claim": "patients/n"},
        {"words": "27% fewer deaths", "claim": "reduction/percent"},
    ],
    "What it says": [
        {"words": "0.73 (0.59 to 0.90)", "claim": ["ratio/estimate", "ratio/lower", "ratio/upper"]},
        {"words": "another study 48", "worked": 'row("sizes/other/n_treated") + row("sizes/other/n_control")'},
        {"words": "with 80% power", "code": "power=0.8"},
        {"words": "12 in all", "no_claim": "12"},
    ],
}


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    for name, content in {"claims.yaml": CLAIMS, "document.yaml": CARD, "sizes.csv": SIZES}.items():
        (tmp_path / name).write_text(content, "utf-8")
    document = load_document(tmp_path)
    code = " ".join(CHAPTER.split())
    return Sources(document.claims, document.rows, document.card, TESTS, "By 9 ways in all.", code)


def listed(change: dict[str, list[dict[str, object]]] | None = None) -> dict[str, list[Entry]]:
    entries = LISTED | (change or {})
    return {heading: [Entry.model_validate(entry) for entry in under] for heading, under in entries.items()}


def found(chapter: str, sources: Sources, change: dict[str, list[dict[str, object]]] | None = None) -> list[str]:
    return complaints("chapters/01-x.py", chapter_passages(chapter), listed(change), sources)


def test_a_chapter_whose_numbers_are_all_accounted_for(sources: Sources) -> None:
    assert found(CHAPTER, sources) == []


@pytest.mark.parametrize(
    ("where", "addition", "orphans"),
    [
        ("were treated, and", "1,927", ["1,927"]),
        ("were treated, and", "0.05, .003, < 0.001 and ≤5%", ["0.05", ".003", "< 0.001", "≤5%"]),
        ("were treated, and", "−4.2 to -0.3", ["−4.2", "-0.3"]),
        ("were treated, and", "34–45 or 5 to 7", ["34", "45", "5", "7"]),
        ("were treated, and", "½ or 1/3", ["½", "1", "3"]),
        ("were treated, and", "10⁹ a litre, $10^{-5}$ and $10^9$", ["10⁹", "10^{-5}", "10^9"]),
        ("were treated, and", "$0.25^{0.7} - 0.1$", ["0.25", "0.7", "0.1"]),
        ("were treated, and", "three large trials, all Seven of the 9", ["three", "Seven", "9"]),
        ("were treated, and", "Forty patients", ["Forty"]),
        ("were treated, and", "[a study of 9](https://doi.org/10.1/2345)", ["9"]),
        ("fewer deaths.", "\n#\n# ### And 9 times", ["9"]),
        ("power.", "At 95%, no.", ["95%"]),
        ("Deaths by day", "28 or", ["28"]),
        ('"a": "deaths', " of 100", ["100"]),
        ("{deaths} deaths,", "{3 * 0.5:.1f} or", ["3", "0.5"]),
        ("{deaths} deaths,", '{"8 of 9" if deaths else "none"} or', ["8", "9"]),
        ("The ratio is", "| a | b |\n#\n# | 7 | 1.5 |\n# ", ["7", "1.5"]),
    ],
)
def test_a_new_number_is_an_orphan(where: str, addition: str, orphans: list[str], sources: Sources) -> None:
    before, at, after = CHAPTER.partition(where)
    assert at
    told = found(f"{before}{at} {addition} {after}", sources)
    assert [line.partition(" is typed")[0].partition(": ")[2] for line in told if "is typed (" in line] == orphans


@pytest.mark.parametrize(
    "names",
    [
        "CD4 cells, IL-15, PD-1, thymosin α1, C57BL/6 mice, GASTO-1043, R² and s²",
        "Table 2, Figure 3, ECOG 2, version 0.1.0, definition 7",
        "$s_0$, $n_{12}$, $R^2$, $s_1^2$, $\\tau^{2}$ and $D^2$",
        "[a link](https://doi.org/10.1136/bmj-2024-082583)",
        "a two-by-two table, one trial, the first patient, two-sided, someone, often",
    ],
)
def test_names_and_indices_are_no_numbers(names: str) -> None:
    (passage,) = markdown_passages(names)
    assert [number.text for number in typed_numbers(passage)] == []


@pytest.mark.parametrize(
    ("heading", "entry", "told"),
    [
        ("A chapter", {"words": "another study 48", "claim": "patients/n"}, "there 0 times"),  # another section
        ("What it says", {"words": "were", "convention": "a word"}, "there 2 times"),
        ("What it says", {"words": "In another study", "convention": "no number"}, "holds no number"),
        ("What it says", {"words": "0.73 (0.59 to", "claim": "ratio/estimate"}, "has an entry already"),
        ("What it says", {"words": "0.73 (0.59 to", "claim": "ratio/estimate"}, "0.59 is not what is there: claim"),
        ("What it says", {"words": "0.73 (0.59 to", "claim": ["ratio/estimate"]}, "2 numbers, and 1 sources"),
        ("What it says", {"words": "study 48 were", "claim": "patient/n"}, "leads nowhere"),
        ("What it says", {"words": "study 48 were", "claim": "patients/size"}, "leads nowhere"),
        ("What it says", {"words": "study 48 were", "no_claim": "12"}, "48 is not what is there"),
        ("What it says", {"words": "study 48 were", "row": "sizes/other/n_control"}, "48 is not what is there"),
        ("What it says", {"words": "study 48 were", "worked": "2 * 20"}, "48 is not what is there"),
        ("What it says", {"words": "study 48 were", "test": "test_another"}, "48 is not what is there"),
        ("What it says", {"words": "study 48 were", "test": "test_the_sum"}, "48 is not what is there"),
        ("What it says", {"words": "study 48 were", "said": "By 9 ways"}, "48 is not what is there"),
        ("What it says", {"words": "study 48 were", "code": "range(5, 48)"}, "48 is not what is there"),
        ("What it says", {"words": "study 48 were", "code": "48 patients"}, "is typed itself"),
    ],
)
def test_an_entry_that_does_not_hold(heading: str, entry: dict[str, object], told: str, sources: Sources) -> None:
    complaint = found(CHAPTER, sources, {heading: [*LISTED[heading], entry]})
    assert any(told in line for line in complaint), complaint


@pytest.mark.parametrize(
    ("sentence", "entry"),
    [
        ("By nine methods", {"words": "nine methods", "said": "By 9 ways"}),
        ("With 5 to 120 people", {"words": "5 to 120", "code": "range(5, 120 + 1)"}),
        ("The sum, by hand, is 1.2", {"words": "1.2", "test": "test_the_sum"}),
        ("The sum, by hand, is 1.3", {"words": "1.3", "test": "test_the_words"}),
        ("The logs are 1.0 and 0.69", {"words": "1.0 and 0.69", "worked": ["log(e)", "log(2)"]}),
        ("There are 1 and 9", {"words": "1 and 9", "convention": "an example"}),
        ("Chance is 1.96", {"words": "1.96", "worked": "quantile(0.975)"}),
        ("The list has 1 total", {"words": "1 total", "worked": "claims_of('total')"}),
        ("In 28 of theirs", {"words": "28", "row": "sizes/other/n_control"}),
        ("By 5% or 10%", {"words": "5% or 10%", "worked": ["1/20", "0.1"]}),
    ],
)
def test_what_a_number_can_be(sentence: str, entry: dict[str, object], sources: Sources) -> None:
    passages = markdown_passages(f"# Page\n\n{sentence}.\n")
    assert complaints("page.md", passages, {"Page": [Entry.model_validate(entry)]}, sources) == []


def test_a_number_that_changes_in_the_data(sources: Sources) -> None:
    changed = Sources(sources.claims | {"patients": sources.claims["reduction"]}, sources.rows, sources.card)
    assert any("patients/n: leads nowhere" in line for line in found(CHAPTER, changed))


def test_digits_count_where_a_number_is_printed(sources: Sources) -> None:
    passages = markdown_passages("The ratio is 0.9, its limit 0.90.")
    for words, fits in {"limit 0.90": True, "ratio is 0.9": False}.items():
        entry = Entry.model_validate({"words": words, "claim": "ratio/upper"})
        told = [line for line in complaints("page.md", passages, {"": [entry]}, sources) if "is typed (" not in line]
        assert (told == []) is fits


def test_a_complaint_says_where_the_number_stands_and_what_to_do(sources: Sources) -> None:
    (told,) = found(CHAPTER.replace("were treated, and", "were treated on 9 days, and"), sources)
    assert told == (
        "chapters/01-x.py:5: 9 is typed (… that 48 patients were treated on 9 days, and 27% fewer deaths. …): "
        "compute it, or say on the page's list, under 'A chapter', what it is"
    )


def test_stored_measurements_are_a_source(tmp_path: Path) -> None:
    (tmp_path / "measurements.yaml").write_text(
        "tables:\n  kills: {file: kills.csv, made_by: make kills, columns: {runs: count, share: number}}\n", "utf-8"
    )
    (tmp_path / "kills.csv").write_text("id,runs,share\nall,20,0.25\n", "utf-8")
    rows = {name: table.to_dict("index") for name, table in load_measurements(tmp_path).tables.items()}
    entry = Entry.model_validate({"words": "20 runs, 25%", "row": ["kills/all/runs", "kills/all/share"]})
    assert complaints("page.md", markdown_passages("In 20 runs, 25%"), {"": [entry]}, Sources(rows=rows)) == []


def test_a_list_with_a_mistake_in_it_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("A chapter:\n  - {words: of 48, claim: a/n, row: b/c/n}\n", "utf-8")
    with pytest.raises(DataError, match=r"x\.yaml:2: .*one other field"):
        load_list(tmp_path / "x.yaml")
