"""The register: listens for the digits of lines that have dial tone. It costs nothing while nobody dials."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dsp.events import Digit
from dsp.receiver import Int16, Receiver


class Register:
    """One receiver for the equipment's analog lines, made when the first one dials and fed only while somebody does.

    rows: of the equipment, for each row of the sound that it is given.
    """

    def __init__(self, make: Callable[[], Receiver], rows: Sequence[int]) -> None:
        self._make = make
        self._rows = rows
        self._at = {row: i for i, row in enumerate(rows)}
        self._receiver: Receiver | None = None
        self._dialling: set[int] = set()

    def listen(self, row: int) -> None:
        """The line has dial tone; a row that is none of the equipment's lines dials otherwise."""
        if row in self._at:
            self._receiver = self._receiver or self._make()
            self._receiver.reset(self._at[row])
            self._dialling.add(row)

    def ignore(self, row: int) -> None:
        """The line dials no more."""
        self._dialling.discard(row)

    @property
    def busy(self) -> bool:
        """Does somebody dial?"""
        return bool(self._dialling)

    def tick(self, tx: Int16) -> list[tuple[int, str]]:
        """Row and key of those which ended in this tick: a key counts when it is let go, as on an exchange."""
        if self._receiver is None or not self._dialling:
            return []
        return [
            (self._rows[event.line], event.digit)
            for event in self._receiver(tx.astype(np.float32))
            if isinstance(event, Digit) and event.edge == "ended" and self._rows[event.line] in self._dialling
        ]
