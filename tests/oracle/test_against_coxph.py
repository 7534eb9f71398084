"""`rederive.methods.cox` where R's survival 3.5-3 is of another opinion; test_agreement.py has where they agree.

Known disagreements with R:

| where                         | what R's coxph gives                               | ours                       |
|-------------------------------|----------------------------------------------------|----------------------------|
| one coefficient runs off      | about ±33, with a warning                          | `separated`, no estimate   |
| a combination of them does    | large ones, "did not converge"                     | `separated`, no estimate   |
| it does, and deaths are tied  | 34 and NA, as if collinear, and no warning at all  | `separated`, no estimate   |
| times closer than about 1e-8  | tied, unless `timefix` is off as in these cases    | not tied                   |
| collinear covariates          | some coefficients, NA for the rest                 | no estimate for the cohort |
"""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from agreement.comparing import recorded
from agreement.times import SEPARATED, by_patient, cox_cases, fit_patients

ORACLE = recorded("cox")
DATA = ORACLE["data"]


def test_r_warns_of_no_fit_that_is_compared() -> None:
    assert all(case["warnings"] == [] for stretches in (False, True) for case in cox_cases(stretches=stretches))


@pytest.mark.parametrize("case", cox_cases(stretches=False, separated=True), ids=lambda case: case["call"])
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
