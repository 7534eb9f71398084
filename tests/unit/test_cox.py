"""Cox models: against a likelihood written out naively, other libraries, exhaustive search, and their symmetries.

The comparison with R is in tests/oracle/test_against_coxph.py.
"""

from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, CoxTimeVaryingFitter
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq
from statsmodels.duration.hazard_regression import PHReg

from rederive.methods.cox import CoxFits, Ties, cox, cox_time_varying

Floats = NDArray[np.float64]
TIES: tuple[Ties, Ties] = ("efron", "breslow")
both_ties = pytest.mark.parametrize("ties", TIES)

# One algorithm on the same numbers in another order or scale: rounding error alone, magnified by flat likelihoods.
SAME = {"rtol": 1e-8, "atol": 1e-9}


def cohorts(
    seed: int, b: int = 4, n: int = 36, p: int = 2, tied: bool = False
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Simulated cohorts: times, events, covariates of which every second one is yes or no."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(b, n, p))
    x[..., 1::2] = x[..., 1::2] > 0.3
    death = rng.exponential(size=(b, n)) * np.exp(-0.4 * x.sum(-1))
    end = rng.uniform(0.2, 3, (b, n))
    time = np.minimum(death, end)
    return np.ceil(6 * time) if tied else time, death <= end, x


def changing(seed: int, b: int = 4, n: int = 36, p: int = 2, tied: bool = False) -> dict[str, Any]:
    """Simulated cohorts with covariates new at every death, and late entry; keyword arguments of `cox_time_varying`."""
    time, event, _ = cohorts(seed, b, n, p, tied)
    rng = np.random.default_rng(seed + 1)
    known = rng.normal(size=(b, n, n, p))
    known[..., 1::2] = known[..., 1::2] > 0
    for c, order in enumerate(time.argsort(1)):  # those who leave together leave when the same is known
        for earlier, later in pairwise(order):
            if time[c, earlier] == time[c, later]:
                known[c, later] = known[c, earlier]
    entry = time * rng.choice([0, 0.2, 0.5], (b, n))
    return {"time": time, "event": event, "covariates": known, "entry": entry}


def fixed_as_changing(time: Floats, event: NDArray[np.bool_], x: Floats) -> dict[str, Any]:
    b, n, p = x.shape
    return {"time": time, "event": event, "covariates": np.broadcast_to(x[:, None], (b, n, n, p))}


def naive_loglik(
    beta: Floats, time: Floats, event: NDArray[np.bool_], known: Floats, entry: Floats, ties: Ties
) -> float:
    """Log partial likelihood of one cohort, as textbooks write it; known[j, i] is i's covariates when j leaves."""
    total = 0.0
    for t in np.unique(time[event]):
        failing = [i for i in range(len(time)) if time[i] == t and event[i]]
        at_risk = [i for i in range(len(time)) if entry[i] < t <= time[i]]
        risk = {i: np.exp(known[failing[0], i] @ beta) for i in at_risk}
        for counted, i in enumerate(failing):
            lowered = counted / len(failing) if ties == "efron" else 0.0
            total += np.log(risk[i]) - np.log(sum(risk.values()) - lowered * sum(risk[j] for j in failing))
    return float(total)


def assert_same(ours: CoxFits, theirs: CoxFits, rows: Any = slice(None), **tolerated: float) -> None:
    for name in ("converged", "separated"):
        assert getattr(ours, name).tolist() == getattr(theirs, name)[rows].tolist()
    for name in ("log_hr", "se", "loglik", "runs_to"):
        assert_allclose(getattr(ours, name), getattr(theirs, name)[rows], **(tolerated or SAME), err_msg=name)


# ------------------------------------------------------------------------------------------------ a naive likelihood


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 2), st.sampled_from([1, 2, 3]), st.booleans(), st.sampled_from(TIES), st.booleans())
def test_the_score_is_zero_where_the_fit_says_the_maximum_is(
    seed: int, p: int, tied: bool, ties: Ties, varying: bool
) -> None:
    data = changing(seed, 2, 24, p, tied) if varying else fixed_as_changing(*cohorts(seed, 2, 24, p, tied))
    fits = cox_time_varying(**data, ties=ties) if varying else cox(*cohorts(seed, 2, 24, p, tied), ties=ties)
    entry = data.get("entry", np.full_like(data["time"], -np.inf))
    for c in np.flatnonzero(fits.converged):
        one = data["time"][c], data["event"][c], data["covariates"][c], entry[c], ties
        at = fits.log_hr[c]
        assert_allclose(naive_loglik(at, *one), fits.loglik[c], rtol=1e-10)
        steps = np.diag(fits.se[c]) * 1e-3
        rise = [(naive_loglik(at + h, *one) - naive_loglik(at - h, *one)) / 2e-3 for h in steps]
        # per standard error; central differences err by a sixth of the third derivative times (1e-3)², and by 1e-15
        # times the likelihood over 1e-3
        assert_allclose(rise, 0, atol=1e-5)
        information = [
            [
                -sum(s * u * naive_loglik(at + s * h + u * k, *one) for s, u in product((-1, 1), repeat=2)) / 4e-6
                for h in steps
            ]
            for k in steps
        ]
        # in units of the standard errors the inverse information has ones on its diagonal; differences of differences
        # lose half of the digits
        assert_allclose(np.diag(np.linalg.inv(information)), 1, rtol=1e-3)


