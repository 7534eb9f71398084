"""The chapter on liver failure: its numbers recomputed another way, and none of them typed by hand.

Sources: the digest prints 68% and 42% alive at 28 days, p = 0.003. Chen 2022, doi:10.1007/s12072-022-10335-6, abstract:
75.0% (63.2 to 86.8) of 56 v 53.4% (39.7 to 67.1) of 58 at 90 days, p = .030; new infection 32.1% v 58.6%, p = .005;
encephalopathy 8.9% v 24.1%, p = .029. Li 2019, abstract: deaths by 28 days 17.7% of 124 v 32.6% of 86, p <0.05.

These tests read the executed notebook and the results, so they need an up-to-date book (`make book`).
"""

import math
import re

import numpy as np
import pytest
from lifelines.statistics import logrank_test
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import test_proportions_2indep as proportions_2indep

from orphans import orphans_of
from reading import ROOT, bottom_line_of, check_records, check_script, results_of, said_in

SOURCE = ROOT / "chapters" / "04-aclf.py"
TESTS = {
    "χ²": lambda a, n, c, m: stats.chi2_contingency([[a, n - a], [c, m - c]], correction=False)[1],
    "χ² with continuity correction": lambda a, n, c, m: stats.chi2_contingency([[a, n - a], [c, m - c]])[1],
    "Fisher's exact": lambda a, n, c, m: stats.fisher_exact([[a, n - a], [c, m - c]])[1],
    "two-sample z, unpooled": lambda a, n, c, m: proportions_2indep(a, n, c, m, method="wald", compare="diff").pvalue,
}


@pytest.fixture(scope="module")
def results():
    return results_of("aclf")


@pytest.fixture(scope="module")
def said():
    return said_in(SOURCE)


def rounds_to(percent, n):
    return [e for e in range(n + 1) if (2 * percent - 1) * n <= 200 * e <= (2 * percent + 1) * n]


@pytest.fixture(scope="module")
def nearly_equal():
    """Every table of arms that differ by one patient at most, and the tests that print p = 0.003: plain loops."""
    found = []
    for n in range(30, 130):
        for m in (n - 1, n, n + 1):
            for a in rounds_to(68, n):
                for c in rounds_to(42, m):
                    tests = [name for name, test in TESTS.items() if 0.0025 <= test(a, n, c, m) <= 0.0035]
                    if tests:
                        found.append((a, n, c, m, tests))
    return found


def test_every_claim_is_judged_and_recorded_as_the_schema_says(results):
    check_records("aclf", results)


def test_the_verdicts_are_these(results):
    """A change here is a change of what the book says about the document: it should be meant."""
    assert {name: record["verdict"] for name, record in results.items()} == {
        "headline": "silent",
        "restores-balance": "silent",
        "bilirubin": "possible",
        "tnf-alpha": "silent",
        "il-6": "silent",
        "survival": "possible",
        "significant": "coherent",
        "tregs": "silent",
        "exhausted-t-cells": "silent",
        "infections": "possible",
        "infections-association": "silent",
        "compelling": "silent",
    }


def test_the_lines_worked_by_hand():
    source = SOURCE.read_text("utf-8")
    lines = source[source.index("# By hand") : source.index("# %%\nfigures.possible_sizes")]
    numbers = [float(x) for x in re.findall(r"\d+(?:\.\d+)?", lines)]
    a, c, n = 44, 27, 65
    difference, pooled = (a - c) / n, (a + c) / (2 * n)
    variance = pooled * (1 - pooled) * 2 / n
    z = difference / math.sqrt(variance)
    assert numbers == [
        n, a, c, round(a / n, 4), round(c / n, 4), round(difference, 4),
        71, 130, round(pooled, 4), round(pooled, 4), round(1 - pooled, 4), 2, n, round(variance, 6),
        round(math.sqrt(variance), 5), round(difference, 4), round(math.sqrt(variance), 5), round(z, 2), 0.003,
    ]  # fmt: skip
    assert round(2 * stats.norm.sf(z), 3) == 0.003
    # and each step follows from the rounded numbers printed before it
    assert round(0.6769 - 0.4154, 4) == 0.2615
    assert round(0.5462 * 0.4538 * 2 / 65, 6) == 0.007627
    assert round(0.2615 / 0.08733, 2) == 2.99
    # the made-up patients: 100 to 10, and 10 throughout
    assert ((100 - 10) / 100 + 0) / 2 == 0.45
    assert round(1 - 10 / 55, 2) == 0.82


