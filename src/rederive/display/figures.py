"""The figures of the chapters: what they show, in a chart, in words and in a table.

Each takes results, not pictures. The words are computed from the same numbers as the chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from rederive.checks import regression
from rederive.checks.ratios import feasible_outline
from rederive.checks.risks import relative_risk, relative_risk_of_hazard_ratio
from rederive.checks.shares import nearly_equal, sizes_by_test
from rederive.claims import PrintedRatio
from rederive.display import charts, explorations
from rederive.display.explore import Exploration
from rederive.methods.sequential import boundaries, detectable_reduction, required_information_size
from rederive.methods.trial_power import fisher_power
from rederive.printed import Interval, Printed, formatted, p_for_readers


def feasible_set(printed: PrintedRatio) -> None:
    """Every log ratio and standard error that can print a ratio with its interval, without and with its p value."""
    sets = {
        "estimate and interval": feasible_outline(printed, with_p=False, points=60),
        "estimate, interval and p value": feasible_outline(printed, points=60),
    }
    ranges = pd.DataFrame(
        [
            {
                "what is taken into account": name,
                "log ratio": Interval(outline["effect_lower"].min(), outline["effect_upper"].max()),
                "standard error": Interval(outline["se"].min(), outline["se"].max()),
            }
            for name, outline in sets.items()
        ]
    )
    outer, inner = ranges.itertuples(index=False, name=None)
    charts.figure(
        charts.feasible_sets(pd.concat([outline.assign(**{"from": name}) for name, outline in sets.items()])),
        f"Two nested areas. The outer one, from estimate and interval, covers standard errors of {outer[2]:.4f} and "
        f"log ratios of {outer[1]:.4f}. The inner one, with the p value, covers {inner[2]:.4f} and {inner[1]:.4f}.",
        ranges,
        f"Every pair of log ratio and standard error that prints {printed.estimate} ({printed.lower} to "
        f"{printed.upper}), without and with p = {printed.p}.",
        {"log ratio": ".4f", "standard error": ".4f"},
    )


def reduction_by_control_risk(ratio: PrintedRatio, claimed: Printed, control_risks: Mapping[str, float]) -> None:
    """What a printed odds ratio means as a relative risk reduction, over control risks and at some named ones."""
    estimate = ratio.estimate.interval()
    risks = np.linspace(0.001, 0.6, 120)
    curve = pd.DataFrame(
        {
            "control_risk": risks,
            "lower": 1 - relative_risk(estimate.upper, risks),
            "upper": 1 - relative_risk(estimate.lower, risks),
        }
    )
    marks = pd.DataFrame({"trial": list(control_risks), "control_risk": list(control_risks.values())})
    marks["reduction"] = 1 - relative_risk(float(ratio.estimate), marks["control_risk"])
    first, last = (Interval(end.lower, end.upper) for end in (curve.iloc[0], curve.iloc[-1]))
    named = "; ".join(f"{row.trial}, {row.control_risk:.1%}: {row.reduction:.0%}" for row in marks.itertuples())
    explore = explorations.control_risks(ratio, claimed)
    charts.figure(
        charts.reduction_by_control_risk(curve, marks, float(claimed), explore.marks),
        f"A band falls from a relative reduction of {first:.1%} where next to nobody dies untreated to {last:.1%} "
        f"where {risks[-1]:.0%} do. At control risks of {named}. A solid line marks {claimed}.",
        marks,
        f"What an odds ratio of {ratio.estimate} means as a relative reduction in deaths, by the risk of death "
        "without the drug. The band is what rounding leaves open. Points mark control risks of visible trials; they "
        "are not those trials' own results.",
        {"control_risk": ".1%", "reduction": ".1%"},
        explore=explore,
    )


def forest(
    counted: pd.DataFrame,
    printed: Mapping[str, PrintedRatio],
    implied: Mapping[str, tuple[Interval, Interval]],
    explore: Exploration | None = None,
) -> None:
    """Odds ratios that were counted, printed or implied, kept apart.

    `counted` has `label`, `estimate`, `lower` and `upper`; `implied` gives the range of a ratio and that of its limits.
    What there is to `explore` replaces rows of the same labels.
    """
    table = _forest_rows(counted, printed, implied)
    rows = table
    if explore is not None:
        replaced = table["label"].isin(explore.marks["label"])
        rows = pd.concat([table.assign(states=np.where(replaced, "static", "")), explore.marks])
    title = "odds ratio of death; below 1 favours thymosin α1"
    charts.figure(
        charts.forest(rows, title),
        "Forest plot of odds ratios of death on a log scale: "
        + "; ".join(f"{row.label} {row.text}, {row.kind}" for row in table.itertuples())
        + ".",
        table[["label", "text", "kind"]].rename(columns={"label": "trials", "text": "odds ratio (95% interval)"}),
        "What was counted, what is printed, and what the two together imply for the trials whose counts we have "
        "not seen. The hollow bar is the range that rounding leaves for their odds ratio, the dashed line the widest "
        "its 95% interval can be. It is arithmetic, not data.",
        phone=charts.forest(rows, title, numbers_beside=False),
        explore=explore,
    )


def _forest_rows(
    counted: pd.DataFrame, printed: Mapping[str, PrintedRatio], implied: Mapping[str, tuple[Interval, Interval]]
) -> pd.DataFrame:
    """The rows of a forest plot, as `charts.forest` takes them; arguments as in `forest`."""
    rows = [
        (label, e, e, lo, hi, f"{e:.2f} ({lo:.2f} to {hi:.2f})", "counted")
        for label, e, lo, hi in counted[["label", "estimate", "lower", "upper"]].itertuples(index=False, name=None)
    ]
    for name, ratio in printed.items():
        e, lo, hi = (float(number) for number in (ratio.estimate, ratio.lower, ratio.upper))
        rows.append((name, e, e, lo, hi, str(ratio), "printed"))
    for name, (ratios, limits) in implied.items():
        text = f"{ratios:.2f} (within {limits:.2f})"
        rows.append((name, ratios.lower, ratios.upper, limits.lower, limits.upper, text, "implied, not observed"))
    return pd.DataFrame(rows, columns=["label", "low", "high", "lower", "upper", "text", "kind"])


def responses_by_time(
    panels: Mapping[str, tuple[pd.DataFrame, Mapping[str, PrintedRatio], Mapping[str, tuple[Interval, Interval]]]],
) -> None:
    """Odds ratios of response that were counted, printed or implied, a forest plot per time.

    Each panel is as in `forest`, with one counted, one printed and one implied ratio per outcome, in one order.
    """
    by_outcome = {time: np.arange(3 * len(parts[1])).reshape(3, -1).T.ravel() for time, parts in panels.items()}
    rows = {time: _forest_rows(*parts).iloc[by_outcome[time]] for time, parts in panels.items()}
    told = pd.concat([panel.assign(time=time) for time, panel in rows.items()])
    title = "odds ratio of response; above 1 favours thymosin α1"
    charts.figure(
        charts.forests(rows, title),
        f"{len(rows)} forest plots of odds ratios of response on log scales. "
        + " ".join(
            f"{time}: {'; '.join(f'{row.label} {row.text}, {row.kind}' for row in panel.itertuples())}."
            for time, panel in rows.items()
        ),
        told[["time", "label", "text", "kind"]].rename(
            columns={"label": "outcome and trials", "text": "odds ratio (95% interval)"}
        ),
        "Diamonds: the meta-analysis of four trials, as printed. Squares: the one trial whose counts we have seen. "
        "Hollow bars: what the other three must then pool to, by arithmetic; the bar is what rounding leaves open, the "
        "dashed line the widest its 95% interval can be. The review tells the first panel and leaves out the second.",
        phone=charts.forests(rows, title, numbers_beside=False),
    )


def reduction_by_survival(
    ratios: Mapping[str, PrintedRatio], claimed: Mapping[str, Printed], borrowed: Mapping[str, Mapping[str, Printed]]
) -> None:
    """What printed hazard ratios mean as relative risk reductions, over the share of controls with the event.

    All by endpoint; `borrowed` gives shares of controls still free of the event, by name of the time.
    """
    shares = np.linspace(0.002, 0.9, 120)
    curves, marks = [], []
    for endpoint, ratio in ratios.items():
        h = float(ratio.estimate)
        reduction = 1 - relative_risk_of_hazard_ratio(h, 1 - shares)
        curves.append(pd.DataFrame({"endpoint": endpoint, "share": shares, "reduction": reduction}))
        for time, free in borrowed[endpoint].items():
            at = 1 - float(free)
            marks.append((endpoint, time, at, 1 - float(relative_risk_of_hazard_ratio(h, 1 - at))))
    table = pd.DataFrame(marks, columns=["endpoint", "time", "controls with the event", "risk reduction"])
    lines = pd.DataFrame(
        [{"endpoint": endpoint, "claimed": float(number), "label": str(number)} for endpoint, number in claimed.items()]
    )
    told = "; ".join(
        f"{endpoint}: from {claimed[endpoint]} near no events down to {curve['reduction'].iloc[-1]:.0%} where "
        f"{shares[-1]:.0%} of controls have one"
        for endpoint, curve in zip(ratios, curves, strict=True)
    )
    points = "; ".join(
        f"{row.endpoint}, {row.time}: {row[3]:.0%} with the event, {row[4]:.0%} lower risk"
        for row in table.itertuples(name="Row")
    )
    charts.figure(
        charts.reduction_by_share(
            pd.concat(curves), table.set_axis(["endpoint", "time", "share", "reduction"], axis=1), lines
        ),
        f"{len(curves)} falling dashed curves. {told}. Hollow circles at borrowed shares. {points}. Solid lines mark "
        "the printed reductions.",
        table,
        "What the printed hazard ratios mean as reductions in risk, by the share of untreated patients who have had "
        "the event. Dashed curves assume that hazards keep the same ratio throughout. Circles: the shares at three "
        "times in another cohort of the same centre. Solid lines: the reductions that the review prints.",
        {"controls with the event": ".1%", "risk reduction": ".1%"},
    )


def power_by_risk_ratio(arms: tuple[int, int], control_risk: float) -> None:
    """The power of Fisher's test in arms of these sizes (treated, control), over the true risk ratio."""
    ratios = np.linspace(0, 4, 81)
    power = fisher_power(ratios * control_risk, arms[0], control_risk, arms[1])
    curve = pd.DataFrame({"ratio": ratios, "power": power})
    few = curve[curve["ratio"].isin([0, 0.5, 1, 2, 3, 4])]
    charts.figure(
        charts.power_by_risk_ratio(curve),
        "A dashed curve that is lowest where the drug does nothing, at a risk ratio of 1, and rises to both sides: "
        + "; ".join(f"{row.power:.0%} at {row.ratio:g}" for row in few.itertuples())
        + ".",
        few.rename(columns={"ratio": "true risk ratio", "power": "probability of p ≤ 0.05"}),
        f"How likely arms of {arms[0]} and {arms[1]} are to show a significant difference, by the true risk ratio, if "
        f"{control_risk:.1%} of controls have the event. Exact for Fisher's test, two-sided. Assumed, not observed.",
        {"true risk ratio": ".1f", "probability of p ≤ 0.05": ".0%"},
    )


