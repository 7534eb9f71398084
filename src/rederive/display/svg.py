"""Vega's drawings made small: the same picture in a fraction of the characters.

Vega writes every mark with all its attributes, to a thousandth of a pixel, for pages in which scripts go on changing
it. In a book nothing does, but for marks named as states (see `rederive.display.explore`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby, pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

INHERITED = {
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-miterlimit"),
    *("font-family", "font-size", "font-weight", "font-style", "text-anchor"),
    *("visibility", "display", "data-state", "data-static"),
}
"""Attributes that a group hands down, or that do to a group what they do to each of its parts."""

PLACES = {"d", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "width", "height", "transform"}
KEPT = INHERITED | PLACES | {"opacity", "id", "clip-path", "viewBox"}
OWN = {"d", "x", "y", "transform", "data-state"}  # what may differ between marks of one look
FEW = 4  # so many equal symbols are drawn as vertices of one path


def compact(svg: str, attributes: Mapping[str, str], scale: float = 1.0) -> str:
    """Vega's SVG without what no reader sees.

    Marks described as `state 3 7` get the attribute `data-state="3 7"` and are hidden; those described as `static` get
    `data-static`. `attributes` are added to the root; by `scale` the drawing is larger than Vega has it.
    """
    root = ElementTree.fromstring(re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg))
    for element in root.iter():
        _named(element)
    _visible(root)
    box = root.attrib["viewBox"]
    size = {"width": f"{scale * float(box.split()[2]):.0f}", "viewBox": box}
    root.attrib.clear()
    _merged(root)
    _handed_up(root)
    _markers_used(root)
    root.attrib = {"aria-hidden": "true", "focusable": "false", **attributes, **size, **root.attrib}
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True).replace(" />", "/>")
    return _ids_of_its_own(text)


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _ids_of_its_own(svg: str) -> str:
    """The same drawing has the same ids, whatever was drawn before it; different ones have different ids."""
    ids = re.findall(r'\bid="([^"]+)"', svg)
    numbered = re.sub(r'(\bid="|url\(#)([^")]+)', lambda found: f"{found[1]}{ids.index(found[2])}", svg)
    return re.sub(r'(\bid="|url\(#)', rf"\g<1>d{short_hash(numbered)}-", numbered)


def _named(element: Element) -> None:
    """Keep the attributes that show; what a state's mark is called becomes one, and it is hidden until chosen."""
    named = re.fullmatch(r"state ([\d ]+)|(static)", element.attrib.get("aria-label", ""))
    element.attrib = {key: _short(key, value) for key, value in element.attrib.items() if key in KEPT}
    for key in ("opacity", "fill-opacity", "stroke-opacity"):
        if float(element.attrib.get(key, 0)) == 1:
            del element.attrib[key]
    if element.attrib.get("font-weight") == "normal":
        del element.attrib["font-weight"]
    if element.attrib.get("fill") == "transparent":
        element.set("fill", "none")
    if named and named[1]:
        element.attrib |= {"data-state": named[1], "visibility": "hidden"}
    elif named:
        element.set("data-static", "")


def _short(key: str, value: str) -> str:
    """A tenth of a pixel is enough, and fewer decimals than processors differ in."""
    if key not in PLACES:
        return value
    rounded = re.sub(r"-?\d+(\.\d+)?(e-?\d+)?", lambda number: f"{round(float(number[0]), 1) + 0:g}", value)
    return re.sub(r"(?<=\d)L", " ", rounded).replace(",-", "-") if key == "d" else rounded


def _visible(group: Element) -> None:
    """Drop what is not drawn, and groups around it."""
    for child in list(group):
        _visible(child)
        drawn = {
            "path": bool(child.get("d")) and bool({"fill", "stroke"} & set(child.attrib)),
            "line": "stroke" in child.attrib,
            "rect": group.tag == "clipPath" or bool({"fill", "stroke"} & set(child.attrib)),
            "g": len(child) > 0,
            "defs": len(child) > 0,
        }.get(child.tag, True)
        if not drawn or child.get("display") == "none":
            group.remove(child)


def _merged(group: Element) -> None:
    """Draw neighbours that look the same as one, and take out groups that do nothing."""
    children: list[Element] = []
    for child in group:
        _merged(child)
        if child.tag == "line":
            _line_as_path(child)
        if child.tag == "text":
            _placed(child)
        if child.tag == "g" and not _moved(child) and not set(child.attrib):
            children += list(child)
        elif child.tag == "g" and len(child) == 1 and child[0].tag == "g" and _joined(child, child[0]):
            children.append(child[0])
        else:
            children.append(child)
    group[:] = _looks_together(_symbols_together(_strokes_together(children)))


def _shift(element: Element) -> tuple[float, float] | None:
    """By how much a transform moves an element, if that is all it does."""
    found = re.fullmatch(r"translate\((-?[\d.]+),(-?[\d.]+)\)", element.get("transform", "translate(0,0)"))
    return (float(found[1]), float(found[2])) if found else None


def _moved(element: Element) -> bool:
    if _shift(element) != (0.0, 0.0):
        return True
    element.attrib.pop("transform", None)
    return False


