"""The sources of a page: `rederive-sources` lists in full what it cites and what its data are from.

Cited is what a page names by `{cite:t}` or `{cite:p}`, and what it links by the DOI of an entry of the references. A
chapter's data are from the entries whose DOI stands in its data folder.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinxcontrib.bibtex.transforms import node_text_transform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOI = "https://doi.org/"

log = logging.getLogger(__name__)


class SourcesNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of a page's sources."""


class Sources(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        return [SourcesNode()]


def data_of(root: Path, page: str) -> str:
    """All tables and documents in the data folder of a chapter, as text; nothing of a page that has none."""
    folder = root / "data" / Path(page).name.partition("-")[2]
    files = [file for file in sorted(folder.glob("*")) if file.suffix in (".csv", ".yaml")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files) if page.startswith("chapters/") else ""


class ListSources(SphinxPostTransform):
    """Put the entries a page cites where its sources belong, and let its citations lead there."""

    default_priority = 30  # when all links have been made, so that titles of sources are left as they are

    def run(self, **kwargs: Any) -> None:
        domain: Any = self.env.get_domain("cite")
        links: dict[str, list[nodes.reference]] = defaultdict(list)
        for link in self.document.findall(nodes.reference):
            links[link.get("refuri", "")].append(link)
        data = data_of(Path(self.env.srcdir), self.env.docname)
        for place in list(self.document.findall(SourcesNode)):
            listed = nodes.bullet_list(classes=["rd-sources"])
            for entry in domain.citations:
                references = self.app.builder.get_relative_uri(self.env.docname, entry.bibliography_key.docname)
                own, doi = f"{references}#{entry.citation_id}", entry.entry.fields.get("doi", "")
                if links[own] or (doi and (links[DOI + doi] or doi in data)):
                    text = domain.backend.paragraph(entry.formatted_entry)
                    node_text_transform(text)
                    listed += nodes.list_item("", text, ids=[f"source-{entry.key}"])
                for link in links[own]:
                    link["refuri"] = f"#source-{entry.key}"
            if not listed.children:
                log.warning("this page cites nothing, so it has no sources to list", location=place)
            place.replace_self(listed)


def setup(app: Sphinx) -> None:
    app.add_node(SourcesNode)
    app.add_directive("rederive-sources", Sources)
    app.add_post_transform(ListSources)
