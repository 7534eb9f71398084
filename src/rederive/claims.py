"""Documents, their claims and their tables: models, loading, and errors a person can act on.

A data folder holds one document: `document.yaml` (what it is, its tables, its numbers that are no statistical
claims), `claims.yaml` (what it prints, in our own words) and one CSV file per table. Everything is validated
on loading; the first mistake ends in a `DataError`, one line naming file, line, field and what was expected.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rederive.printed import Printed, UnreadableNumber


class DataError(Exception):
    """A data file is not what it should be. Its text is one line: file, line, field, what was expected."""

    def __init__(self, file: Path, line: int, field: str, expected: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {' '.join(expected.split())}")


# ---------------------------------------------------------------------------------------------- fields


def _printed(text: object) -> Printed:
    try:
        return Printed.parse(text)  # type: ignore[arg-type]  # parse says itself what it does not take
    except UnreadableNumber as error:
        hint = "; put it in quotes" if isinstance(text, int | float) else ""
        raise PydanticCustomError("printed", "{message}", {"message": f"{error}{hint}"}) from None


def _expect(holds: bool, expected: str, got: object) -> None:
    if not holds:
        raise PydanticCustomError("expected", "expected {expected}, got {got}", {"expected": expected, "got": str(got)})


def _count(text: object) -> Printed:
    number = _printed(text)
    try:
        number.count()
    except UnreadableNumber as error:
        raise PydanticCustomError("count", "{message}", {"message": str(error)}) from None
    return number


def _probability(text: object) -> Printed:
    number = _printed(text)
    _expect(0 <= number.value <= 1 and "%" not in number.text, "a p value between 0 and 1", number)
    return number


def _percent(text: object) -> Printed:
    number = _printed(text)
    _expect("%" in number.text, "a percentage with its % sign", number)
    _expect(0 <= number.value <= 1, "a percentage between 0% and 100%", number)
    return number


def _positive(text: object) -> Printed:
    number = _printed(text)
    _expect(number.value > 0 and not number.bound, "a number above 0", number)
    return number


def _limit(text: object) -> Printed:
    number = _printed(text)
    _expect(number.value >= 0 and not number.bound, "a number of at least 0", number)  # 0.00 rounds a small limit
    return number


def _whole(text: object) -> int:
    return _count(text).count()


Number = Annotated[Printed, PlainValidator(_printed)]
PrintedCount = Annotated[Printed, PlainValidator(_count)]
Probability = Annotated[Printed, PlainValidator(_probability)]
Percent = Annotated[Printed, PlainValidator(_percent)]
Positive = Annotated[Printed, PlainValidator(_positive)]
Limit = Annotated[Printed, PlainValidator(_limit)]
Count = Annotated[int, PlainValidator(_whole)]
Text = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


M = TypeVar("M", bound=Model)


# ---------------------------------------------------------------------------------------------- claims


RATIO_NAMES = {"OR": "odds ratio", "RR": "risk ratio", "HR": "hazard ratio"}


class PrintedRatio(Model):
    """A ratio with its confidence interval: the numbers of one analysis, which constrain each other."""

    measure: Literal["OR", "RR", "HR"]
    estimate: Positive
    lower: Limit
    upper: Positive
    p: Probability | None = None
    n: PrintedCount | None = None
    level: Percent = Printed.parse("95%")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _expect(
            self.lower.value <= self.estimate.value <= self.upper.value,
            "lower limit <= estimate <= upper limit",
            f"{self.lower} <= {self.estimate} <= {self.upper}",
        )
        return self


class PrintedPercentage(Model):
    """A percentage, with its numerator and denominator where they are printed."""

    percent: Percent
    events: PrintedCount | None = None
    n: PrintedCount | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.events and self.n:
            _expect(self.events.value <= self.n.value, "events <= n", f"{self.events} of {self.n}")
        return self


class PrintedTotal(Model):
    """A number of trials or people, with its two parts where they are printed."""

    n: PrintedCount
    n_treated: PrintedCount | None = None
    n_control: PrintedCount | None = None


class _Claim(Model):
    id: Slug
    where: Text
    statement: Text


class RatioClaim(_Claim):
    kind: Literal["ratio"]
    printed: PrintedRatio


class PercentageClaim(_Claim):
    kind: Literal["percentage"]
    printed: PrintedPercentage


class TotalClaim(_Claim):
    kind: Literal["total"]
    printed: PrintedTotal


class StatementClaim(_Claim):
    """A statement about statistics; whatever numbers it carries stand under names of their own."""

    kind: Literal["statement"]
    printed: dict[Slug, Number] = {}


KINDS = ("ratio", "percentage", "total", "statement")
Claim = Annotated[RatioClaim | PercentageClaim | TotalClaim | StatementClaim, Field(discriminator="kind")]


def printed_texts(claim: Claim) -> dict[str, str]:
    """The claim's printed numbers by name, as the strings that stand on the page."""
    numbers = claim.printed if isinstance(claim.printed, dict) else dict(claim.printed)
    return {name: str(number) for name, number in numbers.items() if number is not None}


