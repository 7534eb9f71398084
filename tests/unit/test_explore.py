"""What readers can choose: every combination has its sentence and its marks, with the library's numbers."""

import json
import re
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
import pytest

from rederive.checks.risks import relative_risk
from rederive.claims import PrintedRatio, load_document
from rederive.display import explorations
from rederive.display.charts import LEAST_P
from rederive.display.explore import Choice, Exploration, marks, states_of
from rederive.files import project_root
from rederive.methods.factorial import FourArms, animals_needed, power_against_all
from rederive.methods.pooling import TwoArms, effect_sizes, every_method, heterogeneity, inverse_variance
from rederive.methods.sequential import monitor
from rederive.methods.unseen import remainder
from rederive.printed import Interval, Printed, formatted, p_for_readers

OVERALL = PrintedRatio(measure="OR", estimate="0.73", lower="0.59", upper="0.90", p="0.003")
PART = PrintedRatio(measure="OR", estimate="0.86", lower="0.68", upper="1.08", p="0.19")
TRIALS = pd.DataFrame(
    {"events_treated": [127, 47], "n_treated": [542, 181], "events_control": [132, 63], "n_control": [547, 180]},
    index=["TESTS", "ETASS"],
)
RISKS = [0.268, 0.35]
STANDING = monitor(
    1927,
    -0.315,
    0.107,
    pd.MultiIndex.from_product(
        [RISKS, [0.15, 0.2], [0.8, 0.9], [0.0, 0.2]], names=["control_risk", "reduction", "power", "diversity"]
    ).to_frame(index=False),
)
DESIGNS = {f"{ratio:g}": FourArms(hr_a=0.7, hr_b=0.7, hr_both=0.7 * ratio) for ratio in (0.3, 0.5, 0.7)}
SIMULATED = pd.DataFrame({"ratio": [0.5, 0.5], "animals": [10, 15], "beats_all": [0.07, 0.12]})
CORRELATIONS = [0.0, 0.5, 0.9]
CURVES = {
    "T cells": pd.DataFrame(
        {
            "correlation": CORRELATIONS,
            "p_lower": [0.001, 1e-9, 1e-12],
            "p_median": [0.01, 1e-4, 1e-8],
            "p_upper": [0.2, 0.04, 1e-4],
            "prints": [0.1, 0.75, 1.0],
        }
    ),
    "NK cells": pd.DataFrame(
        {
            "correlation": CORRELATIONS,
            "p_lower": [0.02, 0.01, 0.001],
            "p_median": np.nan,
            "p_upper": [0.03, 0.02, 0.002],
        }
    ),
}
EXPLORATIONS = {
    "control_risks": explorations.control_risks(OVERALL, Printed.parse("27%")),
    "correlations": explorations.correlations(CURVES, {name: Printed.parse("<0.001") for name in CURVES}),
    "sequential": explorations.sequential_assumptions(STANDING, 1927, Interval(2.9, 3.0)),
    "animals": explorations.animals(DESIGNS, SIMULATED),
    "pooled": explorations.pooled_trials(TRIALS, OVERALL, PART, 11),
}


def drawn_in(explored, state):
    """The marks of one state."""
    return explored.marks[[str(state) in names.removeprefix("state ").split() for names in explored.marks["states"]]]


def chosen(explored):
    """Each state's number, its options in words, its sentence and its marks."""
    states = list(product(*(choice.options for choice in explored.choices)))
    assert len(states) == len(explored.told)
    return [(i, options, explored.told[i], drawn_in(explored, i)) for i, options in enumerate(states)]


@pytest.mark.parametrize("name", EXPLORATIONS)
def test_every_state_has_a_sentence_of_its_own_and_marks(name):
    explored = EXPLORATIONS[name]
    assert len(chosen(explored)) > 5
    for _, options, told, drawn in chosen(explored):
        assert told.endswith(".")
        assert "nan" not in told
        assert len(drawn) or set(options[1:]) == {"no"}  # without a trial there is nothing to draw
    if name != "pooled":  # estimators of τ² agree on two trials
        assert len(set(explored.told)) == len(explored.told)


