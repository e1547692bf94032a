"""The sound of each caller's end, kept apart while they call: left what they hear, right what they say, in A-law.

It is on the disk, a file a call, so that any number of calls of any length take no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from dsp import g711, levels
from dsp.receiver import RATE, TICK, Float32, Int16
from hw_sim.caller.events import CallerProtocol
from hw_sim.report.disk import writing

BLOCK = 50 * TICK
"""Samples that are gathered before they are written: a second."""


@dataclass(slots=True)
class Tape:
    """A call's sound. began: the office's sample of its first. since: where in the block its part begins."""

    caller: CallerProtocol
    began: int
    file: Path
    since: int

    def samples(self) -> Int16:
        """int16 (samples, 2): heard, said. Raises OSError."""
        codes = np.fromfile(self.file, np.uint8) if self.file.exists() else np.zeros(0, np.uint8)
        return np.asarray(g711.decode(codes[: len(codes) // 2 * 2].reshape(-1, 2)), np.int16)


class CallSounds:
    """A tap of the office (`Office.tap`) that keeps the calls apart. Raises OSError where the disk does.

    seated: who is calling, by their row of what the tap is told. folder: for files of its own.
    """

    def __init__(self, folder: Path, seated: Callable[[], Mapping[int, CallerProtocol]], now: int) -> None:
        self._folder = folder
        self._seated = seated
        self._now = now
        self._filled = 0
        self._block: NDArray[np.uint8] = np.zeros((0, BLOCK, 2), np.uint8)
        self._tapes: dict[int, Tape] = {}
        self._over: dict[int, Tape] = {}
        self._count = 0

    def __call__(self, spoken: Float32 | None, heard: Float32) -> None:
        """A tick."""
        self._make_room(len(heard))
        self._change(self._seated())
        here = slice(self._filled, self._filled + TICK)
        self._block[: len(heard), here, 0] = g711.encode(levels.saturate(heard))
        self._block[: len(heard), here, 1] = 0xD5 if spoken is None else g711.encode(levels.saturate(spoken))
        self._filled += TICK
        self._now += TICK
        if self._filled == BLOCK:
            for row, tape in self._tapes.items():
                self._write(row, tape)
                tape.since = 0
            self._filled = 0

    def finished(self, caller: CallerProtocol) -> Tape | None:
        """The sound of somebody who has hung up; `forget` it when it is done with. None: nothing was heard of them."""
        self._change({row: who for row, who in self._seated().items() if who is not caller})
        return self._over.pop(id(caller), None)

    def _change(self, seated: Mapping[int, CallerProtocol]) -> None:
        """Who has gone, and who has come."""
        for row, tape in list(self._tapes.items()):
            if seated.get(row) is not tape.caller:
                self._write(row, self._tapes.pop(row))
                self._over[id(tape.caller)] = tape
        for row, caller in seated.items():
            if row not in self._tapes:
                self._count += 1
                self._tapes[row] = Tape(caller, self._now, self._folder / f"{self._count}.alaw", self._filled)

    def _write(self, row: int, tape: Tape) -> None:
        if row < len(self._block) and self._filled > tape.since:
            with writing(tape.file), tape.file.open("ab") as out:
                out.write(self._block[row, tape.since : self._filled].tobytes())

    def _make_room(self, rows: int) -> None:
        if rows > len(self._block):
            more = np.full((rows, BLOCK, 2), 0xD5, np.uint8)
            more[: len(self._block)] = self._block
            self._block = more


def forget(tape: Tape) -> None:
    """The file of a tape is not needed any more. Raises OSError."""
    tape.file.unlink(missing_ok=True)


def write_sound(file: Path, samples: Int16) -> None:
    """A stereo WAV in A-law: int16 (samples, 2). Raises OSError."""
    file.open("wb").close()  # libsndfile does not say why it cannot
    with writing(file):
        soundfile.write(file, samples, RATE, subtype="ALAW", format="WAV")
