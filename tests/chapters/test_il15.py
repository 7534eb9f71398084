"""The IL-15 chapter: its numbers recomputed another way, and none of them typed by hand.

The page prints no statistical number. So what is tested is arithmetic on assumptions: 30 days of median survival with
saline, 60 days of observation, a hazard ratio of 0.7 for each agent alone.

These tests read the executed notebook and the results, so they need an up-to-date book (`make book`).
"""

import math
import re

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.optimize import brentq

from orphans import orphans_of
from reading import ROOT, bottom_line_of, check_records, check_script, results_of, said_in
from rederive.claims import load_document

SOURCE = ROOT / "chapters" / "05-il15.py"
DATA = ROOT / "data" / "il15"
Z = stats.norm.isf(0.025)


@pytest.fixture(scope="module")
def results():
    return results_of("il15")


@pytest.fixture(scope="module")
def said():
    return said_in(SOURCE)


def dead(*hazard_ratios, control_median=30, days=60, other=0.0):
    return [1 - math.exp(-(math.log(2) / control_median * hr + other) * days) for hr in hazard_ratios]


def joint_power(n, hr_a, hr_b, hr_both, **kwargs):
    """By scipy's bivariate and trivariate normal distribution, where the chapter integrates over one variable."""
    d = [n * x for x in dead(1, hr_a, hr_b, hr_both, **kwargs)]
    other, median = kwargs.get("other", 0.0), kwargs.get("control_median", 30)
    hazards = [math.log(2) / median * hr + other for hr in (1, hr_a, hr_b, hr_both)]
    b = np.array([math.log(hazards[3] / h) for h in hazards[:3]])
    v = np.diag([1 / x for x in d[:3]]) + 1 / d[3]
    return stats.multivariate_normal(b, v, seed=1, abseps=1e-6, releps=1e-6).cdf(-Z * np.sqrt(np.diag(v)))


def test_every_claim_is_judged_and_recorded_as_the_schema_says(results):
    check_records("il15", results)


def test_the_verdicts_are_these(results):
    """A change here is a change of what the book says about the document: it should be meant."""
    by_verdict = {}
    for name, record in results.items():
        by_verdict.setdefault(record["verdict"], set()).add(name)
    assert by_verdict == {
        "coherent": {"most-common"},
        "possible": {"third-cause"},
        "silent": {
            "randomised", "aged-mice", "tumour-growth", "survival", "synergy", "dual-mechanism",
            "senescent-share", "effectors", "proliferation", "cytotoxic-molecules", "reversal",
            "akt-suppressed", "akt-abolished", "akt-key-mechanism", "optimism", "rises-with-age",
            "checkpoint-inhibitors", "safety", "growing-evidence",
        },
    }  # fmt: skip
    assert [name for name, record in results.items() if record["matters"] == "yes"] == ["reversal", "akt-key-mechanism"]


def test_needs_and_items_belong_together(results):
    """Every silent claim lacks what the table of needs lists, and every item named there is one of ARRIVE's ten."""
    document = load_document(DATA)
    needs = document.table("needs")
    assert set(needs.item.dropna()) <= set(document.rows["arrive"])
    assert [row.item for row in document.rows["arrive"].values()] == list(range(1, 11))
    for name, record in results.items():
        assert record["missing"] == list(needs.quantity[needs.claim == name])
        assert bool(record["missing"]) == (record["verdict"] == "silent")


def test_counts_of_what_is_missing(said):
    needs = load_document(DATA).table("needs")
    asked = [row for row in needs.itertuples() if isinstance(row.item, str)]
    distinct, by_item = len(set(needs.quantity)), len({row.quantity for row in asked})
    assert f"Of 21 statements {needs.claim.nunique()} lack something. We count {distinct} missing quantities" in said
    assert not [quantity for quantity in needs.quantity if ";" in quantity]  # which is what lists are joined by
    assert f"{by_item} are asked for by an item" in said
    last = {row.quantity for row in asked if row.item == "results"}
    assert f"effects with their intervals, asks for {len(last)}." in said
    # what no report of this study can give is listed apart
    apart = said[said.index("(item 10)") :]
    assert all(f"- {quantity}" in apart for quantity in set(needs.quantity) - {row.quantity for row in asked})
    assert "- the experiment with SC79 in mice" in apart