def test_control_risks_are_the_librarys():
    for _, (risk,), told, drawn in chosen(EXPLORATIONS["control_risks"]):
        r = float(risk.removesuffix("%")) / 100
        fewer = Interval(*(float(1 - relative_risk(ratio, r)) for ratio in (0.735, 0.725)))
        assert f"that is {fewer:.1%} fewer deaths; 27% is claimed" in told
        assert drawn["reduction"].tolist() == pytest.approx([fewer.middle])
        assert drawn["control_risk"].tolist() == [r]
        assert told.startswith(f"If {risk} of")


def test_correlations_are_those_of_the_curves():
    shown = partial(p_for_readers, least=LEAST_P)
    for _, (row, r), told, drawn in chosen(EXPLORATIONS["correlations"]):
        at = CURVES[row].set_index("correlation").loc[float(r)]
        assert f"{shown(at['p_lower'])} to {shown(at['p_upper'])}. The paper prints <0.001" in told
        assert ("simulated" in told) == (row == "T cells")
        assert drawn[["row", "correlation", "p_upper"]].to_numpy().tolist() == [[row, float(r), at["p_upper"]]]
        assert drawn["p_lower"].tolist() == [max(at["p_lower"], LEAST_P)]


def test_sequential_assumptions_stand_where_monitor_puts_them():
    for i, options, told, drawn in chosen(EXPLORATIONS["sequential"]):
        row = STANDING.iloc[i]
        given = [formatted(row[name], ".1%") for name in ("control_risk",)]
        given += [
            formatted(row[name], spec)
            for name, spec in {"reduction": ".0%", "power": ".0%", "diversity": ".1%"}.items()
        ]
        assert list(options) == given
        assert told.startswith(f"{row['required']:,.0f} patients")
        assert ("beyond it" in told) == row["crossed"]
        assert drawn[["information", "critical"]].to_numpy().tolist() == [[row["information"], row["critical"]]]
    assert STANDING["crossed"].nunique() == 2


def test_assumptions_out_of_order_are_refused():
    with pytest.raises(ValueError, match="in order"):
        explorations.sequential_assumptions(STANDING.sort_values("power"), 1927, Interval(2.9, 3.0))


def test_animals_have_the_power_of_the_formula():
    enough = {name: animals_needed(partial(power_against_all, design)) for name, design in DESIGNS.items()}
    for _, (ratio, size), told, drawn in chosen(EXPLORATIONS["animals"]):
        power = float(power_against_all(DESIGNS[ratio], int(size)))
        assert f"is {formatted(power, '.0%')} by a formula for large groups" in told
        assert f"takes {enough[ratio]:,} per arm" in told
        assert drawn[["x", "y"]].to_numpy().tolist() == [[int(size), pytest.approx(power)]]
    told = EXPLORATIONS["animals"].told
    assert sum("of simulated experiments" in sentence for sentence in told) == len(SIMULATED)


def test_pools_are_those_of_every_method():
    methods = every_method(TwoArms.from_frame(TRIALS)).set_index("method")
    names = dict(zip([f"{name} in the pool" for name in TRIALS.index], TRIALS.index, strict=True))
    explored = EXPLORATIONS["pooled"]
    assert [choice.name for choice in explored.choices[1:]] == list(names)
    for _, (method, *flags), told, drawn in chosen(explored):
        pool = TRIALS[np.array(flags) == "yes"]
        rows = drawn.set_index("label")
        rest = None
        if len(pool):
            y, v = effect_sizes(TwoArms.from_frame(pool), "OR")
            rest = remainder(OVERALL, inverse_variance(y, v))
            assert f"to an odds ratio of {rest.ratio:.2f}" in told
            assert rows.loc["other trials", ["low", "high"]].tolist() == [rest.ratio.lower, rest.ratio.upper]
        assert set(rows.index) == {
            *pool.index,
            *(["pooled"] if len(pool) == 2 else []),
            *(["other trials"] if rest else []),
        }
        for name in pool.index:
            alone = inverse_variance(*effect_sizes(TwoArms.from_frame(TRIALS.loc[[name]]), "OR"))
            assert rows.loc[name, ["low", "lower"]].tolist() == [alone.ratio, alone.ratio_interval()[0]]
        if len(pool) == 2:
            found = methods.loc[method]
            assert (
                rows.loc["pooled", ["low", "lower", "upper"]].tolist() == found[["estimate", "lower", "upper"]].tolist()
            )
            assert f"odds ratio {found['estimate']:.2f} ({found['lower']:.2f} to {found['upper']:.2f})" in told
            assert f"I² {heterogeneity(y, v).i2:.0%}" in told
            assert (f"τ² {found['tau2']:.3f}" in told) == ("random effects" in method)
            assert "do not print that" in told
        if len(pool) < 2:
            assert "nothing to pool" in told


