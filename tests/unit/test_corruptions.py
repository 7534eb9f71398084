"""Slips of the pen: each does what its name says, and leaves a printed number that is another one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.calibration import corruptions
from rederive.printed import Printed


@pytest.mark.parametrize(
    ("text", "place", "to", "expected"),
    [
        ("0.73", 0, 4, "0.74"),
        ("0.73", 1, 8, "0.83"),
        ("0.73", 2, 1, "1.73"),
        ("0.73", 3, 1, None),
        ("1,927", 1, 3, "1,937"),
        ("1,927", 3, 0, None),  # nobody prints 0,927
        ("0.9", 1, 0, None),  # the same number
        ("<0.001", 0, 5, "<0.005"),
        (".018", 2, 1, ".118"),
        ("1e-5", 0, 2, "2e-5"),  # the exponent is left alone
        ("27%", 1, 3, "37%"),
    ],
)
def test_one_digit_changes(text, place, to, expected):
    assert corruptions.change_digit(text, place, to) == expected


def test_every_other_digit_is_drawn_and_no_leading_zero():
    rng = np.random.default_rng(1)
    assert {corruptions.last_digit("0.73", rng) for _ in range(300)} == {f"0.7{i}" for i in "012456789"}
    assert {corruptions.last_but_one_digit("48", rng) for _ in range(300)} == {f"{i}8" for i in "12356789"}
    assert {corruptions.leading_digit("0.041", rng) for _ in range(300)} == {f"0.0{i}1" for i in "12356789"}
    assert corruptions.last_but_one_digit("8", rng) is None
    assert corruptions.leading_digit("0.00", rng) is None


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("1,927", 0, "1,972"),
        ("1,927", 2, "9,127"),
        ("0.73", 1, "7.03"),
        ("10", 0, None),
        ("11", 0, None),
        ("7", 0, None),
        ("-0.0163", 0, "-0.0136"),
    ],
)
def test_neighbouring_digits_change_places(text, place, expected):
    assert corruptions.transpose(text, place) == expected


@pytest.mark.parametrize(
    ("text", "places", "expected"),
    [
        ("0.73", 1, "7.3"),
        ("0.73", -1, "0.073"),
        ("1,927", 1, "19,270"),
        ("1,927", -1, "192.7"),
        (".018", 1, ".18"),
        (".18", 1, "1.8"),
        ("48", 1, "480"),
        ("48", -1, "4.8"),
        ("<0.001", 1, "<0.01"),
        ("0", 1, None),
        ("62.5%", -1, "6.25%"),
        ("−4.2", 1, "−42"),
    ],
)
def test_the_decimal_point_moves(text, places, expected):
    assert corruptions.move_point(text, places) == expected


def test_signs_and_bounds_are_lost():
    assert [corruptions.lose_minus(text) for text in ("-0.0163", "−4", "0.73", "<0.001")] == ["0.0163", "4", None, None]
    assert [corruptions.gain_minus(text) for text in ("0.73", "-4", "<0.001", "0.0")] == ["-0.73", None, None, None]
    assert [corruptions.lose_bound(text) for text in ("<0.001", "≥ 35", "0.05")] == ["0.001", "35", None]


def test_standard_deviations_and_errors_are_taken_for_each_other():
    assert corruptions.sd_as_se("106.2", 48) == "15.3"  # 106.2 / 6.9282 = 15.329
    assert corruptions.sd_as_se("0.3", 100) is None  # it would be printed as 0.0
    assert corruptions.sd_as_se("0.3", 1) is None


def test_a_ratio_is_turned_over():
    assert [corruptions.turn_over(text) for text in ("0.73", "1.00", "2.0", "0.00")] == ["1.37", None, "0.5", None]


NUMBERS = st.from_regex(
    r"\A[<>≤≥]?[-−–+]?((0|[1-9][0-9]{0,8})(\.[0-9]{1,5})?|[1-9][0-9]{0,2}(,[0-9]{3}){1,2}(\.[0-9])?|\.[0-9]{1,6})"
    r"(e-[1-9])?%?\Z"
)


@given(NUMBERS, st.integers(0, 9), st.integers(0, 9), st.integers(1, 400), st.sampled_from([-2, -1, 1, 2]))
def test_what_comes_back_is_another_printed_number(text, place, digit, n, places):
    rng = np.random.default_rng(digit)
    results = [
        corruptions.change_digit(text, place, digit),
        corruptions.last_digit(text, rng),
        corruptions.last_but_one_digit(text, rng),
        corruptions.leading_digit(text, rng),
        corruptions.transpose(text, place),
        corruptions.move_point(text, places),
        corruptions.lose_minus(text),
        corruptions.gain_minus(text),
        corruptions.lose_bound(text),
        corruptions.sd_as_se(text, n),
        corruptions.turn_over(text),
    ]
    old = Printed.parse(text)
    for result in results:
        if result is not None:
            new = Printed.parse(result)
            assert (new.value, new.bound) != (old.value, old.bound)
    assert results[1] is not None  # a last digit can always be another
