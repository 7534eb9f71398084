from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.printed import (
    NEAREST,
    Interval,
    Printed,
    Rounding,
    UnreadableNumber,
    endpoints,
    formatted,
    listed,
    p_ends,
    p_for_readers,
    p_range,
    print_number,
)

decimals = st.integers(0, 6)
values = st.decimals(-10_000, 10_000, places=8, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("0.73", 0.725, 0.735),
        ("0.730", 0.7295, 0.7305),
        (".003", 0.0025, 0.0035),
        ("<0.001", 0, 0.001),
        ("≤ 0.05", 0, 0.05),
        (">0.05", 0.05, float("inf")),
        ("1,927", 1926.5, 1927.5),
        ("27%", 0.265, 0.275),
        ("19.1 %", 0.1905, 0.1915),
        ("−4.2", -4.25, -4.15),
        ("–4.2", -4.25, -4.15),
        ("1e-5", 0.5e-5, 1.5e-5),
    ],
)
def test_a_printed_number_is_an_interval(text, lower, upper):
    interval = Printed.parse(text).interval()
    assert (interval.lower, interval.upper) == pytest.approx((lower, upper), rel=1e-15)


@pytest.mark.parametrize(
    "text", ["", "n.s.", "0.73 (0.59)", "0.59-0.90", "1,92", "12,34.5", "0.7.3", "NaN", "∞", "1 927", 0.9, 27, None]
)
def test_anything_else_is_refused(text):
    with pytest.raises(UnreadableNumber, match="expected"):
        Printed.parse(text)


@pytest.mark.parametrize(("text", "quoted"), [("x" * 40, "x" * 40), ("x" * 41, "x" * 40 + "…")])
def test_what_is_refused_is_quoted_without_its_end(text, quoted):
    with pytest.raises(UnreadableNumber, match=f"got '{quoted}'$"):
        Printed.parse(text)


def test_what_was_printed_is_kept():
    assert Printed.parse(" 0.730 ").text == str(Printed.parse("0.730")) == "0.730"
    assert Printed.parse("1" * 15).count() == 111_111_111_111_111


def test_trailing_zeros_count():
    assert Printed.parse("0.9").interval().upper - Printed.parse("0.90").interval().upper == pytest.approx(0.045)


def test_truncation_cuts_towards_zero():
    assert Printed.parse("0.73").interval(Rounding.TRUNCATION) == Interval(0.73, 0.74)
    assert Printed.parse("-0.73").interval(Rounding.TRUNCATION) == Interval(-0.74, -0.73)
    assert Printed.parse("0.73").prints(Fraction(7399, 10_000), Rounding.TRUNCATION)
    assert not Printed.parse("0.73").prints(Fraction(7399, 10_000))


@pytest.mark.parametrize(
    ("how", "text"), [(Rounding.HALF_UP, "0.13"), (Rounding.HALF_EVEN, "0.12"), (Rounding.TRUNCATION, "0.12")]
)
def test_ties_are_exact(how, text):
    assert print_number(Fraction(1, 8), 2, how).text == text
    assert Printed.parse(text).prints(Fraction(1, 8), how)


def test_either_way_of_rounding_a_tie_prints_it_unless_one_is_named():
    for text in ("0.12", "0.13"):
        assert Printed.parse(text).prints(Fraction(1, 8))
    assert not Printed.parse("0.13").prints(0.135)  # as a double, a little more than the tie


def test_bounds_and_numbers_that_are_none():
    assert Printed.parse("<0.001").prints(Fraction(1, 5000))
    assert Printed.parse("<0.001").prints(0.0002)
    assert not Printed.parse("<0.001").prints(0.002)
    for nowhere in (float("nan"), float("inf")):
        assert not Printed.parse("0.73").prints(nowhere)


def test_counts_are_whole():
    assert Printed.parse("1,927").count() == 1927
    assert Printed.parse("0").count() == 0
    for text in ["19.0", "-3", "<5", "20%", "1e3"]:
        with pytest.raises(UnreadableNumber, match="a count"):
            Printed.parse(text).count()