def possible_deaths(tables: pd.DataFrame, n_treated: int, n_control: int, printed: PrintedRatio) -> None:
    """Pairs of death counts in unseen trials, lumped into one, with which the pool prints a result."""
    odds = tables.assign(
        odds_ratio=(tables["events_treated"] / (n_treated - tables["events_treated"]))
        / (tables["events_control"] / (n_control - tables["events_control"]))
    )
    by_method = odds.groupby("method", sort=False).agg(
        pairs=("events_treated", "size"),
        treated_from=("events_treated", "min"),
        treated_to=("events_treated", "max"),
        controls_from=("events_control", "min"),
        controls_to=("events_control", "max"),
        odds_ratio_from=("odds_ratio", "min"),
        odds_ratio_to=("odds_ratio", "max"),
    )
    by_method.columns = pd.Index([name.replace("_", " ") for name in by_method.columns])
    ratio = (tables["events_control"] / n_control) / (tables["events_treated"] / n_treated)
    pairs = tables[["events_treated", "events_control"]].drop_duplicates()
    charts.figure(
        charts.possible_deaths(pairs),
        f"A narrow, rising band of {len(pairs)} hollow circles. It runs from {tables.events_treated.min()} deaths "
        f"among {n_treated} treated and {tables.events_control.min()} among {n_control} controls to "
        f"{tables.events_treated.max()} and {tables.events_control.max()}. In all of them the controls' risk is "
        f"{ratio.min():.1f} to {ratio.max():.1f} times that of the treated.",
        by_method.reset_index(),
        "Every pair of death counts in the unseen trials, lumped into one, with which the pool prints "
        f"{printed}, p = {printed.p}. Possibilities, not observations.",
    )


