"""How well a line's echo is taken away: the numbers by which an estimate is used or dropped, and the report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Index
from dsp.levels import power
from dsp.receiver import TICK, Float32

NOISE = np.float32(power(-58.0))
"""Mean square of a quiet line: what is quieter is not worth a judgement."""

_BETTER = np.float32(0.92)
"""0.4 dB: as much as must be gained before an estimate is taken into use."""
_WRONG = np.float32(0.5)
"""How much of what is taken away may not have been there. With more, what is left is louder than what was heard."""
_LEAST = np.float32(0.02)
_CHANCE = np.float32(1.0)
"""How far, squared, what was there may differ from what is taken away by chance, when a caller is just as loud: a voice
and an echo are alike enough in a tick.
"""
_SHORT, _MEDIUM = np.float32(0.6), np.float32(0.8)
_FADING = np.array([[_MEDIUM], [_MEDIUM], [_MEDIUM**2]], np.float32)
_LONG = 0.98
"""From tick to tick: 40 ms, 90 ms, 1 s."""
FOUND = 4.0
"""6 dB: so much is taken away by an estimate that is right."""


@dataclass(frozen=True, slots=True)
class EchoReport:
    """What is known of a line's echo; None: not yet.

    return_loss_db: how far below what the line says its echo is. enhancement_db: how far below that it is after the
    canceller (ERLE, ITU-T G.168). Both over the last second or so in which the line spoke and nobody else did.
    delay_ms: of the strongest echo. converged: is the path known?
    """

    return_loss_db: float | None = None
    enhancement_db: float | None = None
    delay_ms: float | None = None
    converged: bool = False


class Judge:
    """Judges estimates of so many lines, tick by tick."""

    def __init__(self, lines: int) -> None:
        self._tried = np.zeros((2, lines), np.float32)
        """What the estimate that learns, and the one in use, have left of the last ticks."""
        self._match = np.zeros((3, lines), np.float32)
        """How much of what was taken away had been there; how much it was; how far the first may be off by chance."""
        self._energy = np.zeros((3, lines), np.float64)
        """Said, heard, left, while nobody else spoke."""

    def better(self, lines: Index, heard: Float32, learning: Float32, used: Float32) -> Index:
        """Which lines should use the estimate that learns: it would have left less, in ticks it had not learned from.

        heard, and what the two leave of it: (lines, rows).
        """
        weight = 1 / (np.vecdot(heard, heard) + NOISE * heard.shape[1])
        left = np.stack([np.vecdot(learning, learning), np.vecdot(used, used)]) * weight
        tried = self._tried[:, lines] * _SHORT + left
        good = tried[0] < _BETTER * tried[1]
        tried[1, good] = tried[0, good]
        self._tried[:, lines] = tried
        return np.asarray(lines[good])

    def wrong(self, lines: Index, said: Float32, heard: Float32, echo: Float32) -> Index:
        """Which lines should use no estimate: what it takes away is not there.

        said (lines, n); heard and the echo that was taken out of it (lines, TICK).
        """
        there, taken, loud = np.vecdot(heard, echo), np.vecdot(echo, echo), np.vecdot(heard, heard)
        weight = 1 / (loud + NOISE * TICK)
        match = self._match[:, lines] * _FADING + np.stack([there, taken, _CHANCE * taken * loud * weight]) * weight
        self._match[:, lines] = match
        self._measure(lines, np.vecdot(said, said) * (TICK / said.shape[1]), loud, taken, loud - 2 * there + taken)
        missing = match[1] - match[0]
        bad = (missing > _WRONG * match[1]) & (missing * missing > match[2]) & (match[1] > _LEAST)
        self._drop(lines[bad])
        return np.asarray(lines[bad])

    def found(self, lines: Index) -> NDArray[np.bool_]:
        """Is their echo taken away?"""
        _, heard, left = self._energy[:, lines]
        return np.asarray(heard > FOUND * left)

    def forget(self, line: int) -> None:
        """Nothing was heard on the line."""
        self._drop(line)
        self._tried[:, line] = 0

    def report(self, line: int, delay_ms: float) -> EchoReport:
        """Of one line."""
        said, heard, left = self._energy[:, line].tolist()
        if not heard:
            return EchoReport()
        decibels = (10 * np.log10([said / heard, heard / max(left, 1e-9)])).tolist()
        return EchoReport(round(decibels[0], 1), round(decibels[1], 1), delay_ms, heard > FOUND * left)

    def _measure(self, lines: Index, said: Float32, heard: Float32, echo: Float32, left: Float32) -> None:
        """Where less is left than was taken away, nobody else spoke."""
        alone = left < echo
        energy = self._energy[:, lines[alone]] * _LONG
        energy += np.stack([said, heard, left])[:, alone]
        self._energy[:, lines[alone]] = energy

    def _drop(self, lines: Index | int) -> None:
        self._match[:, lines] = 0
        self._energy[:, lines] = 0
