"""One suite, two worlds. Where the kernel driver is, the tests run on it. Elsewhere they run in programs on the
virtual devices, and each test here tells what became of it there.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from tests.conformance import device, differences, inside
from tests.conformance.programs import Programs
from tests.conformance.world import KERNEL, Kernel, World

PATIENCE = 40
"""Seconds of a test."""

_INSIDE = inside.ADDRESS in os.environ
_program: pytest.StashKey[Programs] = pytest.StashKey()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before anything is deselected: these wait for the world's clock, or need the kernel."""
    ours = [item for item in items if item.path.parent == config.rootpath / "tests" / "conformance"]
    for item in ours:
        item.add_marker(pytest.mark.kernel if KERNEL else pytest.mark.realtime)
        if not KERNEL and not _INSIDE and (reason := differences.reason(item.name)):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What was chosen is what the program will be told to run."""
    if not KERNEL and not _INSIDE:
        folder = session.config.rootpath / "tests" / "conformance"
        chosen = [item.nodeid for item in session.items if item.path.parent == folder]
        session.config.stash[_program] = Programs(chosen)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object | None:
    """On the virtual devices: what became of the test in the program."""
    if KERNEL or _INSIDE:
        return None
    outcome, text = pyfuncitem.config.stash[_program].outcome(pyfuncitem.nodeid)
    if outcome == "skipped":
        pytest.skip(text)
    if outcome != "passed":
        pytest.fail(text, pytrace=False)
    return True


def pytest_unconfigure(config: pytest.Config) -> None:
    """The programs, when they were started, have run all that they were told to."""
    if program := config.stash.get(_program, None):
        program.close()


@pytest.fixture
def world() -> World | None:
    """The world of this process; none in the one that only passes results on."""
    if KERNEL:
        return Kernel()
    return inside.virtual() if _INSIDE else None


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    """A test that hangs is ended; what it opened is closed."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"the test took more than {PATIENCE} s")

    if not KERNEL and not _INSIDE:
        yield
        return
    signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    device.close_all()
