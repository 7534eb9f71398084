"""A small sound book, and the ways we know to spoil one of its files or a command line.

Each row says what is done to the book, and how the one line reads that the command then has to end in.
"""

# ruff: noqa: E501  # a case a line

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
  - id: fall
    where: Table 4
    statement: A mean falls.
    kind: mean-change
    printed: {n: "9", before_mean: "2.0", before_sd: "0.5", after_mean: "1.0", after_sd: "0.4", p: "0.01"}
  - id: fit
    where: Table 5
    statement: A regression.
    kind: regression
    printed: {k: "3", r2: "0.50", adjusted_r2: "0.45", f: "7.1", p: "0.001"}
"""
CARD = """\
title: Another title
what: A paper
author: Nobody
about: Mice
identifiers: {}
distance: [mice]
tables:
  ratios: {file: ratios.csv, rows: ratios, caption: Rows}
  arm-sizes: {file: arm-sizes.csv, rows: arm-sizes, caption: Rows}
  numbers: {file: numbers.csv, rows: numbers, caption: Rows}
  two-means: {file: two-means.csv, rows: two-means, caption: Rows}
  survival-rates: {file: survival-rates.csv, rows: survival-rates, caption: Rows}
  checklist: {file: checklist.csv, rows: checklist, caption: Rows}
  needs: {file: needs.csv, rows: needs, caption: Rows}
  facts: {file: facts.csv, rows: facts, caption: Rows}
"""
ROWS = {
    "ratios": "id,study,source,outcome,timepoint,comparison,measure,estimate,lower,upper,p,n,seen_in,note\n"
    "r,A,doi:x,death,28 days,all,OR,0.82,0.65,1.03,0.09,,abstract,\n",
    "arm-sizes": "id,study,counted,n_treated,n_control,source,seen_in\ns,A,randomised,552,554,doi:x,abstract\n",
    "numbers": "id,study,source,what,number,seen_in,note\nn,A,doi:x,trials pooled,11,abstract,\n",
    "two-means": "id,study,source,variable,sample,mean_first,sd_first,n_first,mean_second,sd_second,n_second,p,seen_in,note\n"
    "m,A,doi:x,age,all,52.8,11.7,100,39.6,11.0,100,.160,Table 1,\n",
    "survival-rates": "id,study,source,endpoint,years,treated,control,n_treated,n_control,p,seen_in,note\n"
    "o,A,doi:x,survival,1,87.2%,78.2%,146,412,0.011,Table 2,\n",
    "checklist": "id,item,name,asks,given,source,seen_in\nc,1,Design,which groups,four,doi:x,Table 3\n",
    "needs": "id,claim,item,quantity\nd,sexes,c,mice per arm\n",
    "facts": "id,source,says,seen_in\nf,doi:x,Nothing new,a letter\n",
}
COMPARISON = "estimates: estimates.csv\ngrounds: grounds.csv\npairs: pairs.csv\n"
ESTIMATES = """\
id,label,population,comparator,outcome,design,favours,left_out
example/overall-or,Pooled,Sepsis,control,death,meta-analysis,below,
example/trials/a,Trial A,Sepsis,control,death,randomised,below,
example/trials/b,Trial B,Sepsis,control,death,not randomised,below,
example/trials/c,Trial C,Sepsis,control,death,randomised,neither,too small
tables/ratios/r,Ratio,Sepsis,control,death,randomised,above,
"""
GROUNDS = "id,conflicts_with,what\nexample/share,itself,the share of another table\n"
PAIRS = "id,about,one,other,relation,why\nboth,sexes,example/share,tables/sexes,differ,They count differently.\n"
MEASUREMENTS = """\
tables:
  hits:
    file: hits.csv
    made_by: make hits
    columns: {kind: text, tried: count, share: number, why: maybe text, bound: maybe number}
