"""Why calls end: Q.850 for the switch, group B and line signals for R2."""

from __future__ import annotations

from drivers.r2.events import R2Cause
from hw_sim.trunk import Cause

TO_SWITCH = {
    R2Cause.BUSY: Cause.USER_BUSY,
    R2Cause.CONGESTION: Cause.CONGESTION,
    R2Cause.UNALLOCATED: Cause.UNALLOCATED_NUMBER,
    R2Cause.OUT_OF_ORDER: Cause.OUT_OF_ORDER,
    R2Cause.UNSPECIFIED: Cause.UNSPECIFIED,
    R2Cause.NO_ANSWER: Cause.NO_ANSWER,
    R2Cause.NORMAL: Cause.NORMAL,
    R2Cause.COLLECT_REJECTED: Cause.REJECTED,
    R2Cause.FORCED_RELEASE: Cause.NORMAL,
    R2Cause.NUMBER_CHANGED: Cause.UNALLOCATED_NUMBER,
}

TO_R2 = {
    Cause.USER_BUSY: R2Cause.BUSY,
    Cause.REJECTED: R2Cause.BUSY,
    Cause.UNALLOCATED_NUMBER: R2Cause.UNALLOCATED,
    Cause.NO_ROUTE: R2Cause.UNALLOCATED,
    Cause.INVALID_NUMBER: R2Cause.UNALLOCATED,
    Cause.NO_CIRCUIT: R2Cause.CONGESTION,
    Cause.TEMPORARY_FAILURE: R2Cause.CONGESTION,
    Cause.CONGESTION: R2Cause.CONGESTION,
    Cause.NORMAL: R2Cause.NORMAL,
}
"""All others are a line out of order: group B has no more signals."""


def to_r2(cause: Cause) -> R2Cause:
    """What group B says of it."""
    return TO_R2.get(cause, R2Cause.OUT_OF_ORDER)