@given(values, decimals, st.sampled_from(list(Rounding)))
def test_what_is_printed_is_inside_its_interval(value: Decimal, places: int, how: Rounding):
    printed = print_number(value, places, how)
    assert printed.prints(value, how)
    interval = printed.interval(how)
    slack = 1e-12 * max(1, abs(float(value)))  # ends are doubles, values here are not
    assert interval.lower - slack <= float(value) <= interval.upper + slack


@given(values, decimals, st.sampled_from(NEAREST))
def test_printing_and_parsing_round_trip(value: Decimal, places: int, how: Rounding):
    printed = print_number(value, places, how)
    again = Printed.parse(printed.text)
    assert (again.value, again.unit) == (printed.value, printed.unit)
    assert print_number(again.value, places, how).text == printed.text


@given(values, decimals, decimals)
def test_more_digits_never_widen(value: Decimal, few: int, more: int):
    few, more = sorted((few, more))
    wide, narrow = (print_number(value, d).interval() for d in (few, more))
    assert narrow.upper - narrow.lower <= (wide.upper - wide.lower) * (1 + 1e-6)  # ends are doubles


@given(st.decimals(0, 1, places=6), decimals)
def test_rounding_agrees_with_the_decimal_module(value: Decimal, places: int):
    step = Decimal(1).scaleb(-places)
    for how, name in [
        (Rounding.HALF_UP, "ROUND_HALF_UP"),
        (Rounding.HALF_EVEN, "ROUND_HALF_EVEN"),
        (Rounding.TRUNCATION, "ROUND_DOWN"),
    ]:
        assert Decimal(print_number(value, places, how).text) == value.quantize(step, rounding=name)


def test_intervals():
    assert not Interval(1, 2).overlaps(Interval(2, 3))  # neighbours in print touch, and are not the same
    assert Interval(1, 2).overlaps(Interval(1.9, 3))
    assert not Interval(2, 3).overlaps(Interval(1, 2))
    for point, touches in [(0, False), (1, True), (1.5, True), (2, True), (3, False)]:
        assert Interval(1, 2).overlaps(Interval(point, point)) is touches
        assert Interval(point, point).overlaps(Interval(1, 2)) is touches
        assert (point in Interval(1, 2)) is touches
    assert Interval(1, 2).middle == 1.5
    assert f"{Interval(0.00249, 0.0043):.1g}" == "0.002 to 0.005"  # outwards
    assert f"{Interval(0.79, 0.79):.2f}" == "0.79"
    assert f"{Interval(0.2087, 0.2173):.0%}" == "20% to 22%"
    assert f"{Interval(-0.056, -0.0549):.1%}" == "−5.6% to −5.4%"
    for end in (Interval(np.float64(1), 2).lower, Interval(1, np.float64(2)).upper):
        assert type(end) is float
    with pytest.raises(ValueError, match="lower <= upper"):
        Interval(2, 1)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (6.9e-6, ".2g", "0.0000069"),
        (0.00249, "", "0.00249"),
        (15300.4, ".3g", "15,300"),
        (1000, ".5g", "1,000"),
        (0, ".2g", "0.0"),
        (float("inf"), ".2f", "∞"),
        (float("-inf"), ".2f", "−∞"),
        (float("nan"), ".2f", "nan"),
        (-0.07, ".1%", "−7.0%"),
        (0.1, "", "0.100"),
        (0.08, ".2g", "0.080"),
        (2, ".2f", "2.00"),
    ],
)
def test_numbers_for_readers_never_turn_to_powers_of_ten(value, spec, text):
    assert formatted(value, spec) == text


def test_numbers_for_readers_have_three_digits_unless_told_otherwise():
    assert formatted(0.00249499) == "0.00249"


@pytest.mark.parametrize(
    ("items", "text"),
    [([], "none"), ([1927], "1,927"), (["a", "b"], "a and b"), (["a", 1, 2000], "a, 1 and 2,000"), ([0.5], "0.5")],
)
def test_several_things_for_readers(items, text):
    assert listed(items) == text


