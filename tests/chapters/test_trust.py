"""The chapter about the checks: its figures recomputed from the stored tables without the library, and none typed.

These tests read the executed notebook and the results, so they need an up-to-date book (`make book`).
"""

import csv
import json
import math
import subprocess
import sys
from collections import defaultdict

import numpy as np
import pytest
from scipy import stats

from orphans import orphans_of
from reading import ROOT, bottom_line_of, said_in
from rederive.calibration.examples import LIDOCAINE
from rederive.calibration.printing import Styles
from rederive.calibration.ratios import PRINTINGS
from rederive.calibration.run import KINDS, false_alarms, power
from rederive.checks.survival import EXHAUSTIVE

SOURCE = next((ROOT / "chapters").glob("*-trust.py"))
DATA = ROOT / "data" / "trust"


def rows_of(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [{k: int(v) if v.isdecimal() else v for k, v in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def said():
    return said_in(SOURCE)


@pytest.fixture(scope="module")
def alarms():
    return rows_of("false_alarms.csv")


@pytest.fixture(scope="module")
def slips():
    return rows_of("power.csv")


def summed(rows, by, what):
    total = defaultdict(int)
    for row in rows:
        total[by(row)] += row[what]
    return dict(total)


# ------------------------------------------------------------------------------------------- the stored measurements


def test_a_million_honest_claims_of_every_kind_were_judged_and_none_contradicted(alarms):
    exact = [row for row in alarms if KINDS[row["kind"]].exact]
    claims = summed(exact, lambda row: row["kind"], "claims")
    assert set(claims) == {name for name, kind in KINDS.items() if kind.exact}
    assert min(claims.values()) >= 1_000_000
    assert sum(row["contradicted"] for row in exact) == 0
    assert {row["printing"] for row in exact} == {"nearest", "cut off", "to add up"}


def test_the_stored_runs_began_with_what_the_code_does_now(alarms, slips):
    """A few quick kinds: their first batches, made again, are those stored."""
    quick = ["percentage of a count", "odds ratio, logistic regression", "hazard ratio, Cox regression"]
    again = false_alarms(dict.fromkeys(quick, 1))
    for row in alarms:
        if row["kind"] in quick:
            first = [row[f"first_{name}"] for name in ("claims", "contradicted", "midpoint")]
            assert again.loc[(row["kind"], row["printing"])].tolist() == first
    spoilt = power({"percentage of a count": 1})
    for row in slips:
        if row["kind"] == "percentage of a count" and row["first_claims"]:
            key = tuple(str(row[name]) for name in ("kind", "slip", "number", "digits"))
            assert spoilt.loc[key, "contradicted"] == row["first_contradicted"]


def test_every_kind_whose_numbers_can_be_spoilt_was(slips):
    assert {row["kind"] for row in slips} == {name for name, kind in KINDS.items() if kind.corrupted}


# --------------------------------------------------------------------------------------------------- what is said


def test_false_alarms_are_those_stored(said, alarms):
    exact = sum(row["claims"] for row in alarms if KINDS[row["kind"]].exact)
    assert f"Of {exact:,} honest claims made in a way it names, 0 were contradicted" in said
    assert "with the same counts" in said
    fewest = min(
        summed((row for row in alarms if KINDS[row["kind"]].exact), lambda row: row["kind"], "claims").values()
    )
    assert f"of at least {fewest:,} claims each" in said
    # none in n: the rate p with (1 - p)^n = 0.025 is the largest not excluded
    limit = 1 - 0.025 ** (1 / fewest)
    assert f"a rate above {math.ceil(limit * 1e7) / 1e7:.7f} would be excluded" in said


def test_rates_where_the_check_does_not_know_the_test(said, alarms):
    others = [row for row in alarms if not KINDS[row["kind"]].exact]
    claims, wrong = (summed(others, lambda row: row["kind"], what) for what in ("claims", "contradicted"))
    rates = {kind: wrong[kind] / claims[kind] for kind in claims}
    worst = max(rates, key=rates.get)
    assert f"from {min(rates.values()):.0%} to {max(rates.values()):.0%} ({worst})" in said
    for kind in claims:
        lower = stats.beta.ppf(0.025, wrong[kind], claims[kind] - wrong[kind] + 1)
        assert f"{kind} {claims[kind]:,} {wrong[kind]:,} {rates[kind]:.2%} {lower:.2%}" in said


def test_slips_noticed_are_those_stored(said, slips):
    digit = [row for row in slips if row["slip"] == "last-but-one digit"]
    for tied, words in ((True, "Of {:,} such changes, {:.1%} were noticed"), (False, "{1:.1%} of {0:,} were noticed")):
        chosen = [row for row in digit if KINDS[row["kind"]].constrained is tied]
        claims, caught = (sum(row[what] for row in chosen) for what in ("claims", "contradicted"))
        assert words.format(claims, caught / claims) in said


def test_no_ratio_of_the_documents_is_contradicted():
    claims = json.loads((ROOT / "_build" / "results" / "claims.json").read_text("utf-8"))["claims"]
    judged = [claim for claim in claims if claim["method"] == "checks.ratios.judge_ratio"]
    assert judged
    assert all(claim["verdict"] != "contradicted" for claim in judged)


def test_the_prose_says_what_the_numbers_say():
    """Numbers typed in the chapter: documents, decimals, printings of a fit, patients, trials of an example."""
    documents = json.loads((ROOT / "_build" / "results" / "claims.json").read_text("utf-8"))["documents"]
    assert len(documents) == 5
    drawn = Styles.drawn(1000, np.random.default_rng(1)).decimals
    assert (drawn.min(), drawn.max()) == (1, 4)
    percents = KINDS["percentage of a count"].draw(1000, np.random.default_rng(1))["percent"]
    decimals = percents.str.rstrip("%").str.partition(".")[2].str.len()
    assert (decimals.min(), decimals.max()) == (0, 3)
    assert PRINTINGS == 20
    assert EXHAUSTIVE == 12
    assert LIDOCAINE.n_treated.size == 6
    drawn = KINDS["odds ratio, p of Fisher's exact test"].draw(4000, np.random.default_rng(1))["p"]
    assert drawn.isna().mean() == pytest.approx(0.1, abs=0.02)
    assert drawn.isin(["<0.05", ">0.05"]).mean() == pytest.approx(0.25 * 0.9, abs=0.03)


def test_what_missed_its_aim_is_said_to_have_missed_it(said, slips):
    assert said.count("the aim is missed") == 2
    digit = [row for row in slips if row["slip"] == "last-but-one digit" and KINDS[row["kind"]].constrained]
    assert sum(row["contradicted"] for row in digit) < 0.95 * sum(row["claims"] for row in digit)
    spoilt = [
        row
        for row in rows_of("document_corruptions.csv")
        if row["corruption"] == "last-but-one digit" and row["tied"] == "yes" and "without" not in row["kind"]
    ]
    caught = sum(row[how] for row in spoilt for how in ("refused", "contradicted", "elsewhere"))
    assert caught < 0.95 * sum(row["tried"] for row in spoilt)
    changes = rows_of("data_mutations.csv")
    assert sum(row["shown"] + row["unchanged"] for row in changes) > 0.5 * sum(row["tried"] for row in changes)


def test_which_slips_are_noticed_is_said_as_it_is(slips):
    """Estimates and limits nearly always, p values about half of the time, means and their spreads less often."""
    digit = [row for row in slips if row["slip"] == "last-but-one digit" and KINDS[row["kind"]].constrained]

    def share(*numbers):
        chosen = [row for row in digit if row["number"] in numbers]
        return sum(row["contradicted"] for row in chosen) / sum(row["claims"] for row in chosen)

    assert share("estimate", "lower", "upper") > 0.99
    assert share("percent") > 0.99
    assert share("mean_first", "sd_first", "mean_second", "sd_second") < share("p") - 0.1
    assert share("p") == pytest.approx(0.5, abs=0.05)


def test_slips_in_the_documents_are_those_stored(said):
    spoilt = [
        row
        for row in rows_of("document_corruptions.csv")
        if row["tied"] == "yes" and row["kind"] != "ratio, without its source"
    ]
    for slips_of, words in (
        (
            [row for row in spoilt if row["corruption"] == "last-but-one digit"],
            "Of {:,} changes of the last digit but one in tied numbers, {:.1%} were caught",
        ),
        (spoilt, "Of all {:,} slips in tied numbers {:.1%} were caught"),
    ):
        tried = sum(row["tried"] for row in slips_of)
        caught = sum(row[how] for row in slips_of for how in ("refused", "contradicted", "elsewhere"))
        assert words.format(tried, caught / tried) in said


def test_counts_of_the_other_measurements_are_those_stored(said):
    oracles, mutants = rows_of("oracles.csv"), rows_of("mutants.csv")
    assert (
        f"{sum(row['values'] for row in oracles):,} values of {len({row['ours'] for row in oracles})} functions" in said
    )
    noticed = sum(row["killed"] + row["timed_out"] for row in mutants)
    assert f"The tests now notice {noticed:,} of them; {sum(row['survived'] for row in mutants):,} survive" in said
    changes, kills = rows_of("data_mutations.csv"), rows_of("kills.csv")
    survived = sum(row["shown"] + row["unchanged"] for row in changes)
    assert survived == len(rows_of("data_survivors.csv"))
    assert f"{survived:,} survived, {survived / sum(row['tried'] for row in changes):.0%}" in said
    assert f"{len(kills)} builds were killed" in said
    assert f"{sum(row['identical'] == 'yes' for row in kills)} were identical" in said
    assert f"{sum(row['inputs'] for row in rows_of('bad_inputs.csv'))} malformed inputs" in said


def test_the_bottom_line_stands_at_the_head(said, alarms):
    exact = sum(row["claims"] for row in alarms if KINDS[row["kind"]].exact)
    assert f"Of {exact:,} honest simulated claims" in bottom_line_of(SOURCE)


def test_no_number_is_an_orphan():
    assert not orphans_of(SOURCE)


def test_the_chapter_runs_as_a_script_from_any_folder(tmp_path):
    done = subprocess.run([sys.executable, SOURCE], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "with the same counts" in " ".join(done.stdout.split())
