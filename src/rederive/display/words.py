"""What is printed, what was recomputed and what kind of claim it is, as one would write it."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR

from rederive.claims import (
    RATIO_NAMES,
    BreakdownClaim,
    Claim,
    CoefficientsClaim,
    MeanChangeClaim,
    PercentageClaim,
    QuartileChangeClaim,
    RatioClaim,
    RegressionClaim,
    SurvivalMedianClaim,
    TotalClaim,
    printed_texts,
)
from rederive.display.tables import cell
from rederive.printed import TINY_P, Interval, formatted, p_ends
from rederive.verdicts import Finding, Value

KIND_NAMES = {
    "statement": "statement",
    "percentage": "percentage",
    "ratio": "ratio with its interval",
    "total": "number of trials or people",
    "breakdown": "block of a table",
    "quartile-change": "medians, before and after",
    "mean-change": "means, before and after",
    "survival-median": "median survival",
    "regression": "regression",
    "coefficients": "regression coefficients",
}


def printed_words(claim: Claim) -> str:
    """What the document prints for a claim, as one would write it: `odds ratio 0.73 (95% CI 0.59 to 0.90)`."""
    match claim:
        case RatioClaim(printed=ratio):
            p = f", p {'' if ratio.p.bound else '= '}{ratio.p}" if ratio.p else ""
            n = f"; {ratio.n} patients" if ratio.n else ""
            name = RATIO_NAMES[ratio.measure]
            return f"{name} {ratio.estimate} ({ratio.level} CI {ratio.lower} to {ratio.upper}){p}{n}"
        case PercentageClaim(printed=share):
            of = f", {share.events} of {share.n}" if share.events and share.n else ""
            return f"{share.percent}{of}"
        case TotalClaim(printed=total):
            arms = f": {total.n_treated} treated, {total.n_control} controls" if total.n_treated else ""
            return f"{total.n}{arms}"
        case QuartileChangeClaim(printed=change):
            before = f"{change.before_median} ({change.before_q1} to {change.before_q3})"
            after = f"{change.after_median} ({change.after_q1} to {change.after_q3})"
            return f"median (quartiles) {before} before, {after} after; p {change.p}; {change.n} patients"
        case MeanChangeClaim(printed=change):
            return (
                f"mean ± SD {change.before_mean} ± {change.before_sd} before, {change.after_mean} ± {change.after_sd} "
                f"after; p {change.p}; {change.n} patients"
            )
        case SurvivalMedianClaim(printed=median):
            return (
                f"median {median.median} {median.unit} ({median.level} CI {median.lower} to {median.upper}); "
                f"{median.n} patients"
            )
        case BreakdownClaim(printed=block):
            return "; ".join(
                [f"of {block.n} patients", *(f"{label} {content}" for label, content in block.cells.items())]
            )
        case RegressionClaim(printed=fit):
            p = f"; p {fit.p}" if fit.p else ""
            return f"R² {fit.r2}; adjusted R² {fit.adjusted_r2}; F {fit.f}{p}; {fit.k} predictors"
        case CoefficientsClaim(printed=coefficients):
            return "; ".join(f"{name} {row}" for name, row in coefficients.rows.items())
        case _:
            return "; ".join(f"{_words(name)} {number}" for name, number in printed_texts(claim).items())


def _words(name: str) -> str:
    """A name from data or code as readers write it."""
    name = re.sub(r"[_-]", " ", name)
    for plain, symbol in {"i2": "I²", "tau2": "τ²", "chi2": "χ²", "r2": "R²"}.items():
        name = re.sub(rf"\b{plain}\b", symbol, name)
    return name


def recomputed_words(finding: Finding) -> str:
    """What was recomputed for a claim, in the same way; nothing of a finding without numbers."""
    return "; ".join(f"{_words(name)} {_value(name, value)}" for name, value in finding.recomputed.items())


_BOUND = re.compile(r"(?P<above>largest|highest)|lowest|smallest")


def _value(name: str, value: Value) -> str:
    """A recomputed value as a card shows it; a bound, which its name tells, is rounded so that it still is one."""
    if isinstance(value, float) and (bound := _BOUND.match(name)):
        return formatted(value, rounding=ROUND_CEILING if bound["above"] else ROUND_FLOOR)
    if isinstance(value, Interval) and re.search(r"(^|_)p(_|$)", name) and value.lower < TINY_P:
        return p_ends(value)
    if isinstance(value, Interval) and value.lower.is_integer() and value.upper.is_integer():
        return format(value, ",.0f")  # counts, as a rule
    return cell(value)
