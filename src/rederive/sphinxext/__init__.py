"""The little that Jupyter Book does not do itself, a module for each part; what each does, it says.

Pages get five directives: `rederive-scoreboard`, `rederive-bottom-lines` and `rederive-changing-findings` for the
front page, `rederive-verdicts`, what each verdict means, and `rederive-ledger`, every claim in one table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rederive.sphinxext import (
    frame,
    accessible,
    cards,
    downloads,
    explore,
    functions,
    landing,
    ledger,
    mathematics,
    meanings,
    policy,
    sources,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    frame,
    accessible,
    cards,
    meanings,
    downloads,
    explore,
    functions,
    landing,
    ledger,
    mathematics,
    policy,
    sources,
)


def setup(app: Sphinx) -> dict[str, bool]:
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
