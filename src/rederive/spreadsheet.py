"""All claims as one table for spreadsheets: a row per claim, CSV that opens without an import dialogue."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable

from rederive.results import ClaimResult

COLUMNS: dict[str, Callable[[ClaimResult], str]] = {
    "id": lambda claim: claim.id,
    "document": lambda claim: claim.document,
    "where": lambda claim: claim.where,
    "statement": lambda claim: claim.statement,
    "kind": lambda claim: claim.kind,
    "printed": lambda claim: claim.printed_words,
    "verdict": lambda claim: claim.verdict,
    "recomputed": lambda claim: claim.recomputed_words,
    "because": lambda claim: claim.because,
    "method": lambda claim: claim.method,
    "convention": lambda claim: claim.convention,
    "missing": lambda claim: "; ".join(claim.missing),
    "matters": lambda claim: claim.matters,
    "changes": lambda claim: claim.changes,
}
"""A column's name, and what of a claim stands in it."""

_MONTH = (
    "(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?"
    "|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)"
)
_NO_TEXT = re.compile(
    rf"""
      (?i: true | false) $                                # a truth
    | (?i: {_MONTH}) [\s.,/-]* (\d | $)                   # a date
    | [\d_] (?! .* \b (?! {_MONTH}) [a-z]{{3,}} \b)      # a number, a date; what has a word in it is a sentence
    | [^\w"“]                                            # a formula begins with a sign, and a number may
    """,
    re.VERBOSE,
)
"""What begins like this may be no text to a spreadsheet."""


def spreadsheet(claims: Iterable[ClaimResult]) -> str:
    """The table as CSV: commas, quotes as RFC 4180 has them, and the mark by which spreadsheets know UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)  # its lines end as the RFC says
    writer.writerow(COLUMNS)
    writer.writerows([as_text(content(claim)) for content in COLUMNS.values()] for claim in claims)
    return "\ufeff" + file.getvalue()


def as_text(content: str) -> str:
    """A cell that a spreadsheet takes for the text it is.

    Left to itself, a spreadsheet makes 0.9 of 0.90, a number of 27%, a date of 3-4, and runs what begins with =. No
    quotes of the CSV file prevent that, and an apostrophe before the text would be shown. So what could be taken for
    anything else stands in the marks of a quotation, which most of it is: “0.90”.
    """
    text = " ".join(content.split())
    return f"“{text}”" if _NO_TEXT.match(text) else text
