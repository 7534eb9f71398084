"""Drawings made small look the same: the same words, and marks where Vega puts them."""

import re
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest
import vl_convert as vlc

from rederive.display.svg import compact

POINTS = pd.DataFrame({"x": range(1, 7), "y": [3, 1, 4, 1, 5, 9], "name": list("abcdef")})


def both(chart):
    """Vega's own drawing, and ours."""
    svg = vlc.vegalite_to_svg(chart.to_dict())
    small = compact(svg, {"class": "c"})
    return ElementTree.fromstring(re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg)), ElementTree.fromstring(small), small


def at(x, y):
    return round(float(x), 1), round(float(y), 1)


def symbols(drawing):
    """Where Vega puts symbols."""
    found = [
        re.search(r"translate\(([-\d.]+),([-\d.]+)\)", each.get("transform"))
        for each in drawing.iter("path")
        if each.get("aria-roledescription") == "point"
    ]
    return [at(*place.groups()) for place in found]


def vertices(drawing):
    """Where paths with markers have theirs."""
    marked = [group for group in drawing.iter("g") if "marker-start" in group.attrib]
    paths = [path.attrib["d"].removesuffix("h0")[1:].replace("-", ",-") for group in marked for path in group]
    return [at(*place.lstrip(",").split(",")) for path in paths for place in path.split()]


def test_equal_symbols_are_vertices_of_one_path_at_the_same_places():
    vega, ours, _ = both(alt.Chart(POINTS).mark_point().encode(x="x", y="y"))
    assert len(symbols(vega)) == len(POINTS)
    assert vertices(ours) == symbols(vega)
    (marker,) = ours.iter("marker")
    assert next(iter(marker)).get("stroke")
    (group,) = (group for group in ours.iter("g") if "marker-start" in group.attrib)
    assert {group.get(f"marker-{end}") for end in ("start", "mid", "end")} == {f"url(#{marker.get('id')})"}


def test_few_or_different_symbols_stay_what_they_are():
    vega, ours, _ = both(alt.Chart(POINTS.head(3)).mark_point().encode(x="x", y="y"))
    assert not list(ours.iter("marker"))
    kept = [path for path in ours.iter("path") if "transform" in path.attrib]
    assert len(kept) == len(symbols(vega)) == 3


def test_words_are_kept_in_order_and_nothing_for_screen_readers_remains():
    chart = alt.Chart(POINTS).mark_text().encode(x="x", y=alt.Y("y", title=["two", "lines"]), text="name")
    vega, ours, text = both(chart)
    assert [each.text for each in ours.iter("text")] == [each.text for each in vega.iter("text")]
    assert [each.get("dy") for each in ours.iter("tspan")] == [each.get("dy") for each in vega.iter("tspan")] != []
    assert "aria-label" not in text
    assert "role=" not in text
    assert len(text) < len(ElementTree.tostring(vega)) / 2


def test_ids_are_used_and_are_the_drawings_own():
    chart = alt.Chart(POINTS).mark_point(clip=True).encode(x="x", y="y")
    texts = [both(drawn)[2] for drawn in (chart, chart, chart.properties(width=99))]
    ids = [re.findall(r'\bid="([^"]+)"', text) for text in texts]
    assert [len(names) for names in ids] == [2, 2, 2]  # a clip and a marker
    assert texts[0] == texts[1]
    assert not set(ids[0]) & set(ids[2])
    assert set(re.findall(r"url\(#([^)]+)\)", texts[0])) == set(ids[0])


@pytest.mark.parametrize("mark", ["point", "text", "rule", "bar"])
def test_marks_of_states_are_named_and_hidden(mark):
    names = [f"state {i} {i + 10}" for i in range(5)] + ["static"]
    chart = alt.Chart(POINTS.assign(state=names), mark=mark).encode(x="x", y="y", text="name", description="state:N")
    _, ours, _ = both(chart)
    parents = {child: parent for parent in ours.iter() for child in parent}

    def inherited(element, key):
        while element is not None and key not in element.attrib:
            element = parents.get(element)
        return None if element is None else element.get(key)

    named = [each for each in ours.iter() if each.get("data-state")]
    assert [each.get("data-state") for each in named] == [name.removeprefix("state ") for name in names[:-1]]
    assert {inherited(each, "visibility") for each in named} == {"hidden"}
    (static,) = (each for each in ours.iter() if "data-static" in each.attrib)
    assert inherited(static, "visibility") is None
