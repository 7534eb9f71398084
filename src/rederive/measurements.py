"""What was measured about the checks themselves, at full size and beforehand: stored tables, and errors that say where.

The data folder of a chapter about the checks holds `measurements.yaml` in place of `document.yaml`. It names CSV files,
says what made each of them, and gives every column a type.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, PlainValidator, create_model

from rederive.claims import Count, DataError, FileName, Model, Slug, Text, load_rows, load_yaml
from rederive.files import MEASUREMENTS
from rederive.printed import Printed

ColumnType = Literal["text", "count", "number", "maybe text", "maybe number"]

_Float = Annotated[float, PlainValidator(lambda text: float(Printed.parse(text)))]
_FIELDS: dict[str, Any] = {
    "text": (Text, ...),
    "count": (Count, ...),
    "number": (_Float, ...),
    "maybe text": (Text | None, None),
    "maybe number": (_Float | None, None),
}


class MeasuredTable(Model):
    """A stored table: its file, the command that made it, and its columns beside `id`, which every row has."""

    file: FileName
    made_by: Text
    columns: Annotated[dict[Text, ColumnType], Field(min_length=1)]


class MeasurementsFile(Model):
    tables: Annotated[dict[Slug, MeasuredTable], Field(min_length=1)]


@dataclass(frozen=True)
class Measurements:
    """Stored tables by name, and what the folder says of them."""

    files: MeasurementsFile
    tables: dict[str, pd.DataFrame]

    def table(self, name: str) -> pd.DataFrame:
        """One table, a row per `id`; its columns have the types that `measurements.yaml` gives them."""
        return self.tables[name].copy()


def load_measurements(folder: Path) -> Measurements:
    """Load and validate the data folder of a chapter about the checks.

    Raises
    ------
    DataError : at the first thing that is not as it should be.
    """
    if (folder / "document.yaml").exists():
        raise DataError(folder / MEASUREMENTS, 1, "file", f"expected either document.yaml or {MEASUREMENTS}, got both")
    files = load_yaml(folder / MEASUREMENTS, MeasurementsFile)
    return Measurements(files, {name: _load_table(folder, entry) for name, entry in files.tables.items()})


def _load_table(folder: Path, entry: MeasuredTable) -> pd.DataFrame:
    fields = {name: _FIELDS[kind] for name, kind in entry.columns.items()}
    row_model: type[Model] = create_model("Row", __base__=Model, id=(Text, ...), **fields)
    rows = load_rows(folder / entry.file, row_model)
    return pd.DataFrame([dict(row) for row in rows.values()]).set_index("id")
