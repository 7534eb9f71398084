"""The lymphocytes chapter: its numbers recomputed another way, and none of them typed by hand.

Source: Xu M and others, Thymosin α1 elevates lymphocyte counts and improves immunoradiotherapy outcomes in patients
with advanced cancer, Cancer Management and Research; Tables 1 to 4 and the text of its results. Deaths in ETASS:
doi:10.1186/cc11932, Table 4.

These tests read the executed notebook and the results, so they need an up-to-date book (`make book`).
"""

import math
import re
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2

from orphans import orphans_of
from reading import ROOT, bottom_line_of, check_records, check_script, results_of, said_in
from rederive.claims import load_document

SOURCE = ROOT / "chapters" / "02-lymphocytes.py"
Q = stats.norm.isf(0.025)


@pytest.fixture(scope="module")
def results():
    return results_of("lymphocytes")


@pytest.fixture(scope="module")
def said():
    return said_in(SOURCE)


@pytest.fixture(scope="module")
def document():
    return load_document(ROOT / "data" / "lymphocytes")


def test_every_claim_is_judged_and_recorded_as_the_schema_says(results):
    check_records("lymphocytes", results)


def test_the_verdicts_are_these(results):
    """A change here is a change of what the book says about the document: it should be meant."""
    by_verdict = {}
    for name, record in results.items():
        by_verdict.setdefault(record["verdict"], set()).add(name)
    assert by_verdict == {
        "reproduced": {
            "patients", "flow", "ecog-2-3", "second-line", "response-rate", "control-rate",
            "table-1-sex", "table-1-ecog", "table-1-cancers", "table-1-other-cancers", "table-1-radiotherapy",
            "table-1-immunotherapy", "table-1-dose", "table-1-concurrent", "table-1-fractions", "table-1-site",
            "table-1-lymphocytes", "adverse-events", "adverse-events-grade-3", "patients-with-grade-3",
        },
        "coherent": {
            "heavily-pretreated", "quartiles-of-counts", "six-tests", "regression", "coefficients",
            "significant-factors", "abstract-survival", "cox-nlr", "cox-cycles-os",
            "cox-cycles-pfs", "cox-response-pfs",
        },
        "possible": {
            "fractions", "counts-cd3", "counts-cd4", "counts-cd8", "counts-b", "counts-nk", "cd4-cd8-ratio",
            "nk-normal", "patients-with-events", "responses", "follow-up", "overall-survival",
            "progression-free-survival", "cycles-prognostic", "response-prognostic", "gasto-1043",
        },
        "misworded": {
            "sequence", "elevates", "predictive-power", "logistic", "nlr-cd8", "improves-outcomes",
            "better-than-others", "etass", "meta-analysis",
        },
        "contradicted": {"inclusion", "severe-lymphopenia", "table-1-prior-therapies"},
        "silent": {
            "age", "no-grade-4", "safely", "univariate-os", "univariate-pfs", "lymphopenia-os", "better-response",
            "poorer-condition", "lung-cancer-trial", "oesophageal-cohort", "lung-cohort", "abscopal",
            "no-change-by-radiotherapy",
        },
    }  # fmt: skip


def roundings(events, n, decimals=1):
    """A percentage to so many decimals, ties up, ties to even, cut off: in whole numbers."""
    scaled = Fraction(100 * events, n) * 10**decimals
    floor = scaled.numerator // scaled.denominator
    rest = scaled - floor
    up = floor + (rest >= Fraction(1, 2))
    even = floor + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2 == 1))
    return tuple(f"{x / 10**decimals:.{decimals}f}%" for x in (up, even, floor))


