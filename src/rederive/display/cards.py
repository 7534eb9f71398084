"""Verdict cards, the document card and the bar of verdicts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from IPython.display import display

from rederive.claims import (
    RATIO_NAMES,
    BreakdownClaim,
    Claim,
    CoefficientsClaim,
    Document,
    MeanChangeClaim,
    PercentageClaim,
    QuartileChangeClaim,
    RatioClaim,
    RegressionClaim,
    SurvivalMedianClaim,
    TotalClaim,
    printed_texts,
)
from rederive.display.shown import Shown, html_table
from rederive.display.tables import cell
from rederive.printed import TINY_P, Interval, p_ends
from rederive.verdicts import MEANING, Finding, Value, Verdict, qualified_name, silent

BOTTOM_LINE = "bottom-line"

# Verdicts must be told apart without colour: each has a sign of its own.
SIGNS = {
    Verdict.REPRODUCED: "✓",
    Verdict.COHERENT: "≈",
    Verdict.POSSIBLE: "◇",
    Verdict.MISWORDED: "✎",
    Verdict.CONTRADICTED: "✗",
    Verdict.SILENT: "–",
}


def badge(verdict: Verdict) -> str:
    return (
        f'<span class="rd-badge rd-{verdict}" title="{escape(MEANING[verdict], quote=True)}">'
        f'<span aria-hidden="true">{SIGNS[verdict]}</span> {verdict}</span>'
    )


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


def verdict_card(claim: Claim, finding: Finding) -> Shown:
    """A claim, what became of it, and how: the same card everywhere."""
    recomputed = "; ".join(f"{_words(name)} {_value(name, value)}" for name, value in finding.recomputed.items())
    rows = {
        "Printed": printed_words(claim),
        "Recomputed": recomputed,
        "Missing": "; ".join(finding.missing),
        "Assuming": finding.convention,
        "Why it matters": finding.matters,
        "Where in the document": claim.where,
        "Function": qualified_name(finding.method) if finding.method is not silent else "",
    }
    rows = {name: content for name, content in rows.items() if content}
    plain = "\n".join(
        [f"[{SIGNS[finding.verdict]} {finding.verdict}] {claim.statement.strip()}", f"  {finding.because}"]
        + [f"  {name}: {content}" for name, content in rows.items()]
    )
    items = "".join(
        f"<dt>{name}</dt><dd>{_function(content) if name == 'Function' else escape(content)}</dd>"
        for name, content in rows.items()
    )
    html = (
        f'<div class="rd-card rd-{finding.verdict}" id="claim-{claim.id}" role="group" '
        f'aria-label="Verdict on claim {claim.id}: {finding.verdict}">'
        f'<p class="rd-claim">{badge(finding.verdict)} {escape(claim.statement.strip())}</p>'
        f"<p>{escape(finding.because)}</p><dl>{items}</dl></div>"
    )
    return Shown(plain + "\n", html)


def _value(name: str, value: Value) -> str:
    """A recomputed value as a card shows it."""
    if isinstance(value, Interval) and re.search(r"(^|_)p(_|$)", name) and value.lower < TINY_P:
        return p_ends(value)
    if isinstance(value, Interval) and value.lower.is_integer() and value.upper.is_integer():
        return format(value, ",.0f")  # counts, as a rule
    return cell(value)


def verdict_cards(judged: Sequence[tuple[Claim, Finding]], caption: str) -> Shown:
    """The cards of claims of one kind, folded under a line that counts their verdicts."""
    cards = [verdict_card(claim, finding) for claim, finding in judged]
    counted = _counted(finding.verdict for _, finding in judged)
    return Shown(
        f"{caption}: {counted}\n" + "".join(card.plain for card in cards),
        f'<details class="rd-cards"><summary>{escape(caption)}: {counted}</summary>'
        f"{''.join(card.html for card in cards)}</details>",
    )


def _counted(verdicts: Iterable[Verdict]) -> str:
    counted = Counter(verdicts)
    return ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict])


def _function(name: str) -> str:
    return f'<code class="rd-function" data-function="rederive.{name}">{name}</code>'


def document_card(document: Document) -> Shown:
    """What the document is, who wrote it, and how far it stands from patient data."""
    card = document.card
    distance = len(card.distance) - 1
    rows = {
        "What": card.what,
        "Author": card.author,
        "About": card.about,
        **{name[0].upper() + name[1:]: value for name, value in card.identifiers.items()},
        "Distance from patient data": f"{distance} step{'s' if distance != 1 else ''}: {' → '.join(card.distance)}",
    }
    plain = "\n".join([card.title, *(f"  {name}: {value}" for name, value in rows.items())])
    items = "".join(f"<dt>{escape(name)}</dt><dd>{_linked(value)}</dd>" for name, value in rows.items())
    return Shown(
        plain + "\n",
        '<div class="rd-card rd-document" role="group" aria-label="The document">'
        f'<p class="rd-claim">{escape(card.title)}</p>'
        f"<dl>{items}</dl></div>",
    )


def _linked(value: str) -> str:
    """A DOI or a web address leads there; any other text stays text."""
    address = f"https://doi.org/{value}" if re.match(r"10\.\d{4,}/\S+$", value) else value
    return f'<a href="{escape(address)}">{escape(value)}</a>' if address.startswith("https://") else escape(value)


def verdict_bar(verdicts: Iterable[Verdict], bottom_line: str, headline: str = "") -> Shown:
    """A chapter's bottom line, below its headline if it has one, over a bar of its verdicts, if it gives any."""
    counted = Counter(verdicts)
    lead = f'<p class="rd-headline">{escape(headline)}</p>' if headline else ""
    line = f"{lead}<p>{escape(bottom_line)}</p>"
    plain = f"{headline}\n\n{bottom_line}\n" if headline else f"{bottom_line}\n"
    if not counted:
        return Shown(plain, f'<div class="rd-bottom-line">{line}</div>')
    present = [verdict for verdict in Verdict if counted[verdict]]
    total = sum(counted.values())
    summary = _counted(counted.elements())
    parts = "".join(
        f'<span class="rd-part rd-{verdict}" style="flex-grow:{counted[verdict]}">'
        f"{SIGNS[verdict]} {counted[verdict]}</span>"
        for verdict in present
    )
    key = " ".join(f"<li>{badge(verdict)} {counted[verdict]}</li>" for verdict in present)
    return Shown(
        f"{plain}{total} claims: {summary}\n",
        f'<div class="rd-bottom-line">{line}'
        f'<div class="rd-bar" role="img" aria-label="{total} claims: {summary}">{parts}</div>'
        f'<ul class="rd-key">{key}</ul></div>',
    )