def test_a_printed_number_is_a_float_too():
    assert float(Printed.parse("73%")) == 0.73


def test_below_a_level_or_not_or_left_open_by_rounding():
    assert Printed.parse("0.045").below(0.0455) is True
    assert Printed.parse("0.05").below(0.05) is None
    assert Printed.parse("0.055").below(0.0545) is False
    assert Printed.parse("<0.05").below(0.05) is True
    assert Printed.parse(">0.05").below(0.05) is False


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("11", "11", True),
        ("11", "12", False),
        ("0.73", "0.74", False),
        ("1,927", "1928", False),
        ("0.73", "0.730", True),
        ("0.73", "0.734", True),
        ("0.73", "0.736", False),
        ("27%", "0.27", True),
        ("<0.001", "0.0004", True),
        ("<0.001", "0.003", False),
        ("<0.05", "<0.01", True),
        ("<0.05", "0.03", True),
    ],
)
def test_two_printings_of_one_truth(one, other, agree):
    assert Printed.parse(one).agrees(Printed.parse(other)) is agree
    assert Printed.parse(other).agrees(Printed.parse(one)) is agree


@given(values, decimals)
def test_many_values_are_asked_as_one_is(value: Decimal, places: int):
    printed = print_number(value, places)
    candidates = [float(value), float(printed.value), float(printed.value + printed.unit), float("nan")]
    assert printed.could_print(candidates).tolist() == [True, True, False, False]


def test_of_many_values_those_at_the_ends_are_kept():
    ends = Printed.parse("0.73").interval()
    assert Printed.parse("0.73").could_print([ends.lower, ends.upper]).all()


def test_numbers_no_double_holds_are_refused():
    for text in ["1e999999999", "1e400", "1e99999999999999999999", "1" * 16, "٣"]:
        with pytest.raises(UnreadableNumber, match="expected one printed number"):
            Printed.parse(text)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (Interval(0.00249, 0.00428), "0.0024 to 0.0043"),
        (Interval(0.0005, 0.01), "0.00050 to 0.010"),
        (Interval(7e-6, 0.00981), "below 0.0099"),
    ],
)
def test_p_ranges(p, text):
    assert p_range(p) == text


@pytest.mark.parametrize(
    ("p", "options", "text"),
    [
        (0.0001, {}, "0.00010"),
        (0.000099, {}, "<0.0001"),
        (0.000099, {"least": 1e-6}, "0.000099"),
        (9e-7, {"least": 1e-6}, "<0.000001"),
        (0.9701, {"rounding": "ROUND_CEILING"}, "0.98"),
        (0.0, {}, "<0.0001"),
        (1.0, {}, "1.0"),
    ],
)
def test_tiny_p_values_are_told_as_a_bound(p, options, text):
    assert p_for_readers(p, **options) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        ((0.0149, 0.0215), "0.014 to 0.022"),
        ((1e-14, 5e-14), "<0.0001"),
        ((1e-6, 0.00123), "<0.0001 to 0.0013"),
        ((0.5, 0.5), "0.50"),
    ],
)
def test_ranges_of_p_values_are_rounded_outwards(p, text):
    assert p_ends(Interval(*p)) == text


def test_endpoints_of_many():
    lower, upper = endpoints(["0.73", Printed.parse("27%"), "0.73"])
    np.testing.assert_allclose(lower, [0.725, 0.265, 0.725], rtol=1e-15)
    np.testing.assert_allclose(upper, [0.735, 0.275, 0.735], rtol=1e-15)
    assert endpoints([])[0].shape == (0,)
    cut_off = endpoints(["0.73"], Rounding.TRUNCATION)
    assert [end.tolist() for end in cut_off] == [[0.73], [0.74]]


def test_ends_are_exact():
    assert Printed.parse("68%").ends() == (Fraction(675, 1000), Fraction(685, 1000))
    assert Printed.parse("0.003").ends() == (Fraction(25, 10000), Fraction(35, 10000))
    with pytest.raises(UnreadableNumber, match="not a bound"):
        Printed.parse("<0.003").ends()
