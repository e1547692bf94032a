"""Call-progress and fax tones of a plan (ITU-T E.180, T.30) on all lines at once.

Every 10 ms the spectrum of 20 ms is taken at the plan's frequencies; where one of its sounds is at least half of what
is heard, a tone is sounding. In silence that is true of a window exactly while its middle is inside the burst, so
bursts and pauses are measured to 5 ms whatever the level. Only lines with a tone are followed one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import Bank, Blocks
from dsp.events import Tone
from dsp.levels import power
from dsp.plans import TonePlan
from dsp.receiver import Float32
from dsp.tone_match import HOP, Sound, clusters, middle, sounds
from dsp.tone_track import BRIDGE, KEEP, Ear, Track

_SHARE = 0.5
_FLOOR = power(-46.0) * 2 * HOP
_BATCH = 4
"""Windows that are heard together: nobody waits for a tone, and many together cost less."""
_SKIP = 8000


class ToneReceiver:
    """Tones of a plan on any of the lines: `Tone` events, begun and ended. See `dsp.receiver.Receiver`."""

    def __init__(self, lines: int, plan: TonePlan) -> None:
        columns: dict[Sound, int] = {}
        for sound in sounds(plan):
            for cluster in clusters(sound):
                columns.setdefault(cluster, len(columns))
        self._ear = Ear.of(plan, columns)
        self._blocks = Blocks(lines, HOP, batch=_BATCH)
        self._bank = Bank(lines, [middle(cluster) for cluster in columns], HOP, keep=KEEP, extra=2)
        self._power, self._on = 2 * len(columns) + 1, 2 * len(columns) + 2
        """Rows of the record after the energy: power at all frequencies of the plan, and is there a tone."""
        self._beats = any(len(sound) > 1 for sound in self._ear.rows)
        self._tracked: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._last_on = -BRIDGE
        """Which window was the last with a tone on any line."""
        self._lines = lines
        self._now = 0
        self._tracks: dict[int, Track] = {}
        self._pending: list[Tone] = []

    def __call__(self, rx: Float32) -> list[Tone]:
        """Take the next samples (lines, any number), float32, full scale 32768; give the tones that began or ended."""
        events, self._pending = self._pending, []
        for blocks in self._blocks.feed(rx):
            events += self._hear(blocks)
            self._now += len(blocks) * HOP
        return events

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence."""
        whole = max(samples - 4 * 8 * _SKIP, 0) // _SKIP * _SKIP
        self._pending = self(np.zeros((self._lines, samples - whole), np.float32))
        self._now += whole

    def reset(self, line: int) -> None:
        """A new call: nothing was heard. The clock goes on."""
        self._tracks.pop(line, None)
        self._tracked[line] = False
        self._blocks.forget(line)
        self._bank.forget(line)

    def _hear(self, blocks: Float32) -> list[Tone]:
        count = len(blocks)
        made = self._bank(blocks)
        on = self._sounding(made, count)
        made[self._on] = on
        if np.count_nonzero(on):
            self._last_on = self._bank.total
        if not self._tracks and self._bank.total - self._last_on >= BRIDGE:
            return []
        return self._follow(on.reshape(count, self._lines), count)

    def _sounding(self, made: Float32, count: int) -> NDArray[np.bool_]:
        """Is one of the sounds at least half of each window (windows * lines)?

        Where a sound has several frequencies they beat, and a window shows more of one or the other: then everything
        at the plan's frequencies counts, and windows before count too. Which sound it is, is asked of the whole burst.
        """
        bins, lines = self._bank.bins, self._lines
        squares = made[: 2 * bins] * made[: 2 * bins]
        powers = np.add(squares[:bins], squares[bins:], out=squares[:bins])
        if not self._beats:
            return _is_most(np.maximum.reduce(powers, axis=0), made[2 * bins])
        np.add.reduce(powers, axis=0, out=made[self._power])
        both = self._bank.flat(2, count)[2 * bins : 2 * bins + 2]
        smooth = both[:, : -2 * lines] + both[:, lines:-lines]
        smooth += both[:, 2 * lines :]
        return _is_most(smooth[1], smooth[0])

    def _follow(self, on: NDArray[np.bool_], count: int) -> list[Tone]:
        """The lines with a tone, window by window."""
        events: list[Tone] = []
        bursts = self._bursts(on, count)
        for i in range(count):
            at, window = self._now + i * HOP, self._bank.total - count + i
            begun = bursts[i].nonzero()[0].tolist() if bursts is not None else ()
            if not self._tracks and not begun:
                continue
            heard = on[i].tolist()
            for line in sorted({*self._tracks, *begun}):
                track = self._tracks.get(line)
                if track is None or not track.goes_on(at, heard[line]):
                    events += self._hear_line(line, at, window, heard[line])
        return events

    def _bursts(self, on: NDArray[np.bool_], count: int) -> NDArray[np.bool_] | None:
        """(windows, lines): where a burst that is not followed yet has lasted for long enough to be believed."""
        recent = self._bank.before(BRIDGE - 1, count)[self._on]
        lasting = np.minimum(recent[:-2], recent[1:-1])
        lasting = np.minimum(lasting, recent[2:]) > self._tracked
        return lasting if np.count_nonzero(lasting) else None

    def _hear_line(self, line: int, at: int, window: int, on: bool) -> Sequence[Tone]:
        """The newest window for a line that is followed, or all of a burst that has just been believed."""
        track = self._tracks.get(line)
        if track is None:
            track = self._begin(line, at, window)
        events = track.hear(at, window, on)
        if track.idle(at):
            del self._tracks[line]
            self._tracked[line] = False
        return events

    def _begin(self, line: int, at: int, window: int) -> Track:
        first = at - (BRIDGE - 1) * HOP
        release = 2 * HOP if self._beats else 0
        track = Track(self._ear, self._bank, line, first, window - BRIDGE + 1, release=release)
        for earlier in range(1, BRIDGE):
            track.hear(at - (BRIDGE - earlier) * HOP, window - BRIDGE + earlier, True)
        self._tracks[line] = track
        self._tracked[line] = True
        return track


def _is_most(power: Float32, energy: Float32) -> NDArray[np.bool_]:
    least = _SHARE * energy
    least += _FLOOR
    return np.asarray(power > least)
