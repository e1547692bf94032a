"""/dev/dahdi/timer."""

from __future__ import annotations

import errno
import time  # noqa: TID251  # the kernel keeps the time of the world

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import EVENT, Device, failing, settle


def test_a_timer_stands_until_it_is_told() -> None:
    """No event, and poll waits."""
    timer = Device("timer")
    assert not timer.ready(EVENT, 0.1)
    assert timer.ask("GETEVENT") == 0


def test_it_expires_every_so_many_samples() -> None:
    """800 samples are 0.1 s; every acknowledgement of one takes one."""
    timer = Device("timer")
    timer.ask("TIMERCONFIG", 800)
    began = time.monotonic()
    for _ in range(10):
        assert timer.ready(EVENT, 2.0) == EVENT
        assert timer.ask("GETEVENT") == abi.EV_TIMER_EXPIRED
        timer.ask("TIMERACK", 1)
    assert 0.85 < time.monotonic() - began < 2.0


def test_expiries_add_up() -> None:
    """Each is acknowledged; GETEVENT alone does not take it. A count out of range acknowledges all."""
    timer = Device("timer")
    timer.ask("TIMERCONFIG", 400)
    settle(0.5)
    timer.ask("TIMERCONFIG", 0)
    taken = 0
    while timer.ready(EVENT, 0):
        assert timer.ask("GETEVENT") == abi.EV_TIMER_EXPIRED
        timer.ask("TIMERACK", 1)
        taken += 1
    assert 6 <= taken <= 13
    timer.ask("TIMERCONFIG", 400)
    settle(0.3)
    timer.ask("TIMERCONFIG", 0)
    timer.ask("TIMERACK", 10_000)
    assert not timer.ready(EVENT, 0)


def test_a_ping_of_ones_own() -> None:
    """TIMERPING is an event at once, until TIMERPONG."""
    timer = Device("timer")
    timer.null("TIMERPING")
    assert timer.ready(EVENT, 0.5) == EVENT
    assert timer.ask("GETEVENT") == abi.EV_TIMER_PING
    assert timer.ask("GETEVENT") == abi.EV_TIMER_PING
    timer.null("TIMERPONG")
    assert not timer.ready(EVENT, 0)


@pytest.mark.parametrize("period", [0, -1])
def test_no_period_stops_it(period: int) -> None:
    """0 and less."""
    timer = Device("timer")
    timer.ask("TIMERCONFIG", 160)
    timer.ask("TIMERCONFIG", period)
    timer.ask("TIMERACK", 10_000)
    settle(0.1)
    assert timer.ask("GETEVENT") == 0


def test_it_is_no_channel() -> None:
    """Other ioctls are ENOTTY; read and write are refused."""
    timer = Device("timer")
    assert failing(lambda: timer.ask("GET_BLOCKSIZE")) == errno.ENOTTY
    assert failing(lambda: timer.ask("SPECIFY", 1)) == errno.ENOTTY
    assert failing(timer.read) == errno.ENOSYS
    assert failing(lambda: timer.write(b"1")) == errno.ENOSYS
