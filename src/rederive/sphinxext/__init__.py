"""The little that Jupyter Book does not do itself.

It offers every chapter's `.py` source beside its `.ipynb`, leads from verdict cards to functions, data and tests, shows
those on pages of their own, and gives pages four directives: `rederive-scoreboard`, the verdicts on all documents,
`rederive-bottom-lines`, the bottom line on each, `rederive-verdicts`, what each verdict means, and `rederive-ledger`,
every claim in one table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rederive.sphinxext import cards, directives, downloads, functions, ledger, mathematics, policy, sources

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    for part in (cards, directives, downloads, functions, ledger, mathematics, policy, sources):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
