"""The sepsis chapter: its numbers recomputed another way, and none of them typed by hand.

Sources: TESTS, doi:10.1136/bmj-2024-082583, abstract (28-day deaths 127/542 v 132/547). ETASS, doi:10.1186/cc11932,
Table 4 (47/181 v 63/180; the paper prints RR 0.74, 0.54 to 1.02, p = 0.062). The digest prints 0.73 (0.59 to 0.90),
p = 0.003, over 1,927 patients, and 0.86 (0.68 to 1.08), p = 0.20, over multicentre trials.

These tests read the executed notebook and the results, so they need an up-to-date book (`make book`).
"""

import math
import re

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2

from orphans import orphans_of
from reading import ROOT, bottom_line_of, check_records, check_script, results_of, said_in
from rederive.checks.information import heterogeneity_ceiling
from rederive.printed import formatted

SOURCE = ROOT / "chapters" / "01-sepsis.py"
TESTS, ETASS = [[127, 415], [132, 415]], [[47, 134], [63, 117]]
Q = stats.norm.isf(0.025)


@pytest.fixture(scope="module")
def results():
    return results_of("sepsis")


@pytest.fixture(scope="module")
def said():
    return said_in(SOURCE)


def test_every_claim_is_judged_and_recorded_as_the_schema_says(results):
    check_records("sepsis", results)


def test_the_verdicts_are_these(results):
    """A change here is a change of what the book says about the document: it should be meant."""
    assert {name: record["verdict"] for name, record in results.items()} == {
        "headline": "silent",
        "trials-pooled": "coherent",
        "patients-total": "coherent",
        "overall-or": "coherent",
        "overall-reduction": "misworded",
        "random-effects-model": "contradicted",
        "high-quality-or": "coherent",
        "multicentre-or": "coherent",
        "benefit-disappears": "misworded",
        "driven-by-single-centre": "coherent",
        "driven-by-lower-quality": "possible",
        "two-trials-share": "coherent",
        "tests-size": "reproduced",
        "tests-no-reduction": "reproduced",
        "tests-consistent": "coherent",
        "tests-elderly": "misworded",
        "tests-diabetic": "coherent",
        "subgroup-cancer": "silent",
        "subgroup-diabetes-heart": "silent",
        "sample-insufficient": "possible",
        "publication-bias": "silent",
        "quality-score": "silent",
        "global-deaths": "silent",
    }


def test_the_lines_worked_by_hand():
    source = SOURCE.read_text("utf-8")
    lines = source[source.index("# By hand") : source.index("# The other nine trials may")]
    numbers = [float(x) for x in re.findall(r"\d+(?:\.\d+)?", lines)]
    r, odds_ratio = 195 / 727, 0.73
    above, below = odds_ratio * r, 1 - r + odds_ratio * r
    treated = above / below
    assert numbers == [
        195, 727, round(r, 4), odds_ratio,
        odds_ratio, round(r, 4), round(above, 4),
        1, round(r, 4), round(above, 4), round(below, 4),
        round(above, 4), round(below, 4), round(treated, 4),
        round(treated, 4), round(r, 4), round(treated / r, 2),
    ]  # fmt: skip
    # and each step follows from the rounded numbers printed before it
    assert round(0.73 * 0.2682, 4) == 0.1958
    assert round(1 - 0.2682 + 0.1958, 4) == 0.9276
    assert round(0.1958 / 0.9276, 4) == 0.2111
    assert round(0.2111 / 0.2682, 2) == 0.79


def test_the_relative_reduction(results, said):
    r = 195 / 727
    reductions = [1 - x / (1 - r + x * r) for x in (0.735, 0.725)]
    assert results["overall-reduction"]["recomputed"]["relative_reduction"] == pytest.approx(reductions, rel=1e-5)
    assert (
        f"{formatted(reductions[0], '.1%', 'ROUND_FLOOR')} to {formatted(reductions[1], '.1%', 'ROUND_CEILING')}"
        in said
    )


