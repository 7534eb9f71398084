"""Every comparison of the library with stored values from R, group by group, with what it may differ by and why."""

from __future__ import annotations

from agreement import conventions, pooling, samples, sequential, tables, times
from agreement.comparing import Agreement, Group, Tolerance, agreement, recorded

GROUPS: dict[str, Group] = {
    group.name: group
    for module in (pooling, sequential, tables, samples, times, conventions)
    for group in module.GROUPS
}

__all__ = ["GROUPS", "Agreement", "Group", "Tolerance", "agreement", "recorded"]
