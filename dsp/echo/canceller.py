"""Taking the echo of what a line says out of what it hears (ITU-T G.168), for all lines at once.

The estimate that learns (`dsp.echo.path`) is never heard itself: the one in use is replaced by it only when that would
have left less of what came since, and dropped when what it takes away is not there. So a caller who speaks or presses
a key may spoil what is being learned, but not what is heard.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Index, checked_line, checked_loss
from dsp.echo.delay import STRETCH, Delays
from dsp.echo.memory import Memory
from dsp.echo.path import ROWS, THIN, Paths, times
from dsp.echo.report import NOISE, EchoReport, Judge
from dsp.levels import power
from dsp.receiver import RATE, TICK, Float32

__all__ = ["EchoCanceller", "EchoReport"]

TAIL = 12.0
"""Milliseconds: the hybrid of an analog port is over after 3 to 8."""
LONGEST = 300.0

_LOUD = power(-42.0)
"""Nothing is learned from the echo of what is quieter."""
_LEAD = 24
"""Samples that an estimate begins before the place that was found."""
_LONG_AGO = 1 << 40
_PERIOD = STRETCH // TICK
"""Ticks from one look for delays to the next."""
_SOON, _AGAIN, _PATIENCE = 50, 8, 200
"""Ticks in a row to learn from at the beginning, and whenever learning has helped; after that one in two, but one in
_PERIOD when the path is known, or when so many have taught nothing: a digital line has no echo at all.
"""
_REPEAT = 4 * _PERIOD
"""Ticks after which everything repeats."""
_TOGETHER = 60
"""Lines that do what is done seldom in the same tick; the next ones do it a tick later, or some ticks would be long."""


class EchoCanceller:
    """`clean = canceller(rx, tx)`: what the lines hear without the echo of what they say. Nothing is delayed.

    Any cut of the stream gives the same to rounding, no line depends on another one, and a line that says nothing costs
    nothing. tail_ms: how long an echo is. longest_ms: how long after tx it may begin at the latest: that is found by
    itself and taken for 0 until it is. Of two echoes further apart than the tail the stronger is taken away.

    Memory of a line: 75 KB, half of it the equations. Raises ValueError for no lines, or a tail of less than 6 ms.
    """

    def __init__(self, lines: int, tail_ms: float = TAIL, longest_ms: float = LONGEST) -> None:
        if lines < 1 or tail_ms < 6 or longest_ms < 0:
            raise ValueError(f"no canceller has {lines} lines, a tail of {tail_ms} ms, a delay of {longest_ms} ms")
        self._lines = lines
        self._taps = taps = round(tail_ms * RATE / 1000)
        self._longest = -(-round(longest_ms * RATE / 1000) // TICK) * TICK
        self._said = Memory(lines, self._longest + max(STRETCH, taps))
        self._heard = Memory(lines, STRETCH)
        self._paths = Paths(lines, taps)
        self._equations = [np.arange(first, TICK, THIN)[:, None] + np.arange(taps) for first in range(THIN)]
        self._delays = Delays(lines, self._longest)
        self._judge = Judge(lines)
        self._bulk: NDArray[np.int64] = np.zeros(lines, np.int64)
        self._used = np.zeros((lines, taps), np.float32)
        self._size = -(-(taps + TICK) // 32) * 32
        self._spectra = np.zeros((lines, self._size // 2 + 1), np.complex64)
        """Of the estimates in use."""
        self._silent: NDArray[np.int64] = np.full(lines, _LONG_AGO, np.int64)
        """Samples since the line said something, at the beginning of the tick."""
        self._blind: NDArray[np.int64] = np.zeros(lines, np.int64)
        """Samples after which one may learn again."""
        self._soon: NDArray[np.int64] = np.full(lines, _SOON, np.int64)
        self._later: NDArray[np.int64] = np.arange(lines) // _TOGETHER
        self._filled = 0
        self._tick = 0

    def __call__(self, rx: Float32, tx: Float32) -> Float32:
        """Take what was heard and what was said meanwhile, float32 (lines, n) both; give what was heard without echo.

        That is `rx` itself when there was nothing to take away. What is not finite counts as silence, and comes out
        as silence on a line that speaks. Raises ValueError for a matrix of another shape or type.
        """
        self._check("rx", rx, np.shape(rx)[-1:])
        self._check("tx", tx, rx.shape[-1:])
        clean, at = rx, 0
        while at < rx.shape[1]:
            n = min(TICK - self._filled, rx.shape[1] - at)
            self._heard.put(self._filled, rx[:, at : at + n])
            self._said.put(self._filled, tx[:, at : at + n])
            rows = self._speaking()
            if len(rows):
                clean = rx.copy() if clean is rx else clean
                clean[rows, at : at + n] = self._left(rows, n)
            self._filled += n
            at += n
            if self._filled == TICK:
                self._next()
        return clean

    def skip(self, samples: int) -> None:
        """That many samples were lost in both directions. They are taken for silence, of which nothing is learned; nor
        of what comes until the echo of what was said since is all that is heard.
        """
        checked_loss(samples)
        limit = 2 * (self._longest + STRETCH + self._taps)
        rest = samples - max(samples - limit, 0) // (_REPEAT * TICK) * (_REPEAT * TICK)
        nothing = np.zeros((self._lines, rest), np.float32)
        self._blind[:] = _LONG_AGO
        self(nothing, nothing)
        self._blind[:] = self._bulk + self._taps + 2 * TICK

    def reset(self, line: int) -> None:
        """A new call: its path is not known, only after how long its echo began in the last one."""
        checked_line(line, self._lines)
        for part in (self._said, self._heard, self._paths, self._delays, self._judge):
            part.forget(line)
        self._use(np.array([line]))
        self._silent[line] = _LONG_AGO
        self._soon[line] = _SOON

    def report(self, line: int) -> EchoReport:
        """What is known of the line's echo by now."""
        peak = self._taps - 1 - int(np.abs(self._used[line]).argmax())
        return self._judge.report(line, (int(self._bulk[line]) + peak) * 1000 / RATE)

    def _check(self, name: str, x: Float32, samples: tuple[int, ...]) -> None:
        wanted = (self._lines, *samples)
        if not isinstance(x, np.ndarray) or x.ndim != 2 or x.shape != wanted or x.dtype != np.float32:
            found = f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
            shape = wanted if len(wanted) == 2 else f"({self._lines}, samples)"
            raise ValueError(f"this canceller takes {name} as float32 {shape}, not {found}")

    def _speaking(self) -> Index:
        """Lines whose echo may be heard in this tick."""
        tick = self._said.tick
        return np.flatnonzero((np.vecdot(tick, tick) > 0) | (self._silent <= self._bulk + self._taps))

    def _left(self, rows: Index, samples: int) -> Float32:
        """What is left of the next samples of these lines; at the end of a tick it is judged."""
        window = self._said.windows(rows, self._bulk[rows], self._taps + TICK - 1)
        echo = self._echo(rows, window)
        part = slice(self._filled, self._filled + samples)
        left = self._heard.tick[rows, part] - echo[:, part]
        if part.stop == TICK:
            self._study(rows, window, echo)
        return left

    def _echo(self, rows: Index, window: Float32) -> Float32:
        """The echo of what these lines say (rows, taps + TICK - 1) in this tick, by the estimates in use."""
        spectra = np.fft.rfft(window, self._size)
        spectra *= self._spectra[rows]
        echo = np.fft.irfft(spectra, self._size)
        return np.asarray(echo[:, self._taps - 1 : self._taps - 1 + TICK], np.float32)

    def _next(self) -> None:
        """The tick is whole: on to the next."""
        tick = self._said.tick
        self._blind -= TICK
        self._silent += TICK
        self._silent[np.vecdot(tick, tick) > 0] = 0
        self._said.next()
        self._heard.next()
        self._filled = 0
        self._tick += 1

    def _study(self, rows: Index, window: Float32, echo: Float32) -> None:
        """Judge the estimates in use by a whole tick, and learn from it."""
        loud = (np.vecdot(window, window) > _LOUD * window.shape[1]) & (self._blind[rows] <= 0)
        rows, window = rows[loud], window[loud]
        if not len(rows):
            return
        wrong = self._judge.wrong(rows, window, self._heard.tick[rows], echo[loud])
        if len(wrong):
            self._use(wrong)
            self._paths.doubt(wrong)
            for line in wrong.tolist():
                self._delays.forget(line)
            self._soon[wrong] = _SOON
        found, turn = self._judge.found(rows), (self._tick - self._later[rows]) % _REPEAT
        hopeful = ~found & (self._soon[rows] > -_PATIENCE)
        due = (self._soon[rows] > 0) | (hopeful & (turn % 2 == 0)) | (turn % _PERIOD == 0)
        if np.count_nonzero(due):
            self._learn(rows[due], window[due])
        look = (hopeful & (turn % _PERIOD == _PERIOD - 1)) | (~found & (turn == _REPEAT - 1))
        if np.count_nonzero(look):
            self._look_for(rows[look])

    def _learn(self, rows: Index, window: Float32) -> None:
        """Is the estimate better than the one in use? Then learn from this tick too, if anything was heard."""
        heard = self._heard.tick[rows, self._tick % THIN :: THIN]
        audible = np.vecdot(heard, heard) > NOISE * ROWS
        rows, window, heard = rows[audible], window[audible], heard[audible]
        if not len(rows):
            return
        said = window.take(self._equations[self._tick % THIN], axis=1)
        learning, used = heard - times(said, self._paths.taps[rows]), heard - times(said, self._used[rows])
        self._soon[rows] -= 1
        better = self._judge.better(rows, heard, learning, used)
        if len(better):
            self._use(better, self._paths.taps[better])
            self._soon[better] = np.maximum(self._soon[better], _AGAIN)
        self._paths.learn(rows, said, heard, self._judge.found(rows) & (self._soon[rows] <= 0))

    def _use(self, rows: Index, taps: Float32 | None = None) -> None:
        """Use these estimates, or none."""
        self._used[rows] = 0 if taps is None else taps
        self._spectra[rows] = 0 if taps is None else np.fft.rfft(taps[:, ::-1], self._size)

    def _look_for(self, rows: Index) -> None:
        """Look for the delay of these lines, and begin anew where it is another one than was thought."""
        heard = self._heard.windows(rows, 0, STRETCH)
        audible = np.vecdot(heard, heard) > NOISE * STRETCH
        rows, heard = rows[audible], heard[audible]
        if not len(rows):
            return
        delays = self._delays.find(rows, self._said.windows(rows, 0, self._longest + STRETCH), heard)
        inside = delays - self._bulk[rows]
        moved = (delays >= 0) & ((inside >= self._taps // 2) | (inside < np.minimum(_LEAD // 2, self._bulk[rows])))
        self._bulk[rows[moved]] = np.maximum(delays[moved] - _LEAD, 0)
        for line in rows[moved].tolist():
            self._paths.forget(line)
            self._judge.forget(line)
            self._soon[line] = _SOON
        self._use(rows[moved])
