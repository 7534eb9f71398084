"""What a chapter shows, in a form each front end can take: HTML or Markdown in notebooks, plain text in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import dedent

from IPython.display import display


@dataclass(frozen=True)
class Shown:
    """One piece of output. Each front end picks the richest form it knows."""

    plain: str
    html: str = ""
    markdown: str = ""

    def __repr__(self) -> str:
        return self.plain

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        forms = {"text/plain": self.plain, "text/html": self.html, "text/markdown": self.markdown}
        return {kind: content for kind, content in forms.items() if content}


def show(shown: Shown) -> None:
    display(shown)


def text(markdown: str) -> None:
    """Show a paragraph that carries computed numbers. Markdown; indentation and single line breaks do not count."""
    paragraph = dedent(markdown).strip()
    show(Shown(plain=paragraph + "\n", markdown=paragraph))


def aside(plain: str) -> None:
    """Show a remark that the text does without, in the margin of a page where there is room. No Markdown."""
    remark = " ".join(plain.split())
    show(Shown(f"({remark})\n", f'<div class="rd-margin" role="note"><p>{escape(remark)}</p></div>'))


LONG = 30  # characters in a cell that may be broken into lines; numbers and intervals are shorter


def html_table(
    rows: Sequence[Sequence[str]], header: Sequence[str], caption: str, links: Mapping[str, str] | None = None
) -> str:
    """An accessible table: a caption, scoped headers, the first column naming its row. Cells are plain text.

    `links` holds the addresses to which the names of rows lead.
    """
    addresses = links or {}

    def named(name: str) -> str:
        shown = escape(name)
        return f'<a href="{escape(addresses[name])}">{shown}</a>' if name in addresses else shown

    def long(text: str) -> str:
        return ' class="rd-long"' if len(text) > LONG else ""

    def cells(first: str, rest: Sequence[str]) -> str:
        name = f'<th scope="row"{long(first)}>{named(first)}</th>'
        return name + "".join(f"<td{long(text)}>{escape(text)}</td>" for text in rest)

    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join(f"<tr>{cells(first, rest)}</tr>" for first, *rest in rows)
    return (
        '<div class="rd-scroll" tabindex="0" role="group" aria-label="' + escape(caption, quote=True) + '">'
        f'<table class="rd-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