def test_nearly_equal_arms_by_plain_loops(results, said, nearly_equal):
    sizes = [n for _, *arms, _ in nearly_equal for n in (arms[0], arms[2])]
    assert results["survival"]["recomputed"]["patients_per_arm_if_nearly_equal"] == [min(sizes), max(sizes)]
    for name in TESTS:
        group = [row for row in nearly_equal if name in row[4]]
        treated, control = [row[1] for row in group], [row[3] for row in group]
        assert (
            f"{name} {len(group)} {min(treated)} to {max(treated)} {min(control)} to {max(control)} "
            f"{max(min(row[1], row[3]) for row in group)} {min(row[1] + row[3] for row in group)}" in said
        )


def test_no_smaller_sum_by_plain_loops(results):
    """Every pair of arms with up to 110 patients together: only the largest sum has one that prints p = 0.003."""
    sums = [
        n + m
        for n in range(1, 110)
        for m in range(1, 111 - n)
        for a in rounds_to(68, n)
        for c in rounds_to(42, m)
        if any(0.0025 <= test(a, n, c, m) <= 0.0035 for test in TESTS.values())
    ]
    assert set(sums) == {results["survival"]["recomputed"]["patients_in_all_at_least"]} == {110}


def test_the_effects_by_statsmodels(said, nearly_equal):
    tables = [Table2x2([[a, n - a], [c, m - c]]) for a, n, c, m, _ in nearly_equal]
    odds = [table.oddsratio for table in tables]
    low, high = re.search(r"odds ratio of survival ([\d.]+) to ([\d.]+)", said).groups()
    assert float(low) <= min(odds) < float(low) + 0.01
    assert float(high) - 0.01 < max(odds) <= float(high)
    dead = [1 / ((1 - c / m) / (1 - a / n)) for a, n, c, m, _ in nearly_equal]
    differences = [100 * (a / n - c / m) for a, n, c, m, _ in nearly_equal]
    low, high = re.search(r"difference in survival, percentage points ([\d.]+) to ([\d.]+)", said).groups()
    assert (float(low), float(high)) == pytest.approx((min(differences), max(differences)), abs=0.1)
    low, high = re.search(r"risk ratio of death ([\d.]+) to ([\d.]+)", said).groups()
    assert float(low) <= min(dead) < float(low) + 0.01
    assert float(high) - 0.01 < max(dead) <= float(high)


def test_log_rank_tests_of_the_same_survivors_differ(said):
    """Arms of 65, deaths of one arm all before those of the other, by lifelines."""
    days = {"treated": np.r_[1:22, [60] * 44], "control": np.r_[22:60, [60] * 27]}
    p = logrank_test(*days.values(), *(time < 60 for time in days.values())).p_value
    row = re.search(r"deaths among treated first ([\d.]+) ([\d.]+) ([\d.]+)", said).groups()
    assert float(row[1]) == pytest.approx(p, rel=0.02)
    assert "0.003 lies between the two extremes for arms of 50, arms of 65 and arms of 100" in said


def test_shuffled_deaths_by_lifelines(said):
    """Fewer orders, another seed: the shares of them that print 0.003, within five standard errors."""
    row = re.search(r"any order, simulated: prints 0.003 ([\d.]+)% of orders ([\d.]+)% of orders ([\d.]+)% of", said)
    rng, draws = np.random.default_rng(99), 400
    for told, n, a, c in zip(row.groups(), (50, 65, 100), (34, 44, 68), (21, 27, 42), strict=True):
        deaths, printed = 2 * n - a - c, 0
        for _ in range(draws):
            order = rng.permutation(deaths) + 1
            times = np.r_[order[: n - a], [deaths + 1] * a], np.r_[order[n - a :], [deaths + 1] * c]
            printed += 0.0025 <= logrank_test(*times, *(days <= deaths for days in times)).p_value <= 0.0035
        share = float(told) / 100
        assert abs(printed / draws - share) < 5 * math.sqrt(max(share, 0.005) / draws)
    assert re.search(r"For arms of 65 it is an ordinary result: \d\d% of random orders", said)


def test_the_largest_standard_deviations_of_bilirubin(results, nearly_equal):
    sds = results["bilirubin"]["recomputed"]
    low, high = (sds[f"largest_sd_in_{size}_arms"] for size in ("smallest", "largest"))
    arms = sorted({(n, m) for _, n, _, m, _ in nearly_equal}, key=sum)
    for sd, (n, m) in ((low, arms[0]), (high, arms[-1])):
        assert stats.ttest_ind_from_stats(31, sd, n, 0, sd, m).pvalue == pytest.approx(0.001, rel=1e-4)


