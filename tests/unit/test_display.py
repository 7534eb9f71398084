"""What readers see: the same content in HTML and in plain text, nothing unescaped, nothing from elsewhere."""

import re
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pandas as pd
import pytest

from rederive.checks.proportions import tables_that_print
from rederive.checks.ratios import judge_ratio
from rederive.claims import PrintedRatio, load_document
from rederive.display import charts, figures
from rederive.display.cards import (
    SIGNS,
    document_card,
    scoreboard,
    verdict_bar,
    verdict_card,
    verdict_cards,
    verdict_meanings,
)
from rederive.display.evidence import LEAST, evidence_map
from rederive.display.shown import aside, html_table, text
from rederive.display.tables import cell, rendered
from rederive.display.words import printed_words
from rederive.files import project_root
from rederive.methods.evidence import turned
from rederive.methods.sequential import monitor
from rederive.printed import Interval, Printed
from rederive.verdicts import Finding, Verdict, silent

RATIO = PrintedRatio(measure="OR", estimate="0.73", lower="0.59", upper="0.90", p="0.003")


@pytest.fixture
def shown(monkeypatch):
    """Everything a test shows, in order."""
    seen = []
    monkeypatch.setattr("rederive.display.shown.display", seen.append)
    return seen


def test_text_drops_indentation_and_shows_in_both_forms(shown):
    text("""
        One line,
        another.
    """)
    assert shown[0]._repr_mimebundle_() == {
        "text/plain": "One line,\nanother.\n",
        "text/markdown": "One line,\nanother.",
    }


def test_an_aside_is_in_parentheses_or_in_the_margin(shown):
    aside("""
        p < 0.05,
        as printed.
    """)
    assert shown[0]._repr_mimebundle_() == {
        "text/plain": "(p < 0.05, as printed.)\n",
        "text/html": '<div class="rd-margin" role="note"><p>p &lt; 0.05, as printed.</p></div>',
    }


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        (None, "", ""),
        (float("nan"), "", ""),
        (True, "", "yes"),
        (np.False_, "", "no"),
        (1927, "", "1,927"),
        (np.int64(3), "", "3"),
        (0.00249, "", "0.00249"),
        (-0.07, ".1%", "−7.0%"),
        (Interval(0.5, 0.75), ".2f", "0.50 to 0.75"),
        (Printed.parse("<0.001"), "", "<0.001"),
        ("words", ".2f", "words"),
    ],
)
def test_cells(value, spec, expected):
    assert cell(value, spec) == expected


def test_tables_are_accessible_escaped_and_the_same_in_both_forms():
    frame = pd.DataFrame({"who": ["a & b", "<c>"], "share": [0.25, np.nan]})
    shown = rendered(frame, 'A "caption"', {"share": ".0%"})
    assert "<caption>A &quot;caption&quot;</caption>" in shown.html
    assert '<th scope="col">share</th>' in shown.html
    assert '<th scope="row">a &amp; b</th><td>25%</td>' in shown.html
    assert "<c>" not in shown.html
    assert "25%" in shown.plain
    assert 'tabindex="0"' in html_table([["x", "1"]], ["a", "b"], "c")


@pytest.fixture
def document():
    return load_document(project_root() / "data" / "sepsis")


def test_a_card_shows_all_of_a_finding_in_both_forms(document):
    claim = document.claims["overall-or"]
    finding = judge_ratio(claim.printed)
    card = verdict_card(claim, finding)
    for form in (card.plain, card.html):
        for part in (claim.statement, str(finding.verdict), finding.because, "0.59", finding.convention, claim.where):
            assert part in form
    assert 'data-function="rederive.checks.ratios.judge_ratio"' in card.html
    assert 'id="claim-overall-or"' in card.html
    quiet = verdict_card(claim, silent("Nothing printed.", ("I²", "τ²")))
    assert "I²; τ²" in quiet.plain
    assert "Convention" not in quiet.plain


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("p", Interval(1e-15, 0.9701), "p <0.0001 to 0.98"),
        ("f_test_p", Interval(1e-15, 1e-14), "f test p <0.0001"),
        ("p", Interval(0.0024, 0.0043), "p 0.00240 to 0.00430"),
        ("ratio", Interval(0.00001, 0.5), "ratio 0.0000100 to 0.500"),
        ("patients", Interval(57, 1080), "patients 57 to 1,080"),
        ("treated", Interval(6, 6), "treated 6"),
        ("next_time", Interval(17.6, 18), "next time 17.6 to 18.0"),
        ("largest_tau2", 0.01082, "largest τ² 0.0109"),
        ("lowest_control_survival", 0.96259, "lowest control survival 0.962"),
        ("as_large", 0.01082, "as large 0.0108"),
    ],
)
def test_recomputed_values_as_cards_show_them(document, name, value, shown):
    finding = Finding(judge_ratio, "", "b", {name: value}, exists=True)
    assert f"Recomputed: {shown}\n" in verdict_card(document.claims["overall-or"], finding).plain