# ---------------------------------------------------------------------------------------------- tables


class TwoArmsRow(Model):
    """Events and sizes of two arms of one study."""

    id: Slug
    study: Text
    year: Count
    source: Text
    design: Text
    outcome: Text
    timepoint: Text
    events_treated: Count
    n_treated: Count
    events_control: Count
    n_control: Count
    basis: Literal["printed", "reconstructed"]
    seen_in: Text
    note: str

    @model_validator(mode="after")
    def _within(self) -> Self:
        for arm in ("treated", "control"):
            events, n = getattr(self, f"events_{arm}"), getattr(self, f"n_{arm}")
            _expect(events <= n, f"events_{arm} <= n_{arm}", f"{events} > {n}")
        return self


class RatioRow(PrintedRatio):
    """A ratio printed by a study, with where it was seen."""

    id: Slug
    study: Text
    source: Text
    outcome: Text
    timepoint: Text
    comparison: Text
    seen_in: Text
    note: str


class ArmSizesRow(Model):
    """How many people one study counts in each arm, under one definition of counting."""

    id: Slug
    study: Text
    counted: Literal["randomised", "analysed"]
    n_treated: Count
    n_control: Count
    source: Text
    seen_in: Text


class NumberRow(Model):
    """One number printed by a study."""

    id: Slug
    study: Text
    source: Text
    what: Text
    number: Number
    seen_in: Text
    note: str


ROWS: dict[str, type[Model]] = {
    "two-arms": TwoArmsRow,
    "ratios": RatioRow,
    "arm-sizes": ArmSizesRow,
    "numbers": NumberRow,
}


# ------------------------------------------------------------------------------------------- documents


class TableEntry(Model):
    file: Text
    rows: Literal["two-arms", "ratios", "arm-sizes", "numbers"]
    caption: Text


class NoClaim(Model):
    """A number of the document that is no statistical claim, and what it is."""

    number: Number
    what: Text


class DocumentCard(Model):
    title: Text
    what: Text
    author: Text
    about: Text
    identifiers: dict[Text, Text]
    distance: Annotated[list[Text], Field(min_length=1)]
    tables: dict[Slug, TableEntry] = {}
    no_claims: list[NoClaim] = []


class ClaimsFile(Model):
    claims: Annotated[list[Claim], Field(min_length=1)]


@dataclass(frozen=True)
class Document:
    """One document as its data folder describes it.

    Attributes
    ----------
    slug : name of the folder, and first part of every claim's full id.
    card : what the document is.
    claims : its claims by id, in the order of the file.
    rows : the rows of its tables, by table and id; a row of printed ratios is itself a `PrintedRatio`.
    """

    slug: str
    card: DocumentCard
    claims: dict[str, Claim]
    rows: dict[str, dict[str, Model]]

    def table(self, name: str) -> pd.DataFrame:
        """One table; counts are integers, printed numbers are `Printed`, absent ones None."""
        return pd.DataFrame([dict(row) for row in self.rows[name].values()])


def load_document(folder: Path) -> Document:
    """Load and validate a data folder.

    Raises
    ------
    DataError : at the first thing that is not as it should be.
    """
    card = _load_yaml(folder / "document.yaml", DocumentCard)
    claims = _load_yaml(folder / "claims.yaml", ClaimsFile).claims
    rows = {name: _load_rows(folder / entry.file, ROWS[entry.rows]) for name, entry in card.tables.items()}
    return Document(folder.name, card, {claim.id: claim for claim in claims}, rows)


