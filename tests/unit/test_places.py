"""Places in an order and changed shares: by hand, and by laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.checks.places import growth_of_the_rest, judge_place
from rederive.printed import Interval
from rederive.verdicts import Verdict


def counts(**numbers):
    return {name: Interval(*n) if isinstance(n, tuple) else Interval(n, n) for name, n in numbers.items()}


@pytest.mark.parametrize(
    ("place", "own", "verdict"),
    [
        (2, 50, Verdict.COHERENT),
        (3, 50, Verdict.CONTRADICTED),
        (1, 50, Verdict.CONTRADICTED),
        (2, (35, 50), Verdict.POSSIBLE),
        (3, (35, 50), Verdict.POSSIBLE),
        (1, (35, 50), Verdict.CONTRADICTED),
        (4, (35, 50), Verdict.CONTRADICTED),
        (2, (41, 99), Verdict.COHERENT),
    ],
)
def test_a_place_among_four(place, own, verdict):
    finding = judge_place(place, "x", counts(a=100, x=own, b=40, c=7), "things")
    assert finding.verdict is verdict


def test_what_is_said_of_a_place():
    finding = judge_place(3, "x", counts(a=1000, x=(35, 50), b=40), "things")
    assert finding.because == "Of things, x has 35 to 50. Before it come a (1,000). B (40) may come before it too."
    assert finding.recomputed == {"place_at_best": 2, "place_at_worst": 3}
    assert judge_place(1, "a", counts(a=3, b=2), "things").because == (
        "Of things, a has 3. It comes first. Behind it come b (2)."
    )
    unsure = judge_place(1, "a", counts(a=(3, 5), b=4, c=(2, 4)), "things")
    assert unsure.because == "Of things, a has 3 to 5. B (4) and c (2 to 4) may come before it."
    with pytest.raises(KeyError):
        judge_place(1, "y", counts(a=1), "things")


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8, unique=True), st.data())
def test_the_place_in_a_sorted_list(numbers, data):
    i = data.draw(st.integers(0, len(numbers) - 1))
    named = counts(**{f"n{j}": n for j, n in enumerate(numbers)})
    place = sorted(numbers, reverse=True).index(numbers[i]) + 1
    for claimed in range(1, len(numbers) + 1):
        verdict = judge_place(claimed, f"n{i}", named, "numbers").verdict
        assert verdict is (Verdict.COHERENT if claimed == place else Verdict.CONTRADICTED)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(1, 1e6))
def test_the_share_that_growth_leaves_is_the_share_after(before, after, cells):
    others = cells * (1 - before) / before
    grown = others * float(growth_of_the_rest(before, after))
    assert cells / (cells + grown) == pytest.approx(after, rel=1e-9)


def test_half_from_two_thirds():
    assert growth_of_the_rest(2 / 3, 1 / 2) == pytest.approx(2)
    assert growth_of_the_rest([0.4, 0.4], [0.4, 0.2]) == pytest.approx([1, 8 / 3])
    for share in (0, 1, -0.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            growth_of_the_rest(0.5, share)
