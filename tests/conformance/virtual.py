"""A process that runs an office and one program on its cards: python -m tests.conformance.virtual TEST...

Every outcome is a line of JSON on stdout: [test, "passed" | "failed" | "skipped", text].
"""

from __future__ import annotations

import contextlib
import json
import queue
import sys
import tempfile
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection, Listener
from pathlib import Path

from hw_sim.config import load_office
from hw_sim.dahdi.run import run
from hw_sim.office import Office
from tests.conformance import inside
from tests.conformance.world import Roles, pairs

HERE = Path(__file__).parent
START = 60.0
"""Seconds that the program may take to begin."""
TEST = 90.0
"""Seconds without a word from the program."""

ROLES = Roles(
    bearers=pairs(range(1, 9), 31),
    dchannel=(16, 47),
    kewl=pairs(range(125, 129), 8),
    loop=pairs(range(129, 131), 8),
    ground=pairs(range(131, 133), 8),
    cas=pairs(range(63, 66), 31),
    em=pairs(range(66, 68), 31),
    unconfigured=9,
    spare=(141, 172),
    spare_spans=(7, 8),
    spare_channels=tuple(range(141, 172)),
)
CONFIGURE = f"dahdi_cfg -c {HERE / 'virtual.conf'} && exec"


class Program:
    """Runs the tests named, in that order, once the first outcome is asked for."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = list(tests)
        self._reports: dict[str, tuple[str, str]] = {}
        self._connection: Connection | None = None
        self._actions: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._stop = False
        self._done: str | None = None

    def outcome(self, test: str) -> tuple[str, str]:
        """("passed", "failed" or "skipped", text). A test under which the program or the office ends has failed; the
        others run in another program.
        """
        while test not in self._reports:
            if self._connection is None:
                self._start([name for name in self._tests if name not in self._reports])
            if not self._listen():
                self.close()
                broken = next(name for name in self._tests if name not in self._reports)
                self._reports[broken] = ("failed", "the program or the office ended, or hung, in this test")
        return self._reports[test]

    def close(self) -> None:
        """End the program and the office."""
        if self._connection is not None:
            self._stop = True
            self._thread.join()
            self._connection.close()
            self._connection, self._stop = None, False

    def _start(self, tests: Sequence[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            address = str(Path(folder) / "reports")
            with Listener(address, "AF_UNIX") as listener:
                self._thread = threading.Thread(target=self._run, args=(address, tests))
                self._thread.start()
                self._connection = listener.accept()
        self._connection.send(ROLES)

    def _run(self, address: str, tests: Sequence[str]) -> None:
        self._office = Office(load_office(HERE / "office.yaml"))
        program = [sys.executable, "-m", "tests.conformance", *tests]
        command = ["sh", "-c", f'{CONFIGURE} "$@"', "sh", *program]
        run(self._office, command, configured=False, environment={inside.ADDRESS: address}, on_tick=self._ticked)

    def _ticked(self, tick: object) -> bool:
        if self._done is not None:
            self._told.put(self._done)  # the cards have seen it: it went to them with this tick
            self._done = None
        with contextlib.suppress(queue.Empty):
            name, span = self._actions.get_nowait()
            self._done = self._act(name, span)
        return self._stop

    def _act(self, name: str, span: int) -> str:
        """What hands do to a card; what went wrong, empty when nothing did."""
        try:
            (self._office.remove_card if name == "unplug" else self._office.replug)(span - 1)
        except (ValueError, OSError) as error:
            return str(error)
        return ""

    def _listen(self) -> bool:
        """One message of the program; False when no more will come."""
        connection = self._connection
        assert connection is not None
        try:
            if not connection.poll(TEST):
                return False
            message = connection.recv()
        except EOFError:
            return False
        if message[0] == "report":
            _, test, outcome, text = message
            self._reports[test] = (outcome, text)
        else:
            self._actions.put(message)
            connection.send(self._told.get(timeout=TEST))
        return True


def main(tests: Sequence[str]) -> None:
    """Run them all; what the office and the program print themselves goes to stderr."""
    program = Program(tests)
    for test in tests:
        sys.stdout.write(json.dumps([test, *program.outcome(test)]) + "\n")
        sys.stdout.flush()
    program.close()


if __name__ == "__main__":
    main(sys.argv[1:])