def possible_sizes(tables: pd.DataFrame, treated: Printed, control: Printed, p: Printed, largest: int = 130) -> None:
    """The arm sizes among possible tables (see `checks.proportions.tables_that_print`), up to a size, for drawing."""
    pairs = tables[["n_treated", "n_control"]].drop_duplicates()
    near = pairs.index.isin(nearly_equal(pairs).index)
    named = pairs.assign(**{"nearly equal": np.where(near, "by one patient at most", "by more")})
    drawn = named[pairs.max(axis=1) <= largest].sort_values("nearly equal", kind="stable")
    behind = sizes_by_test(tables).rename(
        columns={"treated": "treated arm", "control": "control arm", "smaller_most": "smaller arm, at most"}
    )
    ends = Interval(*np.quantile(pairs[near].to_numpy(), [0, 1]))
    charts.figure(
        charts.possible_sizes(drawn, int(pairs.to_numpy().min()) - 5, largest),
        f"{len(drawn):,} hollow circles form a band that bends like a hyperbola: the smaller one arm, the larger the "
        f"other. It crosses the dotted line of equal arms, where larger circles mark arms that differ by one patient "
        f"at most; they have {ends:.0f} patients each. Both ends of the band leave the figure at {largest}.",
        behind[["test", "tables", "treated arm", "control arm", "smaller arm, at most"]],
        f"Every pair of arms with up to {largest} patients that prints {treated} and {control} alive with p = {p} "
        "under at least one of four tests. Possibilities, not observations. The table behind goes further.",
        {"treated arm": ".0f", "control arm": ".0f"},
    )


