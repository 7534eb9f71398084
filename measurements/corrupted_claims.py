"""Every slip of the pen in every printed number of the documents' claims, and what the checks make of each."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from changed_books import Change, ChangedBooks, Place, Run
from pydantic import ValidationError
from tqdm import tqdm

from rederive.calibration import corruptions as slips
from rederive.checks.ratios import judge_ratio
from rederive.claims import BreakdownClaim, Claim, CoefficientsClaim, Document, PrintedRatio, RatioClaim, printed_texts
from rederive.verdicts import Verdict

SEED = 20260401
OUTCOMES = (
    "refused",
    "contradicted",
    "elsewhere",
    "other verdict",
    "stopped",
    "other verdict elsewhere",
    "numbers only",
    "unchanged",
)
SLIPS = (
    "last digit",
    "last-but-one digit",
    "leading digit",
    "digits transposed",
    "decimal point moved",
    "minus lost",
    "minus gained",
    "bound lost",
)
"""What befalls one number."""

CAUGHT = ("refused", "contradicted", "elsewhere")
ARMS = (
    ("n_treated", "n_control"),
    ("fall-treated", "fall-control"),
    ("alive-treated", "alive-control"),
    ("treated", "control"),
    ("with", "without"),
    *((f"before_{what}", f"after_{what}") for what in ("median", "q1", "q3", "mean", "sd")),
)


@dataclass(frozen=True)
class PrintedNumber:
    """One printed number of a claim: its name, its text, its place in the file, and what stands there around it."""

    name: str
    text: str
    place: Place
    around: str = "{}"

    def edit(self, text: str) -> dict[Place, str]:
        return {self.place: self.around.format(text)}


@dataclass(frozen=True)
class Corruption:
    """A corruption of a claim: its kind, the numbers it changes, what is then printed, and the texts in the file."""

    kind: str
    numbers: tuple[str, ...]
    printed: str
    texts: dict[Place, str]


def printed_numbers(claim: Claim, position: int) -> list[PrintedNumber]:
    """The numbers that a claim prints, in the order of the file."""
    at: Place = ("claims", position, "printed")
    if isinstance(claim, BreakdownClaim):
        sizes = [(name, getattr(claim.printed, name)) for name in ("n", "total")]
        numbers = [PrintedNumber(name, str(size), (*at, name)) for name, size in sizes if size is not None]
        for label, cell in claim.printed.cells.items():
            place = (*at, "cells", label)
            numbers.append(PrintedNumber(f"{label}: count", str(cell.events), place, f"{{}} ({cell.percent})"))
            numbers.append(PrintedNumber(f"{label}: percent", str(cell.percent), place, f"{cell.events} ({{}})"))
        return numbers
    if isinstance(claim, CoefficientsClaim):
        return [
            PrintedNumber(f"{name}: {what}", str(number), (*at, "rows", name, what))
            for name, row in claim.printed.rows.items()
            for what, number in row
        ]
    if isinstance(claim.printed, dict):
        return [PrintedNumber(name, str(number), (*at, name)) for name, number in claim.printed.items()]
    return [
        PrintedNumber(name, str(number), (*at, name))
        for name, number in claim.printed
        if number is not None and name in claim.printed.model_fields_set and name not in {"measure", "unit"}
    ]


def corruptions_of(slug: str, claim: Claim, position: int) -> Iterator[Corruption]:
    """All corruptions of a claim that are tried; the same ones every time."""
    numbers = printed_numbers(claim, position)
    for number in numbers:
        for kind, text in slips_of(number.text, f"{slug}/{claim.id}/{number.name}"):
            yield Corruption(kind, (number.name,), text, number.edit(text))
    by_name = {number.name: number for number in numbers}
    pairs = [(one, other) for one, other in ARMS if {one, other} <= set(by_name)]
    if pairs:
        texts: dict[Place, str] = {}
        for one, other in pairs:
            texts |= by_name[one].edit(by_name[other].text) | by_name[other].edit(by_name[one].text)
        names = tuple(name for pair in pairs for name in pair)
        if any(by_name[one].text != by_name[other].text for one, other in pairs):
            yield Corruption("arms swapped", names, " and ".join(texts.values()), texts)
    if isinstance(claim, RatioClaim):
        yield from _ratio_turned_over(by_name)
    if isinstance(claim, BreakdownClaim):
        yield from _lines_mixed_up(claim, numbers)
    yield from _standard_errors(by_name)


def slips_of(text: str, name: str) -> Iterator[tuple[str, str]]:
    """What becomes of one printed number: kinds of slips, and texts; where there are several of a kind, one is drawn.

    Of last and last-but-one digits there are two: the digit one higher or lower, and any other.
    """
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    digits = [int(character) for character in text.partition("e")[0] if character.isdigit()]
    drawn: dict[str, list[str | None]] = {
        "last digit": [_step(text, 0, digits, rng), slips.last_digit(text, rng)],
        "last-but-one digit": [_step(text, 1, digits, rng), slips.last_but_one_digit(text, rng)],
        "leading digit": [slips.leading_digit(text, rng)],
        "digits transposed": [_one_of([slips.transpose(text, place) for place in range(len(digits) - 1)], rng)],
        "decimal point moved": [_one_of([slips.move_point(text, places) for places in (-1, 1)], rng)],
        "minus lost": [slips.lose_minus(text)],
        "minus gained": [slips.gain_minus(text)],
        "bound lost": [slips.lose_bound(text)],
    }
    for kind, texts in drawn.items():
        yield from ((kind, changed) for changed in dict.fromkeys(texts) if changed is not None)


def _step(text: str, place: int, digits: list[int], rng: np.random.Generator) -> str | None:
    """A digit becomes the next higher or lower one."""
    if place >= len(digits):
        return None
    nearby = [digits[-1 - place] + step for step in (-1, 1)]
    return _one_of([slips.change_digit(text, place, to) for to in nearby if 0 <= to <= 9], rng)


def _one_of(texts: list[str | None], rng: np.random.Generator) -> str | None:
    possible = [text for text in texts if text is not None]
    return possible[rng.integers(len(possible))] if possible else None


def _ratio_turned_over(numbers: dict[str, PrintedNumber]) -> Iterator[Corruption]:
    """The other arm's ratio to this one: all three numbers turned over, the limits exchanged."""
    names = {"estimate": "estimate", "lower": "upper", "upper": "lower"}
    turned = {name: slips.turn_over(numbers[of].text) for name, of in names.items()}
    texts = {numbers[name].place: text for name, text in turned.items() if text is not None}
    if len(texts) == len(names):
        yield Corruption("arms swapped", tuple(names), " and ".join(texts.values()), texts)


