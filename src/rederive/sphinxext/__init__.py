"""The little that Jupyter Book does not do itself, a module for each part; what each does, it says.

Pages get these directives: `rederive-scoreboard`, `rederive-bottom-lines` and `rederive-changing-findings` for the
front page, `rederive-verdicts`, what each verdict means, `rederive-ledger`, every claim in one table,
`rederive-errata`, what was corrected, `rederive-sources`, what a page cites, `rederive-cite`, how to cite it, and
`margin`, a note beside the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rederive.sphinxext import (
    accessible,
    bibliography,
    cards,
    citing,
    code_links,
    downloads,
    errata,
    explore,
    frame,
    functions,
    landing,
    ledger,
    margin,
    mathematics,
    meanings,
    metadata,
    policy,
    reading,
    revisions,
    sources,
    terms,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    frame,
    accessible,
    cards,
    meanings,
    downloads,
    errata,
    explore,
    functions,
    landing,
    ledger,
    mathematics,
    policy,
    sources,
    revisions,
    terms,
    bibliography,
    margin,
    citing,
    code_links,
    metadata,
    reading,
)


def setup(app: Sphinx) -> dict[str, bool]:
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
