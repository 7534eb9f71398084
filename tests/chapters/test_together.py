"""The closing chapter: its counts recomputed from the joined results and the data files, and none of them typed.

These tests read the executed notebook and the results, so they need an up-to-date book (`make book`).
"""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from itertools import groupby

import pytest
from ruamel.yaml import YAML
from statsmodels.stats.contingency_tables import Table2x2

from orphans import orphans_of
from reading import ROOT, bottom_line_of, said_in
from rederive.verdicts import Verdict

SOURCE = next((ROOT / "chapters").glob("*-together.py"))
DATA = ROOT / "data"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def results():
    return json.loads((ROOT / "_build" / "results" / "claims.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def claims(results):
    return {claim["id"]: claim for claim in results["claims"]}


@pytest.fixture(scope="module")
def said():
    return said_in(SOURCE)


@pytest.fixture(scope="module")
def estimates():
    """Every estimate read straight from the files: turned ratio, its limits, and its row of `estimates.csv`."""
    found = []
    for row in rows_of(DATA / "together" / "estimates.csv"):
        slug, *place = row["id"].split("/")
        if len(place) == 1:
            listed = YAML(typ="safe").load((DATA / slug / "claims.yaml").read_text("utf-8"))["claims"]
            (source,) = [claim["printed"] for claim in listed if claim["id"] == place[0]]
        else:
            card = YAML(typ="safe").load((DATA / slug / "document.yaml").read_text("utf-8"))
            (source,) = [r for r in rows_of(DATA / slug / card["tables"][place[0]]["file"]) if r["id"] == place[1]]
        if "estimate" in source:
            numbers = [float(source[name]) for name in ("lower", "estimate", "upper")]
        else:
            cells = [
                [int(source[f"events_{arm}"]), int(source[f"n_{arm}"]) - int(source[f"events_{arm}"])]
                for arm in ("treated", "control")
            ]
            table = Table2x2(cells, shift_zeros=True)
            lower, upper = table.oddsratio_confint()
            numbers = [lower, table.oddsratio, upper]
        if row["favours"] == "above":
            numbers = [1 / x for x in reversed(numbers)]
        found.append((numbers, row))
    return found


def test_it_reports_on_the_documents_of_the_book_and_on_them_alone(results):
    chapters = re.findall(r"(chapters/\d+-([\w-]+))", (ROOT / "_toc.yml").read_text("utf-8"))
    listed = [chapter for chapter, slug in chapters if (DATA / slug / "document.yaml").is_file()]
    assert [document["chapter"] for document in results["documents"]] == listed
    assert {claim["document"] for claim in results["claims"]} == {document["slug"] for document in results["documents"]}


def test_claims_by_verdict(results, said):
    claims, documents = results["claims"], results["documents"]
    found = Counter(claim["verdict"] for claim in claims)
    assert f"Of {len(claims)} claims in {len(documents)} documents, {found['reproduced']} were reproduced" in said
    agree = (found["reproduced"] + found["coherent"]) / len(claims)
    told = f"{found['coherent']} agree with other printed numbers, of the document or its source; "
    assert f"{told}together that is {agree:.0%}" in said
    for verdict in Verdict:
        counts = []
        for document in documents:
            of_one = [claim["verdict"] for claim in claims if claim["document"] == document["slug"]]
            counts.append(f"{of_one.count(verdict)} ({of_one.count(verdict) / len(of_one):.0%})")
        assert f"{verdict} {' '.join(counts)}" in said


def test_claims_by_distance(results, said):
    documents = sorted(results["documents"], key=lambda document: len(document["distance"]))
    by_steps = [(k - 1, list(of)) for k, of in groupby(documents, lambda document: len(document["distance"]))]
    header = " ".join(f"{k}: {', '.join(document['slug'] for document in of)}" for k, of in by_steps)
    assert f"Verdict {header}" in said
    for verdict in Verdict:
        counts = []
        for _, of in by_steps:
            slugs = {document["slug"] for document in of}
            here = [claim["verdict"] for claim in results["claims"] if claim["document"] in slugs]
            counts.append(str(here.count(verdict)))
        assert f"{verdict} {' '.join(counts)} " in said


def test_the_map_holds_every_estimate_on_the_side_where_it_belongs(estimates, said):
    compared = [(numbers, row) for numbers, row in estimates if not row["left_out"] and row["favours"] != "neither"]
    sides = Counter("drug" if upper < 1 else "control" if lower > 1 else "open" for (lower, _, upper), _ in compared)
    assert f"The map holds {len(compared)} estimates" in said
    assert f"In {sides['drug']} the whole interval favours thymosin α1, in {sides['control']} it favours the" in said
    assert f"and in {sides['open']} it includes 1" in said
    assert min(sides[side] for side in ("drug", "control", "open")) > 0  # "They do not all point one way"
    for (lower, estimate, upper), row in compared:
        if "trials/" in row["id"] or row["favours"] == "above":
            # an exact half, such as 1.625, may be told either way
            texts = [re.escape(f"{x:.2f}") + (f"|{x + 0.001:.2f}" if abs(x % 0.01 - 0.005) < 1e-9 else "")
                     for x in (estimate, lower, upper)]  # fmt: skip
            assert re.search(r"OR (?:{}) \((?:{}) to (?:{})\)".format(*texts), said), row
    own = [row["id"] for _, row in compared if row["id"].count("/") == 1]
    assert f"{len(own)} of the lines are printed by the documents themselves" in said
    designs = Counter(row["design"] for _, row in compared)
    for design, n in designs.items():
        here = Counter(
            "drug" if upper < 1 else "control" if lower > 1 else "open"
            for (lower, _, upper), row in compared
            if row["design"] == design
        )
        assert sum(here.values()) == n
        assert f"{design} {here['drug']} {here['open']} {here['control']}" in said
    assert (
        f"{designs['randomised']} are from single randomised trials, {designs['meta-analysis']} from meta-analyses and "
        f"{designs['not randomised']} from studies" in said
    )


def test_nothing_is_left_out_that_is_not_on_the_map(estimates):
    """What is left out as the same as another has that other's numbers, to the digit or by its counts."""
    drawn = {row["id"]: numbers for numbers, row in estimates if not row["left_out"]}
    for numbers, row in estimates:
        same = re.search(r"the same (?:result|counts) as (\S+)", row["left_out"])
        if same:
            assert drawn[same[1]] == pytest.approx(numbers), row
    assert any("the same" in row["left_out"] for _, row in estimates)


def test_conflicts_by_ground(claims, said):
    rows = rows_of(DATA / "together" / "grounds.csv")
    assert {row["id"] for row in rows} == {
        claim["id"] for claim in claims.values() if claim["verdict"] in {"misworded", "contradicted"}
    }
    found = Counter(row["conflicts_with"] for row in rows)
    assert f"{found['itself']} of the {len(rows)} are in conflict with another place" in said
    assert f"{found['its source']} with a source that the document digests or cites" in said
    assert f"In {found['its inference']} the inference is at fault" in said


def test_pairs_stand_with_their_verdicts(claims, said):
    rows = rows_of(DATA / "together" / "pairs.csv")
    found = Counter(row["relation"] for row in rows)
    assert (
        f"{found['contradict']} that contradict, {found['differ']} that differ and {found['agree']} that agree" in said
    )
    for row in rows:
        assert f"On {row['about']}, the two {row['relation']}. {row['why']}" in said
        for name in (row["one"], row["other"]):
            assert claims[name]["because"].split(". ")[0] in said
            assert claims[name]["statement"] in said


def test_findings_stand_in_the_order_of_the_rule(claims, said):
    tiers = {"contradicted": 0, "misworded": 1}
    changing = [claim for claim in claims.values() if claim["changes"]]
    assert all((claim["matters"] == "yes") == bool(claim["changes"]) for claim in claims.values())
    ranked = sorted(changing, key=lambda claim: (tiers.get(claim["verdict"], 2), -len(claim["where"].split(";"))))
    table = said[said.index("Findings that change a document's conclusion, in order") :]
    places = [table.index(f"{claim['id']} {claim['verdict']} {len(claim['where'].split(';'))}") for claim in ranked]
    assert places == sorted(places)
    documents = {claim["document"] for claim in changing}
    assert f"{len(changing)} of the {len(claims)} claims, in {len(documents)} of" in said
    found = Counter(claim["verdict"] for claim in changing)
    assert found["misworded"] > len(changing) / 2  # "Most findings that change a conclusion"


def test_missing_quantities(claims, said):
    lacking = [claim for claim in claims.values() if claim["missing"]]
    missing = Counter(quantity for claim in lacking for quantity in claim["missing"])
    several = [quantity for quantity, n in missing.items() if n > 1]
    assert (
        f"The cards of {len(lacking)} claims name {len(missing)} missing quantities, {len(several)} of them for" in said
    )
    for quantity in several:
        assert re.search(rf"{re.escape(quantity)} {missing[quantity]} ", said)


def test_the_line_worked_by_hand():
    source = SOURCE.read_text("utf-8")
    line = " ".join(source[source.index("By hand") : source.index("For odds ratios that is")].replace("# ", "").split())
    numbers = [float(x) for x in re.findall(r"\d+(?:\.\d+)?", line)]
    assert numbers == [2, 1.25, 4, 1, 2, 1 / 2, 1, 4, 1 / 4, 1, 1.25, 1 / 1.25]


def test_the_bottom_line_stands_at_the_head_of_the_chapter(results):
    head = " ".join(bottom_line_of(SOURCE).split())
    claims = results["claims"]
    found = Counter(claim["verdict"] for claim in claims)
    agree, conflict = found["reproduced"] + found["coherent"], found["misworded"] + found["contradicted"]
    assert (
        f"Of {len(claims)} claims in {len(results['documents'])} documents, {agree} ({agree / len(claims):.0%})" in head
    )
    assert f"{conflict} ({conflict / len(claims):.0%}) are misworded or contradicted" in head
    assert f"{sum(bool(claim['changes']) for claim in claims)} findings change a document's conclusion" in head
    assert "computed at the end" not in head


def test_it_runs_as_a_script_from_any_folder(tmp_path):
    done = subprocess.run([sys.executable, SOURCE], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert " ".join(done.stdout.split()).count(" ".join(bottom_line_of(SOURCE).split())[:200]) == 1


def test_every_number_typed_into_the_prose_is_what_the_list_says():
    assert not orphans_of(SOURCE)


def test_the_prose_says_what_the_numbers_say(results):
    found = {document["slug"]: set() for document in results["documents"]}
    for claim in results["claims"]:
        found[claim["document"]].add(claim["verdict"])
    assert set().union(*found.values()) == set(map(str, Verdict))  # "In all six ways"
    assert min(map(len, found.values())) > 1  # "no document in one way only"
    steps = {document["slug"]: len(document["distance"]) - 1 for document in results["documents"]}
    assert (steps["lymphocytes"], steps["sepsis"]) == (1, 3)  # "one step away", "three"