def _lines_mixed_up(claim: BreakdownClaim, numbers: list[PrintedNumber]) -> Iterator[Corruption]:
    """Neighbouring lines of a table: labels exchanged, or the percentage of one printed beside the other's count."""
    lines = list(claim.printed.cells.items())
    for (label, cell), (other_label, other) in pairwise(lines):
        place, other_place = (next(n.place for n in numbers if n.name == f"{x}: count") for x in (label, other_label))
        if str(cell) != str(other):
            names = tuple(f"{x}: {what}" for x in (label, other_label) for what in ("count", "percent"))
            texts = {place: str(other), other_place: str(cell)}
            yield Corruption("lines swapped", names, " and ".join(texts.values()), texts)
        if str(cell.percent) != str(other.percent):
            text = f"{cell.events} ({other.percent})"
            yield Corruption("percentage of the next line", (f"{label}: percent",), str(other.percent), {place: text})


def _standard_errors(numbers: dict[str, PrintedNumber]) -> Iterator[Corruption]:
    """A standard error printed where the standard deviation belongs."""
    if "n" not in numbers:
        return
    n = int(numbers["n"].text.replace(",", ""))
    for name, number in numbers.items():
        changed = slips.sd_as_se(number.text, n) if name.endswith("_sd") else None
        if changed is not None:
            yield Corruption("standard error for deviation", (name,), changed, number.edit(changed))