# ---------------------------------------------------------------------------------------------------- other libraries


# by default lifelines takes 0.95 of a Newton step
PRECISE = {"precision": 1e-20, "step_size": 1.0}


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_lifelines_fits_the_same_with_efrons_ties(p: int, tied: bool) -> None:
    time, event, x = cohorts(20260101, 3, 36, p, tied)
    fits = cox(time, event, x)
    names = [f"x{k}" for k in range(p)]
    for c in range(3):
        frame = pd.DataFrame(x[c], columns=names).assign(time=time[c], event=event[c])
        other = CoxPHFitter().fit(frame, "time", "event", fit_options=PRECISE)
        assert_allclose(fits.log_hr[c], other.params_, **SAME)
        assert_allclose(fits.se[c], other.standard_errors_, rtol=1e-8)
        assert_allclose(fits.p[c], other.summary["p"], rtol=1e-8)
        assert_allclose(fits.loglik[c], other.log_likelihood_, rtol=1e-10)
        lower, upper = fits.interval(0.95)
        assert_allclose(lower[c], other.summary["exp(coef) lower 95%"], rtol=1e-8)
        assert_allclose(upper[c], other.summary["exp(coef) upper 95%"], rtol=1e-8)


@both_ties
@pytest.mark.parametrize("tied", [False, True])
def test_statsmodels_fits_the_same(ties: Ties, tied: bool) -> None:
    time, event, x = cohorts(20260102, 3, 36, 3, tied)
    fits = cox(time, event, x, ties=ties)
    for c in range(3):
        other = PHReg(time[c], x[c], status=event[c], ties=ties).fit(tol=1e-12, disp=False)
        assert_allclose(fits.log_hr[c], other.params, rtol=1e-8, atol=1e-10)
        assert_allclose(fits.se[c], other.bse, rtol=1e-8)
        assert_allclose(fits.loglik[c], other.llf, rtol=1e-10)


@pytest.mark.parametrize("tied", [False, True])
def test_lifelines_fits_the_same_with_covariates_that_change(tied: bool) -> None:
    data = changing(20260103, 2, 36, 2, tied)
    fits = cox_time_varying(**data)
    for c in range(2):
        time, event, entry = (data[name][c] for name in ("time", "event", "entry"))
        cuts = np.unique(time[event])
        rows = []
        for i in range(36):
            ends = [*cuts[(cuts > entry[i]) & (cuts < time[i])], time[i]]
            for start, stop in zip([entry[i], *ends[:-1]], ends, strict=True):
                j = np.flatnonzero(event & (time == stop))
                values = data["covariates"][c, j[0], i] if j.size else np.zeros(2)  # no death, so not looked at
                rows.append((i, start, stop, bool(event[i]) and stop == time[i], *values))
        frame = pd.DataFrame(rows, columns=["id", "start", "stop", "event", "a", "b"])
        other = CoxTimeVaryingFitter().fit(frame, id_col="id", event_col="event", fit_options=PRECISE)
        assert_allclose(fits.log_hr[c], other.params_, **SAME)
        assert_allclose(fits.se[c], other.standard_errors_, rtol=1e-8)
        assert_allclose(fits.loglik[c], other.log_likelihood_, rtol=1e-10)


