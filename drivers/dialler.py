"""DTMF of outgoing calls, laid over what a card sends: writing every tick cancels the kernel's own dialling."""

from __future__ import annotations

from drivers.errors import BadLine
from dsp import dtmf
from dsp.levels import saturate
from dsp.receiver import TICK, Int16


class Dialler:
    """The numbers being dialled, a tick at a time."""

    def __init__(self) -> None:
        self._left: dict[int, Int16] = {}

    @staticmethod
    def check(number: str) -> None:
        """Raises BadLine for a number that cannot be dialled; "," is a pause of 0.2 s."""
        wrong = sorted(set(number.upper()) - set(dtmf.KEYS) - {","})
        if wrong or not number:
            raise BadLine(f"cannot dial {number!r}: a number has digits, *, #, A to D, and commas for pauses")

    def dial(self, line: int, number: str) -> None:
        """Send the number on a line, from the next tick on."""
        self._left[line] = saturate(dtmf.keys(number))

    def stop(self, line: int) -> None:
        """The line has hung up."""
        self._left.pop(line, None)

    def overlay(self, tx: Int16) -> Int16:
        """tx with the digits in place of what else their lines would say: tx itself when nobody dials, else a copy."""
        if not self._left:
            return tx
        tx = tx.copy()
        for line, left in list(self._left.items()):
            now = left[:TICK]
            tx[line] = 0
            tx[line, : len(now)] = now
            self._left[line] = left[TICK:]
            if len(left) <= TICK:
                del self._left[line]
        return tx