def test_the_two_trials_by_statsmodels(said):
    etass = Table2x2(ETASS)
    lower, upper = etass.riskratio_confint()
    p = stats.chi2_contingency(ETASS, correction=False)[1]
    assert f"From its counts we get {etass.riskratio:.3f} ({lower:.3f} to {upper:.3f})" in said
    assert f"p = {p:.4f}: 4 of 4 numbers round to what is printed" in said
    pooled = StratifiedTable([np.array(TESTS, dtype=float), np.array(ETASS, dtype=float)])
    lower, upper = pooled.oddsratio_pooled_confint()
    p = 2 * stats.norm.sf(abs(pooled.logodds_pooled) / pooled.logodds_pooled_se)
    assert f"{pooled.oddsratio_pooled:.3f} ({lower:.3f} to {upper:.3f}), p = {p:.3f}" in said
    assert "None of the 9 methods gives all four numbers" in said


def test_the_nine_unseen_trials_by_brute_force(results):
    """Weights subtract; the whole is taken at random inside what prints 0.73 (0.59 to 0.90), p = 0.003."""
    v = [sum(1 / x for row in table for x in row) for table in (TESTS, ETASS)]
    y = [math.log(t[0][0] * t[1][1] / (t[0][1] * t[1][0])) for t in (TESTS, ETASS)]
    w = sum(1 / x for x in v)
    seen = sum(a / b for a, b in zip(y, v, strict=True)) / w
    rng = np.random.default_rng(1)
    b, s = rng.uniform(math.log(0.725), math.log(0.735), 400_000), rng.uniform(0.103, 0.111, 400_000)
    p = 2 * stats.norm.sf(-b / s)
    prints = (
        (np.exp(b - Q * s) > 0.585) & (np.exp(b - Q * s) < 0.595)
        & (np.exp(b + Q * s) > 0.895) & (np.exp(b + Q * s) < 0.905)
        & (p > 0.0025) & (p < 0.0035)
    )  # fmt: skip
    total = 1 / s[prints] ** 2
    rest = np.exp((total * b[prints] - w * seen) / (total - w))
    low, high = results["driven-by-single-centre"]["recomputed"]["odds_ratio_without_TESTS_and_ETASS"]
    assert low <= rest.min()
    assert rest.max() <= high
    # 400,000 random points leave the corners of the set unvisited by about this much
    assert (rest.min(), rest.max()) == pytest.approx((low, high), rel=0.01)


def test_no_eleven_trials_break_the_ceiling_of_heterogeneity(results):
    """Random trials of 1,927 people in all, any risks, any effects: where the interval is as narrow, I² is as low."""
    ceiling = results["random-effects-model"]["recomputed"]["largest_i2"]
    assert ceiling < 0.495
    ceiling = heterogeneity_ceiling(0.10987, 11, 1927).i2  # whatever the trials; the chapter's verdict knows TESTS
    rng = np.random.default_rng(2)
    highest = 0.0
    for _ in range(4000):
        n = np.maximum(4, np.round(rng.dirichlet(np.full(11, rng.uniform(0.5, 50))) * 1927)).astype(int)
        # risks near a half and even arms: as informative as trials can be
        half, logit = n / 2, rng.normal(0, rng.uniform(0, 1), 11)
        risks = [1 / (1 + np.exp(-(logit + sign * rng.normal(0, rng.uniform(0, 0.5), 11)))) for sign in (1, -1)]
        (a, b), (c, d) = ((half * r, half * (1 - r)) for r in risks)
        y, v = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
        weights = 1 / v
        mean = np.sum(weights * y) / weights.sum()
        q = np.sum(weights * (y - mean) ** 2)
        tau2 = max(0, (q - 10) / (weights.sum() - np.sum(weights**2) / weights.sum()))
        if np.sum(1 / (v + tau2)) ** -0.5 <= 0.10987:  # the widest standard error that prints 0.59 to 0.90, p = 0.003
            highest = max(highest, 1 - 10 / q if q > 10 else 0)
    assert 0.1 < highest <= ceiling