def required_sizes(n: int, control_risks: Mapping[str, float], power: float = 0.8) -> None:
    """Patients required over the relative reduction sought, one curve per control risk, against the `n` there are."""
    reductions = np.linspace(0.08, 0.35, 55)
    named = {f"{risk:.1%} ({name})": risk for name, risk in control_risks.items()}
    curves = pd.concat(
        [
            pd.DataFrame(
                {
                    "control risk": name,
                    "reduction": reductions,
                    "required": required_information_size(r, reductions, power=power),
                }
            )
            for name, r in named.items()
        ]
    )
    enough = pd.DataFrame(
        [
            {
                "control risk": name,
                **{f"enough at {p:.0%} power from": detectable_reduction(n, r, p) for p in (0.8, 0.9)},
            }
            for name, r in named.items()
        ]
    )
    crossings = enough.iloc[:, 1]
    charts.figure(
        charts.required_sizes(curves, n),
        f"{len(named)} falling curves of the patients required over the relative reduction sought. They cross the "
        f"line at {n:,} patients between {crossings.min():.1%} and {crossings.max():.1%}: for smaller reductions the "
        "sample is too small, for larger ones it is enough.",
        enough,
        f"Patients required, at {power:.0%} power and without diversity, against the {n:,} there are. The curves rest "
        "on assumptions, not on data.",
        dict.fromkeys(enough.columns[1:], ".1%"),
    )


def sequential_boundary(standing: pd.DataFrame, z: Interval, every_standing: pd.DataFrame, n: int) -> None:
    """The monitoring boundary, and where a printed |Z| stands under each row of assumptions (see `monitor`).

    `every_standing` is that of all combinations of assumptions a reader may choose; `n` patients are pooled.
    """
    explore = explorations.sequential_assumptions(every_standing, n, z)
    shares = np.linspace(0.12, max(2, 1.05 * every_standing["information"].max()), 95)
    boundary = pd.DataFrame({"information": shares, "critical": [boundaries([share])[0] for share in shares]})
    points = pd.DataFrame(
        {
            "information": standing["information"],
            "z": z.middle,
            "label": [f"{reduction:.0%}" for reduction in standing["reduction"]],
        }
    )
    beyond, short = (points["label"][standing["crossed"] == flag] for flag in (True, False))
    charts.figure(
        charts.sequential_boundaries(boundary, points, explore.marks),
        f"A boundary falls from a critical Z of {boundary.critical.iloc[0]:.1f} at {shares[0]:.0%} of the required "
        f"information to {boundary.critical.iloc[-1]:.2f} at full information. The printed Z, {z:.2f}, lies beyond it "
        f"for sought reductions of {', '.join(beyond) or 'none'} and short of it for {', '.join(short) or 'none'}.",
        standing[["reduction", "required", "information", "critical", "crossed"]],
        f"Circles: the printed Z ({z:.2f}, its sign left aside), by the relative reduction to be detected. Grey line: "
        "the monitoring boundary. Where a circle stands from left to right is an assumption, so the circles are "
        "hollow.",
        {"reduction": ".0%", "required": ",.0f", "information": ".0%", "critical": ".2f"},
        explore=explore,
    )


