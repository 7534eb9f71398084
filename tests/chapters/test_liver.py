"""The liver chapter: its numbers recomputed another way, and none of them typed by hand.

Sources: Yang 2008, doi:10.1016/j.antiviral.2007.10.014, abstract. You 2006, doi:10.3748/wjg.v12.i41.6715, Tables 2, 3.
Wu 2018, doi:10.1080/14712598.2018.1451511, abstract (351 and 339 patients). He 2021, doi:10.1097/MD.0000000000025749,
abstract and Table 1. He C 2017, PMC5406071, abstract. Mutchnick 1999 and Chien 1998, abstracts.

These tests read the executed notebook and the results, so they need an up-to-date book (`make book`).
"""

import itertools
import math
import re

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import proportion_confint

from orphans import orphans_of
from reading import ROOT, bottom_line_of, check_records, check_script, results_of, said_in
from rederive.claims import load_document
from rederive.methods.trial_power import fisher_power

SOURCE = ROOT / "chapters" / "03-liver.py"
Q = stats.norm.isf(0.025)


@pytest.fixture(scope="module")
def results():
    return results_of("liver")


@pytest.fixture(scope="module")
def said():
    return said_in(SOURCE)


@pytest.fixture(scope="module")
def document():
    return load_document(ROOT / "data" / "liver")


def test_every_claim_is_judged_and_recorded_as_the_schema_says(results):
    check_records("liver", results)


def test_the_verdicts_are_these(results):
    """A change here is a change of what the book says about the document: it should be meant."""
    by_verdict = {}
    for name, record in results.items():
        by_verdict.setdefault(record["verdict"], set()).add(name)
    assert by_verdict == {
        "reproduced": {"entecavir-trial"},
        "coherent": {
            "alt-normal", "interferon-trials", "virologic-or", "biochemical-or", "complete-or", "cancer-incidence",
            "cancer-not-significant", "follow-up", "survival-hr", "recurrence-hr",
        },
        "misworded": {
            "japanese-trial", "dna-cleared", "hbeag", "numerically-worse", "not-better-than-interferon",
            "no-substantial-reduction", "matched-patients", "mortality-reduction", "recurrence-reduction",
        },
        "silent": {
            "approvals", "evidence-tier", "expansion", "meaningful", "other-antivirals", "responses-similar",
            "anti-tumour", "lymphocytes-everywhere", "chemoembolisation", "milder",
        },
    }  # fmt: skip


def test_no_number_is_contradicted(results):
    """ "The numbers that we could check are copied rightly" stands in the bottom line."""
    assert not [name for name, record in results.items() if record["verdict"] == "contradicted"]


def test_the_sizes_that_print_the_rates(said):
    for name, percent, digits in (
        ("ALT normal", "36.4%", 1), ("DNA cleared, branched DNA", "30%", 0), ("DNA cleared, TMA", "15%", 0),
        ("HBeAg cleared", "22.8%", 1),
    ):  # fmt: skip
        printing = [
            (e, n) for n in range(142, 175) for e in range(n + 1)
            if abs(100 * e / n - float(percent[:-1])) <= 0.5 * 10**-digits + 1e-12
        ]  # fmt: skip
        sizes = len({n for _, n in printing})
        limits = [proportion_confint(e, n, method="beta") for e, n in printing]
        low, high = math.floor(1000 * min(a for a, _ in limits)) / 10, math.ceil(1000 * max(b for _, b in limits)) / 10
        assert f"{name} {percent} {sizes} {low}% to {high}%" in said


def test_which_tests_printed_the_p_values_of_placebo_trials(said):
    """One-sided, by hand: the probability, given all margins, of so many events among the treated or more."""
    for a, n1, c, n0, printed in (
        (7, 49, 2, 48, 0.084),
        (12, 49, 6, 48, 0.11),
        (13, 32, 3, 32, 0.004),
        (9, 34, 3, 32, 0.068),
    ):
        ways = sum(math.comb(n1, x) * math.comb(n0, a + c - x) for x in range(a, min(n1, a + c) + 1))
        p = ways / math.comb(n1 + n0, a + c)
        assert p < 0.11 if printed == 0.11 else round(p, 3) == printed
    assert "agrees with 4 of the 4 printed p values, one of which is only a bound." in said
    assert "The two-sided tests that we tried agree with 1 of them." in said


def test_the_pooled_odds_ratios(results, said):
    """By sampling the corners of the digits: p and standard errors from interval and estimate."""
    for name, (e, lo, hi) in {
        "virologic-or": (0.62, 0.35, 1.10), "biochemical-or": (0.60, 0.34, 1.05), "complete-or": (0.54, 0.30, 0.97),
    }.items():  # fmt: skip
        low, high = (np.log(np.linspace(x - 0.005, x + 0.005, 401)) for x in (lo, hi))
        b, se = (low[:, None] + high) / 2, (high - low[:, None]) / (2 * Q)
        fits = np.abs(np.exp(b) - e) <= 0.005
        p = (2 * stats.norm.sf(np.abs(b) / se))[fits]
        found = results[name]["recomputed"]["p"]
        assert found == pytest.approx([min(p), max(p)], rel=0.01)  # the sample misses the corners by a little
        assert found[0] <= min(p) * (1 + 1e-5)  # recorded with six digits
        assert max(p) <= found[1] * (1 + 1e-5)
    assert results["complete-or"]["recomputed"]["p"][1] < 0.05  # significant, not only "numerically worse"


