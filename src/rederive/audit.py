"""One chapter's run: claims in, findings out, results written."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from rederive.claims import Claim, Document, load_document, printed_texts
from rederive.display.cards import (
    closing_list,
    document_card,
    fill_bottom_line,
    hold_bottom_line,
    verdict_card,
    verdict_cards,
)
from rederive.display.shown import show
from rederive.display.words import printed_words, recomputed_words
from rederive.files import project_root, write_json
from rederive.printed import Interval
from rederive.results import About, ChapterResults, ClaimResult
from rederive.results import Value as PlainValue
from rederive.verdicts import Finding, Value, qualified_name


class Audit:
    """The claims of one document, and what this run found about them.

    `audit["overall-or"]` is a claim, `audit.table("trials")` a table, `audit.judge(...)` records a finding and
    shows its card, and `audit.close(...)`, once every claim is judged, writes `_build/results/<slug>.json`.
    """

    def __init__(self, document: Document, results: Path) -> None:
        self.document = document
        self.findings: dict[str, Finding] = {}
        self._results = results

    @classmethod
    def of(cls, slug: str) -> Audit:
        """Open the audit of the document in `data/<slug>`.

        Raises
        ------
        DataError : if its data folder is not as it should be.
        """
        root = project_root()
        return cls(load_document(root / "data" / slug), root / "_build" / "results" / f"{slug}.json")

    def __getitem__(self, claim_id: str) -> Claim:
        return self.document.claims[claim_id]

    def table(self, name: str) -> pd.DataFrame:
        """One of the document's tables."""
        return self.document.table(name)

    def row(self, table: str, row_id: str) -> Any:
        """One row of a table, by its id; a row of printed ratios can be used as a printed ratio."""
        return self.document.rows[table][row_id]

    def open(self) -> None:
        """Show what the document is, and hold the place where the bottom line will stand once it is known."""
        show(document_card(self.document))
        hold_bottom_line()

    def judge(self, claim_id: str, finding: Finding, *, matters: str = "") -> None:
        """Record the finding about a claim and show its card; `matters` says how it changes the document's conclusion.

        Raises
        ------
        KeyError : if the document has no such claim.
        ValueError : if the claim was judged before.
        """
        self._record(claim_id, replace(finding, matters=matters))
        show(verdict_card(self[claim_id], self.findings[claim_id]))

    def judge_together(self, findings: Mapping[str, Finding], caption: str) -> None:
        """Record findings about claims of one kind, none of which changes the conclusion; their cards are folded away.

        Raises
        ------
        KeyError : if the document has no such claim.
        ValueError : if one of the claims was judged before.
        """
        for claim_id, finding in findings.items():
            self._record(claim_id, finding)
        show(verdict_cards([(self[claim_id], finding) for claim_id, finding in findings.items()], caption))

    def _record(self, claim_id: str, finding: Finding) -> None:
        claim = self[claim_id]
        if claim.id in self.findings:
            raise ValueError(f"claim {claim_id} was judged before")
        self.findings[claim_id] = finding

    def close(self, headline: str, bottom_line: str) -> None:
        """Put both and the verdicts at the head of the chapter, list all findings, and write the results.

        The headline is one sentence, for who reads no more than that.

        Raises
        ------
        ValueError : if a claim was not judged.
        """
        forgotten = [claim_id for claim_id in self.document.claims if claim_id not in self.findings]
        if forgotten:
            raise ValueError(f"claims not judged: {', '.join(forgotten)}")
        lead, line = " ".join(headline.split()), " ".join(bottom_line.split())
        verdicts = [finding.verdict for finding in self.findings.values()]
        fill_bottom_line(verdicts, line, lead)
        show(closing_list([(self[i], self.findings[i]) for i in self.document.claims]))
        claims = [self.result(claim_id) for claim_id in self.document.claims]
        results = ChapterResults(document=self._about_document(lead, line), claims=claims)
        write_json(self._results, results.model_dump(mode="json"))

    def _about_document(self, headline: str, bottom_line: str) -> About:
        card = self.document.card
        return About(
            slug=self.document.slug,
            title=card.title,
            what=card.what,
            distance=card.distance,
            headline=headline,
            bottom_line=bottom_line,
        )

    def result(self, claim_id: str) -> ClaimResult:
        """A claim and what this run found about it.

        Raises
        ------
        KeyError : if the document has no such claim, or it was not judged.
        """
        claim, finding = self[claim_id], self.findings[claim_id]
        return ClaimResult(
            id=f"{self.document.slug}/{claim_id}",
            document=self.document.slug,
            where=claim.where,
            statement=claim.statement,
            kind=claim.kind,
            printed=printed_texts(claim),
            printed_words=printed_words(claim),
            verdict=finding.verdict,
            recomputed=_plain(finding.recomputed),
            recomputed_words=recomputed_words(finding),
            method=qualified_name(finding.method),
            convention=finding.convention,
            because=finding.because,
            missing=list(finding.missing),
            matters="yes" if finding.matters else "no",
            changes=finding.matters,
        )


def _plain(values: Mapping[str, Value]) -> dict[str, PlainValue]:
    return {
        name: [_rounded(value.lower), _rounded(value.upper)] if isinstance(value, Interval) else _rounded(value)
        for name, value in values.items()
    }


def _rounded(value: float) -> float | int | None:
    """Six significant digits: more than any finding needs, fewer than platforms disagree on. JSON has no infinity."""
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(f"{value:.6g}") if math.isfinite(value) else None