def hold_bottom_line() -> None:
    """Hold the place at the head of a chapter where the bottom line will stand once it is known."""
    display(Shown("(The bottom line is computed at the end of the run.)"), display_id=BOTTOM_LINE)


def fill_bottom_line(verdicts: Iterable[Verdict], bottom_line: str, headline: str = "") -> None:
    """Put headline, bottom line and verdicts at the place held."""
    display(verdict_bar(verdicts, bottom_line, headline), display_id=BOTTOM_LINE, update=True)


def closing_list(judged: Sequence[tuple[Claim, Finding]]) -> Shown:
    """The list that closes a chapter: every claim with its verdict, leading to its card."""
    rows = [
        [claim.id, claim.statement.strip(), f"{SIGNS[finding.verdict]} {finding.verdict}", finding.matters]
        for claim, finding in judged
    ]
    plain = "\n".join(f"{verdict:15} {name}" for name, _, verdict, _ in rows)
    header = ["Claim", "What is said", "Verdict", "Why it matters"]
    links = {claim.id: f"#claim-{claim.id}" for claim, _ in judged}
    return Shown(plain + "\n", html_table(rows, header, "Every claim and its verdict", links))


def scoreboard(
    verdicts: Iterable[tuple[str, str]], caption: str = "Claims by verdict and document", *, shares: bool = False
) -> Shown:
    """Claims by verdict and document, from pairs of document and verdict; with each count's share of its document."""
    counted = Counter(verdicts)
    documents = list(dict.fromkeys(document for document, _ in counted))
    totals = {document: sum(n for (of, _), n in counted.items() if of == document) for document in documents}

    def shown(document: str, verdict: str) -> str:
        n = counted[document, verdict]
        return f"{n} ({n / totals[document]:.0%})" if shares else str(n)

    header = ["Verdict", *documents]
    rows = [
        [f"{SIGNS[verdict]} {verdict}", *(shown(document, verdict) for document in documents)] for verdict in Verdict
    ]
    rows.append(["all claims", *map(str, totals.values())])
    plain = "\n".join([caption, *("  ".join(row) for row in [header, *rows])])
    return Shown(plain + "\n", html_table(rows, header, caption))


def verdict_meanings() -> Shown:
    """Every verdict with what earns it."""
    items = "".join(f"<dt>{badge(verdict)}</dt><dd>{escape(MEANING[verdict])}</dd>" for verdict in Verdict)
    plain = "\n".join(f"{SIGNS[verdict]} {verdict}: {MEANING[verdict]}" for verdict in Verdict)
    return Shown(plain, f'<dl class="rd-meanings">{items}</dl>')
