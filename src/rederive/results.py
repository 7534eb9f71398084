"""What a build publishes as `claims.json`, every document and every claim with its verdict, and that file's schema.

The models here are the form of the file: chapters write through them, the build reads through them, and the published
JSON Schema is made from them.
"""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, ValidatorFunctionWrapHandler, WrapValidator, model_validator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import PydanticCustomError, ValidationError

from rederive.claims import KINDS, Model, Slug, Text
from rederive.verdicts import MEANING, Verdict

SCHEMA = 1
"""The number of the file's form. It rises when a field goes or changes its meaning, not when one is added."""

End = int | FiniteFloat | None


def _value(value: object, validate: ValidatorFunctionWrapHandler) -> Any:
    """One fault for all that a value may be, and ends in order."""
    try:
        checked = validate(value)
    except ValidationError:
        expected = "expected a number, null, or a pair of them"
        raise PydanticCustomError("expected", "{expected}", {"expected": expected}) from None
    if isinstance(checked, list) and None not in checked and checked[0] > checked[1]:
        raise PydanticCustomError("expected", "expected the lower end before the upper")
    return checked


def _expect(holds: bool, expected: str) -> None:
    if not holds:
        raise PydanticCustomError("expected", "expected {expected}", {"expected": expected})


Ends = Annotated[list[End], Field(min_length=2, max_length=2)]
Value = Annotated[End | Ends, WrapValidator(_value)]


class About(Model):
    """A document whose claims were judged, as its chapter knows it."""

    slug: Slug = Field(description="The document's short name. The id of each of its claims begins with it.")
    title: Text = Field(description="The document's title, as printed.")
    what: Text = Field(description="What kind of document it is, in our words.")
    distance: list[Text] = Field(
        min_length=1, description="The steps from the patients or animals to this document, which is the last of them."
    )
    headline: Text = Field(description="One sentence: the most important thing we found.")
    bottom_line: Text = Field(description="What we found, in a few sentences.")


class DocumentResult(About):
    """A document whose claims were judged."""

    chapter: str = Field(
        pattern=r"^chapters/[0-9]+-[a-z0-9-]+$",
        description="The chapter that re-derives it: its source in the book's folder, and its page on the site, each "
        "without the ending of the file's name.",
    )


class ClaimResult(Model):
    """One claim of a document, and what was found about it."""

    id: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$",
        description="The claim's name, unlike any other's: the document's slug, a slash, and its name in the document.",
    )
    document: Slug = Field(description="The slug of the document that makes the claim.")
    where: Text = Field(description="Where in the document it stands.")
    statement: Text = Field(description="What the document says, in our words.")
    kind: Literal[tuple(KINDS)] = Field(  # type: ignore[valid-type]  # listed once, with the models of the kinds
        description="What kind of numbers the claim is made of; a statement has none, or a few without a form."
    )
    printed: dict[str, Text] = Field(
        description="The numbers that the document prints, by name, as the strings that stand on the page."
    )
    printed_words: str = Field(description="The same, as one would write it; empty if there are none.")
    verdict: Verdict = Field(
        description="What the numbers bear. " + " ".join(f"{name}: {meaning}" for name, meaning in MEANING.items())
    )
    recomputed: dict[str, Value] = Field(
        description="What was recomputed, by name, to six significant digits: a number, or the lower and the upper end "
        "of a range. A range is of all values that the printed digits allow or, where the name, `convention` or "
        "`because` says so, of the results of several tests, assumptions or simulations. null is infinite: as a lower "
        "end minus, else plus infinity."
    )
    recomputed_words: str = Field(description="The same, as one would write it; empty if no number was kept.")
    method: str = Field(
        pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$",
        description="The function that judged the claim, by its place in the library rederive.",
    )
    convention: str = Field(description="The conventions of analysis it assumed; empty if there was none to choose.")
    because: Text = Field(description="Why the verdict is what it is, in a sentence or two.")
    missing: list[Text] = Field(description="The quantities one would need to go further.")
    matters: Literal["yes", "no"] = Field(
        description="Does the finding change what the document concludes? This is our judgement. All else is computed "
        "or follows from a check, some of them on what we read in the document; but a silent verdict is said by us."
    )
    changes: str = Field(description="If it matters: what it changes about the conclusion; else empty.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _expect(self.id.startswith(f"{self.document}/"), f"an id that begins with {self.document}/, got {self.id}")
        _expect((self.matters == "yes") is bool(self.changes), "what it changes if it matters, and only then")
        return self


class ChapterResults(Model):
    """What the chapter about one document writes."""

    document: About
    claims: list[ClaimResult]

    @model_validator(mode="after")
    def _of_one_document(self) -> Self:
        for claim in self.claims:
            _expect(claim.document == self.document.slug, f"claims of {self.document.slug}, got {claim.id}")
        for name, count in Counter(claim.id for claim in self.claims).items():
            _expect(count == 1, f"each id once, got {name} again")
        return self


class Results(Model):
    """Every claim that was re-derived, with its verdict, and the documents that make them."""

    number: Literal[SCHEMA] = Field(  # type: ignore[valid-type]
        alias="schema",
        description="The number of this form of the file. It rises when a field goes or changes its meaning.",
    )
    version: Text = Field(description="The version of the book and its library that these results are of.")
    documents: list[DocumentResult] = Field(description="The documents, in the book's order.")
    claims: list[ClaimResult] = Field(description="Their claims, in the documents' order.")


def join(chapters: dict[str, ChapterResults]) -> Results:
    """The results of all documents, given by chapter (`chapters/01-sepsis`)."""
    documents = [DocumentResult(**dict(one.document), chapter=chapter) for chapter, one in chapters.items()]
    claims = [claim for one in chapters.values() for claim in one.claims]
    return Results(schema=SCHEMA, version=version("rederive"), documents=documents, claims=claims)


class _Draft202012(GenerateJsonSchema):
    """The schema, with the line that says which draft of JSON Schema it is written in."""

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        return {"$schema": self.schema_dialect, **super().generate(schema, mode)}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `claims.json`, made from the models."""
    return Results.model_json_schema(schema_generator=_Draft202012)
