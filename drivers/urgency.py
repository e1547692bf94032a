"""Telephony comes first: a live tick loop is scheduled before other programs, where that is permitted."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def urgent() -> Iterator[bool]:
    """Give this thread real-time priority (SCHED_RR, the lowest) as long as it lasts; gives whether that was permitted.

    It is for root and for services with LimitRTPRIO= (systemd). A loop that waits for 20 ms most of the time takes
    nothing away from others; without it a busy machine wakes us late. What this thread starts is not urgent.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except PermissionError:
        yield False
        return
    try:
        yield True
    finally:
        with contextlib.suppress(PermissionError):  # the right was taken away meanwhile: then we stay urgent
            os.sched_setscheduler(0, policy, parameters)


def be_urgent() -> None:
    """The same for a thread of our own, for as long as it lives."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