def project_root(start: Path | None = None) -> Path:
    """The book's folder: the nearest one above `start` (default: where we are) with a `_toc.yml`.

    A chapter run from somewhere else entirely uses the book this library was installed from.

    Raises
    ------
    FileNotFoundError : if neither is a book.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "_toc.yml").is_file() and (folder / "data").is_dir():
            return folder
    raise FileNotFoundError(f"{here}: expected a book's folder, one with _toc.yml and data/, here or above")


# ------------------------------------------------------------------------------------ reading the files


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataError(path, line, "file", "expected text in UTF-8") from None
    except OSError as error:
        raise DataError(path, 0, "file", f"expected a readable file ({error.strerror})") from None


def _load_yaml(path: Path, model: type[M]) -> M:
    text = _read_text(path)
    try:
        content = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        problem = error.problem if isinstance(error, MarkedYAMLError) else str(error)
        raise DataError(path, mark.line + 1 if mark else 1, "file", f"expected valid YAML ({problem})") from None
    try:
        parsed = model.model_validate(content)
    except ValidationError as error:
        details = error.errors()[0]
        location = _location(details)
        line = _line_of(content, location)
        raise DataError(path, line, _dotted(location) or "file", _expected(details)) from None
    for line, field, expected in _duplicates(content):
        raise DataError(path, line, field, expected)
    return parsed


def _location(details: ErrorDetails) -> list[int | str]:
    """Where in the file something is wrong.

    Pydantic puts a claim's kind behind its number, as a level of its own; the file has no such level. Of a claim
    whose kind is wrong it names only the number.
    """
    loc = details["loc"]
    location = [
        part for before, part in zip((None, *loc), loc, strict=False) if not (isinstance(before, int) and part in KINDS)
    ]
    return [*location, "kind"] if details["type"].startswith("union_tag") else location


def _duplicates(content: Any) -> Iterator[tuple[int, str, str]]:
    seen: dict[str, int] = {}
    for i, claim in enumerate(content.get("claims", [])):
        line = claim.lc.value("id")[0] + 1
        if claim["id"] in seen:
            yield line, f"claims[{i}].id", f"expected a new id, got {claim['id']!r} of line {seen[claim['id']]} again"
        seen[claim["id"]] = line


def _line_of(content: Any, location: list[int | str]) -> int:
    """The line where the innermost part of `location` that exists stands."""
    line = 1
    for part in location:
        try:
            line = (content.lc.key(part) if isinstance(part, str) else content.lc.item(part))[0] + 1
            content = content[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def _dotted(location: list[int | str]) -> str:
    return re.sub(r"\.\[", "[", ".".join(f"[{part}]" if isinstance(part, int) else part for part in location))


def _expected(details: ErrorDetails) -> str:
    """What was expected, from what pydantic says was wrong."""
    got = f", got {details['input']!r}" if not isinstance(details["input"], dict | list | BaseModel) else ""
    match details["type"]:
        case "missing":
            return "expected this field, which is missing"
        case "extra_forbidden":
            return "expected no field of this name"
        case "union_tag_invalid" | "union_tag_not_found":
            return f"expected one of {', '.join(KINDS)}"
        case "string_pattern_mismatch":
            return f"expected lower-case words joined by hyphens{got}"
        case "string_too_short":
            return "expected some text, got none"
        case "printed" | "count" | "expected":
            return details["msg"]
        case _:
            return (
                details["msg"].replace("Input should be", "expected").replace("should have", "expected to have") + got
            )


def _load_rows(path: Path, model: type[Model]) -> dict[str, Model]:
    fields = list(model.model_fields)
    optional = [name for name, field in model.model_fields.items() if not field.is_required()]
    reader = csv.reader(_read_text(path).splitlines(keepends=True), strict=True)
    rows: dict[str, Model] = {}
    seen: dict[str, int] = {}
    try:
        header = next(reader, [])
        for name in header:
            if name not in fields or header.count(name) > 1:
                raise DataError(path, 1, name or "header", f"expected each of the columns {', '.join(fields)} once")
        for name in fields:
            if name not in header and name not in optional:
                raise DataError(path, 1, name, "expected a column of this name, which is missing")
        for cells in reader:
            line = reader.line_num
            if len(cells) != len(header):
                raise DataError(path, line, "row", f"expected {len(header)} cells, got {len(cells)}")
            values = {name: cell for name, cell in zip(header, cells, strict=True) if cell or name not in optional}
            try:
                row = model.model_validate(values)
            except ValidationError as error:
                details = error.errors()[0]
                raise DataError(path, line, _dotted(list(details["loc"])) or "row", _expected(details)) from None
            key = values["id"]
            if key in seen:
                raise DataError(path, line, "id", f"expected a new id, got {key!r} of line {seen[key]} again")
            seen[key] = line
            rows[key] = row
    except csv.Error as error:
        raise DataError(path, reader.line_num, "file", f"expected valid CSV ({error})") from None
    if not rows:
        raise DataError(path, 1, "file", "expected at least one row")
    return rows
