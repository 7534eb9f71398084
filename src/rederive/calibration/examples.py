"""Published data, and a little that is made up, on which conventions of statistics differ."""

from __future__ import annotations

import numpy as np

from rederive.methods.pooling import TwoArms

TREATED_WEEKS = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
"""Weeks in remission of 21 patients with leukaemia on 6-mercaptopurine (Freireich and others, Blood 1963;21:699)."""

TREATED_RELAPSED = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
"""Whether they relapsed, in the same order."""

PLACEBO_WEEKS = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
"""Weeks in remission of the 21 patients on placebo, all of whom relapsed."""

LIDOCAINE = TwoArms(
    np.array([2, 4, 6, 7, 7, 11]),
    np.array([39, 44, 107, 103, 110, 154]),
    np.array([1, 4, 4, 5, 3, 4]),
    np.array([43, 44, 110, 100, 106, 146]),
)
"""Deaths in six trials of lidocaine after a heart attack (Hine and others, Arch Intern Med 1989;149:2694)."""

BCG = TwoArms(
    np.array([4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27]),
    np.array([123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913]),
    np.array([11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29]),
    np.array([139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854]),
)
"""Tuberculosis in 13 trials of BCG vaccine (Colditz and others, JAMA 1994;271:698)."""

DEPRESSION = (0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01)
"""Fall of a depression scale in nine patients (Hollander and Wolfe 1973, table 3.1)."""

WITH_ZEROS = (0, 0, 1, -2, 3, 4, 5, -6, 7, 8)
"""Ten changes, made up."""

ETASS = (47, 181, 63, 180)
"""Deaths in 28 days and patients, thymosin α1 and placebo (ETASS, doi:10.1186/cc11932)."""

RESPONSES = (7, 49)
"""Complete responses and patients, thymosin α1 (Mutchnick 1999, doi:10.1046/j.1365-2893.1999.00181.x)."""
