"""Several programs at once, each on an office of its own: most of a test is waiting for the clock."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence

AT_ONCE = 6
PATIENCE = 300.0
"""Seconds until the last outcome must be there."""


class Programs:
    """Runs the tests named, dealt out in turn, once the first outcome is asked for."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = list(tests)
        self._outcomes: dict[str, tuple[str, str]] = {}
        self._changed = threading.Condition()
        self._children: list[subprocess.Popen[str]] = []
        self._listeners: list[threading.Thread] = []

    def outcome(self, test: str) -> tuple[str, str]:
        """("passed", "failed" or "skipped", text)."""
        if not self._children:
            self._start()
        with self._changed:
            self._changed.wait_for(lambda: test in self._outcomes or not self._alive(), PATIENCE)
            return self._outcomes.get(test, ("failed", "the process of its office ended before it"))

    def close(self) -> None:
        """Wait for all of them; those that still run are ended."""
        for child in self._children:
            child.terminate()
            child.wait()
        for listener in self._listeners:
            listener.join()

    def _start(self) -> None:
        for first in range(min(AT_ONCE, len(self._tests))):
            command = [sys.executable, "-m", "tests.conformance.virtual", *self._tests[first::AT_ONCE]]
            child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            listener = threading.Thread(target=self._listen, args=(child,))
            self._children.append(child)
            self._listeners.append(listener)
            listener.start()

    def _alive(self) -> bool:
        return any(listener.is_alive() for listener in self._listeners)

    def _listen(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        with child.stdout:
            for line in child.stdout:
                test, outcome, text = json.loads(line)
                with self._changed:
                    self._outcomes[test] = (outcome, text)
                    self._changed.notify_all()
