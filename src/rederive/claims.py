"""Documents, their claims and their tables: models, loading, and errors a person can act on.

A data folder holds one document: `document.yaml` (what it is, its tables, its numbers that are no statistical
claims), `claims.yaml` (what it prints, in our own words) and one CSV file per table. Everything is validated
on loading; the first mistake ends in a `DataError`, one line naming file, line, field and what was expected.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from rederive.files import DataError as DataError  # it is what loading raises
from rederive.files import line_of, read_text, read_yaml
from rederive.printed import Printed, UnreadableNumber

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


def _expect_in_order(numbers: dict[str, Printed]) -> None:
    values = [number.value for number in numbers.values()]
    _expect(values == sorted(values), " <= ".join(numbers), " <= ".join(map(str, numbers.values())))


def _count(text: object) -> Printed:
    number = _printed(text)
    digits_only = re.fullmatch(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+", number.text) is not None  # 1e3 was rounded
    _expect(digits_only, "a count (a whole number in digits, 0 or more)", number)
    return number


def _size(text: object) -> Printed:
    number = _count(text)
    _expect(number.value >= 1, "at least 1", number)
    return number


def _is_proportion(number: Printed) -> bool:
    """Can it be a proportion? Nothing is `<0` or `>1`."""
    return 0 <= number.value <= 1 and (number.bound, number.value) not in {("<", Fraction(0)), (">", Fraction(1))}


def _probability(text: object) -> Printed:
    number = _printed(text)
    _expect(_is_proportion(number) and "%" not in number.text, "a p value between 0 and 1", number)
    return number


def _percent(text: object) -> Printed:
    number = _printed(text)
    _expect("%" in number.text, "a percentage with its % sign", number)
    _expect(_is_proportion(number), "a percentage between 0% and 100%", number)
    return number


def _level(text: object) -> Printed:
    number = _percent(text)
    sensible = Fraction("0.5") <= number.value <= Fraction("0.9999") and not number.bound
    _expect(sensible, "a confidence level from 50% to 99.99%", number)
    return number


def _ratio(text: object) -> Printed:
    number = _printed(text)
    _expect("%" not in number.text, "a ratio, without % sign", number)
    return number


def _positive(text: object) -> Printed:
    number = _ratio(text)
    _expect(number.value > 0 and not number.bound, "a number above 0", number)
    return number


def _limit(text: object) -> Printed:
    number = _ratio(text)
    _expect(number.value >= 0 and not number.bound, "a number of at least 0", number)  # 0.00 rounds a small limit
    return number


def _file_name(text: str) -> str:
    _expect(re.fullmatch(r"\w[\w.-]*\.csv", text) is not None, "the name of a .csv file in this folder", repr(text))
    return text


@dataclass(frozen=True)
class Cell:
    """A count with the percentage printed beside it: `30 (62.5%)`."""

    events: Printed
    percent: Printed

    def __str__(self) -> str:
        return f"{self.events} ({self.percent})"


def _cell(text: object) -> Cell:
    found = re.fullmatch(r"\s*([^\s()]+)\s*\(([^()]+)\)\s*", text) if isinstance(text, str) else None
    if found is None:
        raise PydanticCustomError(
            "expected", "expected a count and its percentage such as 30 (62.5%){got}", {"got": _got(text)}
        )
    return Cell(_count(found[1]), _percent(found[2]))


Number = Annotated[Printed, PlainValidator(_printed)]
PrintedCount = Annotated[Printed, PlainValidator(_count)]
PrintedSize = Annotated[Printed, PlainValidator(_size)]
Probability = Annotated[Printed, PlainValidator(_probability)]
Percent = Annotated[Printed, PlainValidator(_percent)]
Level = Annotated[Printed, PlainValidator(_level)]
Positive = Annotated[Printed, PlainValidator(_positive)]
Limit = Annotated[Printed, PlainValidator(_limit)]
PrintedCell = Annotated[Cell, PlainValidator(_cell)]
Count = Annotated[int, PlainValidator(lambda text: int(_count(text).value))]
Size = Annotated[int, PlainValidator(lambda text: int(_size(text).value))]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, Field(pattern=_SLUG)]
FileName = Annotated[str, AfterValidator(_file_name)]


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
    n: PrintedSize | None = None
    level: Level = Printed.parse("95%")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _expect_in_order({"lower limit": self.lower, "estimate": self.estimate, "upper limit": self.upper})
        return self

    def __str__(self) -> str:
        return f"{self.estimate} ({self.lower} to {self.upper})"


class PrintedPercentage(Model):
    """A percentage, with its numerator and denominator where they are printed."""

    percent: Percent
    events: PrintedCount | None = None
    n: PrintedSize | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.events and self.n:
            _expect(self.events.value <= self.n.value, "events <= n", f"{self.events} of {self.n}")
        return self


class PrintedTotal(Model):
    """A number of trials or people, with its two parts where they are printed."""

    n: PrintedSize
    n_treated: PrintedSize | None = None
    n_control: PrintedSize | None = None


class PrintedBreakdown(Model):
    """A block of a table: counts with percentages of `n`, which add up to `total` (left out: to `n`)."""

    n: PrintedSize
    cells: Annotated[dict[Text, PrintedCell], Field(min_length=1)]
    total: PrintedSize | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        taken = {"n", "total"} & set(self.cells)
        _expect(not taken, "labels other than n and total", ", ".join(taken))
        for label, cell in self.cells.items():
            _expect(cell.events.value <= self.n.value, "counts of at most n", f"{cell.events} of {self.n} ({label})")
        return self

    def table(self) -> pd.DataFrame:
        """A row per cell: `label`, `events` and `n` as integers, `percent` as `Printed`."""
        return pd.DataFrame(
            [
                {"label": label, "events": cell.events.count(), "n": self.n.count(), "percent": cell.percent}
                for label, cell in self.cells.items()
            ]
        )


class PrintedQuartileChange(Model):
    """Medians and quartiles of one quantity in the same patients, before and after, with a paired test's p."""

    n: PrintedSize
    before_median: Number
    before_q1: Number
    before_q3: Number
    after_median: Number
    after_q1: Number
    after_q3: Number
    p: Probability

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for when in ("before", "after"):
            names = [f"{when}_{which}" for which in ("q1", "median", "q3")]
            _expect_in_order(dict(zip(names, self.quartiles(when), strict=True)))
        return self

    def quartiles(self, when: str) -> tuple[Printed, Printed, Printed]:
        """First quartile, median and third quartile `before` or `after`."""
        before = (self.before_q1, self.before_median, self.before_q3)
        after = (self.after_q1, self.after_median, self.after_q3)
        return {"before": before, "after": after}[when]


