"""The ledger: one table of every claim, with controls to search, filter and sort it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from rederive.display.cards import SIGNS, badge
from rederive.display.words import KIND_NAMES
from rederive.verdicts import Verdict

COLUMNS = {
    "claim": "Claim",
    "verdict": "Verdict",
    "printed": "Printed",
    "recomputed": "Recomputed",
    "document": "Document",
    "kind": "Kind",
    "changes": "Changes the conclusion",
}
SORTED_BY = ("claim", "verdict", "document", "kind", "changes")
"""Columns whose order means something; words made of several numbers have none."""


@dataclass(frozen=True)
class Entry:
    """A claim's record as `claims.json` has it, its document's short name, and the addresses that derive it."""

    record: Mapping[str, Any]
    document: str
    card: str
    section: str
    section_title: str


def row_id(claim: str) -> str:
    """The id of a claim's row, from its full id: `sepsis-overall-or`."""
    return claim.replace("/", "-")


def ledger(entries: Sequence[Entry]) -> str:
    """The table under its controls, as HTML; without scripts the controls are hidden and the table is complete."""
    head = "".join(
        f'<th scope="col" data-column="{name}"{" data-sortable" if name in SORTED_BY else ""}>{title}</th>'
        for name, title in COLUMNS.items()
    )
    documents = len({entry.document for entry in entries})
    return (
        f'<div class="rd-ledger">{_controls(entries)}<p class="rd-count" role="status">{len(entries)} claims</p>'
        f"<table><caption>Every claim of the {documents} documents, in their order, with its verdict</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, entries))}</tbody></table></div>"
    )


def _row(entry: Entry) -> str:
    record, own = entry.record, row_id(entry.record["id"])
    cells = {
        "verdict": badge(Verdict(record["verdict"])),
        "printed": escape(record["printed_words"]),
        "recomputed": escape(record["recomputed_words"]),
        "document": f"{escape(entry.document)} <small>{escape(record['where'])}</small>",
        "kind": KIND_NAMES[record["kind"]],
        "changes": record["matters"],
    }
    return (
        f'<tr id="{own}" data-verdict="{record["verdict"]}" data-document="{record["document"]}" '
        f'data-kind="{record["kind"]}" data-changes="{record["matters"]}">'
        f'<th scope="row">{escape(record["statement"])}'
        f'<p class="rd-links"><a href="{entry.card}">How we know</a>{permalink(own)}'
        f'<a href="{entry.section}">{escape(entry.section_title)}</a></p></th>'
        + "".join(f'<td data-label="{COLUMNS[name]}">{content}</td>' for name, content in cells.items())
        + "</tr>"
    )


def permalink(target: str) -> str:
    """A link to something on the same page, and a button that copies its address where scripts run."""
    return (
        f'<span class="rd-permalink"><a href="#{target}" aria-label="Link to this claim">#</a>'
        '<button type="button" class="rd-copy-link">Copy link</button></span>'
    )


def _controls(entries: Sequence[Entry]) -> str:
    records = [entry.record for entry in entries]
    names = {entry.record["document"]: entry.document for entry in entries}
    choices = {
        "verdict": {verdict: f"{SIGNS[verdict]} {verdict}" for verdict in Verdict},
        "document": names,
        "kind": KIND_NAMES,
        "changes": {"yes": "yes", "no": "no"},
    }
    recorded = {"verdict": "verdict", "document": "document", "kind": "kind", "changes": "matters"}
    filters = "".join(
        _select(name, COLUMNS[name], "all", _with_counts(options, (record[recorded[name]] for record in records)))
        for name, options in choices.items()
    )
    order = _select("sort", "Sort by", "book order", {name: COLUMNS[name].lower() for name in SORTED_BY})
    return (
        '<form class="rd-filters" role="search" aria-label="Claims" autocomplete="off">'
        '<label>Search <input type="search" name="q" placeholder="all of these words"></label>'
        f'{filters}{order}<input type="hidden" name="order"><button type="reset">Show all</button></form>'
    )


def _with_counts(options: Mapping[Any, str], found: Iterable[str]) -> dict[str, str]:
    """The options that claims have, in their order, with how many have each."""
    counted = Counter(found)
    return {str(value): f"{words} ({counted[value]})" for value, words in options.items() if counted[value]}


def _select(name: str, title: str, default: str, options: Mapping[str, str]) -> str:
    choices = "".join(f'<option value="{value}">{escape(words)}</option>' for value, words in options.items())
    return f'<label>{title} <select name="{name}"><option value="">{default}</option>{choices}</select></label>'