@both_ties
def test_statsmodels_fits_the_same_with_late_entry(ties: Ties) -> None:
    time, event, x = cohorts(20260104, 3, 60, 2, tied=True)
    # halves, because statsmodels, unlike R and this module, takes patients to be at risk at the time they enter
    entry = np.minimum(np.random.default_rng(5).integers(0, 3, time.shape), time - 1) + 0.5
    fits = cox_time_varying(**fixed_as_changing(time, event, x), entry=entry, ties=ties)
    for c in range(3):
        other = PHReg(time[c], x[c], status=event[c], entry=entry[c], ties=ties).fit(tol=1e-12, disp=False)
        assert_allclose(fits.log_hr[c], other.params, rtol=1e-8, atol=1e-10)
        assert_allclose(fits.se[c], other.bse, rtol=1e-8)
        assert_allclose(fits.loglik[c], other.llf, rtol=1e-10)


# ------------------------------------------------------------------------------------ no maximum: exhaustive search


def fate(contrasts: NDArray[np.int64]) -> str:
    """What one or two whole-numbered covariates must lead to, from who fails less who else is at risk.

    In the plane, the directions that separate form a cone; its edges are perpendicular to a contrast, or, if all
    contrasts lie on one line, the line itself is in it. So a search of those directions is exhaustive, and exact.
    """
    if contrasts.shape[1] == 1:
        directions = np.array([[1], [-1]])
    else:
        turned = contrasts[:, ::-1] * [1, -1]
        directions = np.concatenate([contrasts, -contrasts, turned, -turned])
    along = directions @ contrasts.T
    if ((along >= 0).all(1) & (along > 0).any(1)).any():
        return "separated"
    return "converged" if len(contrasts) and np.linalg.matrix_rank(contrasts) == contrasts.shape[1] else "neither"


def limit(contrasts: NDArray[np.int64]) -> float:
    """Where one covariate must run to, from who fails less who else is at risk."""
    if (contrasts >= 0).all() and (contrasts > 0).any():
        return np.inf
    return -np.inf if (contrasts <= 0).all() and (contrasts < 0).any() else np.nan


def contrasts_of(time: Any, event: Any, known: Any, entry: Any) -> NDArray[np.int64]:
    people = range(len(time))
    pairs = [(i, j) for i in people if event[i] for j in people if entry[j] < time[i] <= time[j]]
    return np.array([known[i, i] - known[i, j] for i, j in pairs], dtype=int).reshape(-1, known.shape[-1])


def fates(fits: CoxFits) -> list[str]:
    assert not (fits.converged & fits.separated).any()
    return np.where(fits.converged, "converged", np.where(fits.separated, "separated", "neither")).tolist()


@both_ties
@pytest.mark.parametrize(("p", "varying"), list(product([1, 2], [False, True])))
def test_whether_there_is_a_maximum_is_told_exactly(ties: Ties, p: int, varying: bool) -> None:
    rng = np.random.default_rng([p, varying])
    b, n = 250, 8
    time = rng.integers(1, 6, (b, n)).astype(float)
    event = rng.random((b, n)) < 0.7
    known = rng.integers(0, 3, (b, n, n, p))
    known[::10] = known[::10, :, :1]  # constant, and below collinear
    known[1::10, ..., -1] = 2 * known[1::10, ..., 0]
    entry = np.where(rng.random((b, n)) < 0.3, time - 2, -1)
    if varying:
        for c, j, i in product(range(b), range(n), range(n)):
            if time[c, i] == time[c, j]:
                known[c, i] = known[c, j]  # leaving together means being known the same
        fits = cox_time_varying(time, event, known, entry=entry, ties=ties)
    else:
        known[:], entry[:] = known[:, :1], -1
        fits = cox(time, event, known[:, 0], ties=ties)
        assert fates(cox_time_varying(time, event, known, ties=ties)) == fates(fits)
    contrasts = [contrasts_of(*one) for one in zip(time, event, known, entry, strict=True)]
    expected = [fate(one) for one in contrasts]
    assert fates(fits) == expected
    assert min(map(expected.count, ("converged", "separated", "neither"))) >= 3  # all three were met
    limits = np.array([[limit(one[:, j]) for j in range(p)] for one in contrasts])
    np.testing.assert_array_equal(fits.runs_to, limits)
    assert (limits == np.inf).any()
    assert (limits == -np.inf).any()