def test_the_limits_if_only_survivors_were_measured(said, nearly_equal):
    limits = {
        d: [d / (stats.t.isf(0.0005, a + c - 2) * math.sqrt(1 / a + 1 / c)) for a, _, c, _, _ in nearly_equal]
        for d in (29, 31)
    }
    low, high, most_low, most_high = map(
        float,
        re.search(
            r"are lower: ([\d.]+) to ([\d.]+) points in the arms with the fewest survivors, and ([\d.]+) to ([\d.]+)",
            said,
        ).groups(),
    )
    assert (low, high) == pytest.approx((min(limits[29]), min(limits[31])), abs=0.1)
    assert (most_low, most_high) == pytest.approx((max(limits[29]), max(limits[31])), abs=0.1)
    assert "a patient whose bilirubin doubles lies 145 points" in said  # from −45 to +100


def test_ties_by_plain_loops(said, nearly_equal):
    """Half-up only: 41.5 prints 42, 42.5 does not; 67.5 prints 68, 68.5 does not."""

    def half_up(percent, e, n):
        return (2 * percent - 1) * n <= 200 * e < (2 * percent + 1) * n

    kept = [row for row in nearly_equal if half_up(68, row[0], row[1]) and half_up(42, row[2], row[3])]
    sizes = [n for _, *arms, _ in kept for n in (arms[0], arms[2])]
    assert f"have {min(sizes)} to {max(sizes)} ({len(kept)} tables instead of {len(nearly_equal)})" in said
    dropped = [row for row in nearly_equal if row not in kept]
    assert [row[:4] for row in dropped] == [(54, 80, 34, 80)]
    assert "54 of 80 is 67.5%, and 34 of 80 is 42.5%" in said
    assert f"({min(sizes)} to {max(sizes)} if ties are rounded up)" in bottom_line_of(SOURCE)


def test_the_two_readings_of_the_infections_by_plain_loops(said, nearly_equal):
    """Ratio and difference, with χ² p values by hand."""
    ratio, points, corrected = [], [], []
    for n, m in {(n, m) for _, n, _, m, _ in nearly_equal}:
        for c in range(1, m + 1):
            for a in range(n + 1):
                reduction, difference = 1 - (a / n) / (c / m), c / m - a / n
                pooled = (a + c) / (n + m)
                if not 0 < pooled < 1:
                    continue
                z = difference / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
                p = 2 * stats.norm.sf(abs(z))
                if 0.245 <= reduction <= 0.255:
                    ratio.append((c / m, p))
                    corrected.append((c / m, TESTS["χ² with continuity correction"](a, n, c, m)))
                if 0.245 <= difference <= 0.255:
                    points.append((c / m, p))

    def from_on(pairs):
        least = min(share for share, p in pairs if p < 0.05)
        last = max((share for share, p in pairs if p >= 0.05), default=0)
        return 100 * least, 100 * min(share for share, _ in pairs if share > last)

    least, always = from_on(ratio)
    assert f"only if at least about {least:.0f}% of controls" in said
    assert f"about {least:.0f}% of controls were infected" in bottom_line_of(SOURCE)
    told = re.search(r"always is from ([\d.]+)% on", said).group(1)
    assert always <= float(told) < always + 0.1
    assert least == pytest.approx(63.75)  # 51 of 80, in the pair that rests on ties
    assert (
        f"The first share is 63.75% exactly, and {math.floor(1000 * 50 / 78) / 10}% if ties are only rounded up" in said
    )
    least, always = from_on(corrected)
    told = re.search(r"With continuity correction it is ([\d.]+)%, and ([\d.]+)% for always", said).groups()
    assert least - 0.1 < float(told[0]) <= least
    assert always <= float(told[1]) < always + 0.1
    assert max(p for _, p in points) < 0.0088
    assert "Read as points, its p value is always below 0.0088 by the χ² test" in said
    borrowed = [p for share, p in ratio if 0.585 <= share <= 0.595]
    assert min(borrowed) > 0.05  # "no pair of counts makes the first reading significant"
    assert max(p for share, p in points if 0.585 <= share <= 0.595) < 0.05
    assert round(100 * 34 / 58, 1) == 58.6
    assert "58.6% of controls had a new infection" in said


