"""Verdict cards, the document card and the bar of verdicts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from IPython.display import display

from rederive.claims import Claim, Document
from rederive.display.shown import Shown, html_table
from rederive.display.words import printed_words, recomputed_words
from rederive.verdicts import MEANING, Finding, Verdict, qualified_name, silent

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


def verdict_card(claim: Claim, finding: Finding) -> Shown:
    """A claim, what became of it, and how: the same card everywhere.

    The site adds to its last line where the claim stands in the data, its test and its row of the ledger.
    """
    statement = claim.statement.strip()
    printed, recomputed = printed_words(claim), recomputed_words(finding)
    details = {
        "Missing": "; ".join(finding.missing),
        "Assuming": finding.convention,
        "Where in the document": claim.where,
    }
    function = qualified_name(finding.method) if finding.method is not silent else ""
    rows = {"Printed": printed, "Recomputed": recomputed, "Why it matters": finding.matters, **details}
    plain = "\n".join(
        [f"[{SIGNS[finding.verdict]} {finding.verdict}] {statement}", f"  {finding.because}"]
        + [f"  {name}: {content}" for name, content in (rows | {"Function": function}).items() if content]
    )
    both = {"Printed": printed or "no number", "Recomputed": recomputed or "nothing"} if printed or recomputed else {}
    matters = f'<p class="rd-matters">Why it matters: {escape(finding.matters)}</p>' if finding.matters else ""
    html = (
        f'<div class="rd-card rd-{finding.verdict}" id="claim-{claim.id}" role="group" '
        f'aria-labelledby="claim-{claim.id}-says">'
        f'<p class="rd-claim" id="claim-{claim.id}-says">{badge(finding.verdict)} {escape(statement)}</p>'
        f"{_definitions('rd-both', both)}"
        f'<p class="rd-because">{escape(finding.because)}</p>{matters}{_definitions("rd-details", details)}'
        f'<p class="rd-links" data-claim="{claim.id}">{_function(function) if function else ""}</p></div>'
    )
    return Shown(plain + "\n", html)


def _definitions(name: str, items: Mapping[str, str], marked_up: Callable[[str], str] = escape) -> str:
    """Terms with what there is to say of them, as HTML; those of which there is nothing are left out."""
    pairs = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{marked_up(said)}</dd></div>" for term, said in items.items() if said
    )
    return f'<dl class="{name}">{pairs}</dl>' if pairs else ""


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
    return Shown(
        plain + "\n",
        '<div class="rd-card rd-document" role="group" aria-label="The document">'
        f'<p class="rd-claim">{escape(card.title)}</p>'
        f"{_definitions('rd-details', rows, _linked)}</div>",
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
    key = " ".join(f"<li>{badge(verdict)} {counted[verdict]}</li>" for verdict in present)
    return Shown(
        f"{plain}{total} claims: {summary}\n",
        f'<div class="rd-bottom-line">{line}'
        f'<svg class="rd-bar" role="img" aria-label="{total} claims: {summary}">{_parts(counted)}</svg>'
        f'<ul class="rd-key">{key}</ul></div>',
    )


ROOM = 0.09
"""The share of a bar that has room for a sign and a count on a narrow screen; the key below tells of smaller ones."""


def _parts(counted: Counter[Verdict]) -> str:
    """The parts of a bar of verdicts, each as wide as its share."""
    parts, before = "", 0.0
    for verdict in Verdict:
        share = counted[verdict] / counted.total()
        words = f'<text x="{before + share / 2:.2%}" y="50%">{SIGNS[verdict]} {counted[verdict]}</text>'
        rect = f'<rect x="{before:.2%}" width="{share:.2%}"/>'
        parts += f'<g class="rd-{verdict}">{rect}{words if share >= ROOM else ""}</g>' if share else ""
        before += share
    return parts


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