@settings(max_examples=100)
@given(st.data())
def test_the_likelihood_rises_all_the_way_to_where_a_covariate_runs(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 6))
    draw = lambda low, high: np.array([data.draw(st.integers(low, high)) for _ in range(n)])  # noqa: E731
    time, event, x, included = draw(1, 5).astype(float), draw(0, 1) == 1, draw(0, 2).astype(float), draw(0, 3) > 0
    fits, mirrored = (
        cox(time[None], event[None], sign * x[None, :, None], ties="breslow", included=included[None])
        for sign in (1, -1)
    )
    end = fits.runs_to[0, 0]
    assert fits.separated[0] == np.isinf(end)
    np.testing.assert_equal(end, -mirrored.runs_to[0, 0])
    if np.isinf(end):
        m = int(included.sum())
        known, always = np.broadcast_to(x[included][:, None], (m, m, 1)), np.full(m, -np.inf)
        along = [
            naive_loglik(np.array([np.copysign(far, end)]), time[included], event[included], known, always, "breslow")
            for far in (0.0, 1.0, 5.0, 20.0)
        ]
        assert along == sorted(along)


def test_nothing_to_estimate_is_not_called_convergence() -> None:
    time, event, x = cohorts(1, 5)
    event[0] = False
    x[1, :, 0] = 0.1  # constant
    x[2, :, 1] = 3 * x[2, :, 0] - 0.7  # collinear
    time[3, :3], event[3, :3], x[3, 3:, 0] = 0.01, False, 0.3  # constant in those who live to see a death
    for fits in (cox(time, event, x), cox_time_varying(**fixed_as_changing(time, event, x))):
        assert fits.converged.tolist() == [False, False, False, False, True]
        assert fits.separated.tolist() == [False] * 5
        for array in (fits.log_hr, fits.se, fits.hazard_ratio, fits.p, fits.interval()[0]):
            assert np.isnan(array[:4]).all()
            assert np.isfinite(array[4]).all()
        assert np.isnan(fits.loglik[:4]).all()


def test_a_covariate_that_is_the_same_for_all_at_every_death_says_nothing() -> None:
    data = changing(2, 1)
    data["covariates"][..., 0] = data["time"][..., None] * 0.1
    fits = cox_time_varying(**data)
    assert fits.converged.tolist() == fits.separated.tolist() == [False]


def test_a_large_but_finite_coefficient_is_found() -> None:
    """Twenty die in the order x predicts; only the last death, of x = 0 while one of x = 1 lives, speaks against it."""
    x = (np.arange(40) < 20).astype(float)
    time = np.arange(1.0, 41)
    time[[19, 20]] = time[[20, 19]]
    event = np.arange(40) < 21
    at_risk = np.array([[(x[time >= t] == value).sum() for value in (1, 0)] for t in time[event]])

    def score(beta: float) -> float:
        exposed = at_risk[:, 0] * np.exp(beta)
        return float(20 - (exposed / (exposed + at_risk[:, 1])).sum())

    found = brentq(score, 0, 30, xtol=1e-14)
    assert found > 3
    assert_allclose(cox(time[None], event[None], x[None, :, None]).log_hr, [[found]], rtol=1e-10)


def test_who_leaves_before_the_first_death_cannot_spoil_the_fit() -> None:
    time, event, x = cohorts(11)
    time[:, 0], event[:, 0] = time.min() / 2, False
    expected = cox(time, event, x)
    x[:, 0] = 1e12
    assert_same(cox(time, event, x), expected)


def test_a_maximum_beyond_the_reach_of_doubles_is_not_made_up() -> None:
    """The first death takes x = 1 as far as e^β goes, the second speaks against it by a difference of 1e-15."""
    fits = cox([[1.0, 2.0, 3.0]], [[True, True, False]], [[[1.0], [0.0], [1e-15]]])
    assert fits.converged.tolist() == fits.separated.tolist() == [False]


# --------------------------------------------------------------------------------------------------------- symmetries

seeds = st.integers(0, 2**32 - 2)


