"""The results of all documents, side by side: what a chapter that compares them works on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from rederive.claims import DataError
from rederive.comparison import Comparison, claim_of, load_comparison
from rederive.display.cards import fill_bottom_line, hold_bottom_line
from rederive.display.words import printed_words
from rederive.files import project_root
from rederive.methods.evidence import evidence_table
from rederive.verdicts import Verdict

IN_CONFLICT = (Verdict.CONTRADICTED, Verdict.MISWORDED)


class Together:
    """What a build found about all documents, and the rows that say what is compared with what.

    Attributes
    ----------
    documents : a row per document by slug, in the book's order: `title`, `what`, `distance`, `steps` from patient data,
        `bottom_line` and `chapter`.
    claims : a row per claim by full id (`sepsis/overall-or`), in the book's order, with the fields of `claims.json`
        and the document's `steps`.
    comparison : the data folder of the chapter.
    """

    def __init__(self, comparison: Comparison, results: Mapping[str, Any]) -> None:
        self.comparison = comparison
        self.documents = pd.DataFrame(results["documents"]).set_index("slug")
        self.documents["steps"] = self.documents["distance"].map(len) - 1
        self.claims = pd.DataFrame(results["claims"]).set_index("id")
        self.claims["steps"] = self.claims["document"].map(self.documents["steps"])

    @classmethod
    def of(cls, slug: str) -> Together:
        """Open the comparison in `data/<slug>` on the results of the last build.

        Raises
        ------
        DataError : if its data folder is not as it should be, if the rows on conflicts are not those of the claims
            judged misworded or contradicted, or if a row speaks of a claim that has no result.
        FileNotFoundError : if the results of all documents are not there; says how to make them.
        """
        root = project_root()
        together = cls(load_comparison(root / "data" / slug), _joined(root / "_build" / "results" / "claims.json"))
        together._check_rows()
        return together

    def _check_rows(self) -> None:
        conflicts = self.claims.index[self.claims["verdict"].isin(IN_CONFLICT)]
        folder, files = self.comparison.folder, self.comparison.files
        grounds = self.comparison.grounds
        for claim in conflicts.difference(list(grounds)):
            expected = f"expected a row on what {claim} conflicts with: {self.claims.verdict[claim]}"
            raise DataError(folder / files.grounds, 1, "id", expected)
        for claim in grounds:
            if claim not in conflicts:
                expected = f"expected rows on misworded and contradicted claims only, got {claim}"
                raise DataError(folder / files.grounds, 1, "id", expected)
        for pair in self.comparison.pairs.values():
            if not {pair.one, pair.other} <= set(self.claims.index):
                expected = f"expected results for both claims of the pair {pair.id}"
                raise DataError(folder / files.pairs, 1, "id", expected)

    def open(self) -> None:
        """Hold the place where the bottom line will stand once it is known."""
        hold_bottom_line()

    def close(self, bottom_line: str) -> None:
        """Put the bottom line and all documents' verdicts at the head of the chapter."""
        fill_bottom_line(map(Verdict, self.claims["verdict"]), " ".join(bottom_line.split()))

    def estimates(self) -> pd.DataFrame:
        """The effect estimates of the documents that are compared, as `methods.evidence.evidence_table` has them."""
        return evidence_table(self.comparison)

    def conflicts(self) -> pd.DataFrame:
        """The claims judged misworded or contradicted, with what each conflicts with (`conflicts_with`, `what`)."""
        rows = pd.DataFrame([dict(row) for row in self.comparison.grounds.values()]).set_index("id")
        return self.claims[self.claims["verdict"].isin(IN_CONFLICT)].join(rows)

    def pairs(self) -> pd.DataFrame:
        """Pairs of claims that speak of the same thing: `id`, `about`, `one`, `other` (full ids), `relation`, `why`."""
        return pd.DataFrame([dict(row) for row in self.comparison.pairs.values()])

    def side_by_side(self, pair_id: str) -> pd.DataFrame:
        """The two claims of a pair: `claim` (full id), `what is said` and printed, `verdict` and `what we found`."""
        pair = self.comparison.pairs[pair_id]
        both = self.claims.loc[[pair.one, pair.other]]
        printed = [printed_words(claim_of(self.comparison.documents, claim)) for claim in both.index]
        said = [
            f"{statement} Printed: {numbers}." if numbers else statement
            for statement, numbers in zip(both["statement"], printed, strict=True)
        ]
        return pd.DataFrame(
            {
                "claim": both.index,
                "what is said": said,
                "verdict": both["verdict"].to_numpy(),
                "what we found": both["because"].to_numpy(),
            }
        )

    def card_links(self) -> dict[str, str]:
        """Where each claim's verdict card stands, as an address from another chapter's page."""
        pages = {slug: Path(chapter).name for slug, chapter in self.documents["chapter"].items()}
        documents = self.claims["document"].to_dict()
        return {
            str(claim): f"{pages[document]}.html#claim-{str(claim).removeprefix(f'{document}/')}"
            for claim, document in documents.items()
        }


def _joined(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: expected the results of all documents; run `rederive build` first") from None
    return content