class PrintedMeanChange(Model):
    """Means and standard deviations of one quantity in the same patients, before and after, with a paired test's p."""

    n: PrintedSize
    before_mean: Number
    before_sd: Positive
    after_mean: Number
    after_sd: Positive
    p: Probability


class PrintedRegression(Model):
    """What is printed about a linear regression as a whole; `k` is the number of its predictors."""

    k: PrintedSize
    r2: Number
    adjusted_r2: Number
    f: Positive
    p: Probability | None = None


class PrintedCoefficient(Model):
    """A coefficient of a linear regression with its confidence interval and p value."""

    estimate: Number
    lower: Number
    upper: Number
    p: Probability

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _expect_in_order({"lower limit": self.lower, "estimate": self.estimate, "upper limit": self.upper})
        return self

    def __str__(self) -> str:
        return f"{self.estimate} ({self.lower} to {self.upper}), p {self.p}"


class PrintedCoefficients(Model):
    """The coefficients of one linear regression by predictor."""

    rows: Annotated[dict[Text, PrintedCoefficient], Field(min_length=1)]

    def table(self) -> pd.DataFrame:
        """A row per predictor: `predictor`, and `estimate`, `lower`, `upper`, `p` as `Printed`."""
        return pd.DataFrame([{"predictor": name, **dict(row)} for name, row in self.rows.items()])


class PrintedSurvivalMedian(Model):
    """A median survival time with its confidence interval."""

    median: Positive
    lower: Positive
    upper: Positive
    n: PrintedSize
    unit: Text
    level: Level = Printed.parse("95%")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _expect_in_order({"lower limit": self.lower, "median": self.median, "upper limit": self.upper})
        return self


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


class BreakdownClaim(_Claim):
    kind: Literal["breakdown"]
    printed: PrintedBreakdown


class CoefficientsClaim(_Claim):
    kind: Literal["coefficients"]
    printed: PrintedCoefficients


