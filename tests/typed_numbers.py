"""What the numbers typed into prose are: each one is on its page's list, found by place, and compared with its source.

A page's list (`tests/typed/<name>.yaml`) goes by heading. `words` are a piece of the text under that heading which is
there once and holds the numbers that the entry speaks of:

    Does an odds ratio of 0.73 mean 27% fewer deaths?:
      - {words: of 0.73 mean 27%, claim: [overall-or/estimate, overall-reduction/percent]}

A list of sources gives each number its own; a single source goes for all of them.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from inspect import signature
from pathlib import Path
from pydoc import locate
from statistics import NormalDist
from typing import Any, Self

from pydantic import RootModel, model_validator

from prose import Passage, Typed, typed_numbers
from rederive.claims import Model, Text, load_yaml
from rederive.printed import Printed, UnreadableNumber


class Entry(Model):
    """What the numbers of one passage are; exactly one of the fields beside `words`.

    claim : the document prints it (claim/name).
    row : a table of the data folder holds it (table/id/column).
    no_claim : it is on the document's list of numbers that are no claims.
    worked : a formula that gives it.
    test : a test that works it out again; it names the number, or reads what the chapter says.
    said : the run says it in these words, which are not typed.
    code : the code of the chapter sets it in these words.
    convention : a definition or convention, and which.
    """

    words: Text
    claim: Text | list[Text] | None = None
    row: Text | list[Text] | None = None
    no_claim: Text | list[Text] | None = None
    worked: Text | list[Text] | None = None
    test: Text | None = None
    said: Text | None = None
    code: Text | None = None
    convention: Text | None = None

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if len(self.model_fields_set) != 2:
            raise ValueError("expected `words` and one other field")
        return self

    @property
    def kind(self) -> str:
        (kind,) = self.model_fields_set - {"words"}
        return kind


TypedNumbers = dict[str, list[Entry]]
"""What is typed into a page, by heading."""


def load_list(path: Path) -> TypedNumbers:
    """Load and validate a list; a mistake in it is told with its line."""
    return load_yaml(path, RootModel[TypedNumbers]).root


@dataclass(frozen=True)
class Sources:
    """What typed numbers are compared with; each may be left out where a page has none of the kind."""

    claims: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    card: Any = None
    tests: str = ""
    said: str = ""
    code: str = ""

    def find(self, kind: str, path: str) -> Any:
        """What stands at the end of a path such as `overall-or/estimate`."""
        first, *rest = path.split("/")
        found = (self.claims if kind == "claim" else self.rows)[first]
        if kind == "claim":
            found = found.printed
        for name in rest:
            found = found[name] if isinstance(found, dict) else getattr(found, name)
        return found

    def names(self) -> dict[str, Any]:
        """What formulas may use: what is printed, counts of it, the library by its names, and mathematics."""

        def exact(found: Any) -> Any:
            return found.value if isinstance(found, Printed) else found

        return {
            "claim": lambda path: exact(self.find("claim", path)),
            "row": lambda path: exact(self.find("row", path)),
            "claims_of": lambda kind: sum(
                kind in {claim.kind, getattr(claim.printed, "measure", "")} for claim in self.claims.values()
            ),
            "studies": lambda table: len({row.study for row in self.rows[table].values()}),
            "rows_of": lambda table, study: sum(row.study == study for row in self.rows[table].values()),
            "rows": self.rows,
            "card": self.card,
            "default": lambda function, name: signature(locate(function)).parameters[name].default,
            "library": locate,
            "quantile": NormalDist().inv_cdf,
            **vars(math),
        }


def _fits(typed: Typed, kind: str, source: str, sources: Sources) -> bool:
    """Is the typed number what the entry says that it is?

    Raises
    ------
    LookupError, AttributeError, TypeError : if the source leads nowhere.
    """
    match kind:
        case "convention":
            return True
        case "test":
            body = re.search(rf"^def {source}\(.*?(?=^\S|\Z)", sources.tests, re.MULTILINE | re.DOTALL)
            return body is not None and ("SOURCE" in body[0] or "said" in body[0] or _holds(typed, body[0]))
        case "said":
            return source in sources.said and _holds(typed, source)
        case "code":
            value = typed.printed().value
            return source in sources.code and bool({value, value * 100} & _values(source))  # 10%: 0.1, or percent=10
        case "no_claim":
            return any(str(entry.number) == source for entry in sources.card.no_claims) and _holds(typed, source)
        case "worked":
            return typed.printed().prints(eval(source, sources.names()))  # our own lists, not input
        case _:
            return _is_printed_alike(typed, sources.find(kind, source))


def _values(text: str) -> set[Fraction]:
    return {number.printed().value for number in typed_numbers(Passage("", 0, text))}


def _holds(typed: Typed, text: str) -> bool:
    return typed.printed().value in _values(text)


def _is_printed_alike(typed: Typed, there: Any) -> bool:
    """Is the typed number as the data have it: digit for digit, or among the numbers of a text?"""
    number = typed.printed()
    if isinstance(there, str):
        return _holds(typed, there)
    if isinstance(there, Printed):
        return (number.value, number.unit, number.bound) == (there.value, there.unit, there.bound)
    return number.prints(there)


def held_by(entry: Entry, here: list[Passage]) -> list[list[Typed]]:
    """The numbers that an entry speaks of, at each place where its words stand; a passage of just these words is it."""
    if alone := [passage for passage in here if passage.text == entry.words]:
        return [typed_numbers(passage) for passage in alone]
    pattern = re.compile(r"(?<![\w.])" + r"\s+".join(map(re.escape, entry.words.split())) + r"(?![\w]|\.\d)")
    return [
        [x for x in typed_numbers(passage) if place.start() <= x.start and x.end <= place.end()]
        for passage in here
        for place in pattern.finditer(passage.text)
    ]


def _complaint_about(entry: Entry, held: list[Typed], sources: Sources, prose: str) -> str:
    """What is wrong with the numbers an entry speaks of; nothing if they are what it says."""
    given = getattr(entry, entry.kind)
    if not held:
        return "holds no number"
    if isinstance(given, list) and len(given) != len(held):
        return f"holds {len(held)} numbers, and {len(given)} sources are given"
    if entry.kind in {"said", "code"} and given in prose:
        return f"{entry.kind} {given}: is typed itself"
    for number, source in zip(held, given if isinstance(given, list) else [given] * len(held), strict=True):
        try:
            fits = _fits(number, entry.kind, source, sources)
        except (LookupError, AttributeError, TypeError, UnreadableNumber) as error:
            return f"{entry.kind} {source}: leads nowhere ({error})"
        if not fits:
            return f"{number.text} is not what is there: {entry.kind} {source}"
    return ""


def complaints(page: str, passages: list[Passage], listed: TypedNumbers, sources: Sources) -> list[str]:
    """Typed numbers that no entry speaks of, and entries that do not hold; nothing if every number is accounted for."""
    found: list[str] = []
    accounted: set[Typed] = set()
    prose = "\n".join(" ".join(passage.text.split()) for passage in passages)
    for heading, entries in listed.items():
        here = [passage for passage in passages if passage.heading == heading]
        for entry in entries:
            about = f"{page}: {heading!r}: {entry.words!r}"
            places = held_by(entry, here)
            if len(places) != 1:
                found.append(f"{about} is there {len(places)} times; give words that are there once, or take it out")
                continue
            (held,) = places
            if complaint := _complaint_about(entry, held, sources, prose):
                found.append(f"{about} {complaint}")
            found += [f"{about}: {number.text} has an entry already" for number in held if number in accounted]
            accounted.update(held)
    return found + [
        f"{page}:{number.line}: {number.text} is typed ({number.around()}): compute it, or say on the page's list, "
        f"under {number.passage.heading!r}, what it is"
        for passage in passages
        for number in typed_numbers(passage)
        if number not in accounted
    ]
