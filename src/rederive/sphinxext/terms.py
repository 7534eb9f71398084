"""Terms of the glossary: linked where a section first uses them, with their definitions on every page that does.

Without scripts a link leads to the glossary; `reading.js` shows the definition beside it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

EVERYDAY = {
    "analysed": "mostly used in its everyday sense",
    "coherent": "the verdict is marked where it is meant",
    "contradicted": "the verdict is marked where it is meant",
    "convention": "stands in half of all sections, explained in the book's first pages",
    "misworded": "the verdict is marked where it is meant",
    "possible": "the verdict is marked where it is meant",
    "randomised": "mostly used in its everyday sense",
    "reproduced": "the verdict is marked where it is meant",
    "silent": "the verdict is marked where it is meant",
}
"""Terms of the glossary that are everyday words too, and so linked only where a page marks them; and why."""

NOT_MEANT = ("power cut", "power of time", "powers", "predictive power")
"""Phrases in which a term of the glossary means something else."""

NOT_RUNNING_TEXT = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.FixedTextElement,  # code, and formulae on lines of their own
    nodes.math,
    nodes.raw,
    nodes.term,
    nodes.caption,
    nodes.citation,
    addnodes.desc_signature,
)

Place = tuple[str, str]
"""Where a term is defined: the page, and the id there."""


def places(env: BuildEnvironment) -> dict[str, Place]:
    """Every term of the glossary with the place of its definition."""
    objects = env.domains["std"].data["objects"]
    return {name: place for (kind, name), place in objects.items() if kind == "term"}


def pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Finds each of the terms, a group for each; of two that begin at the same place, the one given first.

    A term is also found in the plural, with hyphens for spaces and the other way round, and with curly apostrophes;
    `Hartung-Knapp` also as `Hartung and Knapp`. One that holds a capital (`Wald`, `Q`) has to be written with it.
    """

    def one(term: str) -> str:
        between = r"(?:-|\s+and\s+)" if re.fullmatch(r"[A-Z]\w+-[A-Z]\w+", term) else r"[-\s]+"
        words = between.join(re.escape(word).replace("'", "['’]") for word in re.split(r"[-\s]+", term))
        for singular, either in {"is": "[ie]s", "y": "(?:y|ies)", "x": "x(?:es)?"}.items():
            if words.endswith(singular):
                words = words.removesuffix(singular) + either
                break
        else:
            words += "s?"
        return f"({words})" if term != term.lower() else f"((?i:{words}))"

    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(one, terms))})(?![\w²]|-\w)")


def _section(node: nodes.Node) -> nodes.Node:
    """The innermost section a node stands in."""
    while not isinstance(node, nodes.section | nodes.document):
        node = node.parent
    return node


def _is_running_text(text: nodes.Text) -> bool:
    node = text.parent
    while node is not None and not isinstance(node, nodes.section | nodes.document):
        if isinstance(node, NOT_RUNNING_TEXT):
            return False
        node = node.parent
    return True


def _join_texts(document: nodes.document) -> None:
    """Make one text of neighbouring ones: Markdown begins another at each line."""
    for element in document.findall(nodes.TextElement):
        joined: list[nodes.Node] = []
        for is_text, neighbours in groupby(element.children, lambda child: isinstance(child, nodes.Text)):
            several = list(neighbours)
            joined += [nodes.Text("".join(several))] if is_text else several
        element[:] = joined


def term_id(reference: nodes.reference) -> str:
    """The id of the definition that a link leads to; nothing of a link to something else."""
    identifier = str(reference.get("refuri", "")).partition("#")[2]
    return identifier if identifier.startswith("term-") else ""


class LinkTerms(SphinxPostTransform):
    """Link the first mention of a term in each section, unless the page marks it there itself."""

    default_priority = 20  # when the page's own links have been made

    def run(self, **kwargs: Any) -> None:
        known = {name: place for name, place in places(self.env).items() if name not in EVERYDAY}
        page = self.env.docname
        if not known or page in {of for of, _ in known.values()}:
            return
        names = sorted([*known, *NOT_MEANT], key=lambda name: (-len(name), name))
        found_terms = pattern(names)
        _join_texts(self.document)
        linked: dict[nodes.Node, set[str]] = defaultdict(set)
        for reference in self.document.findall(nodes.reference):
            linked[_section(reference)].add(term_id(reference))
        for text in [text for text in self.document.findall(nodes.Text) if _is_running_text(text)]:
            parts: list[nodes.Node] = []
            end = 0
            for found in found_terms.finditer(text):
                of, identifier = known.get(names[(found.lastindex or 0) - 1], ("", ""))
                if not identifier or identifier in linked[_section(text)]:
                    continue
                linked[_section(text)].add(identifier)
                address = f"{self.app.builder.get_relative_uri(page, of)}#{identifier}"
                shown = nodes.inline(found[0], found[0], classes=["std", "std-term"])
                parts += [nodes.Text(text[end : found.start()]), nodes.reference("", "", shown, refuri=address)]
                parts[-1]["internal"] = True
                end = found.end()
            if parts:
                text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def definitions(glossary: nodes.document) -> dict[str, tuple[str, str]]:
    """The terms and definitions of a glossary in plain text, by the ids of the terms."""
    found: dict[str, tuple[str, str]] = {}
    for definition in glossary.findall(nodes.definition):
        says = " ".join(definition.astext().split())
        for term in definition.parent.findall(nodes.term):
            found |= {identifier: (term.astext(), says) for identifier in term["ids"]}
    return found


def offer_definitions(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the page's template the definitions of the terms it links (handler of `html-page-context`)."""
    used = {term_id(reference) for reference in doctree.findall(nodes.reference)} if doctree else set()
    of = {page for page, identifier in places(app.env).values() if identifier in used}
    known = {key: value for page in of for key, value in definitions(app.env.get_doctree(page)).items()}
    context["definitions"] = [(key, *known[key]) for key in sorted(used & known.keys())]


def setup(app: Sphinx) -> None:
    app.add_post_transform(LinkTerms)
    app.connect("html-page-context", offer_definitions)