def test_liver_cancer(results, said):
    deaths = {"lung": 1_817_469, "colorectum": 904_019, "liver": 758_725, "breast": 666_103, "stomach": 660_175}
    assert list(deaths) == sorted(deaths, key=deaths.get, reverse=True)  # "the third largest"; breast "the fourth"
    assert f"third if that share is at least {666_103 / 758_725:.1%}, fourth from {660_175 / 758_725:.1%} on" in said
    assert 758_725 * 0.85 < 660_175 < 666_103 < 758_725 * 0.9
    assert "80%, a review about 85%, a book chapter about 90%: as printed, 2 of the three put it fifth" in said
    assert results["third-cause"]["recomputed"] == {"place_at_best": 3, "place_at_worst": 5}
    assert round(661 / 826, 2) == 0.80


def test_days_of_mice(said):
    assert "from 251 to 964 days" in said
    assert f"{22 * 365.25 / 12:.0f} to {26 * 365.25 / 12:.0f} days" in said
    assert 251 < 22 * 30 < 26 * 31 < 964  # most dead, most alive
    assert "75% were alive at 25 months and half at 32" in said


def test_the_lines_worked_by_hand():
    source = " ".join(SOURCE.read_text("utf-8").replace("\n#", " ").split())
    a, both = 0.25**0.7, 0.25**0.35
    assert f"$0.25^{{0.7}} = {a:.3f}$" in source
    assert f"$0.25^{{0.35}} = {both:.3f}$" in source
    # each step follows from the rounded numbers printed before it
    assert r"$10 \times (1 - 0.379) = 6.21$" in source
    assert r"$10 \times (1 - 0.616) = 3.84$" in source
    s = round(math.sqrt(1 / 6.21 + 1 / 3.84), 3)
    assert rf"$s = \sqrt{{1/6.21 + 1/3.84}} = {s}$" in source
    assert f"${round(math.log(0.5), 3)}$".replace("-0.693", "-0.693") in source
    assert f"$0.693/0.649 = {0.693 / 0.649:.2f}$" in source
    assert (
        f"That is {1.96 - 1.07:.2f} short of 1.96, and the chance to get over it is {stats.norm.sf(0.89):.0%}" in source
    )
    assert "$(0.4/0.6) / (0.25/0.75) = 2$" in source
    assert round(0.4 / 0.6 / (0.25 / 0.75), 9) == 2


@pytest.mark.parametrize("ratio", [0.3, 0.4, 0.5, 0.6, 0.7])
def test_mice_to_beat_all_three(said, ratio):
    row = re.search(
        rf"{ratio:g} +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)% +(\d+)",
        said[said.index("Mice per arm for 80% power, by formula") :],
    )
    median, saline, agent, everything, simulated, at_90 = (int(x) for x in row.groups())
    assert 78 <= simulated <= 88  # the formula is a little cautious where effects are large
    assert median == round(30 / (0.7 * ratio))
    for n, wanted in ((everything, 0.8), (at_90, 0.9)):
        # scipy integrates at random points; next to the smallest number the power changes by more than it is off
        assert joint_power(n, 0.7, 0.7, 0.7 * ratio) > wanted - 1e-4
        assert joint_power(n - 1, 0.7, 0.7, 0.7 * ratio) < wanted + 1e-4
    # one comparison: (1.96 + 0.84)² = b² n / (1 / p + 1 / q)
    for hr, n in ((1.0, saline), (0.7, agent)):
        p, q = dead(hr, 0.7 * ratio)
        assert n == math.ceil((Z + stats.norm.isf(0.2)) ** 2 * (1 / p + 1 / q) / math.log(0.7 * ratio / hr) ** 2)


