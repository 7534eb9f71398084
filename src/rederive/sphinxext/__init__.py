"""The little that Jupyter Book does not do itself.

It offers every chapter's `.py` source beside its `.ipynb`, links the functions named in verdict cards to their
documentation and those used in code to their source, and terms to the glossary. Directives: `rederive-scoreboard`, the
verdicts on all documents, `rederive-bottom-lines`, the bottom line on each, `rederive-verdicts`, what each verdict means,
`rederive-sources`, what a page cites, `rederive-cite`, how to cite it, and `margin`, a note beside the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rederive.sphinxext import (
    citing,
    code_links,
    directives,
    downloads,
    functions,
    margin,
    mathematics,
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
    directives,
    downloads,
    functions,
    mathematics,
    policy,
    revisions,
    terms,
    sources,
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