def test_a_method_that_prints_the_part_says_so():
    found = every_method(TwoArms.from_frame(TRIALS)).iloc[0]
    numbers = {name: f"{found[name]:.2f}" for name in ("estimate", "lower", "upper")}
    part = PrintedRatio(measure="OR", **numbers, p=f"{found['p']:.2f}")
    explored = explorations.pooled_trials(TRIALS, OVERALL, part, 11)
    assert "by this method these trials do print that" in explored.told[3]


@pytest.mark.parametrize("name", EXPLORATIONS)
def test_the_page_holds_all_that_the_script_needs_and_little_more(name):
    explored = EXPLORATIONS[name]
    html = explored.html()
    content = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])
    assert content == {"told": list(explored.told), "options": [list(c.options) for c in explored.choices]}
    assert len(html) < 60_000
    inputs = re.findall(r"<(?:select|input)[ >]", html)
    assert len(inputs) == html.count("<label") == len(explored.choices)
    assert html.startswith('<details class="rd-explore" hidden="">')
    assert "style=" not in html


def test_what_is_chosen_to_begin_with():
    slider = Choice("Risk <1>", ["a", "b", "c"], 1, "slider").html("f")
    assert 'max="2" value="1"' in slider
    assert '<label for="f">Risk &lt;1&gt;</label> <b>b</b> <input type="range" id="f"' in slider
    assert '<option value="1" selected>b</option>' in Choice("x", ["a", "b"], 1).html("f")
    assert "checked" in Choice("x", ["no", "yes"], 1, "switch").html("f")
    assert "checked" not in Choice("x", ["no", "yes"], 0, "switch").html("f")


def test_states_count_the_last_choice_fastest():
    choices = [Choice("a", ["0", "1"]), Choice("b", ["0", "1", "2"])]
    assert states_of(choices) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_equal_marks_are_drawn_once_for_all_their_states():
    found = marks({0: [{"x": 1.0, "text": "a"}], 1: [{"x": 1.0, "text": "a"}, {"x": 2.0, "text": None}], 2: []})
    assert found["states"].tolist() == ["state 0 1", "state 1"]
    assert found["x"].tolist() == [1.0, 2.0]


def test_a_state_without_sentence_or_a_mark_without_state_is_refused():
    choice = Choice("x", ["a", "b"])
    one = marks({0: [{"x": 1.0}]})
    with pytest.raises(ValueError, match="expected 2 sentences"):
        Exploration([choice], ["a."], one)
    with pytest.raises(ValueError, match=r"states \[2\], of 2"):
        Exploration([choice], ["a.", "b."], marks({2: [{"x": 1.0}]}))


def test_nothing_in_a_sentence_ends_the_script():
    html = Exploration([Choice("x", ["a"])], ["</script><b>."], marks({0: [{"x": 1.0}]})).html()
    assert html.count("</script>") == 1


def test_the_chapters_count_of_trials_is_told_in_words():
    k = load_document(project_root() / "data" / "sepsis").claims["random-effects-model"].printed["trials"].count()
    assert k - 1 < len(explorations.COUNTS)