def test_table_1_cell_by_cell(document, results):
    mixed = set()
    for name, claim in document.claims.items():
        if name.startswith("table-1"):
            cells = claim.printed.cells.values()
            assert sum(cell.events.count() for cell in cells) == (9 if name == "table-1-other-cancers" else 48)
            fits = [[text == str(cell.percent) for text in roundings(cell.events.count(), 48)] for cell in cells]
            assert all(map(any, fits))  # "within the last digit of its count"
            if not any(all(column) for column in zip(*fits, strict=True)):
                mixed.add(name)
    assert mixed == {"table-1-ecog", "table-1-prior-therapies", "table-1-site"}
    # of these, the printed tenths of a per cent of two blocks are largest remainders, by hand
    assert results["table-1-ecog"]["verdict"] == results["table-1-site"]["verdict"] == "reproduced"
    for name, up in {"table-1-ecog": {"ECOG 1"}, "table-1-site": {"Pelvic", "Others"}}.items():
        cells = document.claims[name].printed.cells
        cut = {label: Fraction(1000 * cell.events.count(), 48) for label, cell in cells.items()}
        rests = {label: share - int(share) for label, share in cut.items()}
        assert {label for label, cell in cells.items() if cell.percent.value * 1000 == int(cut[label]) + 1} == up
        assert sum(rests.values()) == len(up)
        assert min(rests[label] for label in up) >= max(rests[label] for label in cells if label not in up)
    assert results["table-1-prior-therapies"]["verdict"] == "contradicted"
    assert roundings(33, 48) == ("68.8%", "68.8%", "68.7%")


