"""The log-rank test: against lifelines, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import logrank_test

from rederive.methods.log_rank import log_rank


@settings(max_examples=60)
@given(st.data())
def test_z_equals_lifelines(data):
    n = data.draw(st.integers(4, 14))
    time = np.array(data.draw(st.lists(st.integers(1, 6), min_size=n, max_size=n)), dtype=float)  # many ties
    event = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    group = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    z = log_rank(time[None], event[None], group)[0]
    if np.isnan(z):
        # no variance: at every death all at risk were in one group, or all at risk died
        for t in time[event]:
            inside = group[time >= t]
            assert inside.all() or not inside.any() or event[time >= t].all()
        return
    theirs = logrank_test(time[group], time[~group], event[group], event[~group])
    assert z**2 == pytest.approx(theirs.test_statistic, rel=1e-8, abs=1e-12)
    assert log_rank(time[None], event[None], ~group)[0] == pytest.approx(-z, rel=1e-8, abs=1e-12)


def test_four_animals_by_hand():
    # days 1 to 4, all die; the group holds days 2 and 4. At risk, of the group: 4, 2; 3, 2; 2, 1; 1, 1
    z = log_rank([[1, 2, 3, 4]], [[True] * 4], [False, True, False, True])
    excess = (0 - 2 / 4) + (1 - 2 / 3) + (0 - 1 / 2) + (1 - 1)
    variance = 1 / 4 + 2 / 9 + 1 / 4 + 0
    assert z[0] == pytest.approx(excess / variance**0.5)


def test_experiments_do_not_mix():
    rng = np.random.default_rng(2)
    time, event, group = rng.exponential(size=(20, 9)), rng.random((20, 9)) < 0.7, rng.random((20, 9)) < 0.5
    together = log_rank(time, event, group)
    alone = [log_rank(t[None], e[None], g[None])[0] for t, e, g in zip(time, event, group, strict=True)]
    np.testing.assert_array_equal(together, alone)
    assert np.isnan(log_rank([[1.0, 2]], [[False, False]], [True, False]))
    with pytest.raises(ValueError, match="one shape"):
        log_rank([1.0, 2], [True, True], [True, False])