class QuartileChangeClaim(_Claim):
    kind: Literal["quartile-change"]
    printed: PrintedQuartileChange


class MeanChangeClaim(_Claim):
    kind: Literal["mean-change"]
    printed: PrintedMeanChange


class RegressionClaim(_Claim):
    kind: Literal["regression"]
    printed: PrintedRegression


class SurvivalMedianClaim(_Claim):
    kind: Literal["survival-median"]
    printed: PrintedSurvivalMedian


AnyClaim = (
    RatioClaim
    | PercentageClaim
    | TotalClaim
    | StatementClaim
    | BreakdownClaim
    | CoefficientsClaim
    | QuartileChangeClaim
    | MeanChangeClaim
    | RegressionClaim
    | SurvivalMedianClaim
)
Claim = Annotated[AnyClaim, Field(discriminator="kind")]
KINDS = [get_args(model.model_fields["kind"].annotation)[0] for model in get_args(AnyClaim)]


def printed_texts(claim: Claim) -> dict[str, str]:
    """The claim's printed numbers by name, as the strings that stand on the page; none that we assume."""
    if isinstance(claim.printed, dict):
        numbers: dict[str, Any] = claim.printed
    else:
        given = claim.printed.model_fields_set
        numbers = {name: number for name, number in claim.printed if name in given and number is not None}
    return {name: str(number) for name, number in _flat(numbers)}


