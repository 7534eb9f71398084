"""A chapter about the checks themselves: stored measurements in, and no verdicts."""

from __future__ import annotations

import pandas as pd

from rederive.display.cards import fill_bottom_line, hold_bottom_line
from rederive.files import project_root
from rederive.measurements import Measurements, load_measurements


class Measured:
    """What was measured about the checks, for the chapter that tells of it.

    `measured.table("kills")` is a stored table, `measured.close(...)` puts the bottom line at the chapter's head.
    """

    def __init__(self, measurements: Measurements) -> None:
        self.measurements = measurements

    @classmethod
    def of(cls, slug: str) -> Measured:
        """Open the measurements in `data/<slug>`.

        Raises
        ------
        DataError : if its data folder is not as it should be.
        """
        return cls(load_measurements(project_root() / "data" / slug))

    def open(self) -> None:
        """Hold the place where the bottom line will stand once it is known."""
        hold_bottom_line()

    def table(self, name: str) -> pd.DataFrame:
        """One of the stored tables, a row per id."""
        return self.measurements.table(name)

    def close(self, bottom_line: str) -> None:
        """Put the bottom line at the head of the chapter."""
        fill_bottom_line([], " ".join(bottom_line.split()))