def p_by_correlation(curves: Mapping[str, pd.DataFrame], printed: Mapping[str, Printed]) -> None:
    """The p values by within-patient correlation: a panel for each row of a table of changes.

    Each curve has `correlation`, `p_lower`, `p_upper`, and `p_median` (NaN where p follows exactly).
    """
    table = pd.concat([curve.assign(row=name) for name, curve in curves.items()])
    few = table[table["correlation"].round(6).isin([-0.5, 0.0, 0.5, 0.9])]
    shown = partial(p_for_readers, least=charts.LEAST_P)
    behind = pd.DataFrame(
        {
            "row": few["row"],
            "correlation": few["correlation"],
            "p at least": few["p_lower"].map(shown),
            "p at most": few["p_upper"].map(shown),
        }
    )
    told = []
    for name, p in printed.items():
        first, last = (behind[behind["row"] == name].iloc[i] for i in (0, -1))
        told.append(
            f"{name}, printed {p}: "
            + " and ".join(
                f"{end['p at least']} to {end['p at most']} at {formatted(end['correlation'], '.1f')}"
                for end in (first, last)
            )
        )
    explore = explorations.correlations(curves, printed)
    charts.figure(
        charts.p_by_correlation(curves, {name: float(p) for name, p in printed.items()}, explore.marks),
        f"{len(curves)} panels, in which a band of p values runs over within-patient correlations; a solid line marks "
        f"the printed p value or its bound. {'; '.join(told)}.",
        behind,
        "The p values that the printed medians and quartiles, or means and standard deviations, allow for each "
        "within-patient correlation. Dashed bands: the middle 90% of simulated samples; for the means the exact range. "
        "Solid lines: the printed p, or its bound. p values "
        f"below {formatted(charts.LEAST_P, '.1g')} are drawn there. Simulated, not data.",
        {"correlation": ".1f"},
        explore=explore,
    )


def suiting_correlations(suiting: Mapping[str, Interval], printed: Mapping[str, Printed], exact: str) -> None:
    """The range of within-patient correlations that suit each printed p value; of the row `exact`, that allow it."""
    rows = pd.DataFrame(
        [
            {"label": name, "lower": r.lower, "upper": r.upper, "printed p": printed[name], "correlations": r}
            for name, r in suiting.items()
        ]
    )
    charts.figure(
        charts.ranges(
            rows[["label", "lower", "upper"]], "within-patient correlation that suits the printed p", (-1, 1)
        ),
        "A hollow bar of within-patient correlations for each row: "
        + "; ".join(f"{name}, p {printed[name]}: {r:.2f}" for name, r in suiting.items())
        + ".",
        rows[["label", "printed p", "correlations"]].rename(columns={"label": "row"}),
        f"Which within-patient correlations suit each printed p value. {exact}: those that allow it, exactly. Other "
        "rows, simulated over the correlations tried: a bound suits where at least half of the samples print it, a "
        "number where it lies in the middle 90% of p values. Implied, not observed.",
        {"correlations": ".2f"},
    )