"""
HITS = "id,kind,tried,share,why,bound\nh,ratio,100,0.95,,\ni,total,50,0.9,no reason,0.99\n"

BOOK = {
    "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n  - file: chapters/01-example\n",
    "_config.yml": 'title: A book\nauthor: Nobody\nexecute:\n  execute_notebooks: "off"\n',
    "book/index.md": "# A book\n",
    "chapters/01-example.py": "# %% [markdown]\n# # A chapter\n\n# %%\nprint(1)\n",
    "data/example/document.yaml": DOCUMENT,
    "data/example/claims.yaml": CLAIMS,
    "data/example/trials.csv": TRIALS,
    "data/tables/document.yaml": CARD,
    "data/tables/claims.yaml": TABLES,
    **{f"data/tables/{kind}.csv": text for kind, text in ROWS.items()},
    "data/compared/comparison.yaml": COMPARISON,
    "data/compared/estimates.csv": ESTIMATES,
    "data/compared/grounds.csv": GROUNDS,
    "data/compared/pairs.csv": PAIRS,
    "data/measured/measurements.yaml": MEASUREMENTS,
    "data/measured/hits.csv": HITS,
}


def write_book(root: Path) -> None:
    for name, text in BOOK.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class BadInput:
    """One malformed input.

    Attributes
    ----------
    entry : what takes it: a file of the book, a kind of claim or of row, or a command.
    spoil : makes the input, in a sound book.
    begins : how the line begins behind `error: `; a file's path is from the book's folder.
    says : what the line has to say further on.
    command : what is called.
    results : what the chapter writes, where one has to run.
    """

    entry: str
    spoil: Callable[[Path], object]
    begins: str
    says: str
    command: tuple[str, ...]
    results: str | None = None


Replaced = tuple[str, str, int, str, str]
"""What is replaced, by what; then line and field at fault, and words of what was expected."""

BOMB = "bomb: &a0 [x, x]\n" + "".join(f"bomb{i}: &a{i} [{', '.join(9 * [f'*a{i - 1}'])}]\n" for i in range(1, 10))

# fmt: off
IN_CLAIMS: list[Replaced] = [
    ('"0.73"', "0.73", 8, "claims[0].printed.estimate", "in quotes"),
    ('"0.73"', '"about 0.73"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', '"-0.73"', 8, "claims[0].printed.estimate", "above 0"),
    ('"0.59"', '"0.79"', 6, "claims[0].printed", "lower limit <= estimate"),
    ('"0.90"', '"0.70"', 6, "claims[0].printed", "lower limit <= estimate"),
    ('"0.003"', '"3.0"', 11, "claims[0].printed.p", "between 0 and 1"),
    ('"0.003"', "[0.003]", 11, "claims[0].printed.p", "expected a printed number"),
    ('"1,927"', '"1,92"', 12, "claims[0].printed.n", "one printed number"),
    ('"1,927"', '"19.5"', 12, "claims[0].printed.n", "a count"),
    ("measure: OR", "measure: SMD", 7, "claims[0].printed.measure", "'OR', 'RR' or 'HR'"),
    ("measure: OR", "mesure: OR", 6, "claims[0].printed.measure", "missing"),
    ("      p:", "      q:", 11, "claims[0].printed.q", "no field of this name"),
    ("    where: Summary\n    statement: A share", "    statement: A share", 13, "claims[1].where", "missing"),
    ("statement: A share", 'statement: ""', 15, "claims[1].statement", "some text"),
    ("kind: percentage", "kind: percent", 16, "claims[1].kind", "one of ratio, percentage, total, statement"),
    ("    kind: percentage\n", "", 13, "claims[1].kind", "one of ratio"),
    ('"75%"', '"175%"', 17, "claims[1].printed.percent", "between 0% and 100%"),
    ('"75%"', '"75"', 17, "claims[1].printed.percent", "% sign"),
    ('events: "3"', 'events: "5"', 17, "claims[1].printed", "events <= n"),
    ("id: share", "id: overall-or", 13, "claims[1].id", "a new id"),
    ("id: share", "id: The Share", 13, "claims[1].id", "lower-case words"),
    ("id: share", "id: 7", 13, "claims[1].id", "expected text, in quotes where it looks like something else, got 7"),
    ("    kind: statement\n", "    kind: statement\n    kind: ratio\n", 27, "file", "valid YAML"),
    ("claims:", "claims: {", 2, "file", "valid YAML"),
    (CLAIMS, "", 1, "file", "expected"),
    (CLAIMS, "claims: []\n", 1, "claims", "a list of at least 1, got none"),
    (CLAIMS, "claims: 3\n", 1, "claims", "expected a list, got 3"),
    (CLAIMS, "claims: [3]\n", 1, "claims[0]", "expected fields with their values, got 3"),
    (CLAIMS, "[]\n", 1, "file", "expected fields with their values"),
    ('"0.73"', "!!int z", 8, "file", "put text in quotes"),
    ('"0.73"', "!!float xyz", 8, "file", "put text in quotes"),
    ('"0.73"', "2020-13-45", 8, "file", "put text in quotes"),
    ('"0.73"', "!!bool x", 8, "file", "valid YAML"),
    ('"0.73"', "[" * 1000, 1, "file", "nested too deeply"),
    ('"0.73"', "0x" + "f" * 5000, 8, "claims[0].printed.estimate", "expected"),
    ('"0.73"', "\x01", 8, "file", "valid YAML (found the character U+0001)"),
    ('"0.73"', '"73%"', 8, "claims[0].printed.estimate", "a ratio, without % sign"),
    ('"0.59"', '"59%"', 9, "claims[0].printed.lower", "a ratio, without % sign"),
    ('"0.003"', '"<0"', 11, "claims[0].printed.p", "between 0 and 1"),
    ('"0.003"', '">1"', 11, "claims[0].printed.p", "between 0 and 1"),
    ('"75%"', '"<0%"', 17, "claims[1].printed.percent", "between 0% and 100%"),
    *(
        ("      p:", f'      level: "{level}"\n      p:', 11, "claims[0].printed.level", "a confidence level from 50%")
        for level in ("0%", "49.9%", "99.991%", "100%", "<95%", ">95%")
    ),
    *(
        ('"1,927"', f'"{count}"', 12, "claims[0].printed.n", "a count")
        for count in ("1e3", "1.5e3", "1927.0", "+5", "<5", "27%")
    ),
    ('"1,927"', '"0"', 12, "claims[0].printed.n", "at least 1"),
    ('n_treated: "3"', 'n_treated: "0"', 22, "claims[2].printed.n_treated", "at least 1"),
    ("statement: A share", 'statement: " \t "', 15, "claims[1].statement", "some text"),
    ("      p:", '      "p\\nq":', 11, "claims[0].printed.p q", "no field of this name"),
    ("kind: statement", "kind: statement\n    printed: {1: '2'}", 27, "claims[3].printed[1]", "expected text"),
    ("kind: statement", f"kind: statement\n    kind: {'x' * 400}", 27, "file", '(found duplicate key "kind")'),
    (CLAIMS, "%YAML 1.1\n---\n" + CLAIMS, 1, "file", "YAML 1.2"),
    (CLAIMS, "%YAML 1.20\n---\n" + CLAIMS, 1, "file", "YAML 1.2"),
    (CLAIMS, CLAIMS + "  - <<: {id: share}\n    where: a\n    statement: b\n    kind: statement\n", 27, "claims[4].id", "'share' of line 13"),
    ('"0.73"', '"0.73', 9, "file", "valid YAML"),
    ('"0.73"', '"\t"', 8, "claims[0].printed.estimate", "one printed number"),
    ("    where: Summary\n    statement: An", "\twhere: Summary\n    statement: An", 3, "file", "valid YAML"),
    ('"0.73"', "null", 8, "claims[0].printed.estimate", "a printed number as a string, got None"),
    ('"0.73"', ".nan", 8, "claims[0].printed.estimate", "a printed number as a string, got nan"),
    ('"0.73"', "true", 8, "claims[0].printed.estimate", "a printed number as a string, got True"),
    ('"0.73"', "{a: b}", 8, "claims[0].printed.estimate", "a printed number as a string"),
    ('"0.73"', '"NaN"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', '"inf"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', '"0.73 0.74"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', '"0,73"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', '"٠.٧٣"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', '"1e999"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', f'"{9 * "1234567890"}"', 8, "claims[0].printed.estimate", "one printed number"),
    ('"0.73"', f'"{"x" * 1_000_000}"', 8, "claims[0].printed.estimate", "xxx…"),
    ('"0.73"', "&a [*a]", 8, "file", "found an alias; write out"),
    ("claims:\n", BOMB + "claims:\n", 2, "file", "found an alias; write out"),
    ("claims:\n", "claims:\n  - *nothing\n", 2, "file", "found an alias"),
    ("claims:\n", "a: &a 1\nclaims:\n", 1, "a", "no field of this name"),
    ('"0.73"', "!!python/object/apply:os.getcwd []", 8, "claims[0].printed.estimate", "a printed number as a string"),
    ("claims:\n", "? [a, b]\n: c\nclaims:\n", 1, "('a', 'b')", "a field's name"),
    ("claims:\n", "--- 1\n---\nclaims:\n", 2, "file", "valid YAML"),
    ("statement: Some words", "statement: Some words: more", 25, "file", "valid YAML"),
    ("kind: statement", "kind: statement\n    printed: {share: 3}", 27, "claims[3].printed.share", "in quotes"),
    ("kind: statement", "kind: statement\n    printed: {The Share: '3'}", 27, "claims[3].printed.The Share", "lower-case words"),
    ("kind: statement", "kind: [statement]", 26, "claims[3].kind", "one of ratio"),
]
IN_CARD: list[Replaced] = [
    ("title: A title\n", "", 1, "title", "missing"),
    ("file: trials.csv", "file: trails.csv", 1, "file", "a readable file"),
    *(
        ("file: trials.csv", f"file: {name}", 12, "tables.trials.file", "the name of a .csv file in this folder")
        for name in ("../../../../etc/passwd", "/etc/passwd", "../example/trials.csv", "trials.yaml", ".trials.csv", '"a\\0b"')
    ),
    ("    file: trials.csv", "    1: 2\n    file: trials.csv", 12, "tables.trials[1]", "a field's name"),
    ("rows: two-arms", "rows: three-arms", 13, "tables.trials.rows", "one of two-arms, ratios, arm-sizes, numbers"),
    ('number: "28"', "number: 28", 16, "no_claims[0].number", "in quotes"),
    ("distance:\n  - patients\n  - a paper\n", "distance: []\n", 7, "distance", "a list of at least 1, got none"),
    ("distance:\n  - patients", "distance:\n  - 3", 8, "distance[0]", "expected text, in quotes"),
    ("author: Not named", "author: 2020-01-01", 3, "author", "expected text, in quotes"),
    ("author: Not named", "author: no: yes", 3, "file", "valid YAML"),
    ("identifiers:\n  doi: 10.1/x", "identifiers: 10.1", 5, "identifiers", "fields with their values"),
    ("title: A title", "title: A title\ntitle: B", 2, "file", 'found duplicate key "title"'),
    ("title: A title", "title: A title\nsubtitle: B", 2, "subtitle", "no field of this name"),
    ("  trials:\n", "  The Trials:\n", 11, "tables.The Trials", "lower-case words"),
    ('number: "28"', 'number: "about 28"', 16, "no_claims[0].number", "one printed number"),
    ("    what: days", "    what: [days]", 17, "no_claims[0].what", "expected text"),
]
IN_TRIALS: list[Replaced] = [
    ("1,10,2,11", "12,10,2,11", 2, "row", "events_treated <= n_treated"),
    ("1,10,2,11", "1,10,12,11", 2, "row", "events_control <= n_control"),
    ("1,10,2,11", "one,10,2,11", 2, "events_treated", "one printed number"),
    ("1,10,2,11", "1,,2,11", 2, "n_treated", "one printed number"),
    ("1,10,2,11", "-1,10,2,11", 2, "events_treated", "a count"),
    ("1,10,2,11", "1,10,2", 2, "row", "14 cells, got 13"),
    ("c,C,2014", "\nc,C,2014", 5, "row", "14 cells, got a blank line"),
    (TRIALS, TRIALS + "\n", 6, "row", "14 cells, got a blank line"),
    ("1,10,2,11", "0,0,2,11", 2, "n_treated", "at least 1"),
    ("1,10,2,11", "1,10,0,0", 2, "n_control", "at least 1"),
    ("1,10,2,11", "1,1e3,2,11", 2, "n_treated", "a count"),
    ("a,A,2025,doi:x", "a,A,2025, ", 2, "source", "some text"),
    ("id,study", '"i\nd",study', 1, "i d", "each of the columns"),
    ("c,C,2014", "a,C,2014", 5, "id", "a new id"),
    ("3,20,4,21,printed,abstract", "3,20,4,21,guessed,abstract", 5, "basis", "'printed' or 'reconstructed'"),
    ("id,study", "id,trial", 1, "trial", "each of the columns"),
    (",note\n", "\n", 1, "note", "a column of this name"),
    ("id,study", "id,id", 1, "id", "once"),
    (TRIALS, TRIALS.splitlines()[0], 1, "file", "at least one row"),
    (TRIALS, "", 1, "id", "a column of this name"),
    ('a table, on', 'a table" on', 3, "file", "valid CSV"),
    ("c,C,2014", f"c,{'x' * 200_000},2014", 5, "file", "valid CSV (field larger than field limit"),
    ("c,C,2014", "c,\0,2014", 5, "file", "text in UTF-8, got a NUL"),
    ("c,C,2014", "c,C,NaN", 5, "year", "one printed number"),
    ("c,C,2014", "c,C,2014.5", 5, "year", "a count"),
    ("c,C,2014", "C,C,2014", 5, "id", "lower-case words"),
    ("c,C,2014", '"c,C,2014', 5, "file", "valid CSV"),
    ("a,A,2025", "a;A;2025", 2, "row", "14 cells, got 12"),
    (TRIALS, TRIALS.replace(",", ";"), 1, TRIALS.splitlines()[0].replace(",", ";"), "each of the columns"),
    (TRIALS, TRIALS.replace(",", "\t"), 1, TRIALS.splitlines()[0].replace(",", " "), "each of the columns"),
    ("c,C,2014", "c,C,2014,", 5, "row", "14 cells, got 15"),
]
IN_TABLES: list[Replaced] = [
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
    ("18 (37.5%)", "[18, 37.5%]", 8, "claims[0].printed.cells.Female", "a count and its percentage"),
    ("18 (37.5%)", "18 (137.5%)", 8, "claims[0].printed.cells.Female", "between 0% and 100%"),
    ('n: "48"', 'n: "-48"', 7, "claims[0].printed.n", "a count"),
    ('p: "<0.001"', 'p: "<1.001"', 13, "claims[1].printed.p", "between 0 and 1"),
    ('before_median: "2", ', "", 13, "claims[1].printed.before_median", "missing"),
    ('p: "0.251"', 'p: "25.1%"', 20, "claims[2].printed.rows.Age.p", "between 0 and 1"),
    ("unit: months", 'unit: ""', 25, "claims[3].printed.unit", "some text"),
    ("unit: months", 'unit: months, level: "95"', 25, "claims[3].printed.level", "% sign"),
    ('before_sd: "0.5"', 'before_sd: "-0.5"', 30, "claims[4].printed.before_sd", "a number above 0"),
    ('after_sd: "0.4"', 'after_sd: "<0.4"', 30, "claims[4].printed.after_sd", "a number above 0"),
    ('before_mean: "2.0"', "before_mean: 2.0", 30, "claims[4].printed.before_mean", "in quotes"),
    ('k: "3"', 'k: "0"', 35, "claims[5].printed.k", "at least 1"),
    ('f: "7.1"', 'f: "0"', 35, "claims[5].printed.f", "a number above 0"),
    ('adjusted_r2: "0.45"', 'adj_r2: "0.45"', 35, "claims[5].printed.adjusted_r2", "missing"),
]

OTHER_ROWS: dict[str, list[Replaced]] = {
    "ratios": [
        ("0.82,0.65", "0.82,0.85", 2, "row", "lower limit <= estimate <= upper limit"),
        ("0.82,0.65", "0.82,-0.65", 2, "lower", "at least 0"),
        (",OR,", ",SMD,", 2, "measure", "'OR', 'RR' or 'HR'"),
        (",0.09,", ",1.09,", 2, "p", "between 0 and 1"),
    ],
    "arm-sizes": [
        ("randomised", "treated", 2, "counted", "'randomised', 'analysed' or 'matched'"),
        (",552,", ",-552,", 2, "n_treated", "a count"),
        (",554,", ",0,", 2, "n_control", "at least 1"),
    ],
    "numbers": [
        (",11,", ",eleven,", 2, "number", "one printed number"),
        (",11,", ",,", 2, "number", "one printed number"),
        (",trials pooled,", ", ,", 2, "what", "some text"),
    ],
    "two-means": [
        (",11.7,", ",0,", 2, "sd_first", "a number above 0"),
        (",52.8,", ",52·8,", 2, "mean_first", "one printed number"),
        (",.160,", ",.160%,", 2, "p", "between 0 and 1"),
    ],
    "survival-rates": [
        (",87.2%,", ",87.2,", 2, "treated", "% sign"),
        (",78.2%,", ",178.2%,", 2, "control", "between 0% and 100%"),
        (",1,87", ",1.5,87", 2, "years", "a count"),
    ],
    "checklist": [
        (",1,Design", ",first,Design", 2, "item", "one printed number"),
        (",which groups,", ",,", 2, "asks", "some text"),
    ],
    "needs": [
        ("d,sexes,c", "d,The sexes,c", 2, "claim", "lower-case words"),
        ("mice per arm", "", 2, "quantity", "some text"),
    ],
    "facts": [
        ("Nothing new", "", 2, "says", "some text"),
        ("f,doi:x,", "f,doi:x,,", 2, "row", "4 cells, got 5"),
    ],
}
COMPARED: dict[str, list[Replaced]] = {
    "comparison.yaml": [
        ("grounds: grounds.csv\n", "", 1, "grounds", "missing"),
        ("pairs.csv", "../pairs.csv", 3, "pairs", "the name of a .csv file in this folder"),
        ("pairs:", "pair:", 1, "pairs", "missing"),
        (COMPARISON, "", 1, "file", "fields with their values"),
    ],
    "estimates.csv": [
        ("example/overall-or", "example/overal-or", 2, "id", "a ratio claim such as sepsis/overall-or, or a row"),
        ("example/overall-or", "example/words", 2, "id", "got 'example/words'"),
        (",meta-analysis,", ",guessed,", 2, "design", "'randomised'"),
        (",meta-analysis,below", ",meta-analysis,left", 2, "favours", "'below', 'above' or 'neither'"),
        (",Pooled,", f",{'x' * 43},", 2, "row", "a label of at most 42 characters, got 'xxx"),
        (",Trial B,", f",{'x' * 27},", 4, "row", "a label of at most 26 characters, got 'xxx"),
        ("example/trials/a,Trial A,Sepsis,control,death,randomised,below,\n", "", 1, "id", "a row for example/trials/a, an effect"),
    ],
    "grounds.csv": [
        ("itself", "nothing", 2, "conflicts_with", "'itself', 'its source' or 'its inference'"),
        ("example/share", "example/shares", 2, "id", "a claim such as sepsis/overall-or"),
        ("the share of another table", "", 2, "what", "some text"),
    ],
    "pairs.csv": [
        ("example/share", "example/trials", 2, "one", "a claim such as sepsis/overall-or, of a"),
        ("tables/sexes", "nowhere/sexes", 2, "other", "got 'nowhere/sexes'"),
        ("tables/sexes", "example/words", 2, "row", "claims of two documents"),
        (",differ,", ",clash,", 2, "relation", "'agree', 'differ' or 'contradict'"),
        ("They count differently.", "", 2, "why", "some text"),
    ],
}
MEASURED: dict[str, list[Replaced]] = {
    "measurements.yaml": [
        ("made_by: make hits", "made_by:", 4, "tables.hits.made_by", "expected text"),
        ("share: number", "share: float", 5, "tables.hits.columns.share", "'text', 'count', 'number', 'maybe text' or 'maybe number'"),
        ("hits.csv", "/etc/passwd", 3, "tables.hits.file", "the name of a .csv file in this folder"),
        (MEASUREMENTS, "tables: {}\n", 1, "tables", "at least 1"),
    ],
    "measured rows": [
        (",100,", ",-100,", 2, "tried", "a count"),
        (",100,", ",,", 2, "tried", "one printed number"),
        (",0.95,", ",nan,", 2, "share", "one printed number"),
        (",0.95,", f",0.{'9' * 16},", 2, "share", "one printed number"),
        ("\ni,", "\nh,", 3, "id", "a new id, got 'h' of line 2 again"),
        (",bound\n", ",bounds\n", 1, "bounds", "each of the columns"),
        (HITS, "id,kind,tried,share,why,bound\n", 1, "file", "at least one row"),
    ],
}
SETTINGS: dict[str, list[Replaced]] = {
    "_toc.yml": [
        ("root: book/index", "root: [", 4, "file", "valid YAML"),
        ("root: book/index", "root: 2020-13-45", 2, "file", "put text in quotes"),
        (BOOK["_toc.yml"], "- a\n", 1, "file", "fields with their values"),
        (BOOK["_toc.yml"], "", 1, "file", "fields with their values"),
        ("root: book/index\n", "", 1, "root", "missing"),
        ("jb-book", "jb-bok", 1, "file", "'format' key value not recognised: 'jb-bok'"),
        ("chapters/01-example", "chapters/03-gamma", 4, "chapters/03-gamma", "the chapter's source"),
        ("chapters/01-example", "chapters/example", 4, "chapters/example", "a chapter named like"),
        ("  - file: chapters/01-example", "  - file: chapters/1-example\n  - file: chapters/2-example", 4, "chapters/1-example", "one chapter for"),
        ("book/index", "book/inside", 2, "book/inside", "the page's source"),
        ("- file: chapters/01-example", "- fiel: chapters/01-example", 1, "file", "entry does not contain one of"),
        ("chapters:", "chapter:", 1, "file", "Unknown keys found: {'chapter'}"),
        ("chapters:\n", "chapters: &a\n  - chapters: *a\n", 4, "file", "found an alias"),
    ],
    "_config.yml": [
        ("title: A book", "title: 3", 1, "title", "3 is not of type 'string'"),
        ('"off"', "maybe", 4, "execute.execute_notebooks", "'maybe' is not one of"),
        ("title: A book", "title: {", 3, "file", "valid YAML"),
        (BOOK["_config.yml"], "[]\n", 1, "file", "fields with their values"),
    ],
}
SCRIPTS: dict[str, tuple[bytes, str, str]] = {
    "half a line": (b"# %%\nx = (\n", ":2: SyntaxError: ", "never closed"),
    "Latin-1": (b"# %%\n# \xe9\n", ":2: file: ", "expected text in UTF-8"),
    "NUL": (b"# %%\nx = '\0'\n", ":2: file: ", "got a NUL"),
    "deep": (b"x = a" + 20_000 * b".b" + b"\n", ":1: file: ", "expected Python (maximum recursion depth"),
    "UTF-16": ("# %%\nx = 1\n".encode("utf-16"), ":1: file: ", "expected text in UTF-8"),
}
SOUND_RESULTS = """\
{
 "document": {"slug": "example", "title": "T", "what": "W", "distance": ["d"], "headline": "H", "bottom_line": "B"},
 "claims": [
  {"id": "example/a", "document": "example", "where": "W", "statement": "S", "kind": "ratio",
   "printed": {"p": "0.90"}, "printed_words": "p 0.90", "verdict": "silent", "recomputed": {"x": 1, "y": [0.5, null]},
   "recomputed_words": "x 1", "method": "a.b", "convention": "", "because": "B", "missing": ["m"],
   "matters": "no", "changes": ""}
 ]
}
"""
RESULTS: list[tuple[str, str, str]] = [
    ("[", ":1: file: ", "expected JSON"),
    ("", ":1: file: ", "expected JSON"),
    ("{\n", ":2: file: ", "expected JSON"),
    ("[]", ":1: file: ", "expected fields with their values"),
    ("{}", ":1: document: ", "expected this field, which is missing"),
    ('{"document": 1, "claims": []}', ":1: document: ", "expected fields with their values"),
    ('{"document": {}}', ":1: document.slug: ", "expected this field, which is missing"),
    *((SOUND_RESULTS.replace(old, new), f":{line}: {field}: ", says) for old, new, line, field, says in (
        ('"headline": "H", ', "", 2, "document.headline", "expected this field, which is missing"),
        ('["d"]', "[]", 2, "document.distance", "expected a list of at least 1"),
        ('"slug": "example"', '"slug": "other"', 1, "file", "expected claims of other, got example/a"),
        ('"id": "example/a"', '"id": "a"', 4, "claims[0].id", "expected"),
        ('"id": "example/a"', '"id": "other/a"', 4, "claims[0]", "expected an id that begins with example/, got other/a"),
        ('"kind": "ratio"', '"kind": "ratios"', 4, "claims[0].kind", "expected"),
        ('"0.90"', "0.90", 5, "claims[0].printed.p", "expected text, in quotes"),
        ('"silent"', '"true"', 5, "claims[0].verdict", "'silent'"),
        ('"x": 1', '"x": "1"', 5, "claims[0].recomputed.x", "expected a number, null, or a pair of them"),
        ('"x": 1', '"x": true', 5, "claims[0].recomputed.x", "expected a number, null, or a pair of them"),
        ('"x": 1', '"x": NaN', 5, "claims[0].recomputed.x", "expected a number, null, or a pair of them"),
        ("[0.5, null]", "[0.5]", 5, "claims[0].recomputed.y", "expected a number, null, or a pair of them"),
        ("[0.5, null]", "[0.5, 0.4]", 5, "claims[0].recomputed.y", "expected the lower end before the upper"),
        ('"no"', "false", 7, "claims[0].matters", "expected"),
        ('"no"', '"yes"', 4, "claims[0]", "expected what it changes if it matters, and only then"),
        ('"changes": ""', '"changes": "", "sure": "no"', 7, "claims[0].sure", "expected no field of this name"),
    )),
]
COMMANDS: dict[str, list[tuple[str, str, str]]] = {
    "rederive": [
        ("", "the following arguments are required: command", "rederive --help says more"),
        ("biuld", "argument command: invalid choice: 'biuld'", "rederive --help says more"),
        ("--jobs 2", "argument command: invalid choice: '2'", "rederive --help says more"),
    ],
    "rederive check": [
        ("check --all", "unrecognized arguments: --all", "rederive --help says more"),
        ("check data/missing", "data/missing/document.yaml:1: file: ", "No such file or directory"),
        ("check data/example data/missing", "data/missing/document.yaml:1: file: ", "No such file or directory"),
        ("check data/example/claims.yaml", "data/example/claims.yaml/document.yaml:1: file: ", "Not a directory"),
        ("check data", "data/document.yaml:1: file: ", "No such file or directory"),
        ("check a\nb", "a\\nb/document.yaml:1: file: ", "No such file or directory"),
        ("check a\x1b[31m", "a\\x1b[31m/document.yaml:1: file: ", "No such file or directory"),
        (f"check {'x' * 300}", f"{'x' * 300}/comparison.yaml: ", "File name too long"),
    ],
    "rederive build": [
        *(
            (f"build --jobs={jobs}", f"argument --jobs: expected a number of at least 1, got {jobs!r}", "rederive build --help says more")
            for jobs in ("0", "-1", "x", "1.5", "")
        ),
        ("build --jobs", "argument --jobs: expected one argument", "rederive build --help says more"),
        ("build elsewhere", "unrecognized arguments: elsewhere", "rederive --help says more"),
    ],
    "rederive pdf": [
        ("pdf elsewhere", "unrecognized arguments: elsewhere", "rederive --help says more"),
        ("pdf", "CITATION.cff:1: file: ", "No such file or directory"),
    ],
    "rederive chapter": [
        ("chapter", "the following arguments are required: NAME", "rederive chapter --help says more"),
        ("chapter one two", "unrecognized arguments: two", "rederive --help says more"),
        *((f"chapter {name}", f"{name!r}: ", "expected a name of lower-case words") for name in ("", "Two", "two_", "two-", "a/b", "..", "zwölf", "a\n")),
        ("chapter example", "chapters/01-example.py: ", "this is there already"),
        ("chapter compared", "data/compared: ", "this is there already"),
    ],
    "rederive package": [
        ("package elsewhere", "unrecognized arguments: elsewhere", "rederive --help says more"),
        ("package", ".git: expected a git repository with a commit", "which the archive is made from"),
    ],
    "rederive verify-package": [
        ("verify-package", "the following arguments are required: FILE", "rederive verify-package --help says more"),
        ("verify-package _toc.yml", "_toc.yml: expected an archive of the book", "not a zip file"),
        ("verify-package missing.zip", "missing.zip: expected an archive of the book", "No such file or directory"),
    ],
    "rederive diff": [
        ("diff", "the following arguments are required: REV", "rederive diff --help says more"),
        ("diff main other", "unrecognized arguments: other", "rederive --help says more"),
        ("diff main", "main: expected a git revision of ", "not a git repository"),
    ],
}
# fmt: on


def _replace(path: str, old: str, new: str) -> Callable[[Path], object]:
    def spoil(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def _write(path: str, content: bytes) -> Callable[[Path], object]:
    return lambda root: (root / path).write_bytes(content)


def _in_place_of(path: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    def spoil(root: Path) -> None:
        (root / path).unlink()
        make(root / path)

    return spoil


def _from_texts() -> Iterator[BadInput]:
    groups = [
        *(("claims.yaml", "data/example/claims.yaml", row) for row in IN_CLAIMS),
        *(("claims.yaml with tables", "data/tables/claims.yaml", row) for row in IN_TABLES),
        *(("document.yaml", "data/example/document.yaml", row) for row in IN_CARD),
        *(("two-arms", "data/example/trials.csv", row) for row in IN_TRIALS),
        *((kind, f"data/tables/{kind}.csv", row) for kind, rows in OTHER_ROWS.items() for row in rows),
        *((file, f"data/compared/{file}", row) for file, rows in COMPARED.items() for row in rows),
        *(("measurements.yaml", "data/measured/measurements.yaml", row) for row in MEASURED["measurements.yaml"]),
        *(("measured rows", "data/measured/hits.csv", row) for row in MEASURED["measured rows"]),
        *((file, file, row) for file, rows in SETTINGS.items() for row in rows),
    ]
    for entry, path, (old, new, line, field, says) in groups:
        at_fault = "data/example/trails.csv" if "trails" in new else path
        command = ("check", str(Path(path).parent)) if path.startswith("data/") else ("build",)
        yield BadInput(entry, _replace(path, old, new), f"{at_fault}:{line}: {field}: ", says, command)


def _from_files() -> Iterator[BadInput]:
    """Files that are no files, or not text, wherever one is read."""
    read = {
        "document.yaml": "data/example/document.yaml",
        "claims.yaml": "data/example/claims.yaml",
        "two-arms": "data/example/trials.csv",
        "comparison.yaml": "data/compared/comparison.yaml",
        "measurements.yaml": "data/measured/measurements.yaml",
        "_toc.yml": "_toc.yml",
        "_config.yml": "_config.yml",
    }
    for entry, path in read.items():
        command = ("check", str(Path(path).parent)) if path.startswith("data/") else ("build",)
        latin = BOOK[path].encode() + b"\n# \xe9\n"
        last = latin.count(b"\n")
        yield BadInput(entry, _write(path, latin), f"{path}:{last}: file: ", "expected text in UTF-8", command)
        yield BadInput(
            entry, _write(path, b"\x89PNG\r\n\x1a\n\0"), f"{path}:1: file: ", "expected text in UTF-8", command
        )
        yield BadInput(
            entry, _write(path, BOOK[path].encode("utf-16")), f"{path}:1: file: ", "expected text in UTF-8", command
        )
        yield BadInput(
            entry, _write(path, BOOK[path].encode() + b"\0"), f"{path}:{last - 1}: file: ", "got a NUL", command
        )
        if entry in ("comparison.yaml", "measurements.yaml", "_toc.yml"):  # they make a folder what it is
            continue
        for make, says in (
            (Path.mkdir, "got a folder or a device"),
            (os.mkfifo, "got a folder or a device"),
            (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
            (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
        ):
            yield BadInput(entry, _in_place_of(path, make), f"{path}:1: file: ", says, command)


def _from_folders() -> Iterator[BadInput]:
    """Folders and chapters that are not what they should be."""
    for kind, folder in (("comparison.yaml", "compared"), ("measurements.yaml", "measured")):
        copy = _write(f"data/{folder}/document.yaml", DOCUMENT.encode())
        expected = f"expected either document.yaml or {kind}, got both"
        yield BadInput(kind, copy, f"data/{folder}/{kind}:1: file: ", expected, ("check", f"data/{folder}"))
    yield BadInput(
        "rederive check", lambda root: shutil.rmtree(root / "data"), "data: ", "at least one data folder", ("check",)
    )
    other = _write("data/other", b"")
    yield BadInput(
        "rederive check",
        lambda root: (shutil.rmtree(root / "data"), (root / "data").mkdir(), other(root)),
        "data: ",
        "at least one data folder",
        ("check",),
    )
    yield BadInput(
        "chapter",
        lambda root: shutil.rmtree(root / "data" / "example"),
        "_toc.yml:4: chapters/01-example: ",
        "the chapter's data folder",
        ("build",),
    )
    for make in (Path.mkdir, lambda path: path.symlink_to(path.name)):
        spoil = _in_place_of("chapters/01-example.py", make)
        yield BadInput("chapter", spoil, "_toc.yml:4: chapters/01-example: ", "the chapter's source", ("build",))
    for content, begins, says in SCRIPTS.values():
        path = "chapters/01-example.py"
        yield BadInput("chapter", _write(path, content), f"{path}{begins}", says, ("build",))
    yield BadInput("rederive build", _write("_build", b""), "_build: ", "File exists", ("build",))
    for text, place, says in RESULTS:
        yield BadInput("results", _nothing, f"_build/results/example.json{place}", says, ("build",), text)


def _nothing(root: Path) -> None:
    """The book is as it should be; what is wrong comes with the command or the chapter's run."""


def _from_command_lines() -> Iterator[BadInput]:
    for entry, rows in COMMANDS.items():
        for line, begins, says in rows:
            yield BadInput(entry, _nothing, begins, says, tuple(line.split(" ")) if line else ())


BAD_INPUTS = [*_from_texts(), *_from_files(), *_from_folders(), *_from_command_lines()]


def table_of_counts() -> str:
    """How many malformed inputs there are by what takes them, as a CSV file."""
    counts = Counter(bad.entry for bad in BAD_INPUTS)
    return "id,inputs\n" + "".join(f"{entry},{counts[entry]}\n" for entry in sorted(counts))
