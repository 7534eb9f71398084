"""E-values: worked examples of others, enumeration, and laws.

Worked examples: the vignette of the R package EValue, "Unmeasured confounding" (a risk ratio of 10.73, limit 8.02), and
the example of a risk ratio of 3.9 with limit 1.8 (VanderWeele and Ding 2017), as that package's own tests have it.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.checks.confounding import e_value, e_values, risk_ratio_of_hazard_ratio
from rederive.claims import PrintedRatio
from rederive.printed import Interval


@pytest.mark.parametrize(
    ("ratio", "published", "digits"), [(10.73, 20.94777, 5), (8.02, 15.52336, 5), (3.9, 7.263034, 6), (1, 1, 9)]
)
def test_published_examples(ratio, published, digits):
    assert round(float(e_value(ratio)), digits) == published


@given(st.floats(1.01, 20))
def test_no_weaker_confounder_makes_the_ratio_and_one_that_strong_can(ratio):
    """The bias of a confounder with risk ratios a and b is at most a b / (a + b - 1) (Ding and VanderWeele)."""
    e = float(e_value(ratio))
    assert e * e / (2 * e - 1) == pytest.approx(ratio)
    weaker = np.linspace(1, e, 200)[:-1]
    assert (weaker * weaker / (2 * weaker - 1) < ratio).all()


@given(st.floats(0.05, 20))
def test_a_ratio_and_its_inverse_need_the_same_confounder(ratio):
    assert e_value(ratio) == pytest.approx(e_value(1 / ratio))
    assert risk_ratio_of_hazard_ratio(ratio) == pytest.approx(1 / risk_ratio_of_hazard_ratio(1 / ratio))
    # the approximation never lies further from 1 than the hazard ratio itself
    assert abs(np.log(risk_ratio_of_hazard_ratio(ratio))) <= abs(np.log(ratio)) + 1e-12


def test_a_printed_ratio_and_its_limit():
    found = e_values(PrintedRatio(measure="HR", estimate="0.308", lower="0.175", upper="0.541")).set_index("what")
    assert str(found.loc["limit nearer 1", "hazard_ratio"]) == "0.541"
    for what, (low, high) in {"estimate": (0.3075, 0.3085), "limit nearer 1": (0.5405, 0.5415)}.items():
        by_hand = sorted(1 / x + (1 / x * (1 / x - 1)) ** 0.5 for x in (low, high))
        rare = found.loc[what, "rare"]
        assert (rare.lower, rare.upper) == pytest.approx(tuple(by_hand))
        common = [(1 - 0.5**x**0.5) / (1 - 0.5 ** (1 / x) ** 0.5) for x in (low, high)]
        by_hand = sorted(1 / x + (1 / x * (1 / x - 1)) ** 0.5 for x in common)
        of_common = found.loc[what, "common"]
        assert (of_common.lower, of_common.upper) == pytest.approx(tuple(by_hand))


def test_a_limit_beyond_1_needs_no_confounder():
    for numbers in (("0.8", "0.6", "1.07"), ("1.3", "0.9", "1.9")):
        ratio = PrintedRatio(**dict(zip(("estimate", "lower", "upper"), numbers, strict=True)), measure="HR")
        assert e_values(ratio)["rare"].iloc[1] == Interval(1, 1)
    with pytest.raises(ValueError, match="expected a hazard ratio, got OR"):
        e_values(PrintedRatio(measure="OR", estimate="0.8", lower="0.6", upper="1.07"))
