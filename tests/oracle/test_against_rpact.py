"""`rederive.methods.sequential` where rpact 3.3.4 is of another opinion; test_agreement.py has where they agree."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from agreement.comparing import numbers, recorded
from agreement.sequential import LOST, PROBABILITY, boundaries, cases, design, spent, wedge

ORACLE = recorded("rpact")


def of_kind(kind: str) -> Any:
    """The cases of one kind as pytest parameters."""
    return pytest.mark.parametrize(
        ("name", "inputs", "values"), [pytest.param(*case, id=case[0]) for case in cases(kind)]
    )


def test_the_grid_did_not_shrink() -> None:
    expected = {
        "boundaries": 128, "direct": 120, "simpson": 8, "futility": 56, "wedge": 48,
        "size": 36, "information": 6, "cumulative": 6, "diversity": 3,
    }  # fmt: skip
    assert Counter(case["kind"] for case in ORACLE["cases"]) == expected
    assert len({case["id"] for case in ORACLE["cases"]}) == sum(expected.values())
    assert ORACLE["packages"]["rpact"] == "3.3.4"
    assert ORACLE["r"].startswith("R version 4")


def test_of_two_looks_close_together_rpact_loses_part_of_the_probability() -> None:
    """`direct`, integrated without rpact in the same file of cases, has what is right."""
    lost = [spent(inputs, values) for name, inputs, values in cases("boundaries") if design(name) in LOST]
    assert len(lost) == 8
    for found, should in lost:
        assert PROBABILITY.absolute < np.max(np.abs(found - should)) < 8e-4


@of_kind("boundaries")
def test_boundaries_that_rpact_calls_infinite_are_high(
    name: str, inputs: dict[str, Any], values: dict[str, Any]
) -> None:
    """From 7.5 on, and sometimes well before."""
    assert np.all(boundaries(inputs)[np.isinf(numbers(values["critical"]))] > 6)


@of_kind("wedge")
def test_a_wedge_stays_closed_where_rpact_opens_none(name: str, inputs: dict[str, Any], values: dict[str, Any]) -> None:
    found, closed = wedge(inputs, values)
    np.testing.assert_array_equal(found.futility[:-1][closed], 0)
