"""Units of time: against enumeration and grids."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rederive.checks.units import UNITS, unit_lengths_that_print, units_that_print
from rederive.printed import Printed, Rounding, print_number

SIX = [Printed.parse(text) for text in ("9.6", "6.33", "19.67", "5.13", "2.97", "8.0")]


@pytest.mark.parametrize("decimals", [None, 2])
@pytest.mark.parametrize("rounding", [None, *Rounding])
def test_units_equal_enumeration(decimals, rounding):
    found = units_that_print(SIX, decimals=decimals, rounding=rounding)
    assert list(found.index) == list(UNITS)
    for name, per_month in UNITS.items():
        for time in SIX:
            unit = time.unit if decimals is None else Fraction(1, 100)
            read = Printed(time.text, time.value, unit)
            expected = tuple(k for k in range(1000) if read.prints(Fraction(k) / per_month, rounding))
            assert found.loc[name, time.text] == expected
        assert found.loc[name, "all"] == all(found.loc[name, time.text] for time in SIX)


def test_only_months_of_thirty_days_print_all_six_times():
    for decimals in (None, 2):
        found = units_that_print(SIX, decimals=decimals)
        assert found.index[found["all"]].tolist() == ["days, 30 a month"]
    days = found.loc["days, 30 a month"]
    assert [days[time.text] for time in SIX] == [(288,), (190,), (590,), (154,), (89,), (240,)]


@settings(max_examples=100)
@given(st.lists(st.integers(1, 1500), min_size=1, max_size=6), st.sampled_from(sorted(UNITS)), st.integers(0, 3))
def test_honest_times_find_their_unit(counts, name, decimals):
    times = [print_number(count / UNITS[name], decimals) for count in counts]
    found = units_that_print(times).loc[name]
    assert found["all"]
    assert all(count in found[time.text] for count, time in zip(counts, times, strict=True))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(20, 700), min_size=1, max_size=4), st.integers(2800, 3100))
def test_stretches_of_unit_lengths_equal_a_grid(counts, hundredths):
    times = [print_number(count / Fraction(hundredths, 100), 2) for count in counts]
    stretches = unit_lengths_that_print(times)
    lengths = [Fraction(28) + Fraction(k, 31) for k in range(3 * 31 + 1)] + [Fraction(hundredths, 100)]
    table = units_that_print(times, {str(length): length for length in lengths})
    ends = {
        end for stretch in stretches for end in stretch
    }  # ties, which a rounding to the nearest may send either way
    for length in set(lengths) - ends:
        inside = any(low <= length <= high for low, high in stretches)
        assert inside == table.loc[str(length), "all"]
    assert all(low < high for low, high in stretches)
    assert all(high < later for (_, high), (later, _) in pairwise(stretches))  # stretches that touch are one


def test_a_time_that_any_length_prints_leaves_one_stretch():
    assert unit_lengths_that_print([Printed.parse("1.0")]) == [(28, 31)]


def test_a_length_without_meaning_seldom_prints_all_six():
    stretches = unit_lengths_that_print(SIX, decimals=2)
    assert len(stretches) == 1
    assert stretches[0][0] < 30 < stretches[0][1]
    share = sum(high - low for low, high in unit_lengths_that_print(SIX)) / 3
    assert (stretches[0][1] - stretches[0][0]) / 3 < share < Fraction(1, 100)


def test_times_that_cannot_be_read_that_way():
    with pytest.raises(ValueError, match="at most 1 decimals"):
        units_that_print(SIX, decimals=1)
    with pytest.raises(ValueError, match="not a bound"):
        unit_lengths_that_print([Printed.parse("<6")])