def test_what_ten_mice_show(said):
    assert f"With 10 per arm the chance is {joint_power(10, 0.7, 0.7, 0.35):.0%}; to beat one single agent" in said
    assert "gave the same answer in 30 of 30 comparisons" in said
    found = re.search(r"in (\d\.\d)% of simulated comparisons, where 2.5%", said)
    assert float(found.group(1)) == pytest.approx(2.5, abs=1.0)  # 2,000 experiments, and a small group


def test_formula_and_simulation_side_by_side(said):
    table = said[said.index("The chance to beat one single agent, and all three arms") :]
    rows = re.findall(r"(0\.[35]) +(\d+) +([\d.]+)% +([\d.]+)% +([\d.]+)% +([\d.]+)%", table)[:10]
    assert [(row[0], int(row[1])) for row in rows] == [(r, n) for r in ("0.3", "0.5") for n in (6, 8, 10, 15, 20)]
    off = []
    for ratio, n, one, simulated, everything, simulated_all in rows:
        hr, n = 0.7 * float(ratio), int(n)
        p, q = dead(0.7, hr)
        se = math.sqrt(1 / (n * p) + 1 / (n * q))
        assert float(one) / 100 == pytest.approx(stats.norm.cdf(-Z - math.log(float(ratio)) / se), abs=6e-4)
        assert float(everything) / 100 == pytest.approx(joint_power(n, 0.7, 0.7, hr), abs=6e-4)
        off.append(float(simulated_all) - float(everything))
        assert abs(float(simulated) - float(one)) < 9
    low, high = re.search(r"simulation less formula is −([\d.]+) to ([\d.]+) percentage points", said).groups()
    assert -float(low) == pytest.approx(min(off), abs=0.11)  # differences of rounded numbers
    assert float(high) == pytest.approx(max(off), abs=0.11)


def test_the_same_arms_by_four_definitions(said):
    d, d1 = dead(1, 0.7)
    bliss = brentq(lambda hr: dead(hr)[0] * d - d1 * d1, 0.1, 1)
    table = said[said.index("The same four arms by four definitions") :]
    for name, limit in {
        "best single agent": 0.7, "Bliss, deaths prevented": bliss, "log hazards add": 0.49, "hazards add": 0.4,
    }.items():  # fmt: skip
        assert re.search(rf"{name} +{limit:.3f} +{'synergy' if limit > 0.5 else 'less than expected'}", table), name
    assert bliss > 0.5
    additive = dead(0.49)[0] * d / d1**2
    told = f"with these hazard ratios and controls' deaths, {additive:.3f} times the risk that Bliss predicts"
    assert told in said
    assert additive < 1


@pytest.mark.parametrize("ratio", [0.3, 0.4, 0.5, 0.6])
def test_mice_for_synergy(said, ratio):
    table = said[said.index("Interaction: the hazard ratio of the combination against saline, over") :]
    interaction, everything, log_hazards, bliss = re.search(
        rf"{ratio:g} +(\d\.\d\d) +(\d+) +([\d,]+) +([\d,]+)", table
    ).groups()
    assert interaction == f"{0.7 * ratio / 0.49:.2f}"
    risks = dead(1, 0.7, 0.7, 0.7 * ratio)
    wanted = (Z + stats.norm.isf(0.2)) ** 2
    n = wanted * sum(1 / p for p in risks) / math.log(0.7 * ratio / 0.49) ** 2
    assert int(log_hazards.replace(",", "")) == math.ceil(n)
    index = math.log(risks[0] * risks[3] / (risks[1] * risks[2]))
    assert int(bliss.replace(",", "")) == math.ceil(wanted * sum((1 - p) / p for p in risks) / index**2)
    assert int(everything) < int(bliss.replace(",", "")) < int(log_hazards.replace(",", ""))