def test_no_exact_signed_rank_test_of_48_patients_prints_the_p_value_of_b_cells(said):
    ways = [1]  # of reaching each rank sum, by hand
    for rank in range(1, 49):
        ways = [a + b for a, b in zip(ways + [0] * rank, [0] * rank + ways, strict=True)]
    below = np.cumsum(np.array(ways, dtype=object))
    p = [min(Fraction(2 * int(below[s]), 2**48), Fraction(1)) for s in range(48 * 49 // 4 + 1)]
    assert not [x for x in p if Fraction("0.4185") <= x <= Fraction("0.4195")]
    near = [float(x) for x in p if Fraction("0.415") <= x <= Fraction("0.425")]
    assert "can give " + " and ".join(f"{x:.4f}" for x in near) + "; 0 of its p values print as 0.419" in said


def test_nk_cells_need_a_correlation(results, said):
    least = 1.0
    corners = product((159.75, 159.85), (106.15, 106.25), (224.05, 224.15), (164.75, 164.85))
    t = stats.t.isf(0.0005, 47)
    for m0, s0, m1, s1 in corners:
        least = min(least, (s0**2 + s1**2 - 48 * ((m1 - m0) / t) ** 2) / (2 * s0 * s1))
    # inside the box the smallest correlation can be a little smaller still, where one SD is best for the other
    found = results["counts-nk"]["recomputed"]["correlation"][0]
    assert least - 1e-4 < found <= least + 1e-6
    assert "needs $r$ of at least 0.636" in said


def test_the_number_of_patients_behind_the_regression(results):
    fits = []
    for n, intercept in product(range(10, 300), (True, False)):
        df = n - 8 - intercept
        if df < 1:
            continue
        r2 = np.linspace(0.9155, 0.9165, 20001)
        adjusted, f = 1 - (1 - r2) * (df + 8) / df, r2 / 8 / ((1 - r2) / df)
        if np.any((np.abs(adjusted - 0.892) <= 0.0005) & (np.abs(f - 38.21) <= 0.005)):
            fits.append((n, intercept))
    assert fits == [(36, False), (37, True)]
    assert results["regression"]["recomputed"]["residual_df"] == [28, 28]


def test_the_line_worked_by_hand():
    line = re.search(r"# By hand, for 36.*?as printed\.", SOURCE.read_text("utf-8"), re.S)[0]
    assert "$1 - 0.084 \\times 36/28 = 0.892$" in line
    assert round(1 - 0.916, 3) == 0.084
    assert round(1 - 0.084 * 36 / 28, 3) == 0.892


def test_four_definitions_print_the_quartiles(said):
    rows = re.findall(r"(\d) (yes|no) (yes|no) (yes|no)", said[said.index("definition half-up half-even") :][:300])
    assert [definition for definition, *_ in rows] == list("123456789")
    assert [definition for definition, *fits in rows if "yes" in fits] == list("6789")  # "by four of the nine"


def test_selection_from_noise_leaves_two_to_four(said):
    left = re.search(r"selection leaves ([\d.]+) to ([\d.]+) \(with an intercept\) or ([\d.]+) to ([\d.]+)", said)
    kept = [round(float(x)) for x in left.groups()]
    assert (min(kept), max(kept)) == (2, 4)  # 'two to four "significant" coefficients'


def test_all_times_are_days_of_months_of_thirty():
    for time, days in {"6.33": 190, "19.67": 590, "5.13": 154, "2.97": 89, "9.6": 288, "8.0": 240}.items():
        decimals = len(time.partition(".")[2])
        assert f"{days / 30:.{decimals}f}" == time
        if decimals == 2:  # and no other day, nor any day by the length of a mean month
            assert [d for d in range(1, 1000) if f"{d / 30:.2f}" == time] == [days]
    assert not [d for d in range(1, 1000) if f"{d / 30.4375:.2f}" == "6.33"]


def test_without_losses_median_and_limits_are_these_deaths(results):
    fitter = KaplanMeierFitter().fit(np.arange(1, 37))
    limits = median_survival_times(fitter.confidence_interval_).to_numpy()[0]
    record = results["overall-survival"]["recomputed"]
    assert [record["rank_lower"], record["rank_median"], record["rank_upper"]] == [
        limits[0], fitter.median_survival_time_, limits[1],
    ]  # fmt: skip


def test_a_median_follow_up_of_everybody_needs_a_gap(results):
    """With 19 or more of 36 seen beyond 9.6 months, the curve is above one half there."""
    low, high = results["follow-up"]["recomputed"]["next_time"]
    assert (low, high) == pytest.approx((2 * 13.65 - 9.65, 2 * 13.75 - 9.55))


def test_hazard_ratios_against_plain_arithmetic(document, results):
    for name in ("cox-nlr", "cox-cycles-os", "cox-cycles-pfs", "cox-response-pfs"):
        printed = document.claims[name].printed
        low, high = results[name]["recomputed"]["p"]
        se = (math.log(float(printed.upper)) - math.log(float(printed.lower))) / (2 * Q)
        middle = (math.log(float(printed.upper)) + math.log(float(printed.lower))) / 2
        assert 0.8 * low < 2 * stats.norm.sf(abs(middle) / se) < 1.2 * high
    midpoint = 2 * stats.norm.sf(math.log(1.08) / (math.log(1.167 / 1.009) / (2 * Q)))
    assert midpoint > 0.0295 + 0.005  # the check that would accuse 0.029
    assert results["cox-nlr"]["verdict"] == "coherent"


def test_etass_by_statsmodels(results):
    for outcome, (treated, control) in {
        "death, 28 days": (47, 63), "death, in hospital": (52, 71), "death, in intensive care": (35, 48),
    }.items():  # fmt: skip
        table = Table2x2([[treated, 181 - treated], [control, 180 - control]])
        p = table.test_nominal_association().pvalue
        low, high = results["etass"]["recomputed"][f"p_{outcome}"]
        assert low <= p * 1.000001
        assert p <= high * 1.000001


def test_the_bottom_line_stands_at_the_head_of_the_chapter():
    head = bottom_line_of(SOURCE)
    assert "72 claims: 20 reproduced" in head
    assert "computed at the end" not in head


def test_it_runs_as_a_script_from_any_folder_and_writes_the_same_results(tmp_path):
    assert "72 claims" in check_script("lymphocytes", SOURCE, tmp_path)


def test_every_number_typed_into_the_prose_is_what_the_list_says():
    assert not orphans_of(SOURCE)


def test_the_prose_says_what_the_numbers_say(document, results, said):
    """Conclusions in words, each next to the number it rests on."""
    cycles, response = (results[f"{name}-prognostic"]["recomputed"] for name in ("cycles", "response"))
    settings = re.search(r"what is changed cycles.*?\[", said)[0]
    shares = [[float(x) for x in row] for row in re.findall(r"([\d.]+)% ([\d.]+)% [\d.]+% [\d.]+% [\d.]+", settings)]
    assert len(shares) == 12
    overall, progression_free = (sorted(column) for column in zip(*shares, strict=True))
    assert progression_free[6] > 50  # "common ... under most assumptions"
    assert overall[-1] < progression_free[6]  # "less so for overall survival"
    by_progression = re.findall(r"hazard of death (?:doubles|times \d) at progression ([\d.]+)%", settings)
    assert float(by_progression[-1]) == overall[-1]  # "the most telling is whether progression brings death nearer"
    assert cycles["share of simulated cohorts with as small a ratio (OS, cycles)"][1] == pytest.approx(
        overall[-1] / 100, abs=5e-4
    )
    share = "share of simulated cohorts with as small a ratio (PFS, {})"
    assert response[share.format("response")][1] < 0.05  # "No coding ... often gave 0.041"
    assert response[share.format("disease control")][0] > 0.9
    medians = [float(x) for x in re.findall(r"(?:landmark day \d+|time-varying) ([\d.]+) \(", said)]
    assert medians
    assert all(0.9 < x < 1.1 for x in medians)  # "around 1"
    lifelines, ours = re.search(r"cycles so far ([\d.]+) ([\d.]+)", said).groups()
    assert lifelines == ours
    low, high = re.search(r"calls ([\d.]+)% to ([\d.]+)% of samples significant at 5%", said).groups()
    assert 3.5 < float(low) <= float(high) < 6.5  # "does little harm"
    low, high = re.search(r"All eight rows together allow (\d+) to (\d+)\. That range includes 28", said).groups()
    assert not {48 - 8, 48 - 9} & set(range(int(low), int(high) + 1))  # "It does not include"
    assert int(low) <= 28 <= int(high)
    far = re.search(r"at three standard deviations.*? (\d+)% to (\d+)% of pure noise reaches it", said, re.I).groups()
    assert int(far[0]) > 50
    assert "at one standard deviation none of these data sets did" in said
    assert not re.search(r"mean/SD 1 \d+ [\d.]+ to [\d.]+ (?!0\.0%)", said)
    kept = re.search(r"leaves ([\d.]+) to ([\d.]+) \(with an intercept\) or ([\d.]+) to ([\d.]+) \(without\)", said)
    assert 1.4 < float(kept[1]) < 2.5 < 3.5 < float(kept[4]) < 4.5  # "Two to four"
    assert "of the 31 sizes from 30 to 60, the 16 even ones can print the table; and all 31 can if" in said
    assert "at three, predicting the mean for everybody has an R² of about 0.90 about zero" in said
    table = re.findall(r"(CD\d⁺) T cells (\d+)% (\d+)% ([\d.]+) ([\d.]+)", said)
    rows = [(name, int(cv), float(left), float(printed)) for name, cv, _, left, printed in table]
    assert len(rows) == 7
    assert all((left >= printed) == (cv == 80) for _, cv, left, printed in rows)  # "could explain them all"
    assert min(printed - left for name, cv, left, printed in rows if cv == 50) < 0.1  # "not quite", CD4⁺
    ends = re.findall(r"\.(\d)\b", " ".join(
        str(number)
        for name in ("counts-cd3", "counts-cd4", "counts-cd8", "counts-b")
        for field, number in document.claims[name].printed
        if field.endswith(("q1", "q3"))
    ))  # fmt: skip
    assert len(ends) == 16
    assert set(ends) <= set("0358")  # "as all sixteen do"
