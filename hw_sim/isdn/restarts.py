"""RESTART of all circuits after the first start of the data link, one at a time (Q.931, 5.5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

PATIENCE = 2 * 8000
"""Samples without a RESTART ACKNOWLEDGE after which the next circuit is restarted."""


class Restarts:
    """restart: sends the message."""

    def __init__(self, restart: Callable[[int], None]) -> None:
        self._restart = restart
        self._waiting: deque[int] = deque()
        self.current: int | None = None
        self._since = 0

    def begin(self, circuits: list[int]) -> None:
        """Restart these, one after the other."""
        self._waiting = deque(circuits)

    def acknowledged(self, circuit: int) -> None:
        """The other side has done it."""
        if circuit == self.current:
            self.current = None

    def stop(self) -> None:
        """The data link is lost."""
        self._waiting.clear()
        self.current = None

    def advance(self, now: int, free: Callable[[int], bool]) -> None:
        """Go on with the next circuit that has no call, if it is time to."""
        if self.current is not None and now - self._since < PATIENCE:
            return
        self.current = None
        while self._waiting and self.current is None:
            circuit = self._waiting.popleft()
            if free(circuit):
                self.current, self._since = circuit, now
                self._restart(circuit)