@settings(max_examples=20)
@given(seeds, st.booleans(), st.sampled_from(TIES), st.sampled_from([np.sqrt, np.log1p, lambda t: 30 * t + 7]))
def test_only_the_order_of_times_counts(seed: int, tied: bool, ties: Ties, transform: Any) -> None:
    time, event, x = cohorts(seed, tied=tied)
    assert_same(cox(transform(time), event, x, ties=ties), cox(time, event, x, ties=ties))


@settings(max_examples=20)
@given(seeds, st.booleans(), st.sampled_from(TIES), st.floats(-1e3, 1e3))
def test_a_shift_of_covariates_changes_nothing(seed: int, tied: bool, ties: Ties, shift: float) -> None:
    time, event, x = cohorts(seed, tied=tied)
    assert_same(cox(time, event, x + shift, ties=ties), cox(time, event, x, ties=ties))


@settings(max_examples=20)
@given(seeds, st.booleans(), st.sampled_from(TIES), st.sampled_from([-1e6, -1.0, 1e-6, 0.3, 1e6]))
def test_coefficients_scale_with_the_unit_of_their_covariate(seed: int, tied: bool, ties: Ties, unit: float) -> None:
    time, event, x = cohorts(seed, tied=tied)
    plain, scaled = cox(time, event, x, ties=ties), cox(time, event, x * [unit, 1], ties=ties)
    assert_allclose(scaled.log_hr * [unit, 1], plain.log_hr, **SAME)
    assert_allclose(scaled.se * [abs(unit), 1], plain.se, **SAME)
    assert_allclose(scaled.loglik, plain.loglik, **SAME)
    assert_allclose(scaled.p, plain.p, **SAME)


@settings(max_examples=20)
@given(seeds, st.booleans(), st.sampled_from(TIES))
def test_patients_are_in_no_order_and_copies_of_covariates_stay_fixed(seed: int, tied: bool, ties: Ties) -> None:
    time, event, x = cohorts(seed, tied=tied)
    fits = cox(time, event, x, ties=ties)
    order = np.random.default_rng(seed).permutation(time.shape[1])
    assert_same(cox(time[:, order], event[:, order], x[:, order], ties=ties), fits)
    assert_same(cox_time_varying(**fixed_as_changing(time, event, x), ties=ties), fits)


@settings(max_examples=20)
@given(seeds, st.booleans())
def test_without_ties_both_ways_of_counting_them_agree(seed: int, varying: bool) -> None:
    if varying:
        data = changing(seed)
        assert_same(cox_time_varying(**data, ties="efron"), cox_time_varying(**data, ties="breslow"))
    else:
        assert_same(cox(*cohorts(seed), ties="efron"), cox(*cohorts(seed), ties="breslow"))


def test_with_ties_they_differ() -> None:
    data = cohorts(3, tied=True)
    assert (np.abs(cox(*data, ties="efron").log_hr - cox(*data, ties="breslow").log_hr).max(1) > 1e-3).all()


@both_ties
@pytest.mark.parametrize("varying", [False, True])
def test_a_batch_is_its_cohorts_one_at_a_time(ties: Ties, varying: bool) -> None:
    b = 150  # of time-varying cohorts, more than one block
    if varying:
        data, fit = changing(4, b, 30, 2, tied=True), cox_time_varying
    else:
        data, fit = dict(zip(("time", "event", "covariates"), cohorts(4, b, 30, 2, tied=True), strict=True)), cox
    data["event"][::7] &= data["time"][::7] < 2  # few events here and there: some do not converge
    together = fit(**data, ties=ties)
    assert 0 < together.separated.sum() < b / 2
    for c in range(b):
        alone = fit(**{name: array[c : c + 1] for name, array in data.items()}, ties=ties)
        assert_same(alone, together, slice(c, c + 1))


@settings(max_examples=20)
@given(seeds, st.booleans(), st.booleans(), st.sampled_from(TIES))
def test_patients_left_out_contribute_nothing(seed: int, tied: bool, varying: bool, ties: Ties) -> None:
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.permutation(36)[:28])
    included = np.zeros((4, 36), dtype=bool)
    included[:, kept] = True
    if varying:
        data = changing(seed, tied=tied)
        smaller = {name: array[:, kept] for name, array in data.items()}
        smaller["covariates"] = smaller["covariates"][:, :, kept]
        expected = cox_time_varying(**smaller, ties=ties)
        data["covariates"] = np.where(
            included[:, :, None, None] & included[:, None, :, None], data["covariates"], np.nan
        )
        data["time"][~included] = np.nan
        data["entry"][~included] = np.nan
        found = cox_time_varying(**data, included=included, ties=ties)
    else:
        time, event, x = cohorts(seed, tied=tied)
        expected = cox(time[:, kept], event[:, kept], x[:, kept], ties=ties)
        x[~included] = np.nan
        out = np.setdiff1d(range(36), kept)
        time[:, out[:4]] = time[:, kept].min(1, keepdims=True)  # ties with those who leave first
        time[:, out[4:]] = np.nan
        found = cox(time, event, x, included=included, ties=ties)
    assert_same(found, expected)