def test_cards_folded_together_keep_their_addresses(document):
    claim = document.claims["overall-or"]
    cards = verdict_cards([(claim, judge_ratio(claim.printed))], "Ratios <1>")
    assert "Ratios &lt;1&gt;: 1 coherent</summary>" in cards.html
    assert 'id="claim-overall-or"' in cards.html
    assert cards.plain.startswith("Ratios <1>: 1 coherent\n[≈ coherent]")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("counts-cd4", "median (quartiles) 244.5 (151.5 to 287.3) before, 284.5 (197.0 to 402.8) after; p <0.001; 48"),
        ("counts-nk", "mean ± SD 159.8 ± 106.2 before, 224.1 ± 164.8 after; p <0.001; 48 patients"),
        ("overall-survival", "median 9.6 months (95% CI 6.33 to 19.67); 36 patients"),
        ("table-1-sex", "of 48 patients; Male 30 (62.5%); Female 18 (37.5%)"),
        ("coefficients", "Radiation doses -0.0163 (-0.045 to 0.012), p 0.251; Age 0.0038"),
        ("regression", "R² 0.916; adjusted R² 0.892; F 38.21; p <0.001; 8 predictors"),
    ],
)
def test_what_is_printed_as_one_would_write_it(name, words):
    claims = load_document(project_root() / "data" / "lymphocytes").claims
    assert printed_words(claims[name]).startswith(words)


def test_verdicts_differ_by_sign_and_word_not_only_by_colour():
    assert len(set(SIGNS.values())) == len(Verdict)
    bar = verdict_bar([Verdict.SILENT, Verdict.COHERENT, Verdict.COHERENT], "A bottom line.")
    assert "3 claims: 2 coherent, 1 silent" in bar.plain
    assert 'aria-label="3 claims: 2 coherent, 1 silent"' in bar.html
    for verdict in Verdict:
        assert str(verdict) in verdict_meanings().html


def test_the_scoreboard_counts_by_verdict_and_document():
    board = scoreboard([("sepsis", "silent"), ("sepsis", "silent"), ("liver", "coherent")])
    assert '<th scope="row">– silent</th><td>2</td><td>0</td>' in board.html
    assert '<th scope="row">≈ coherent</th><td>0</td><td>1</td>' in board.html
    assert '<th scope="row">all claims</th><td>2</td><td>1</td>' in board.html


def test_the_scoreboard_can_show_shares_of_each_document():
    board = scoreboard([("sepsis", "silent"), ("sepsis", "coherent"), ("sepsis", "coherent")], "A caption", shares=True)
    assert '<th scope="row">– silent</th><td>1 (33%)</td>' in board.html
    assert "≈ coherent  2 (67%)" in board.plain
    assert "all claims  3" in board.plain
    assert "<caption>A caption</caption>" in board.html


def test_names_of_rows_can_lead_somewhere():
    html = html_table([["a", "1"], ["b", "2"]], ["name", "n"], "c", {"a": "page.html#claim-a"})
    assert '<th scope="row"><a href="page.html#claim-a">a</a></th>' in html
    assert '<th scope="row">b</th>' in html


def test_the_document_card_counts_the_steps(document):
    assert "3 steps: patients" in document_card(document).plain


def standing(powers=(0.8,)):
    options = {"control_risk": [0.27], "reduction": [0.1, 0.2], "power": powers, "diversity": [0.0]}
    assumptions = pd.MultiIndex.from_product(options.values(), names=options).to_frame(index=False)
    return monitor(1927, -0.315, 0.107, assumptions)