def _joined(outer: Element, inner: Element) -> bool:
    """Let the inner of two groups do what both did, if that is possible."""
    shifts = _shift(outer), _shift(inner)
    if set(outer.attrib) - {"transform"} or shifts[0] is None or shifts[1] is None or "clip-path" in inner.attrib:
        return False
    x, y = shifts[0][0] + shifts[1][0], shifts[0][1] + shifts[1][1]
    inner.set("transform", f"translate({x:g},{y:g})")
    _moved(inner)
    return True


def _line_as_path(line: Element) -> None:
    shift = _shift(line)
    if shift is None:
        return
    x, y = (float(line.attrib.pop(end, 0)) for end in ("x2", "y2"))
    line.tag = "path"
    line.attrib.pop("transform", None)
    along = f"h{x:g}" if y == 0 else f"v{y:g}" if x == 0 else f"l{x:g},{y:g}"
    line.set("d", f"M{shift[0]:g},{shift[1]:g}{along}".replace(",-", "-"))


def _placed(text: Element) -> None:
    shift = _shift(text)
    if shift is not None and not len(text):  # the lines of a longer text have places of their own
        text.attrib.pop("transform", None)
        text.attrib |= {"x": f"{shift[0]:g}", "y": f"{shift[1]:g}"}


def _looks(element: Element, *but: str) -> dict[str, str]:
    return {key: value for key, value in element.attrib.items() if key not in but}


def _strokes_together(children: Iterable[Element]) -> list[Element]:
    """Neighbouring lines of one look become one path. What is seen through (opacity) may overlap and stays apart."""
    kept: list[Element] = []
    for child in children:
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.tag == child.tag == "path"
            and _looks(last, "d") == _looks(child, "d")
            and not {"fill", "opacity", "transform"} & set(child.attrib)
        ):
            last.set("d", last.attrib["d"] + child.attrib["d"])
        else:
            kept.append(child)
    return kept


def _runs(children: Iterable[Element], alike: Callable[[Element], object]) -> Iterable[tuple[object, list[Element]]]:
    """Neighbours of which `alike` says the same; of those of which it says None, each alone."""
    numbered = enumerate(children)
    for (key, _), run in groupby(numbered, lambda item: (found := alike(item[1]), found is None and item[0])):
        yield key, [element for _, element in run]


def _symbols_together(children: Iterable[Element]) -> list[Element]:
    """Runs of equal symbols become the vertices of paths, marked with that symbol.

    Each then takes as many characters as its place does.
    """

    def alike(element: Element) -> object:
        symbol = element.tag == "path" and "transform" in element.attrib and _shift(element) is not None
        return _looks(element, "transform", "data-state") if symbol else None

    kept: list[Element] = []
    for key, run in _runs(children, alike):
        kept += run if key is None or len(run) < FEW else _marked(run)
    return kept


def _marked(symbols: list[Element]) -> list[Element]:
    """A marker that looks like the symbols, and a group of paths that it marks: one per state, or one for all."""
    marker = Element("marker", {"markerUnits": "userSpaceOnUse", "overflow": "visible"})
    marker.append(Element("path", _looks(symbols[0], "transform", "data-state", "data-static", "visibility")))
    group = Element(
        "g", {key: symbols[0].attrib[key] for key in ("data-static", "visibility") if key in symbols[0].attrib}
    )
    by_state: dict[str | None, list[str]] = {}
    for symbol in symbols:
        place = symbol.attrib["transform"].removeprefix("translate(").removesuffix(")").replace(",-", "-")
        by_state.setdefault(symbol.get("data-state"), []).append(place)
    for state, places in by_state.items():
        named = {} if state is None else {"data-state": state}
        group.append(Element("path", named | {"d": f"M{' '.join(places)}" + ("h0" if len(places) == 1 else "")}))
    return [marker, group]


def _markers_used(root: Element) -> None:
    """Give markers ids, and let the group behind each use it."""
    both = [pair for group in root.iter() for pair in pairwise(group) if pair[0].tag == "marker"]
    for number, (marker, group) in enumerate(both):
        marker.set("id", f"mark{number}")
        lone = all(path.attrib["d"].endswith("h0") for path in group)
        ends = ["marker-start"] if lone else ["marker-start", "marker-mid", "marker-end"]
        group.attrib |= dict.fromkeys(ends, f"url(#mark{number})")


def _looks_together(children: Iterable[Element]) -> list[Element]:
    """Neighbours of one look are a group, so that the look is said once."""

    def alike(element: Element) -> object:
        return (element.tag, _looks(element, *OWN)) if element.tag in {"text", "path"} else None

    kept: list[Element] = []
    for key, run in _runs(children, alike):
        if key is None or len(run) == 1:
            kept += run
        else:
            group = Element("g")
            group.extend(run)
            kept.append(group)
    return kept


def _handed_up(group: Element) -> None:
    """Attributes that all parts of a group share are said once, by the group."""
    for child in group:
        _handed_up(child)
    if group.tag in {"defs", "clipPath", "marker", "text"} or not len(group):
        return
    first = group[0]
    for key in sorted(INHERITED & set(first.attrib)):
        if all(child.get(key) == first.get(key) and child.tag != "marker" for child in group):
            group.attrib.setdefault(key, first.attrib[key])
            for child in group:
                if group.attrib[key] == child.attrib[key]:
                    del child.attrib[key]
