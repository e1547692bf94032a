"""The threads of a live tick loop come before other programs, where that is permitted."""

import os
import threading

import pytest

from drivers.urgency import be_urgent, urgent


def forbidden(*_: object) -> None:
    """What the system says to a user without the right."""
    raise PermissionError


def permitted() -> bool:
    """May this process have real-time priority?"""
    with urgent() as given:
        return given


def test_a_thread_is_urgent_as_long_as_the_loop_lasts() -> None:
    """Afterwards it is as it was: what runs then must not push others aside."""
    before = os.sched_getscheduler(0)
    with urgent() as given:
        during = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
    assert during == (os.SCHED_RR if given else before)
    assert os.sched_getscheduler(0) == before


def test_what_an_urgent_thread_starts_is_not_urgent() -> None:
    """A synthesiser or a database thread must wait its turn."""
    seen: list[int] = []
    with urgent():
        thread = threading.Thread(target=lambda: seen.append(os.sched_getscheduler(0)))
        thread.start()
        thread.join()
    assert seen == [os.SCHED_OTHER]


def test_without_the_right_everything_goes_on_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordinary users run Loopstart too."""
    monkeypatch.setattr(os, "sched_setscheduler", forbidden)
    with urgent() as given:
        assert not given
    be_urgent()
    assert not permitted()


def test_the_thread_that_reads_is_urgent_too() -> None:
    """It is a thread of its own and must ask for itself."""
    seen: list[int] = []
    thread = threading.Thread(target=lambda: (be_urgent(), seen.append(os.sched_getscheduler(0))))
    thread.start()
    thread.join()
    assert seen[0] & ~os.SCHED_RESET_ON_FORK == (os.SCHED_RR if permitted() else os.SCHED_OTHER)