def test_you_2006_and_what_the_other_three_must_say(said):
    counts = {
        ("virological", 0): ((16, 22), (0.62, 0.35, 1.10)), ("biochemical", 0): ((11, 16), (0.60, 0.34, 1.05)),
        ("complete", 0): ((9, 15), (0.54, 0.30, 0.97)), ("virological", 1): ((21, 13), (3.71, 2.05, 6.71)),
        ("biochemical", 1): ((17, 10), (3.12, 1.74, 5.62)), ("complete", 1): ((14, 9), (2.69, 1.47, 4.91)),
    }  # fmt: skip
    panels = re.search(r"end of treatment: virological.*?(?=The numbers behind)", said)[0].split("6 months later: ")
    for (outcome, time), ((a, c), (e, lo, hi)) in counts.items():
        table = Table2x2([[a, 29 - a], [c, 33 - c]])
        low, high = table.oddsratio_confint()
        assert f"{outcome}: You 2006 {table.oddsratio:.2f} ({low:.2f} to {high:.2f})" in panels[time]
        se = (math.log(hi) - math.log(lo)) / (2 * Q)
        own = 1 / a + 1 / (29 - a) + 1 / c + 1 / (33 - c)
        rest = (math.log(e) / se**2 - table.log_oddsratio / own) / (1 / se**2 - 1 / own)
        told = re.search(rf"{outcome}: other three ([\d.]+) to ([\d.]+) ", panels[time])
        assert float(told[1]) - 0.01 <= math.exp(rest) <= float(told[2]) + 0.01
    assert "rounds to what is printed in 6 of 6, the crude one in 0." in said


def test_liver_cancer(results, said):
    assert [e for e in range(352) if round(100 * e / 351, 1) == 1.7] == [6]
    assert [e for e in range(340) if round(100 * e / 339, 1) == 2.1] == [7]
    table = [[6, 345], [7, 332]]
    p = [
        stats.chi2_contingency(table, correction=False).pvalue, stats.chi2_contingency(table).pvalue,
        stats.fisher_exact(table).pvalue,
    ]  # fmt: skip
    found = results["cancer-not-significant"]["recomputed"]["p"]
    assert found[0] <= min(p) <= max(p) <= found[1] * (1 + 1e-5)
    se = math.sqrt(1 / 6 - 1 / 351 + 1 / 7 - 1 / 339)
    ratio = (6 / 351) / (7 / 339)
    recorded = results["no-substantial-reduction"]["recomputed"]
    assert recorded["lower"] == pytest.approx(ratio * math.exp(-Q * se), rel=1e-5)
    assert recorded["upper"] == pytest.approx(ratio * math.exp(Q * se), rel=1e-5)
    power = {}
    for factor in (0, 0.5):
        chance = 0.0
        for a, c in itertools.product(range(25), range(35)):
            if stats.fisher_exact([[a, 351 - a], [c, 339 - c]]).pvalue <= 0.05:
                chance += stats.binom.pmf(a, 351, factor * 7 / 339) * stats.binom.pmf(c, 339, 7 / 339)
        power[factor] = chance
    assert recorded["power"] == pytest.approx(power[0.5], rel=1e-5)
    assert f"with a probability of {power[0.5]:.0%}, and complete prevention with one of {power[0]:.0%}" in said
    pairs = [
        (e, n, c) for n in range(1, 690) for e in range(round(0.0165 * n), round(0.0175 * n) + 2)
        for c in range(round(0.0205 * (690 - n)) - 1, round(0.0215 * (690 - n)) + 2)
        if c >= 0 and abs(e / n - 0.017) < 0.0005 and abs(c / (690 - n) - 0.021) < 0.0005
    ]  # fmt: skip
    assert f"{len(set(pairs))} pairs of arms and counts" in said


def test_hazards_as_risks(results):
    for name, hazard, free in (
        ("mortality-reduction", 0.308, (0.951, 0.805, 0.629)), ("recurrence-reduction", 0.381, (0.658, 0.413, 0.321)),
    ):  # fmt: skip
        for time, s in zip(("1 year", "3 years", "5 years"), free, strict=True):
            low, high = results[name]["recomputed"][time]
            assert low < 1 - (1 - s**hazard) / (1 - s) < high
            assert high - low < 0.005


def test_the_line_worked_by_hand():
    line = re.search(r"# By hand, for recurrence.*?48%\.", SOURCE.read_text("utf-8"), re.S)[0]
    s, hazard, power, treated, untreated = 0.321, 0.381, 0.649, 0.351, 0.679
    for number in (s, hazard, power, treated, untreated):
        assert str(number) in line
    assert round(s**hazard, 3) == power
    assert round(1 - power, 3) == treated
    assert round(1 - s, 3) == untreated
    assert round(treated / untreated, 2) == 0.52
    assert "0.52" in line


