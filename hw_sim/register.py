"""The register: listens for the digits of lines that have dial tone. It costs nothing while nobody dials."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dsp.events import Digit
from dsp.receiver import Int16, Receiver


class Register:
    """One receiver for all lines of the equipment, made when the first one dials and fed only while somebody does."""

    def __init__(self, make: Callable[[], Receiver]) -> None:
        self._make = make
        self._receiver: Receiver | None = None
        self._dialling: set[int] = set()

    def listen(self, row: int) -> None:
        """The line has dial tone."""
        if self._receiver is None:
            self._receiver = self._make()
        self._receiver.reset(row)
        self._dialling.add(row)

    def ignore(self, row: int) -> None:
        """The line dials no more."""
        self._dialling.discard(row)

    def tick(self, tx: Int16) -> list[tuple[int, str]]:
        """Row and key of those which ended in this tick: a key counts when it is let go, as on an exchange."""
        if self._receiver is None or not self._dialling:
            return []
        return [
            (event.line, event.digit)
            for event in self._receiver(tx.astype(np.float32))
            if isinstance(event, Digit) and event.edge == "ended" and event.line in self._dialling
        ]
