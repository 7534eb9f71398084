"""Formulae as MathML, which browsers draw and read aloud themselves: no script, and nothing to load."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from latex2mathml import converter

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


OPENING = r"<mo[^>]*>(?:&#x00028;|\[)</mo>"
SPACING = {
    r"(</mi>|</mn>)<mi>log</mi>": r'\1<mspace width="0.17em"/><mi>log</mi>',
    rf"<mi>log</mi>(?!{OPENING})": '<mi>log</mi><mspace width="0.17em"/>',
    r"<mo>&#x0002F;</mo>": '<mo lspace="0" rspace="0">&#x0002F;</mo>',
    rf"({OPENING})<mo>&#x02212;</mo>": r'\1<mo form="prefix">&#x02212;</mo>',
}
"""What the converter leaves out of TeX's spacing: about `log`, a slash, and a minus that begins a bracket."""


def mathml(formula: str, display: str) -> str:
    """A formula in LaTeX as MathML, spaced as TeX would."""
    converted: str = converter.convert(formula, display=display)
    for found, spaced in SPACING.items():
        converted = re.sub(found, spaced, converted)
    return converted


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def _displayed(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    writer.body.append(mathml(node.astext(), "block") + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_displayed, None))
