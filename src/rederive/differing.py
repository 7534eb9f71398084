"""Which verdicts, numbers and words of the results differ between two builds: what a reviewer asks of any change.

Results are compared as `claims.json` has them, not as today's models do: older results lack fields. What only one side
has of every record cannot be compared, and the report says so.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, takewhile
from operator import eq
from typing import Any

from rederive.printed import Printed, UnreadableNumber

Record = Mapping[str, Any]
Results = Mapping[str, Any]

NAMES = ("id", "slug", "document")
"""Fields that say what a record is about."""

SAID_IN_NUMBERS = {"printed_words": "printed", "recomputed_words": "recomputed"}
"""Words that only say again what the numbers of another field say."""

FIRST = ("verdict", "printed", "recomputed")
"""Fields that are told of before all others, which are words."""

WIDTH = 110
BESIDE = 6  # words shown on either side of those that changed


@dataclass(frozen=True)
class Change:
    """Something that is no longer as it was.

    Attributes
    ----------
    about : the claim's id, or the document's slug.
    field : `verdict`, `printed`, `recomputed`, or the field of changed words.
    name : which number of the field; empty for words.
    before, after : a number, a text; None where only the other side has it.
    """

    about: str
    field: str
    name: str
    before: float | str | None
    after: float | str | None

    @property
    def absolute(self) -> float | None:
        """After less before, if both are numbers."""
        before, after = _number(self.before), _number(self.after)
        return None if before is None or after is None else after - before

    @property
    def relative(self) -> float | None:
        """The same as a share of what was before, if that is not 0 and neither is infinite."""
        before, absolute = _number(self.before), self.absolute
        return absolute / abs(before) if before and absolute is not None and math.isfinite(absolute) else None


@dataclass(frozen=True)
class Differences:
    """What differs between two results.

    Attributes
    ----------
    claims : the number of claims on either side together.
    added, removed : ids of the claims that only one side has.
    changes : of the claims that both have, each with its verdict first.
    documents : changes about documents.
    uncompared : fields that only one side has.
    """

    claims: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: tuple[Change, ...]
    documents: tuple[Change, ...]
    uncompared: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changes or self.documents)


def differences(before: Results, after: Results) -> Differences:
    """What differs between two results, each as its `claims.json` has them; the order of records does not count."""
    old, new = _by_name(before["claims"], "id"), _by_name(after["claims"], "id")
    old_documents, new_documents = _by_name(before["documents"], "slug"), _by_name(after["documents"], "slug")
    changes = [change for name, record in old.items() if name in new for change in _changes(name, record, new[name])]
    about = [
        change
        for name in old_documents | new_documents
        for change in _of_document(name, old_documents.get(name), new_documents.get(name))
    ]
    return Differences(
        claims=len(old | new),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changes=tuple(changes),
        documents=tuple(about),
        uncompared=tuple(sorted({*_fields_of_one(old, new), *_fields_of_one(old_documents, new_documents)})),
    )


def _by_name(records: list[Record], key: str) -> dict[str, Record]:
    return {record[key]: record for record in records}


def _fields_of_one(old: Mapping[str, Record], new: Mapping[str, Record]) -> set[str]:
    """Fields that some record has only before, or only after."""
    return {field for name in old if name in new for field in old[name].keys() ^ new[name].keys()}


def _of_document(name: str, old: Record | None, new: Record | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(name, "title", "", *(None if record is None else record["title"] for record in (old, new)))
    else:
        yield from _changed_words(name, old, new, ())


def _changes(name: str, old: Record, new: Record) -> Iterator[Change]:
    """What changed of a claim."""
    if "verdict" in old and "verdict" in new and old["verdict"] != new["verdict"]:
        yield Change(name, "verdict", "", old["verdict"], new["verdict"])
    numbers = [*_changed_texts(name, old, new), *_changed_values(name, old, new)]
    yield from numbers
    told = {words for words, field in SAID_IN_NUMBERS.items() if any(change.field == field for change in numbers)}
    yield from _changed_words(name, old, new, (*FIRST, *told))


def _changed_words(name: str, old: Record, new: Record, but: tuple[str, ...]) -> Iterator[Change]:
    for field in old:
        if field in new and field not in (*NAMES, *but) and old[field] != new[field]:
            yield Change(name, field, "", _text(old[field]), _text(new[field]))


def _text(content: object) -> str:
    return "; ".join(map(str, content)) if isinstance(content, list) else str(content)


def _changed_texts(name: str, old: Record, new: Record) -> Iterator[Change]:
    """Printed numbers, which are strings: 0.9 is not 0.90."""
    if "printed" in old and "printed" in new:
        before, after = old["printed"], new["printed"]
        for number in before | after:
            if before.get(number) != after.get(number):
                yield Change(name, "printed", number, before.get(number), after.get(number))


def _changed_values(name: str, old: Record, new: Record) -> Iterator[Change]:
    """Recomputed numbers; an interval by its ends."""
    if "recomputed" in old and "recomputed" in new:
        before, after = old["recomputed"], new["recomputed"]
        for number in before | after:
            values = [side.get(number) for side in (before, after)]
            places = (", lower end", ", upper end") if any(isinstance(value, list) for value in values) else ("",)
            ends = [_ends(side[number]) if number in side else (None, None) for side in (before, after)]
            for place, one, other in zip(places, *ends, strict=False):  # a number is both its ends
                if one != other:
                    yield Change(name, "recomputed", f"{number}{place}", one, other)


def _ends(value: Any) -> tuple[float, float]:
    """A recomputed value by its ends; null is infinite."""
    match value:
        case [lower, upper]:
            return -math.inf if lower is None else lower, math.inf if upper is None else upper
        case None:
            return math.inf, math.inf
    return value, value


def _number(content: float | str | None) -> float | None:
    """A number's value, a printed one's too."""
    if isinstance(content, str):
        try:
            return float(Printed.parse(content))
        except UnreadableNumber:
            return None
    return content


# ----------------------------------------------------------------------------------------- told to a reader


def report(found: Differences) -> str:
    """The differences for a terminal: a line that sums them up, then verdicts, claims, numbers and words."""
    return "\n".join([_summary(found), *_paragraphs(found)]) + "\n"


def _summary(found: Differences) -> str:
    if not found:
        return f"no result differs ({_counted(found.claims, 'claim')})"
    of = Counter(change.field if change.field in FIRST else "words" for change in found.changes)
    counts = {
        "verdict": of["verdict"],
        "added claim": len(found.added),
        "removed claim": len(found.removed),
        "printed number": of["printed"],
        "recomputed number": of["recomputed"],
        "text": of["words"],
        "document text": len(found.documents),
    }
    differing = len({*found.added, *found.removed, *(change.about for change in found.changes)})
    verb = "differs" if differing == 1 else "differ"
    told = ", ".join(_counted(count, what) for what, count in counts.items() if count)
    return f"{differing} of {_counted(found.claims, 'claim')} {verb}: {told}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _paragraphs(found: Differences) -> Iterator[str]:
    verdicts = [change for change in found.changes if change.field == "verdict"]
    numbers = [change for change in found.changes if change.field in ("printed", "recomputed")]
    words = [change for change in found.changes if change.field not in FIRST]
    yield from _titled("Verdicts", [f"{change.about}: {change.before} → {change.after}" for change in verdicts])
    yield from _titled("Added claims", found.added)
    yield from _titled("Removed claims", found.removed)
    yield from _titled("Numbers", _by_subject(numbers, _told_number))
    yield from _titled("Words", _by_subject(words, _told_words))
    yield from _titled("Documents", _by_subject(found.documents, _told_words))
    if found.uncompared:
        yield from ("", f"Not compared, as only one side has them: {', '.join(found.uncompared)}")


def _titled(title: str, lines: Iterable[str]) -> list[str]:
    indented = [f"  {line}" for line in lines]
    return ["", title, *indented] if indented else []


def _by_subject(changes: Iterable[Change], told: Callable[[Change], Iterable[str]]) -> Iterator[str]:
    for about, of_it in groupby(sorted(changes, key=lambda change: change.about), key=lambda change: change.about):
        yield about
        yield from (f"  {line}" for change in of_it for line in told(change))


def _told_number(change: Change) -> Iterator[str]:
    by = ""
    if change.absolute is not None:
        relative = "" if change.relative is None else f", {_shown(100 * change.relative, '+.3g')}%"
        by = f" ({_shown(change.absolute, '+.3g')}{relative})" if change.absolute else " (the same value)"
    yield f"{change.field} {change.name}: {_shown(change.before)} → {_shown(change.after)}{by}"


def _shown(content: float | str | None, spec: str = ".6g") -> str:
    if content is None:
        return "none"
    return content if isinstance(content, str) else re.sub("^-", "−", format(content, spec)).replace("inf", "∞")


def _told_words(change: Change) -> Iterator[str]:
    yield change.field.replace("_", " ")
    for sign, text in zip("−+", _excerpts(change.before, change.after), strict=True):
        yield from textwrap.wrap(
            text, WIDTH, initial_indent=f"  {sign} ", subsequent_indent="    ", break_on_hyphens=False
        )


def _excerpts(before: float | str | None, after: float | str | None) -> list[str]:
    """Both texts without the words that they begin and end with alike, but for a few beside what changed."""
    texts = [_shown(text).split() for text in (before, after)]
    same = _alike(*texts)
    same_at_end = min(_alike(*(text[::-1] for text in texts)), *(len(text) - same for text in texts))
    start, rest = max(same - BESIDE, 0), max(same_at_end - BESIDE, 0)
    return [
        " ".join(["…"] * (start > 0) + text[start : len(text) - rest] + ["…"] * (rest > 0)) or "nothing"
        for text in texts
    ]


def _alike(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    return len([*takewhile(lambda same: same, map(eq, one, other))])
