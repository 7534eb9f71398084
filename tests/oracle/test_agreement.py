"""The library beside R, group by group, and the stored table that tells how far apart the two are."""

from __future__ import annotations

import importlib
from collections import Counter

import numpy as np
import pytest

from agreement import GROUPS, agreement
from agreement.again import differing
from agreement.comparing import ORACLES, Group, Tolerance, differences, recorded
from agreement.table import row
from rederive.files import project_root
from rederive.measurements import load_measurements

STORED = load_measurements(project_root() / "data" / "trust").table("oracles")
# Differences down to the last bits of a double, which processors and their libraries round in their own ways.
LAST_BITS, FACTOR = 1e-12, 10
ORACLE_FILES = sorted(path.stem for path in ORACLES.glob("*.json"))


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_the_library_agrees_with_r(group: Group) -> None:
    found = agreement(group)
    assert found.beyond == ()
    stored = STORED.loc[group.name]
    assert found.cases >= stored["cases"], "the grid shrank"
    assert found.compared >= stored["values"], "the grid shrank"
    for name in ("relative", "absolute"):
        ours, told = getattr(found, name), stored[name]
        assert (ours is None) == np.isnan(told)
        if ours is not None:
            assert ours <= FACTOR * told + LAST_BITS, "further from R than data/trust/oracles.csv says: make oracles"
            assert told <= FACTOR * ours + LAST_BITS, "closer to R than data/trust/oracles.csv says: make oracles"


def test_the_stored_table_has_these_groups_and_their_texts() -> None:
    assert sorted(STORED.index) == sorted(GROUPS)
    for name, stored in STORED.iterrows():
        group = GROUPS[str(name)]
        allowed = group.tolerance
        assert (stored["ours"], stored["theirs"], stored["package"]) == (group.ours, group.theirs, group.package)
        assert stored["version"] == recorded(group.oracle)["packages"][group.package]
        assert recorded(group.oracle)["r"].startswith(f"R version {stored['r']} ")
        assert stored["allowed_relative"] == pytest.approx(allowed.relative, rel=0.05)  # two digits
        assert stored["allowed_absolute"] == pytest.approx(allowed.absolute, rel=0.05)
        assert stored["why"] == allowed.why


def test_the_grid_is_large_and_every_package_is_in_it() -> None:
    by_package = STORED.groupby("package")["values"].sum()
    assert {"metafor", "survival", "rpact", "coin", "exactRankTests", "mvtnorm", "stats"} == set(by_package.index)
    assert STORED["values"].sum() >= 30_000
    assert by_package.min() >= 19


def test_no_kind_of_case_was_dropped() -> None:
    """Beside the grids that the tests of their modules describe."""
    experiments = Counter(case["kind"] for case in recorded("animals")["cases"])
    assert experiments == {
        "joint": 75, "clustered": 30, "log-rank": 16, "filter": 20, "two-groups": 30, "difference": 30,
    }  # fmt: skip
    assert len(recorded("tables")["cases"]) >= 10
    selections = [case for case in recorded("regression")["cases"] if case["kind"] == "selection"]
    assert sorted((case["data"], case["intercept"], case["keep"]) for case in selections) == sorted(
        (name, intercept, keep)
        for name, keep in {"small": 2, "noise": 8, "away_from_zero": 8, "scales": 5, "exact": 3}.items()
        for intercept in (True, False)
    )


@pytest.mark.parametrize("name", sorted({group.ours for group in GROUPS.values()}))
def test_what_is_compared_is_a_function_of_the_library(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_differences_are_found_and_measured() -> None:
    share = Tolerance(1e-10, 1e-12, "")
    found, shares = differences([2.0, 1e-15, 5.0], [2.0 + 2e-9, 0.0, 5.0], share)
    np.testing.assert_allclose(found, [1e-9, 1e-15, 0], rtol=1e-6)
    assert shares.tolist() == [True, False, True]
    assert differences([np.nan, np.nan, np.inf], [np.nan, 1.0, np.inf], share)[0].tolist() == [0, np.inf, 0]
    with pytest.raises(ValueError, match="as many values"):
        differences([1.0], [1.0, 2.0], share)


def test_a_value_too_far_from_r_is_named() -> None:
    pairs = [("right", [1.0, 0.0], [1.0, 0.0]), ("wrong", [1.0, 2.0], [1.0, 2.1])]
    found = agreement(Group("it", "ours", "theirs", "stats", "tables", Tolerance(1e-6, 1e-9, ""), lambda: pairs))
    assert found.beyond == ("wrong",)
    assert (found.cases, found.compared, found.absolute) == (2, 4, 0)
    assert found.relative == pytest.approx(0.1 / 2.1)


# --------------------------------------------------------------------------------------------- the stored values

# what was put in, beside the values that came out
INPUTS = {
    "kind", "events_treated", "n_treated", "events_control", "n_control", "alive_treated", "alive_control", "sd",
    "events", "n", "counts", "summary", "inputs",
}  # fmt: skip


def test_every_value_has_its_call() -> None:
    for oracle in ORACLE_FILES:
        content = recorded(oracle)
        lists = [cases for cases in content.values() if isinstance(cases, list)]
        assert lists, oracle
        for case in (case for cases in lists for case in cases):
            if "call" not in case and "call" not in content:
                assert set(case) - INPUTS <= set(content["calls"]), (oracle, case)


def test_every_file_has_its_script_and_names_its_packages() -> None:
    assert sorted(path.stem for path in ORACLES.glob("*.R")) == ORACLE_FILES
    for oracle in ORACLE_FILES:
        assert recorded(oracle)["r"].startswith("R version 4.")
        assert recorded(oracle)["packages"]


def test_what_r_says_anew_is_compared_value_by_value() -> None:
    stored = {"a": [1.0, {"b": "0.5"}], "word": "x", "none": None, "yes": True}
    assert list(differing(stored, stored)) == []
    assert list(differing(stored, {**stored, "a": [1.0 + 1e-9, {"b": "0.5000000000001"}]})) == []
    for again, said in [
        ({**stored, "a": [1.0 + 1e-7, {"b": "0.5"}]}, "a[0]: 1.0 stored, 1.0000001 now"),
        ({**stored, "a": [1.0]}, "a: 2 entries stored, 1 now"),
        ({**stored, "a": [1.0, {}]}, "a[1].b: only stored"),
        ({**stored, "new": 1}, "new: only in what R says now"),
        ({**stored, "word": "y"}, "word: x stored, y now"),
        ({**stored, "none": 0}, "none: None stored, 0 now"),
        ({**stored, "yes": 1}, "yes: True stored, 1 now"),
    ]:
        assert list(differing(stored, again)) == [said]


def test_rows_are_written_as_they_are_stored() -> None:
    written = row(GROUPS["tables-fisher"])
    assert list(written) == ["id", *STORED.columns]
    stored = STORED.loc["tables-fisher"]
    assert {name: written[name] for name in ("cases", "values", "version", "r")} == {
        name: stored[name] for name in ("cases", "values", "version", "r")
    }