def test_late_entry_is_a_landmark_when_all_enter_there() -> None:
    time, event, x = cohorts(6, n=60)
    later = time > 0.3
    landmark = cox(time - 0.3, event, x, included=later)
    late = cox_time_varying(**fixed_as_changing(time, event, x), entry=np.full_like(time, 0.3), included=later)
    assert_same(landmark, late)


def test_covariates_are_looked_at_only_at_deaths_and_of_those_at_risk() -> None:
    data = changing(7)
    expected = cox_time_varying(**data)
    t, at_risk = data["time"], data["time"][:, None] >= data["time"][:, :, None]
    at_risk &= (data["entry"][:, None] < t[:, :, None]) & data["event"][:, :, None]
    data["covariates"] = np.where(at_risk[..., None], data["covariates"], np.nan)
    assert_same(cox_time_varying(**data), expected, rtol=0, atol=0)


# ------------------------------------------------------------------------------------------------- results and errors


def test_p_values_and_intervals_are_walds() -> None:
    fits = cox(*cohorts(8))
    assert_allclose(fits.p, stats.chi2.sf((fits.log_hr / fits.se) ** 2, 1), rtol=1e-10)
    lower, upper = fits.interval(0.9)
    assert_allclose(np.sqrt(lower * upper), fits.hazard_ratio, rtol=1e-12)
    assert_allclose(np.log(upper / lower), 2 * 1.6448536269514722 * fits.se, rtol=1e-12)  # R: qnorm(0.95)
    with pytest.raises(ValueError, match="between 0 and 1"):
        fits.interval(95)


def test_no_cohorts_give_no_fits() -> None:
    fits = cox(np.empty((0, 5)), np.empty((0, 5), dtype=bool), np.empty((0, 5, 2)))
    assert fits.log_hr.shape == fits.se.shape == (0, 2)
    assert fits.converged.shape == fits.loglik.shape == (0,)


def test_too_few_steps_are_not_called_convergence() -> None:
    fits = cox(*cohorts(9), max_steps=2)
    assert not fits.converged.any()
    assert not fits.separated.any()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"time": np.ones(36)}, "time: expected shape"),
        ({"event": np.ones((4, 36))}, "event: expected booleans"),
        ({"event": np.ones((4, 35), dtype=bool)}, "event: expected booleans"),
        ({"included": np.ones(36, dtype=bool)}, "included: expected booleans"),
        ({"covariates": np.ones((4, 36))}, "covariates: expected shape"),
        ({"covariates": np.ones((4, 36, 0))}, "covariates: expected shape"),
        ({"covariates": np.full((4, 36, 1), np.nan)}, "covariates of included"),
        ({"time": np.full((4, 36), np.inf)}, "times of included"),
        ({"ties": "exact"}, "unknown ties 'exact': expected one of efron, breslow"),
    ],
)
def test_fixed_covariates_that_cannot_be_fitted_are_refused(changed: dict[str, Any], message: str) -> None:
    time, event, x = cohorts(10)
    with pytest.raises(ValueError, match=message):
        cox(**{"time": time, "event": event, "covariates": x} | changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"covariates": np.ones((4, 36, 2))}, "covariates: expected shape"),
        ({"covariates": np.full((4, 36, 36, 1), np.inf)}, "covariates of patients at risk"),
        ({"entry": np.zeros(36)}, "entry: expected shape"),
        ({"entry": np.full((4, 36), 99.0)}, "leave after entry"),
        ({"entry": np.full((4, 36), np.nan)}, "leave after entry"),
    ],
)
def test_time_varying_covariates_that_cannot_be_fitted_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cox_time_varying(**changing(10) | changed)