def outcome(claim: str, unchanged: Run, changed: Run) -> str:
    """What became of a corrupted claim: the first of `OUTCOMES` that applies."""
    if changed.refused:
        return "refused"
    verdicts = {name: record["verdict"] for name, record in unchanged.records.items()}
    new = {name: record["verdict"] for name, record in changed.records.items() if record["verdict"] != verdicts[name]}
    if new.get(claim) == Verdict.CONTRADICTED:
        return "contradicted"
    if Verdict.CONTRADICTED in new.values():
        return "elsewhere"
    if claim in new:
        return "other verdict"
    if changed.stopped:
        return "stopped"
    if new:
        return "other verdict elsewhere"
    return "unchanged" if _found(changed) == _found(unchanged) else "numbers only"


def _found(run: Run) -> dict[str, dict[str, object]]:
    """What was found about the claims, less the numbers that they print."""
    return {name: {k: v for k, v in record.items() if k != "printed"} for name, record in run.records.items()}


def all_corruptions(document: Document) -> list[tuple[Claim, Corruption]]:
    """All corruptions of all claims of a document, in the order of its file."""
    return [
        (claim, corruption)
        for position, claim in enumerate(document.claims.values())
        for corruption in corruptions_of(document.slug, claim, position)
    ]


def corrupted_claims(chapter: str, document: Document, which: slice) -> Iterator[dict[str, str]]:
    """Corruptions of the claims of a document, with what became of them; all, or some of the list."""
    with ChangedBooks(chapter, showing=False) as books:
        runs: dict[tuple[tuple[Place, str], ...], tuple[str, str]] = {}
        for claim, corruption in tqdm(all_corruptions(document)[which], desc=chapter, mininterval=10):
            change = Change(f"data/{document.slug}/claims.yaml", corruption.texts)
            key = (*corruption.texts.items(),)
            if key not in runs:
                watched = claim.id if books.findings[claim.id].verdict is not Verdict.CONTRADICTED else ""
                run = books.run(change, until_contradicted=watched)
                runs[key] = outcome(claim.id, books.unchanged, run), run.refused or run.stopped
            finding = books.findings[claim.id]
            constrained = finding.constrained or finding.recomputes is not None
            about = {"document": document.slug, "claim": claim.id, "kind": claim.kind}
            judged = {"verdict": str(finding.verdict), "constrained": "yes" if constrained else "no"}
            found, error = runs[key]
            yield about | judged | _told(corruption) | {"outcome": found, "error": error}


def _told(corruption: Corruption) -> dict[str, str]:
    numbers = "; ".join(corruption.numbers)
    return {"corruption": corruption.kind, "numbers": numbers, "printed": corruption.printed}


def ratios_alone(document: Document) -> Iterator[dict[str, str]]:
    """The same corruptions of ratios, judged by the ratio's own numbers alone, without the source beside them."""
    for claim, corruption in all_corruptions(document):
        if not isinstance(claim, RatioClaim):
            continue
        changed = {str(place[-1]): text for place, text in corruption.texts.items()}
        try:
            finding = judge_ratio(PrintedRatio.model_validate(printed_texts(claim) | changed))
            found = "contradicted" if finding.verdict is Verdict.CONTRADICTED else "numbers only"
        except ValidationError:
            found = "refused"
        about = {"document": document.slug, "claim": claim.id, "kind": "ratio, without its source"}
        judged = {"verdict": str(judge_ratio(claim.printed).verdict), "constrained": "yes"}
        yield about | judged | _told(corruption) | {"outcome": found, "error": ""}
