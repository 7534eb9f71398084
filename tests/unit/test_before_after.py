"""Before and after without an effect: against truncated and bivariate normal distributions, scipy and plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from rederive.claims import PrintedMeanChange
from rederive.methods.before_after import (
    FAMILIES,
    judge_normality,
    log_sd,
    negative_if_normal,
    normal_looking,
    normality_by_column,
    passes_shapiro,
    regression_to_the_mean,
    two_stage_size,
)
from rederive.printed import Printed
from rederive.verdicts import Verdict

cvs = st.floats(0.05, 1.5)
shares = st.floats(0.02, 0.98)


@given(cvs)
def test_a_coefficient_of_variation_is_that_of_the_log_normal(cv):
    log_normal = stats.lognorm(float(log_sd(cv)), scale=300)
    assert log_normal.std() / log_normal.mean() == pytest.approx(cv, rel=1e-10)


# --------------------------------------------------------------------------------------- regression to the mean


def one(between_cv, within_cv, selected, **simulated):
    simulated = {"n": 5, "draws": 1, "seed": 0} | simulated
    return regression_to_the_mean(between_cv, [within_cv], [selected], **simulated).iloc[0]


@settings(max_examples=60, deadline=None)
@given(cvs, cvs, shares)
def test_the_geometric_means_follow_from_a_truncated_normal(between_cv, within_cv, share):
    b, w = float(log_sd(between_cv)), float(log_sd(within_cv))
    sd = math.hypot(b, w)
    first = sd * stats.truncnorm(-np.inf, stats.norm.ppf(share)).mean()
    expected = math.exp((b**2 / sd**2 - 1) * first)
    assert one(between_cv, within_cv, share)["geometric_means"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(("between_cv", "within_cv"), [(0.5, 0.3), (0.3, 0.6), (0.9, 0.1)])
def test_the_medians_follow_from_integrating_the_bivariate_normal(between_cv, within_cv, share):
    b, w = float(log_sd(between_cv)), float(log_sd(within_cv))
    sd, correlation = math.hypot(b, w), b**2 / (b**2 + w**2)
    cut = stats.norm.ppf(share)

    def below(score):
        def density(z):
            return stats.norm.pdf(z) * stats.norm.cdf((score - correlation * z) / math.sqrt(1 - correlation**2))

        return integrate.quad(density, -12, cut, epsabs=1e-13, epsrel=1e-13, limit=200)[0] / share

    after = optimize.brentq(lambda score: below(score) - 0.5, -5, 1, xtol=1e-13)
    expected = math.exp(sd * (after - stats.norm.ppf(share / 2)))
    # the median is found to about 1e-13 / density here, by quadrature there
    assert one(between_cv, within_cv, share)["medians"] == pytest.approx(expected, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(cvs, cvs, st.tuples(shares, shares), st.floats(1.05, 3))
def test_stricter_selection_and_noisier_measurement_show_more(between_cv, within_cv, two, factor):
    low, high = sorted(two)
    for ratio in ("geometric_means", "medians"):
        strict, loose = one(between_cv, within_cv, low)[ratio], one(between_cv, within_cv, high)[ratio]
        assert strict >= loose * (1 - 1e-9)  # equal where the two shares are
        assert loose >= 1 - 1e-9  # all but 1 where measurements hardly vary and most patients are taken
    noisier, less_noisy = (one(between_cv, cv, high)["geometric_means"] for cv in (within_cv * factor, within_cv))
    assert noisier > less_noisy > 1


def test_a_median_that_hardly_moves_is_found():
    assert one(1.0, 0.0625, 0.8293707031956007)["medians"] == pytest.approx(1, rel=1e-9)


def test_a_crowd_of_simulated_patients_shows_the_same():
    rng, patients = np.random.default_rng(11), 400_000
    b, w = float(log_sd(0.5)), float(log_sd(0.4))
    true = rng.normal(0, b, patients)
    before, after = (true + rng.normal(0, w, patients) for _ in range(2))
    taken = before <= np.quantile(before, 0.3)
    expected = one(0.5, 0.4, 0.3)
    change = (after - before)[taken]
    error = 4 * change.std() / math.sqrt(taken.sum())  # four standard errors of a mean
    assert np.log(expected["geometric_means"]) == pytest.approx(change.mean(), abs=error)
    medians = np.median(after[taken]) - np.median(before[taken])
    # the standard error of a median of m normal values is 1.25 sd / sqrt(m); two of them, and before is not normal
    assert np.log(expected["medians"]) == pytest.approx(medians, abs=4 * 2 * 1.25 * 0.6 / math.sqrt(taken.sum()))


def test_without_selection_nothing_is_shown():
    everybody = one(0.5, 0.4, 1.0, n=48, draws=2000, seed=4, below=0.05)
    assert everybody["geometric_means"] == 1
    assert everybody["medians"] == 1
    # the exact test's size at 48 pairs is a little under 5%; four standard errors
    assert everybody["significant"] == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 2000))


def test_the_simulated_share_is_that_of_patients_taken_one_by_one():
    within_cv, share, n, draws = 0.4, 0.3, 24, 300
    b, w = float(log_sd(0.5)), float(log_sd(within_cv))
    rng, significant = np.random.default_rng(8), 0
    threshold = math.hypot(b, w) * stats.norm.ppf(share)
    for _ in range(draws):
        true = rng.normal(0, b, 12 * n)
        before, after = (true + rng.normal(0, w, 12 * n) for _ in range(2))
        taken = np.flatnonzero(before <= threshold)[:n]
        assert len(taken) == n
        significant += stats.wilcoxon(np.exp(after[taken]) - np.exp(before[taken])).pvalue < 0.01
    found = one(0.5, within_cv, share, n=n, draws=draws, seed=9, below=0.01)["significant"]
    assert 0.1 < found < 0.9
    # two independent simulations of one share, four standard errors of their difference
    assert found == pytest.approx(significant / draws, abs=4 * math.sqrt(2 * found * (1 - found) / draws))


def test_a_row_for_each_pair_and_the_same_for_the_same_seed():
    def run(seed):
        return regression_to_the_mean(0.5, [0.2, 0.4], [0.2, 0.5, 1], n=20, draws=50, seed=seed)

    table = run(1)
    pairs = [(0.2, 0.2), (0.2, 0.5), (0.2, 1), (0.4, 0.2), (0.4, 0.5), (0.4, 1)]
    assert list(table[["within_cv", "selected"]].itertuples(index=False, name=None)) == pairs
    assert table.equals(run(1))
    assert not table.equals(run(2))
    share = table["significant"]
    np.testing.assert_allclose(table["standard_error"], np.sqrt(share * (1 - share) / 50))


@pytest.mark.parametrize(("between", "within", "share"), [(0, 0.3, 0.5), (0.5, 0, 0.5), (0.5, 0.3, 0), (0.5, 0.3, 1.1)])
def test_regression_to_the_mean_needs_variation_and_a_share(between, within, share):
    with pytest.raises(ValueError, match="expected coefficients"):
        one(between, within, share)


# -------------------------------------------------------------------- counts reported as mean and standard deviation


def test_the_document_s_natural_killer_cells_would_be_negative_in_a_few():
    before = negative_if_normal(Printed.parse("159.8"), Printed.parse("106.2"))
    after = negative_if_normal(Printed.parse("224.1"), Printed.parse("164.8"))
    assert stats.norm.cdf(0, 159.8, 106.2) in before
    assert stats.norm.cdf(0, 224.1, 164.8) in after
    assert 3 < 48 * before.lower < 48 * before.upper < 3.2
    assert 4 < 48 * after.lower < 48 * after.upper < 4.2


@given(st.integers(10, 5000), st.integers(10, 5000), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_the_share_below_zero_holds_all_that_print(mean, sd, off_mean, off_sd):
    found = negative_if_normal(Printed.parse(str(mean)), Printed.parse(str(sd)))
    share = stats.norm.cdf(0, mean + off_mean, sd + off_sd)
    assert found.lower * (1 - 1e-12) <= share <= found.upper * (1 + 1e-12)  # the last bits of two ways to compute it
    at_ends = [stats.norm.cdf(0, mean + side / 2, sd - side / 2) for side in (1, -1)]
    assert [found.lower, found.upper] == pytest.approx(at_ends, rel=1e-11, abs=0)


def test_a_mean_that_may_be_zero_is_refused():
    for mean, sd in (("0", "3"), ("-4", "3"), ("4", "0")):
        with pytest.raises(ValueError, match="above 0"):
            negative_if_normal(Printed.parse(mean), Printed.parse(sd))


@pytest.mark.parametrize(("mean", "sd"), [(159.8, 106.2), (224.1, 164.8), (3.0, 0.2)])
def test_the_distributions_have_the_mean_and_the_spread(mean, sd):
    spread = math.sqrt(math.log1p((sd / mean) ** 2))
    expected = {
        "gamma": stats.gamma((mean / sd) ** 2, scale=sd**2 / mean),
        "log-normal": stats.lognorm(spread, scale=mean * math.exp(-(spread**2) / 2)),
    }
    assert set(FAMILIES) == set(expected)
    for name, family in FAMILIES.items():
        assert (expected[name].mean(), expected[name].std()) == pytest.approx((mean, sd), rel=1e-10)
        drawn = family(mean, sd, (40, 500), np.random.default_rng(2)).ravel()
        assert stats.kstest(drawn, expected[name].cdf).pvalue > 1e-4  # one seed, so this passes always or never


def test_passing_is_counted_as_one_sample_at_a_time():
    found = passes_shapiro(159.8, 106.2, 48, draws=100, seed=6)
    rng = np.random.default_rng(6)
    for name, family in FAMILIES.items():
        passed = [stats.shapiro(sample).pvalue >= 0.05 for sample in family(159.8, 106.2, (100, 48), rng)]
        assert found.loc[name, "passes"] == np.mean(passed)
    assert found.equals(passes_shapiro(159.8, 106.2, 48, draws=100, seed=6))


def test_what_is_nearly_normal_passes_and_what_is_skewed_does_not():
    nearly = passes_shapiro(1000, 10, 48, draws=1000, seed=1)["passes"]
    np.testing.assert_allclose(nearly, 0.95, atol=4 * math.sqrt(0.05 * 0.95 / 1000))  # four standard errors
    skewed = passes_shapiro(100, 150, 48, draws=200, seed=1)["passes"]
    assert (skewed < 0.02).all()


# ------------------------------------------------------------------------------------- choosing a test by a test


def test_every_rule_is_counted_as_one_sample_at_a_time():
    cv, correlation, n, draws = 0.3, 0.6, 20, 150
    found = two_stage_size(cv, correlation, n, draws=draws, seed=3, level=0.1)
    scores = np.random.default_rng(3).standard_normal((2, draws, n))
    counted = dict.fromkeys(found.index, 0)
    took_t = dict.fromkeys(found.index, 0)
    for x, y in zip(*scores, strict=True):
        before = np.exp(log_sd(cv) * x)
        after = np.exp(log_sd(cv) * (correlation * x + 0.8 * y))
        t, w = stats.ttest_rel(after, before).pvalue < 0.1, stats.wilcoxon(after, before).pvalue < 0.1
        both = min(stats.shapiro(before).pvalue, stats.shapiro(after).pvalue) >= 0.1
        choices = {
            "t": True,
            "Wilcoxon": False,
            "by the values before and after": both,
            "by the differences": stats.shapiro(after - before).pvalue >= 0.1,
        }
        for rule, takes in choices.items():
            counted[rule] += t if takes else w
            took_t[rule] += takes
    assert {rule: round(share * draws) for rule, share in found["significant"].items()} == counted
    assert {rule: round(share * draws) for rule, share in found["t_test"].items()} == took_t
    assert 0 < took_t["by the values before and after"] < draws
    assert took_t["by the values before and after"] != took_t["by the differences"]


def test_the_pairs_are_alike_before_and_after_and_correlated_as_asked():
    normal = two_stage_size(0.01, 0.5, 30, draws=2000, seed=5)  # hardly skewed: every rule has its nominal size
    np.testing.assert_allclose(normal["significant"], 0.05, atol=4 * math.sqrt(0.05 * 0.95 / 2000))
    skewed = two_stage_size(1.0, 0.5, 48, draws=300, seed=5)
    assert skewed.loc["by the values before and after", "t_test"] < 0.01
    assert skewed.loc["by the differences", "t_test"] > skewed.loc["by the values before and after", "t_test"]


@pytest.mark.parametrize(("mean", "sd"), [(159.8, 106.2), (224.1, 164.8)])
def test_a_sample_that_looks_normal_has_its_mean_and_spread_and_nobody_below_zero(mean, sd):
    sample, p = normal_looking(mean, sd, 48)
    assert sample.mean() == pytest.approx(mean, rel=1e-12)
    assert sample.std(ddof=1) == pytest.approx(sd, rel=1e-12)
    assert sample.min() >= 0
    assert stats.shapiro(sample).pvalue == pytest.approx(p, rel=1e-9)
    assert p > 0.05
    assert normal_looking(mean, 3 * mean, 48)[1] == 0  # even half the values at 0 leave too small a spread


def test_normality_is_possible_or_not_found():
    fields = {"n": "48", "before_mean": "159.8", "before_sd": "106.2", "after_mean": "224.1", "after_sd": "164.8"}
    finding = judge_normality(PrintedMeanChange.model_validate(fields | {"p": "<0.001"}), draws=400, seed=1)
    assert finding.verdict is Verdict.POSSIBLE
    share = finding.recomputed["share_of_simulated_samples_passing"]
    assert 0 < share.lower < share.upper < 0.25
    skewed = PrintedMeanChange.model_validate(fields | {"p": "<0.001", "after_sd": "700"})
    finding = judge_normality(skewed, draws=50, seed=1)
    assert finding.verdict is Verdict.SILENT
    assert "were not found" in finding.because


def test_columns_of_a_table_of_means():
    fields = {"n": "48", "before_mean": "159.8", "before_sd": "106.2", "after_mean": "224.1", "after_sd": "164.8"}
    change = PrintedMeanChange.model_validate(fields | {"p": "<0.001"})
    table = normality_by_column(change, draws=100, seed=1)
    assert table.index.tolist() == ["before", "after"]
    for when, mean, sd in [
        ("before", change.before_mean, change.before_sd),
        ("after", change.after_mean, change.after_sd),
    ]:
        row = table.loc[when]
        assert row["negative"] == negative_if_normal(mean, sd)
        assert row["negative_patients"].upper == pytest.approx(48 * row["negative"].upper)
        alone = passes_shapiro(float(mean), float(sd), 48, draws=100, seed=1)["passes"]
        assert [row[family] for family in FAMILIES] == alone.tolist()


@pytest.mark.parametrize(("within_cv", "selected"), [(0.2, 0.1), (0.5, 0.25), (0.35, 1.0)])
def test_selection_narrows_the_first_measurement(within_cv, selected):
    row = regression_to_the_mean(0.6, [within_cv], [selected], n=10, draws=2, seed=1).iloc[0]
    rng = np.random.default_rng(1)
    true = log_sd(0.6) * rng.standard_normal(400_000)
    first = np.sort(np.exp(true + log_sd(within_cv) * rng.standard_normal(400_000)))[: int(400_000 * selected)]
    q1, q3 = np.quantile(first, [0.25, 0.75])
    assert row["spread_before"] == pytest.approx(q3 / q1, rel=0.01)  # a quartile of 40,000 has a standard error of 0.3%