def test_the_matched_cohort(said):
    for estimate, lo, hi, events in ((0.308, 0.175, 0.541, 48), (0.381, 0.229, 0.633, 60)):
        se = (math.log(hi + 0.0005) - math.log(lo - 0.0005)) / (2 * Q)
        assert math.ceil(4 / se**2) <= events <= math.ceil(4 / ((math.log(hi) - math.log(lo)) / (2 * Q)) ** 2) + 1
        assert lo < estimate < hi
    assert "48 deaths and 60 recurrences or deaths here" in said
    for row in (
        (52.8, 11.7, 100, 39.6, 11.0, 100),
        (4.62, 3.2, 100, 3.68, 2.3, 100),
        (4.04, 3.85, 240, 3.65, 2.32, 228),
    ):
        p = stats.ttest_ind_from_stats(*row).pvalue
        assert not any(abs(p - x) < 0.0005 for x in (0.160, 0.067))
    assert stats.ttest_ind_from_stats(4.04, 3.85, 240, 3.65, 2.32, 228).pvalue > 0.1  # the table prints <.001
    assert "A t test gives 0 of the 3 printed p values." in said
    assert "differ by 13.2 years, more than one standard deviation" in said


def test_the_neighbouring_cohorts(said):
    for treated, control, told in (
        (97.7, 95.1, "0.44 to 0.48"),
        (82.9, 62.9, "0.40 to 0.41"),
        (53.3, 32.1, "0.55 to 0.56"),
    ):
        low, high = (float(x) for x in told.split(" to "))
        assert low <= math.log(treated / 100) / math.log(control / 100) <= high
        assert f"{treated}% {control}% {told}" in said
    numbers = r"([\d.]+) [\d,]+ \d+ to \d+ ([\d.]+) to ([\d.]+) ([\d.]+) to ([\d.]+) ([\d.]+) to ([\d.]+)"
    first, second = (re.search(f"{name} {numbers}", said) for name in ("overall survival", "recurrence-free survival"))
    assert float(first[1]) == 0.014 < float(first[4])  # "a little below that"
    assert f"p lies anywhere from {second[4]} to {second[7]} by these tables" in said
    assert f"it is {first[4]} to {first[5]} with controls first" in said


def test_the_bottom_line_is_computed_and_stands_first(results, said):
    line = " ".join(bottom_line_of(SOURCE).split())
    assert "(0.54 for a complete response), and not those six months later (2.69)" in line
    missed = 1 - results["no-substantial-reduction"]["recomputed"]["power"]
    assert f"would miss a halving {missed:.0%} of the time" in line
    assert f"if {1 - 0.321:.0%} of untreated patients" in line
    assert f"it means {1 - (1 - 0.321**0.381) / (1 - 0.321):.0%}" in line


def test_the_chapter_runs_as_a_script_from_any_folder(tmp_path):
    out = check_script("liver", SOURCE, tmp_path)
    assert "30 claims:" in out


def test_every_number_typed_into_the_prose_is_what_the_list_says():
    assert not orphans_of(SOURCE)


def test_the_prose_says_what_the_numbers_say(document, said):
    """Conclusions in words, each next to the number it rests on."""
    you, wu = (document.rows["trials"][name] for name in ("you-eot-complete", "wu-cancer"))
    assert (you.n_treated, you.n_control, wu.n_treated, wu.n_control) == (29, 33, 351, 339)
    assert (wu.events_treated, wu.events_control) == (6, 7)
    matched = document.rows["arm-sizes"]["he2021-matched"]
    assert (matched.n_treated, matched.n_control) == (100, 100)
    assert document.rows["ratios"]["chan-12m"].n.count() == 353
    i2 = [int(x) for x in re.findall(r"\d+% to \d+% (\d+)%", said)]
    assert len(i2) == 6
    assert f"is at most {max(i2)}% in any of the six" in said
    p = float(re.search(r"\(p at least ([\d.]+) in each\)", said)[1])
    assert p > 0.05  # "None of the six shows a difference"
    limits = re.findall(r": You 2006 [\d.]+ \(([\d.]+) to ([\d.]+)\) counted", said)
    assert len(limits) == 6
    assert sum(float(high) < 1 or float(low) > 1 for low, high in limits) == 2  # "only two of the six exclude 1"
    sizes = [int(n) for n in re.findall(r"(?:ALT normal|cleared|DNA, \w+|TMA) [\d.]+% (\d+) [\d.]+% to", said)]
    assert len(sizes) == 3  # and branched DNA, which fits everywhere, as 30% without decimals does
    share = math.prod(n / 33 for n in sizes)
    assert f"1 of these sizes fits all four rates (162); by chance alone about {33 * share:.0f} would" in said
    risk = 7 / 339
    assert fisher_power(0.016 * risk, 351, risk, 339) < 0.8 < fisher_power(0, 351, risk, 339)  # "nearly all cancers"
    by_bdna, by_tma = (document.rows["numbers"][f"iino-dna-{assay}"].number for assay in ("bdna", "tma"))
    assert by_bdna.value == 2 * by_tma.value  # "by another, TMA, it was half that"
