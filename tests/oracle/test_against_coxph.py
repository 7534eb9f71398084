"""`rederive.methods.cox` against R's survival 3.5-3, the oracle stored in cox.json by cox.R.

Known disagreements with R:

| where                         | what R's coxph gives                               | ours                       |
|-------------------------------|----------------------------------------------------|----------------------------|
| one coefficient runs off      | about ±33, with a warning                          | `separated`, no estimate   |
| a combination of them does    | large ones, "did not converge"                     | `separated`, no estimate   |
| it does, and deaths are tied  | 34 and NA, as if collinear, and no warning at all  | `separated`, no estimate   |
| times closer than about 1e-8  | tied, unless `timefix` is off as in these cases    | not tied                   |
| collinear covariates          | some coefficients, NA for the rest                 | no estimate for the cohort |
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from rederive.methods.cox import CoxFits, cox, cox_time_varying

ORACLE = json.loads(Path(__file__).with_name("cox.json").read_text())
DATA = ORACLE["data"]
SEPARATED = ("one_covariate", "direction", "direction_tied")

# Both run Newton's method until only rounding error is left; JSON keeps 15 digits. The absolute 1e-10 is for
# coefficients near zero.
TOLERATED = {"rtol": 1e-8, "atol": 1e-10}


def cases(*, stretches: bool, separated: bool = False) -> Any:
    """Cases as pytest parameters: with one row per patient or one per stretch of time."""
    chosen = [
        case
        for case in ORACLE["cases"]
        if ("start" in DATA[case["data"]]) == stretches and (case["data"] in SEPARATED) == separated
    ]
    names = [f"{case['data']}-{'+'.join(case['covariates'])}-{case['ties']}" for case in chosen]
    return pytest.mark.parametrize("case", chosen, ids=names)


def columns(case: dict[str, Any]) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64]]:
    data = {name: np.array(column) for name, column in DATA[case["data"]].items()}
    return data, np.stack([data[name] for name in case["covariates"]], axis=-1).astype(float)


def fit_patients(case: dict[str, Any]) -> CoxFits:
    data, x = columns(case)
    return cox(data["time"][None], data["event"][None], x[None], ties=case["ties"])


def by_patient(case: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Time, event, entry and covariates [j, i], NaN where i is not watched when j leaves, from rows of stretches."""
    data, x = columns(case)
    people = np.unique(data["id"])
    mine = data["id"] == people[:, None]
    entry = np.where(mine, data["start"], np.inf).min(1)
    time = np.where(mine, data["stop"], -np.inf).max(1)
    known = np.full((len(people), len(people), x.shape[1]), np.nan)
    for i, rows in enumerate(mine):
        for start, stop, values in zip(data["start"][rows], data["stop"][rows], x[rows], strict=True):
            known[(start < time) & (time <= stop), i] = values
    return {"time": time, "event": (mine & data["event"]).any(1), "entry": entry, "covariates": known}


def fit_stretches(case: dict[str, Any]) -> CoxFits:
    return cox_time_varying(**{name: array[None] for name, array in by_patient(case).items()}, ties=case["ties"])


def assert_same(fits: CoxFits, case: dict[str, Any]) -> None:
    assert fits.converged.tolist() == [True]
    assert fits.separated.tolist() == [False]
    for name, values in case["values"].items():
        assert_allclose(getattr(fits, name)[0], values, **TOLERATED, err_msg=name)


@cases(stretches=False)
def test_fixed_covariates(case: dict[str, Any]) -> None:
    assert case["warnings"] == []
    assert_same(fit_patients(case), case)


@cases(stretches=True)
def test_time_varying_covariates_and_late_entry(case: dict[str, Any]) -> None:
    assert case["warnings"] == []
    assert_same(fit_stretches(case), case)


@cases(stretches=False)
def test_fixed_covariates_as_time_varying_ones(case: dict[str, Any]) -> None:
    data, x = columns(case)
    n = len(x)
    known = np.broadcast_to(x, (1, n, n, x.shape[1]))
    assert_same(cox_time_varying(data["time"][None], data["event"][None], known, ties=case["ties"]), case)


@cases(stretches=False, separated=True)
def test_coefficients_that_run_off(case: dict[str, Any]) -> None:
    fits = fit_patients(case)
    assert fits.separated.tolist() == [True]
    assert fits.converged.tolist() == [False]
    assert np.isnan(fits.log_hr).all()
    assert max(abs(b) for b in case["values"]["log_hr"] if b is not None) > 30  # R went there too


def test_the_grid_did_not_shrink() -> None:
    assert ORACLE["r"].startswith("R version 4.2.2")
    assert ORACLE["packages"]["survival"] == "3.5.3"
    counts = Counter((case["data"], case["ties"]) for case in ORACLE["cases"])
    patients = ("untied", "tied", "heavily_tied", "larger", "ovarian", "veteran")
    sizes = {
        **dict.fromkeys(patients, 5),
        **dict.fromkeys(("varying", "late", "late_tied"), 3),
        "heart": 2,
        **dict.fromkeys(SEPARATED, 1),
    }
    assert counts == {(data, ties): size for data, size in sizes.items() for ties in ("efron", "breslow")}
    assert {len(case["covariates"]) for case in ORACLE["cases"]} == {1, 2, 3}


def test_the_data_have_what_their_names_say() -> None:
    deaths = {name: np.array(d.get("time", d.get("stop")))[np.array(d["event"])] for name, d in DATA.items()}
    most_tied = {name: np.unique(times, return_counts=True)[1].max() for name, times in deaths.items()}
    assert most_tied["untied"] == most_tied["varying"] == most_tied["late"] == 1
    assert most_tied["tied"] > 1
    assert most_tied["late_tied"] > 1
    assert most_tied["heavily_tied"] > 5
    for name in ("late", "late_tied"):
        case = next(case for case in ORACLE["cases"] if case["data"] == name)
        people = by_patient(case)
        first = people["time"][people["event"]].min()
        assert (people["entry"] >= first).any(), "nobody enters after the first death"
    switched = next(c for c in ORACLE["cases"] if c["data"] == "varying" and c["covariates"] == ["switched"])
    known = by_patient(switched)["covariates"][..., 0]
    assert (np.nanmin(known, axis=0) < np.nanmax(known, axis=0)).sum() > 10, "few patients ever switch"
