"""The same bytes from one process, from two, and from a Dask cluster."""

import joblib
import numpy as np
import pytest

from rederive.methods.immortal_time import CHUNK, simulate_analyses
from rederive.methods.simulate import CohortAssumptions

COHORTS = CHUNK + 10  # two chunks, the second one short


def same_bytes(one, other):
    assert list(one.columns) == list(other.columns)
    for name in one.columns:
        a, b = one[name].to_numpy(), other[name].to_numpy()
        assert (a == b).all() if a.dtype == object else a.tobytes() == b.tobytes()


@pytest.fixture(scope="module")
def alone():
    return simulate_analyses(CohortAssumptions(), COHORTS, 5, n_jobs=1)


def test_two_processes_give_the_same_bytes(alone):
    same_bytes(simulate_analyses(CohortAssumptions(), COHORTS, 5, n_jobs=2), alone)


def test_a_dask_cluster_gives_the_same_bytes(alone):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        assert type(joblib.parallel.get_active_backend()[0]).__name__ == "DaskDistributedBackend"
        same_bytes(simulate_analyses(CohortAssumptions(), COHORTS, 5), alone)


def test_another_seed_gives_other_numbers(alone):
    other = simulate_analyses(CohortAssumptions(), COHORTS, 6, n_jobs=1)
    finite = np.isfinite(other["log_hr"]) & np.isfinite(alone["log_hr"])
    assert finite.mean() > 0.8
    assert not (other["log_hr"] == alone["log_hr"])[finite].any()
