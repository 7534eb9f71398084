"""The little that Jupyter Book does not do itself.

It offers every chapter's `.py` source beside its `.ipynb`, links the functions named in verdict cards to their
documentation, and gives pages three directives: `rederive-scoreboard`, the verdicts on all documents,
`rederive-bottom-lines`, the bottom line on each, and `rederive-verdicts`, what each verdict means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rederive.sphinxext import directives, downloads, explore, functions

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    for part in (directives, downloads, explore, functions):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