def test_clustered_deaths(said):
    """Risks and hazard ratios from scipy's Weibull distribution; log-rank tests of days drawn from it, written out."""
    table = said[said.index("days and deaths cluster (assumed)") :]
    ratios = np.array([1, 0.7, 0.7, 0.35])
    simulated_numbers = {}
    for k in (1, 1.5, 2, 3, 4):
        row = re.search(rf" {k:g} +(0\.\d\d) +(\d+)% +(\d+)% +(\d+) +(\d+) +(\d+)", table).groups()
        hr, saline, both, formula, simulated, same = (float(x) for x in row)
        for medians, n in ((30 / ratios, formula), (30 * ratios ** (-1 / k), same)):
            arms = [stats.weibull_min(k, scale=m / math.log(2) ** (1 / k)) for m in medians]
            risks = np.array([arm.cdf(60) for arm in arms])
            log_hazards = np.array([arm.logpdf(20) - arm.logsf(20) for arm in arms])

            def power(n, risks=risks, b=log_hazards[3] - log_hazards[:3]):
                v = np.diag(1 / (n * risks[:3])) + 1 / (n * risks[3])
                joint = stats.multivariate_normal(b, v, seed=1, abseps=1e-6, releps=1e-6, allow_singular=True)
                return joint.cdf(-Z * np.sqrt(np.diag(v)))

            assert power(n) > 0.8 - 1e-4
            assert power(n - 1) < 0.8 + 1e-4
            if n == formula:
                assert (saline, both) == tuple(round(100 * x) for x in risks[[0, 3]])
                assert hr == pytest.approx(2**-k, abs=0.0051)
        simulated_numbers[k] = int(simulated)
        rng = np.random.default_rng(1)
        for n, sign in ((int(simulated), 1), (int(simulated) - max(1, int(simulated) // 8), -1)):
            won = beats_all(rng, n, 30 / ratios, k, 3000)
            assert sign * (won - 0.8) > -0.035  # both sides are simulated, with a standard error below 0.01 each
    assert f"the same medians take about {simulated_numbers[3]} mice per arm in place of {simulated_numbers[1]}" in said
    told = f"about {simulated_numbers[3]} would do to beat all three, in place of {simulated_numbers[1]}, both by"
    assert f"{told} simulation" in said
    assert simulated_numbers[4] < simulated_numbers[3] < simulated_numbers[2] < simulated_numbers[1.5]


def beats_all(rng, n, medians, shape, experiments):
    """Share of experiments in which three log-rank tests are significant, one death at a time."""
    scale = medians / math.log(2) ** (1 / shape)
    days = scale[:, None] * rng.weibull(shape, (experiments, 4, n))
    won = np.ones(experiments, dtype=bool)
    for other in range(3):
        pair = np.concatenate([days[:, other], days[:, 3]], axis=1)
        observed = expected = variance = 0
        for j in range(2 * n):
            death = pair[:, [j]]
            left, both = (pair >= death).sum(1), (pair[:, n:] >= death).sum(1)
            counts = death[:, 0] <= 60
            observed = observed + counts * (j >= n)
            expected = expected + counts * both / left
            variance = variance + counts * both / left * (1 - both / left)
        won &= observed - expected < -Z * np.sqrt(variance)
    return won.mean()


def test_abolished(said):
    """By scipy's t and bivariate normal distributions, where the chapter simulates."""
    table = said[said.index("How often four analyses find an abolition") :]
    rows = {
        name: [float(x) / 100 for x in re.search(name + r" +" + r" +".join([r"([\d.]+)%"] * 6), table).groups()]
        for name in ("own controls", "one control group", "with SC79 against without", "difference of differences")
    }
    critical = stats.t.isf(0.025, 10)
    effect = brentq(lambda d: stats.nct.sf(critical, 10, d * math.sqrt(3)) - 0.9, 0, 9)

    def seen(part):
        return stats.nct.sf(critical, 10, part * effect * math.sqrt(3)) if part else 0.025

    # one of 20,000: a standard error of at most 0.0036
    assert rows["own controls"] == pytest.approx([0.09] * 5 + [0.9 * 0.975], abs=0.012)
    parts = (0, 0.25, 0.5, 0.75, 1)
    assert rows["with SC79 against without"] == pytest.approx([*map(seen, parts), 0.9], abs=0.015)
    right = stats.nct.sf(stats.t.isf(0.025, 20), 20, effect * math.sqrt(6 / 4))
    assert rows["difference of differences"] == pytest.approx([0.025] * 5 + [right], abs=0.015)
    # the correlation of two differences that share a group is a half; in large groups the shift at 90% power is
    both = stats.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]])
    shift = Z + stats.norm.isf(0.1)
    harms = [
        0.9 - integrate.dblquad(lambda y, x: both.pdf([x, y]), Z - shift, 9, Z - (1 - part) * shift, 9)[0]
        for part in parts
    ]
    assert rows["one control group"] == pytest.approx([*harms, harms[-1]], abs=0.03)  # six donors are not many
    printed = [f"{100 * harm:.0f}" for harm in harms]
    assert f"{', '.join(printed[:-1])} and {printed[-1]}% of experiments if SC79 harms all cells by" in said
    assert "With SC79's own control group it is 9%" in said
    assert f"as much as the combination helps in {harms[-1]:.0%} of those with 90% power" in said