def test_the_publications_by_scipy(said):
    for counts, printed, tests in (
        ((42, 56, 31, 58), 0.030, []),
        ((18, 56, 34, 58), 0.005, ["χ²", "Fisher's exact"]),
        ((5, 56, 14, 58), 0.029, ["χ²"]),
    ):
        half = 0.0005
        assert [name for name, test in TESTS.items() if abs(test(*counts) - printed) <= half] == tests
        for name in ("χ²", "Fisher's exact"):
            assert f"{TESTS[name](*counts):.4f}" in said
    assert "All 10 percentages are printed by one count only" in said
    assert max(test(22, 124, 28, 86) for test in TESTS.values()) < 0.05
    assert "Li's abstract prints p <0.05; all of the four tests agree" in said
    assert (
        "Of 6 methods 0 print the interval of the treated and 1 that of the controls, by name: Wald, continuity" in said
    )
    assert [round(75.0 - 63.2, 1), round(86.8 - 75.0, 1)] == [11.8, 11.8]  # "symmetric"
    assert [round(53.4 - 39.7, 1), round(67.1 - 53.4, 1)] == [13.7, 13.7]
    z = stats.norm.isf(0.025)
    assert 51.2 < 0.75 * 0.25 * (z / 0.118) ** 2 < 52.3
    assert 50.5 < 0.534 * 0.466 * (z / 0.137) ** 2 < 51.4


def test_the_distance_of_the_control_arms(said):
    assert f"Li's controls ({58 / 86:.1%})" in said
    found = re.search(
        r"controls was ([\d.]+) to ([\d.]+) percentage points lower.*?\(p ([\d.]+) to ([\d.]+), arms", said
    )
    low, high, p_low, p_high = map(float, found.groups())
    # the largest control arms within 10% have 80 patients, the smallest 53
    assert low <= 100 * (58 / 86 - 34 / 80) <= high
    assert low <= 100 * (58 / 86 - 22 / 53) <= high
    assert p_low <= TESTS["χ²"](34, 80, 58, 86) <= p_high < 0.05
    assert 0.68 > 58 / 86 > 0.42  # "about the same share as of Li's controls"
    assert 0.68 < (124 - 22) / 124  # "a smaller share was alive than in the same arm of two publications"
    assert 0.68 < 0.75
    assert 0.42 < 31 / 58
    chen = re.search(r"two months longer to die. That difference could be chance \(p ([\d.]+)", said).group(1)
    assert float(chen) > 0.05


def test_the_other_digest(said):
    assert not rounds_to(65, 56)
    assert rounds_to(45, 58) == [26]
    # the largest difference that prints 65% and 45%, in the largest even arms of fewer than 149
    z = 0.21 / math.sqrt(0.55 * 0.45 * 2 / 60)
    assert 2 * stats.norm.sf(z) > 0.01
    assert "No two arms of fewer than 149 patients together print 65% v 45% with p <0.01" in said
    assert f"42 of 62 would be {42 / 62:.1%}" in said
    assert 42 / 62 > 0.655
    assert said.count("% no ") >= 2
    assert ".030 no" in said


def test_what_the_numbers_are_tied_to(said, results):
    by_number = {}
    for record in results.values():
        for text in record["printed"].values():
            by_number.setdefault(text, set()).add(record["verdict"])
    tied = [text for text, verdicts in by_number.items() if verdicts & {"coherent", "reproduced"}]
    free = [text for text, verdicts in by_number.items() if verdicts == {"possible"}]
    untouched = [text for text, verdicts in by_number.items() if verdicts == {"silent"}]
    assert sorted(tied) == ["0.003", "<0.001"]
    assert len(by_number) == len(tied) + len(free) + len(untouched)
    assert f"{len(tied)} of {len(by_number)} numbers ({len(tied) / len(by_number):.0%}) are tied to anything" in said
    assert f"{len(free)} are free, {len(untouched)} untouched" in said
    assert "(0 claims were reproduced)" in said


def test_the_bottom_line_stands_at_the_head_of_the_chapter():
    head = bottom_line_of(SOURCE)
    assert "12 claims: 1 coherent, 3 possible, 8 silent" in head
    assert "computed at the end" not in head


def test_it_runs_as_a_script_from_any_folder_and_writes_the_same_results(tmp_path):
    assert "12 claims" in check_script("aclf", SOURCE, tmp_path)


def test_every_number_typed_into_the_prose_is_what_the_list_says():
    assert not orphans_of(SOURCE)
