"""Which claims and tables of several documents a chapter compares: rows that refer to them, and errors that say where.

The data folder of such a chapter holds `comparison.yaml` in place of `document.yaml`. It names three CSV files. None
of them holds a result: rows refer to what the documents' own data folders, beside this one, hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from rederive.claims import (
    Claim,
    DataError,
    Document,
    FileName,
    Model,
    PrintedRatio,
    RatioClaim,
    RatioRow,
    Slug,
    Text,
    TwoArmsRow,
    load_document,
    load_rows,
    load_yaml,
)
from rederive.files import COMPARISON

Documents = Mapping[str, Document]
LONGEST_LABEL = 42  # characters beside the numbers on the map


def claim_of(documents: Documents, reference: str) -> Claim:
    """The claim that a reference such as `sepsis/overall-or` means.

    Raises
    ------
    LookupError : if there is none.
    """
    slug, _, claim_id = reference.partition("/")
    return documents[slug].claims[claim_id]


def estimate_of(documents: Documents, reference: str) -> PrintedRatio | TwoArmsRow:
    """The effect estimate that a reference means: a claim, `sepsis/overall-or`, or a row, `sepsis/trials/tests`.

    Raises
    ------
    LookupError : if there is none, or if it is neither a ratio with its interval nor the counts of two arms.
    """
    slug, *place = reference.split("/")
    found: PrintedRatio | TwoArmsRow | None = None
    match place:
        case [claim_id]:
            claim = documents[slug].claims[claim_id]
            found = claim.printed if isinstance(claim, RatioClaim) else None
        case [table, row_id]:
            row = documents[slug].rows[table][row_id]
            found = row if isinstance(row, RatioRow | TwoArmsRow) else None
    if found is None:
        raise LookupError(reference)
    return found


def effect_estimates(documents: Documents) -> Iterator[str]:
    """References to all effect estimates of documents: ratio claims, and rows of ratios or of two arms."""
    for slug, document in documents.items():
        for claim in document.claims.values():
            if isinstance(claim, RatioClaim):
                yield f"{slug}/{claim.id}"
        for table, rows in document.rows.items():
            yield from (f"{slug}/{table}/{i}" for i, row in rows.items() if isinstance(row, RatioRow | TwoArmsRow))


def _leads_somewhere(find: Callable[[Documents, str], object], expected: str) -> AfterValidator:
    """A reference is looked up in the documents, which are the context of the validation."""

    def check(reference: str, info: ValidationInfo) -> str:
        documents: Documents = info.context or {}
        try:
            find(documents, reference)
        except LookupError:
            message = "expected {expected}, of a document beside this folder; got {got}"
            raise PydanticCustomError("expected", message, {"expected": expected, "got": repr(reference)}) from None
        return reference

    return AfterValidator(check)


ClaimReference = Annotated[Text, _leads_somewhere(claim_of, "a claim such as sepsis/overall-or")]
EstimateReference = Annotated[
    Text,
    _leads_somewhere(
        estimate_of,
        "a ratio claim such as sepsis/overall-or, or a row of ratios or two arms such as sepsis/trials/tests",
    ),
]


class EstimateRow(Model):
    """An effect estimate of a document, or of a source it cites, and where it belongs on the map of evidence.

    Attributes
    ----------
    id : what it refers to (see `estimate_of`).
    label : what it is called on the map.
    population, comparator, outcome : who was treated, against what, and what was counted.
    design : of the study that printed it.
    favours : on which side of 1 a ratio speaks for thymosin α1; `neither` if it compares something else.
    left_out : why it is not drawn; None if it is.
    """

    id: EstimateReference
    label: Text
    population: Text
    comparator: Text
    outcome: Text
    design: Literal["randomised", "not randomised", "meta-analysis"]
    favours: Literal["below", "above", "neither"]
    left_out: Text | None = None

    @model_validator(mode="after")
    def _fits_on_the_map(self) -> Self:
        room = LONGEST_LABEL - (len(", not randomised") if self.design == "not randomised" else 0)
        if self.favours != "neither" and len(self.label) > room:
            message = "expected a label of at most {room} characters, got {got}"
            raise PydanticCustomError("expected", message, {"room": room, "got": repr(self.label)})
        return self


class GroundRow(Model):
    """What a claim judged misworded or contradicted is in conflict with, by our reading."""

    id: ClaimReference
    conflicts_with: Literal["itself", "its source", "its inference"]
    what: Text


class PairRow(Model):
    """Two claims, of different documents, that speak of the same thing, by our reading, and how they stand together."""

    id: Slug
    about: Text
    one: ClaimReference
    other: ClaimReference
    relation: Literal["agree", "differ", "contradict"]
    why: Text

    @model_validator(mode="after")
    def _of_two_documents(self) -> Self:
        if self.one.partition("/")[0] == self.other.partition("/")[0]:
            message = "expected claims of two documents, got {one} and {other}"
            raise PydanticCustomError("expected", message, {"one": self.one, "other": self.other})
        return self


class ComparisonFile(Model):
    estimates: FileName
    grounds: FileName
    pairs: FileName


@dataclass(frozen=True)
class Comparison:
    """What a chapter compares: documents by slug, and rows by id; and the files of its folder that hold the rows."""

    folder: Path
    files: ComparisonFile
    documents: Documents
    estimates: dict[str, EstimateRow]
    grounds: dict[str, GroundRow]
    pairs: dict[str, PairRow]


def load_comparison(folder: Path) -> Comparison:
    """Load and validate a comparison's data folder, and the documents in the folders beside it.

    Raises
    ------
    DataError : at the first thing that is not as it should be; a reference that leads nowhere is such a thing, and so
        is an effect estimate of a document without a row.
    """
    if (folder / "document.yaml").exists():
        raise DataError(folder / COMPARISON, 1, "file", "expected either document.yaml or comparison.yaml, got both")
    files = load_yaml(folder / COMPARISON, ComparisonFile)
    beside = sorted(path.parent for path in folder.parent.glob("*/document.yaml"))
    documents = {path.name: load_document(path) for path in beside}
    estimates = load_rows(folder / files.estimates, EstimateRow, documents)
    for reference in effect_estimates(documents):
        if reference not in estimates:
            raise DataError(folder / files.estimates, 1, "id", f"expected a row for {reference}, an effect estimate")
    return Comparison(
        folder,
        files,
        documents,
        estimates,
        load_rows(folder / files.grounds, GroundRow, documents),
        load_rows(folder / files.pairs, PairRow, documents),
    )