def _flat(numbers: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a claim holds, with the rows of a table in it under names of their own."""
    for name, number in numbers.items():
        if isinstance(number, dict):
            yield from number.items()
        else:
            yield name, number


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
    n_treated: Size
    events_control: Count
    n_control: Size
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
    counted: Literal["randomised", "analysed", "matched"]
    n_treated: Size
    n_control: Size
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


class TwoMeansRow(Model):
    """Mean and standard deviation of one quantity in two groups, with the p value printed beside them."""

    id: Slug
    study: Text
    source: Text
    variable: Text
    sample: Text
    mean_first: Number
    sd_first: Positive
    n_first: Size
    mean_second: Number
    sd_second: Positive
    n_second: Size
    p: Probability
    seen_in: Text
    note: str


class SurvivalRow(Model):
    """Survival of two arms at one time, with the p value printed for the whole curves."""

    id: Slug
    study: Text
    source: Text
    endpoint: Text
    years: Size
    treated: Percent
    control: Percent
    n_treated: Size
    n_control: Size
    p: Probability
    seen_in: Text
    note: str


class ChecklistRow(Model):
    """One item of a reporting guideline: what it asks for, and what the document gives of it."""

    id: Slug
    item: Size
    name: Text
    asks: Text
    given: Text
    source: Text
    seen_in: Text


class NeedRow(Model):
    """A quantity without which one claim cannot be checked, and the checklist item that asks for it, if one does."""

    id: Slug
    claim: Slug
    item: Slug | None = None
    quantity: Text


class FactRow(Model):
    """Something a source says that is no number, in our words."""

    id: Slug
    source: Text
    says: Text
    seen_in: Text


ROWS: dict[str, type[Model]] = {
    "two-arms": TwoArmsRow,
    "ratios": RatioRow,
    "arm-sizes": ArmSizesRow,
    "numbers": NumberRow,
    "two-means": TwoMeansRow,
    "survival-rates": SurvivalRow,
    "checklist": ChecklistRow,
    "needs": NeedRow,
    "facts": FactRow,
}


# ------------------------------------------------------------------------------------------- documents


def _rows(name: str) -> str:
    _expect(name in ROWS, f"one of {', '.join(ROWS)}", repr(name))
    return name


class TableEntry(Model):
    file: FileName
    rows: Annotated[str, AfterValidator(_rows)]
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
    card = load_yaml(folder / "document.yaml", DocumentCard)
    claims = load_yaml(folder / "claims.yaml", ClaimsFile).claims
    rows = {name: load_rows(folder / entry.file, ROWS[entry.rows]) for name, entry in card.tables.items()}
    return Document(folder.name, card, {claim.id: claim for claim in claims}, rows)


# ------------------------------------------------------------------------------------ reading the files


def load_yaml(path: Path, model: type[M]) -> M:
    """A YAML file as this model has it.

    Raises
    ------
    DataError : at the first thing that is not as it should be.
    """
    content = read_yaml(path)
    try:
        parsed = model.model_validate(content)
    except ValidationError as error:
        raise _fault(path, content, error.errors()[0]) from None
    for line, field, expected in _duplicates(content):
        raise DataError(path, line, field, expected)
    return parsed


def load_json(path: Path, model: type[M]) -> M:
    """A JSON file as this model has it.

    Raises
    ------
    DataError : at the first thing that is not as it should be.
    """
    try:
        return model.model_validate_json(read_text(path))
    except ValidationError as error:
        details = error.errors()[0]
    if details["type"] == "json_invalid":
        problem, _, place = details["ctx"]["error"].rpartition(" at line ")
        raise DataError(path, int(place.split()[0]), "file", f"expected JSON ({problem})")
    raise _fault(path, read_yaml(path), details)  # JSON is YAML, whose reader knows the lines


def _fault(path: Path, content: Any, details: ErrorDetails) -> DataError:
    location = _location(details)
    return DataError(path, line_of(content, location), _dotted(location) or "file", _expected(details))


def _location(details: ErrorDetails) -> list[int | str]:
    """Where in the file something is wrong.

    Pydantic puts a claim's kind behind its number, as a level of its own; the file has no such level. Of a claim
    whose kind is wrong it names only the number; behind a wrong key it puts a level that says so.
    """
    loc = [part for part in details["loc"] if part != "[key]"]
    location = [
        part for before, part in zip((None, *loc), loc, strict=False) if not (isinstance(before, int) and part in KINDS)
    ]
    return [*location, "kind"] if details["type"].startswith("union_tag") else location


def _duplicates(content: Any) -> Iterator[tuple[int, str, str]]:
    seen: dict[str, int] = {}
    for i, claim in enumerate(content.get("claims", [])):
        line = line_of(content, ["claims", i, "id"])
        if claim["id"] in seen:
            yield line, f"claims[{i}].id", f"expected a new id, got {claim['id']!r} of line {seen[claim['id']]} again"
        seen[claim["id"]] = line


def _dotted(location: list[int | str]) -> str:
    return re.sub(r"\.\[", "[", ".".join(f"[{part}]" if isinstance(part, int) else part for part in location))


def _expected(details: ErrorDetails) -> str:
    """What was expected, from what pydantic says was wrong."""
    match details["type"]:
        case "missing":
            return "expected this field, which is missing"
        case "extra_forbidden":
            return "expected no field of this name"
        case "union_tag_invalid" | "union_tag_not_found":
            return f"expected one of {', '.join(KINDS)}"
        case "literal_error":
            expected = details["ctx"]["expected"]
        case "string_pattern_mismatch":
            pattern = details["ctx"]["pattern"]
            expected = "lower-case words joined by hyphens" if pattern == _SLUG else f"text that matches {pattern}"
        case "string_too_short":
            return "expected some text, got none"
        case "string_type":
            expected = "text, in quotes where it looks like something else"
        case "too_short":
            return f"expected a list of at least {details['ctx']['min_length']}, got none"
        case "list_type":
            expected = "a list"
        case "model_type" | "model_attributes_type" | "dict_type":
            expected = "fields with their values"
        case "invalid_key":
            expected = "a field's name, in quotes where it looks like something else"
        case "printed" | "expected":
            return details["msg"]
        case _:
            return f"expected a valid value ({details['msg']})"
    return f"expected {expected}{_got(details['input'])}"


def _got(value: object) -> str:
    """What was there instead, where it is short."""
    return "" if isinstance(value, dict | list) else f", got {value!r}"


def load_rows(path: Path, model: type[M], context: object = None) -> dict[str, M]:
    """The rows of a CSV file, one model each, by `id`; the model's validators are given the context.

    Raises
    ------
    DataError : at the first thing that is not as it should be.
    """
    fields = list(model.model_fields)
    optional = [name for name, field in model.model_fields.items() if not field.is_required()]
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: dict[str, M] = {}
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
                raise DataError(path, line, "row", f"expected {len(header)} cells, got {len(cells) or 'a blank line'}")
            cells_by_name = zip(header, cells, strict=True)
            values = {name: cell for name, cell in cells_by_name if cell.strip() or name not in optional}
            try:
                row = model.model_validate(values, context=context)
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