def test_a_paired_interaction_takes_twice_the_donors():
    """Each donor in all conditions: a benefit has variance 2, a difference of two benefits 4."""
    rng = np.random.default_rng(2)
    donor, noise = rng.standard_normal((100_000, 1)), rng.standard_normal((100_000, 4))
    y = 3 * donor + noise
    benefit, interaction = y[:, 0] - y[:, 1], y[:, 0] - y[:, 1] - y[:, 2] + y[:, 3]
    assert np.var(interaction) / np.var(benefit) == pytest.approx(2, rel=0.03)
    source = " ".join(SOURCE.read_text("utf-8").replace("\n#", " ").split())
    assert "It then takes about twice as many donors as the benefit does" in source


def test_units_for_the_benefit_and_for_its_abolition(said):
    def least(groups, variance):
        numbers = []
        for effect in (1.0, 1.5, 2.0):
            n = 2
            while (
                stats.nct.sf(stats.t.isf(0.025, groups * (n - 1)), groups * (n - 1), effect * math.sqrt(n / variance))
                < 0.8
            ):
                n += 1
            numbers.append(groups * n)
        return numbers

    two, four = least(2, 2), least(4, 4)
    assert f"from {two[0]}, {two[1]} and {two[2]} units in two groups" in said
    assert f"wholly, from {four[0]}, {four[1]} and {four[2]} in four" in said
    assert f"gives {two[0] // 2}, {two[1] // 2} and {two[2] // 2} mice per group" in said
    assert all(3 <= f / t <= 4 for t, f in zip(two, four, strict=True))  # "four times", "in small ones a little less"


def test_exaggeration_by_integration(said):
    table = said[said.index("A true hazard ratio of 0.5 against a single agent") :]
    rows = re.findall(r" (\d+) +(\d+)% +(\d\.\d\d) +(0\.\d\d) +(\d\.\d\d)% +(0\.\d\d) +(0\.\d\d) +\d+", table)[:5]
    assert [int(row[0]) for row in rows] == [6, 8, 10, 15, 20]
    p, q = dead(0.7, 0.35)
    for n, power, factor, looks, wrong, simulated, together in rows:
        size = math.log(2) / math.sqrt(1 / (int(n) * p) + 1 / (int(n) * q))
        kept = [integrate.quad(lambda x, s=size: stats.norm.pdf(x, s), *ends)[0] for ends in ((Z, 12), (-12, -Z))]
        mean = sum(
            integrate.quad(lambda x, s=size: abs(x) * stats.norm.pdf(x, s), *ends)[0] for ends in ((Z, 12), (-12, -Z))
        )
        exact = mean / sum(kept) / size
        assert float(power) == pytest.approx(100 * sum(kept), abs=0.51)
        assert float(factor) == pytest.approx(exact, abs=0.0051)
        assert float(wrong) == pytest.approx(100 * kept[1] / sum(kept), abs=0.0051)
        assert float(looks) == pytest.approx(0.5**exact, abs=0.0051)
        assert float(together) <= float(simulated) < 0.5  # the more has to be significant, the more it exaggerates
        if n == "10":
            assert f"exaggerate by a factor of {exact:.2f} on average, on the log scale" in said


