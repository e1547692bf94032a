"""The program on the virtual devices: pytest itself, with every report sent out."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection

import pytest

from tests.conformance.device import settle
from tests.conformance.world import Roles

ADDRESS = "LOOPSTART_CONFORMANCE"
"""Environment: the socket of the process that passes the results on."""


class Virtual:
    """The world of the office: what hands do to its cards is asked of the process that runs the office."""

    def __init__(self, outside: Connection, roles: Roles) -> None:
        self._outside = outside
        self.roles = roles

    def unplug(self, span: int) -> None:
        """Raises RuntimeError with what the office said."""
        self._act("unplug", span)

    def plug(self, span: int) -> None:
        """Raises RuntimeError with what the office said."""
        self._act("plug", span)
        for _ in range(60):  # the nodes come with a tick of the office
            if os.path.exists(f"/dev/dahdi/chan/{span:03}/001"):
                return
            settle(0.05)

    def _act(self, name: str, span: int) -> None:
        self._outside.send((name, span))
        if told := self._outside.recv():
            raise RuntimeError(told)


@functools.cache
def virtual() -> Virtual:
    """The one world of this process."""
    outside = Client(os.environ[ADDRESS], "AF_UNIX")
    return Virtual(outside, outside.recv())


class Reports:
    """A pytest plugin: every test's end goes to the process outside."""

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One report a test, and one more when its setup or teardown failed."""
        if report.when == "call" or report.outcome != "passed":
            text = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else report.longreprtext
            virtual()._outside.send(("report", report.nodeid, report.outcome, text))


def main(tests: Sequence[str]) -> int:
    """Run them; the process outside hears of each."""
    virtual()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return pytest.main(["-q", "--no-header", "--tb=short", *tests], plugins=[Reports()])
