"""The directive `rederive-errata`: every correction of something published, from `book/errata.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from docutils import nodes
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from sphinx.util.docutils import SphinxDirective

from rederive.claims import DataError, Model, Text, load_yaml

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NONE = "None so far: no statement of a released version has been corrected."


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        message = "expected a date such as 2030-01-31, got {got}"
        raise PydanticCustomError("expected", message, {"got": repr(text)}) from None
    return text


class Erratum(Model):
    """A statement of ours that was published and then corrected.

    Attributes
    ----------
    date : of the correction.
    version : the last that said it.
    place : a claim by its full id, or a page and its section.
    said, says : what stood there, and what stands there now.
    reported_by : a name, or what else whoever found it wants to be called.
    verdicts : which verdicts it changed, from what to what; or that it changed none.
    """

    date: Annotated[Text, AfterValidator(_day)]
    version: Text
    place: Text
    said: Text
    says: Text
    reported_by: Text
    verdicts: Text


class ErrataFile(Model):
    errata: list[Erratum]


def listed(errata: Iterable[Erratum]) -> nodes.Element:
    """The corrections, the latest first; or a sentence that there are none."""
    found = nodes.definition_list()
    for erratum in sorted(errata, key=lambda erratum: erratum.date, reverse=True):
        told = {
            "It said": erratum.said,
            "It says": erratum.says,
            "Verdicts changed": erratum.verdicts,
            "Reported by": erratum.reported_by,
        }
        lines = [nodes.list_item("", nodes.paragraph("", f"{what}: {text}")) for what, text in told.items()]
        heading = nodes.term("", f"{erratum.date}, {erratum.place}, up to version {erratum.version}")
        found += nodes.definition_list_item("", heading, nodes.definition("", nodes.bullet_list("", *lines)))
    return found if found.children else nodes.paragraph("", NONE)


class Errata(SphinxDirective):
    """All corrections."""

    def run(self) -> list[nodes.Node]:
        file = Path(self.env.srcdir, "book", "errata.yaml")
        self.env.note_dependency(str(file))
        try:
            return [listed(load_yaml(file, ErrataFile).errata)]
        except DataError as error:
            raise self.error(str(error)) from None


def setup(app: Sphinx) -> None:
    app.add_directive("rederive-errata", Errata)