def test_sensitivity(said):
    table = said[said.index("except where deaths of old age are counted too") :]
    of_age = math.log(0.75 / 0.5) / (7 * 365.25 / 12)
    for name, arms, kwargs in [
        ("as above: 60 days, single agents at a hazard ratio of 0.7", (0.7, 0.7, 0.35), {}),
        ("mice are watched for 30 days only", (0.7, 0.7, 0.35), {"days": 30}),
        ("mice are watched until all have died", (0.7, 0.7, 0.35), {"days": math.inf}),
        ("single agents do nothing by themselves", (1, 1, 0.5), {}),
        ("single agents halve the hazard by themselves", (0.5, 0.5, 0.25), {}),
        ("mice also die of old age", (0.7, 0.7, 0.35), {"other": of_age}),
    ]:
        controls, both, saline, n = re.search(rf"{name} +(\d+)% +(\d+)% +0\.\d\d +(\d+) +(\d+)", table).groups()
        risks = dead(1, arms[2], **kwargs)
        assert (int(controls), int(both)) == tuple(round(100 * x) for x in risks)
        hazards = [math.log(2) / 30 * hr + kwargs.get("other", 0) for hr in (1, arms[2])]
        wanted = (Z + stats.norm.isf(0.2)) ** 2 / math.log(hazards[1] / hazards[0]) ** 2
        assert int(saline) == math.ceil(wanted * sum(1 / x for x in risks))
        assert joint_power(int(n), *arms, **kwargs) > 0.8 - 1e-4
        assert joint_power(int(n) - 1, *arms, **kwargs) < 0.8 + 1e-4
    assert f"rate {1 - math.exp(-60 * of_age):.0%} of mice of that age die within 60 days" in said


def test_growth_of_the_other_cells(said):
    table = said[said.index("By what factor the other cells have to multiply") :]
    for share in (0.2, 0.3, 0.4, 0.5):
        factors = [share / (1 - share) / (left * share / (1 - left * share)) for left in (0.75, 0.5)]
        assert re.search(rf"{share:.0%} +{factors[0]:.1f} +{factors[1]:.1f}", table)


def test_the_bottom_line_stands_at_the_head_of_the_chapter():
    head = bottom_line_of(SOURCE)
    assert "21 claims: 1 coherent, 1 possible, 19 silent" in head
    needs = load_document(DATA).table("needs")
    experiment = set(needs.claim[needs.item.notna()])
    background = {"optimism", "most-common", "third-cause", "rises-with-age", "checkpoint-inhibitors", "safety"}
    background.add("growing-evidence")
    assert set(load_document(DATA).claims) - experiment == background
    assert f"none of the {len(experiment)} statements" in head
    silent = set(needs.claim) & background
    assert f"nor can {len(silent)} of the {len(background)} others" in head
    assert "up to 25% of experiments" in head
    assert "computed at the end" not in head


def test_it_runs_as_a_script_from_any_folder_and_writes_the_same_results(tmp_path):
    assert "21 claims" in check_script("il15", SOURCE, tmp_path)


def test_every_number_typed_into_the_prose_is_what_the_list_says():
    assert not orphans_of(SOURCE)