def centred_r2(uncentred: Interval, n: int) -> None:
    """What an R² about zero is about the mean, over the spread of the outcome."""
    cv = np.linspace(0.01, 3, 300)
    curve = pd.DataFrame({"cv": cv, "r2": regression.centred_r2(uncentred.middle, cv, n)})
    at = np.array([0.35, 0.5, 0.75, 1, 1.5, 3])
    behind = pd.DataFrame({"SD over mean": at, "R² about the mean": regression.centred_r2(uncentred.middle, at, n)})
    charts.figure(
        charts.centred_r2(curve[curve["r2"] >= 0]),
        f"A curve rises steeply from 0 at {regression.cv_of_the_mean_alone(uncentred.middle, n):.2f}, and flattens: "
        + "; ".join(f"{r2:.2f} at {x:g}" for x, r2 in behind.itertuples(index=False))
        + ".",
        behind,
        f"If the printed R² of {uncentred.middle:.3f} was reckoned from zero: what the same predictions explain of the "
        "variation about the mean, by the spread of the outcome, which is not printed. Implied, not observed.",
        {"SD over mean": ".2f", "R² about the mean": ".2f"},
    )


def regression_to_the_mean(simulated: pd.DataFrame, printed: Mapping[str, float]) -> None:
    """Apparent changes without any effect (see `methods.before_after`), and the printed ones."""
    marks = pd.DataFrame({"label": list(printed), "ratio": list(printed.values())})
    curves = simulated.assign(**{"within-patient variation": [f"{cv:.0%}" for cv in simulated["within_cv"]]})
    pivot = simulated.pivot_table(index="selected", columns="within_cv", values="medians")
    behind = pivot.rename(columns=lambda cv: f"variation {cv:.0%}").reset_index()
    ends = [f"{cv:.0%}: from {of.iloc[0]:.2f} down to {of.iloc[-1]:.2f}" for cv, of in pivot.items()]
    charts.figure(
        charts.regression_to_the_mean(curves, marks),
        "Falling curves of the apparent change over the share of patients taken, by variation within a patient: "
        f"{'; '.join(ends)}. Solid lines mark the printed changes: "
        + "; ".join(f"{name} {ratio:.2f}" for name, ratio in printed.items())
        + ".",
        behind,
        "What patients taken for low first counts show at the second count if nothing was done to them, against the "
        "printed changes of the medians. Dashed curves rest on assumptions, not on data.",
        {"selected": ".0%"} | dict.fromkeys(map(str, behind.columns[1:]), ".2f"),
    )


def hazard_ratios_without_effect(simulated: pd.DataFrame, printed: Mapping[str, PrintedRatio]) -> None:
    """Printed hazard ratios, and those that simulated analyses give where the truth is 1.

    `simulated` has `of` (a key of `printed`), `analysis`, `hr_median`, `hr_5` and `hr_95`.
    """
    floor = 0.01  # where a hazard ratio that runs to 0 is drawn
    panels = {}
    for name, ratio in printed.items():
        estimates = [("printed", "printed", *(float(number) for number in (ratio.estimate, ratio.lower, ratio.upper)))]
        texts = [str(ratio)]
        found = simulated[simulated["of"] == name][["analysis", "hr_median", "hr_5", "hr_95"]]
        for analysis, middle, lower, upper in found.itertuples(index=False, name=None):
            estimates.append((analysis, "simulated, not observed", middle, lower, upper))
            texts.append(f"{middle:.2f} ({lower:.2f} to {upper:.2f})" if upper > 0 else "runs to 0")
        panel = pd.DataFrame(estimates, columns=["label", "kind", "low", "lower", "upper"]).assign(text=texts)
        ends = ["low", "lower", "upper"]
        panels[name] = panel.assign(**{end: panel[end].clip(lower=floor) for end in ends}).assign(
            high=lambda rows: rows["low"]
        )
    told = pd.concat([panel.assign(of=name) for name, panel in panels.items()])
    charts.figure(
        charts.forests(panels, "hazard ratio (log scale)"),
        f"{len(panels)} forest plots of hazard ratios on log scales. "
        + " ".join(
            f"{name}: {'; '.join(f'{row.label} {row.text}' for row in panel.itertuples())}."
            for name, panel in panels.items()
        ),
        told[["of", "label", "text", "kind"]].rename(columns={"label": "analysis", "text": "hazard ratio"}),
        "Solid: printed hazard ratios with 95% interval. Hollow and dashed: median and middle 90% of simulated cohorts "
        f"in which the covariate has no effect, so that the truth is 1. Ratios below {floor} are drawn there.",
        phone=charts.forests(panels, "hazard ratio (log scale)", numbers_beside=False),
    )