SEEN = pd.DataFrame({"label": ["ETASS"], "estimate": [0.65], "lower": [0.41], "upper": [1.02]})
TABLES = pd.DataFrame({"method": ["Peto", "Mantel-Haenszel"], "events_treated": [30, 31], "events_control": [60, 62]})
POSSIBLE = tables_that_print(
    range(55, 72),
    range(55, 72),
    **{name: Printed.parse(x) for name, x in {"treated": "68%", "control": "42%", "p": "0.003"}.items()},
)
ESTIMATES = pd.DataFrame(
    [
        ("s/a", "A", "Sepsis", "placebo", "death", "randomised", "below", "OR", "95%", "counted", 0.5, 0.3, 0.9),
        ("s/b", "B", "Sepsis", "placebo", "death", "not randomised", "below", "HR", "90%", "printed", 1.0, 0.01, 2.0),
        (
            "s/c",
            "C",
            "Liver",
            "interferon",
            "cure",
            "randomised",
            "above",
            "OR",
            "95%",
            "counts reconstructed",
            0.5,
            0.25,
            0.8,
        ),
    ],
    columns=[
        "id",
        "label",
        "population",
        "comparator",
        "outcome",
        "design",
        "favours",
        "measure",
        "level",
        "basis",
        "estimate",
        "lower",
        "upper",
    ],
).assign(as_given="as given", document="s")
FIGURES = {
    "feasible_set": lambda: figures.feasible_set(RATIO),
    "reduction": lambda: figures.reduction_by_control_risk(RATIO, Printed.parse("27%"), {"TESTS": 0.24}),
    "forest": lambda: figures.forest(SEEN, {"all": RATIO}, {"unseen": (Interval(0.3, 0.4), Interval(0.2, 0.6))}),
    "possible_deaths": lambda: figures.possible_deaths(TABLES, 244, 233, RATIO),
    "possible_sizes": lambda: figures.possible_sizes(POSSIBLE, *(Printed.parse(x) for x in ("68%", "42%", "0.003"))),
    "required_sizes": lambda: figures.required_sizes(1927, {"TESTS": 0.24, "ETASS": 0.35}),
    "evidence_map": lambda: evidence_map(turned(ESTIMATES)),
    "sequential_boundary": lambda: figures.sequential_boundary(
        standing(), Interval(2.9, 3.0), standing(powers=(0.8, 0.9)), 1927
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_words_a_table_and_nothing_from_elsewhere(name, shown):
    FIGURES[name]()
    (figure,) = shown
    html = figure.html
    (words,) = re.findall(r'role="img" aria-label="([^"]+)"', html)
    assert len(words) > 60
    assert (
        words.replace("&#x27;", "'").replace("&quot;", '"').replace("&lt;", "<").replace("&amp;", "&") in figure.plain
    )
    assert "<table" in html.split("<details>")[1]
    assert "currentColor" in html  # text follows the page, light or dark
    assert not re.search(r"(?:href|src)=", html)
    assert "http" not in html.replace("http://www.w3.org/", "")
    assert "nan" not in figure.plain.lower().replace("finance", "")


def test_a_figure_is_drawn_the_same_way_twice_and_its_ids_are_its_own(shown):
    FIGURES["forest"]()
    FIGURES["forest"]()
    FIGURES["sequential_boundary"]()
    first, again, other = (set(re.findall(r'\bid="([^"]+)"', figure.html)) for figure in shown)
    assert shown[0].html == shown[1].html
    assert first == again
    assert not first & other


def test_what_is_implied_is_drawn_hollow_and_dashed():
    rows = pd.DataFrame(
        [("a", 0.9, 0.9, 0.8, 1.0, "t", "counted"), ("b", 0.3, 0.4, 0.2, 0.6, "t", "implied, not observed")],
        columns=["label", "low", "high", "lower", "upper", "text", "kind"],
    )
    spec = alt.hconcat(charts.forest(rows, "ratio")).to_dict()
    layers = spec["hconcat"][0]["hconcat"][0]["layer"]
    rules = [layer["mark"].get("strokeDash") for layer in layers if layer["mark"]["type"] == "rule"][1:]
    assert rules == [None, [4, 3]]
    (bar,) = (layer["mark"] for layer in layers if layer["mark"]["type"] == "bar")
    assert bar["fill"] == "transparent"
    (point,) = (layer for layer in layers if layer["mark"]["type"] == "point")
    fills = dict(zip(*(point["encoding"]["fill"]["scale"][key] for key in ("domain", "range")), strict=True))
    assert fills["implied, not observed"] == "transparent"
    assert fills["counted"] != "transparent"


def test_the_map_of_evidence_turns_names_and_marks_what_it_draws(shown, monkeypatch):
    specs = []
    monkeypatch.setattr(charts, "figure", lambda chart, *args, **kwargs: specs.append((chart.to_dict(), *args)))
    evidence_map(turned(ESTIMATES))
    ((spec, words, behind, caption),) = specs
    sepsis, liver = spec["vconcat"]
    assert sepsis["title"]["text"] == "Sepsis, against placebo"
    assert liver["title"]["text"] == "Liver, against interferon"
    rules = [layer["mark"].get("strokeDash") for layer in liver["layer"] if layer["mark"]["type"] == "rule"]
    assert rules == [None, None, [4, 3]]  # the line at 1, what was seen, what was reconstructed
    (point,) = (layer for layer in liver["layer"] if layer["mark"]["type"] == "point")
    fills = dict(zip(*(point["encoding"]["fill"]["scale"][key] for key in ("domain", "range")), strict=True))
    assert fills["counts reconstructed"] == "transparent"
    assert "transparent" not in {fills["counted"], fills["printed"]}
    drawn = pd.DataFrame(
        next(rows for rows in spec["datasets"].values() if rows[0].get("drawn_lower") and len(rows) == 2)
    )
    assert drawn["drawn_lower"].tolist() == [0.3, LEAST]
    domains = {
        str(layer["encoding"]["x"]["scale"]["domain"])
        for panel in spec["vconcat"]
        for layer in panel["layer"]
        if "scale" in layer["encoding"].get("x", {})
    }
    assert len(domains) == 1  # one scale for all panels
    assert behind["as drawn"].tolist() == ["OR as given", "HR as given, 90% interval", "1/OR 2.00 (1.25 to 4.00)"]
    assert behind["estimate"].tolist() == ["A", "B, not randomised", "C"]
    assert (
        "Sepsis, against placebo: 2 estimates; 1 with the whole interval on the side of thymosin α1, 0 on the other, 1"
        in words
    )
    assert (
        "Liver, against interferon: 1 estimate; 0 with the whole interval on the side of thymosin α1, 1 on the" in words
    )
    assert "Nothing is pooled" in caption


@pytest.mark.parametrize("kind", ["possible_deaths", "sequential_boundaries", "reduction_by_control_risk"])
def test_points_nobody_observed_are_hollow(kind):
    state = {"states": ["state 0"]}
    data = {
        "possible_deaths": (TABLES,),
        "sequential_boundaries": (
            pd.DataFrame({"information": [0.5], "critical": [2.9]}),
            pd.DataFrame({"information": [0.6], "z": [3.0], "label": ["x"]}),
            pd.DataFrame({"information": [0.6], "z": [3.0], "critical": [2.5]} | state),
        ),
        "reduction_by_control_risk": (
            pd.DataFrame({"control_risk": [0.1], "lower": [0.1], "upper": [0.2]}),
            pd.DataFrame({"control_risk": [0.1], "reduction": [0.1], "trial": ["x"]}),
            0.27,
            pd.DataFrame({"control_risk": [0.1], "reduction": [0.1], "text": ["x"]} | state),
        ),
    }[kind]
    layers = getattr(charts, kind)(*data).to_dict()["layer"]
    marks = [layer["mark"] for layer in layers if layer["mark"]["type"] == "point"]
    assert {mark["filled"] for mark in marks} == {False}
    assert {mark["color"] for mark in marks} == {charts.IMPLIED}


def drawings(figure):
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", figure.html, re.DOTALL)]


def test_drawn_numbers_have_at_most_one_decimal(shown):
    FIGURES["forest"]()
    places = [
        value
        for drawing in drawings(shown[0])
        for element in drawing.iter()
        for key, value in element.attrib.items()
        if key in {"d", "x", "y", "transform", "width", "height"}
    ]
    assert len(places) > 50
    assert not [place for place in places if re.search(r"\.\d\d", place)]


@pytest.mark.parametrize("name", FIGURES)
def test_letters_are_large_enough_on_a_phone(name, shown):
    FIGURES[name]()
    wide, phone = drawings(shown[0])
    assert (wide.get("class"), phone.get("class")) == ("rd-wide", "rd-phone")
    sizes = {float(size.removesuffix("px")) for each in phone.iter() if (size := each.get("font-size"))}
    room = 360 - 2 * 16
    assert sizes
    assert min(sizes) * min(1, room / float(phone.attrib["width"])) >= 11


@pytest.mark.parametrize("name", FIGURES)
def test_both_drawings_say_the_same(name, shown):
    FIGURES[name]()
    words = [sorted(" ".join(drawing.itertext()).split()) for drawing in drawings(shown[0])]
    numbers = re.compile(r"[\d.,%−]+")
    wide, phone = ([word for word in said if not numbers.fullmatch(word)] for said in words)
    assert wide == phone  # but for ticks, for which a phone may have no room


def test_the_style_sheet_knows_every_verdict():
    css = Path(project_root(), "book", "_static", "cards.css").read_text("utf-8")
    for verdict in Verdict:
        assert f".rd-{verdict} " in css