def test_the_interactions_by_plain_arithmetic(results):
    for name, group, others in [
        ("tests-elderly", (0.81, 0.61, 1.09), (1.67, 1.04, 2.67)),
        ("tests-diabetic", (0.58, 0.35, 0.99), (1.16, 0.87, 1.53)),
    ]:
        se = [(math.log(hi) - math.log(lo)) / (2 * Q) for _, lo, hi in (group, others)]
        p = 2 * stats.norm.sf(abs(math.log(group[0] / others[0])) / math.hypot(*se))
        low, high = results[name]["recomputed"]["interaction_p"]
        assert 0.9 * low < p < 1.1 * high  # digits taken for exact may fall a little outside what they allow


def test_the_bottom_line_stands_at_the_head_of_the_chapter():
    head = bottom_line_of(SOURCE)
    assert "23 claims: 2 reproduced" in head
    assert "computed at the end" not in head


def test_it_runs_as_a_script_from_any_folder_and_writes_the_same_results(tmp_path):
    assert "23 claims" in check_script("sepsis", SOURCE, tmp_path)


def test_every_number_typed_into_the_prose_is_what_the_list_says():
    assert not orphans_of(SOURCE)


def test_the_prose_says_what_the_numbers_say(results, said):
    """Conclusions in words, each next to the number it rests on."""
    rest = results["driven-by-single-centre"]["recomputed"]["odds_ratio_without_TESTS_and_ETASS"]
    assert rest[1] < 0.5  # "an odds ratio of less than a half"
    assert results["random-effects-model"]["recomputed"]["largest_i2"] < 0.495
    need = [
        float(x)
        for x in re.search(r"relative reduction of ([\d.]+)% with 80% power, or of ([\d.]+)% with", said).groups()
    ]
    low, high = results["overall-reduction"]["recomputed"]["relative_reduction"]
    assert need[0] / 100 < low < high < need[1] / 100 < 0.27  # "lies between the two"; "fewer patients would be enough"
    needed, seen, least = re.search(
        r"needs at least (\d+) deaths.*?had (\d+) between them.*?standard error below ([\d.]+)", said
    ).groups()
    assert int(needed) <= int(seen)
    implied = re.search(r"the printed interval implies ([\d.]+) to", said).group(1)
    assert float(implied) > float(least)  # "not too narrow for its patients"
    assert 132 / 547 < 195 / 727 < 63 / 180
    assert 1927 - 1450 < 1089  # "fewer patients together than TESTS alone"
    diabetes = results["tests-diabetic"]["recomputed"]["interaction_p"]
    assert diabetes[1] < 0.035  # "larger than the two give by this test"
    assert "does not fit" in said  # Hartung-Knapp
    needed = 4 * (stats.norm.isf(0.025) + stats.norm.isf(0.2)) ** 2
    r = 195 / 727
    needed *= 0.9 * r * (1 - 0.9 * r) / (0.2 * r) ** 2
    tables = [np.array(table, dtype=float) for table in (ETASS, TESTS)]
    y = np.array([np.log(t[0, 0] * t[1, 1] / (t[0, 1] * t[1, 0])) for t in tables])
    w = np.array([1 / (1 / t).sum() for t in tables])
    z = -np.cumsum(w * y) / np.sqrt(np.cumsum(w))
    rows = re.findall(r"(?:ETASS \(2013\)|TESTS \(2025\)) ([\d,]+) (\d+)% ([\d.]+) ([\d.]+)", said)
    assert [row[:3] for row in rows] == [
        (f"{people:,}", f"{people / needed:.0%}".rstrip("%"), f"{value:.2f}")
        for people, value in zip((361, 1450), z, strict=True)
    ]
    assert all(float(row[2]) < float(row[3]) for row in rows)  # "stays below its boundary throughout"
    printed_z, critical = re.search(r"all trials, as printed 1,927 \d+% ([\d.]+) to [\d.]+ ([\d.]+)", said).groups()
    assert float(printed_z) > float(critical)  # "take it past"
