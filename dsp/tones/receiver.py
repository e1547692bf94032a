"""Call-progress and fax tones of a plan (ITU-T E.180, T.30) on all lines at once.

Every 10 ms each line is asked whether one of the plan's sounds is most of what is heard (`tones.presence`); bursts that
last are measured in the sound itself, of which the last second is kept (`tones.tape`, `tones.sound`); bursts and pauses
make a cadence (`tones.cadence`). Only lines with bursts that may be tones are followed one by one (`tones.track`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from dsp.blocks import checked, checked_line, checked_loss
from dsp.events import Tone
from dsp.plans import TonePlan
from dsp.receiver import RATE, Float32
from dsp.tones.edges import Edge, Edges
from dsp.tones.presence import HOP, Presence
from dsp.tones.tape import Tape
from dsp.tones.track import Ear, Track

_BATCH = 4
"""Windows that are heard together: nobody waits for a tone, and many together cost less."""
_LIMIT = 8
_NOTICED = 480
"""A loss of 60 ms and more looks like the pause of a cadence. What is bridged anyway does no harm."""
_KEEP = 136
"""Blocks of sound that are kept: the longest row of sounds without a pause between them, special information tones of
400 ms each, and what must be heard after it.
"""


class ToneReceiver:
    """Tones of a plan on any of the lines: `Tone` events, begun and ended. See `dsp.receiver.Receiver`.

    Memory: 47 kB a line, most of it the last second of sound.
    """

    def __init__(self, lines: int, plan: TonePlan) -> None:
        self._lines = lines
        self._ear = Ear.of(plan)
        self._tape = Tape(lines, HOP, _KEEP, _BATCH, _LIMIT)
        self._presence = Presence(lines, self._ear.sounds, _LIMIT)
        self._edges = Edges(lines, self._ear.shortest // HOP, self._ear.lasting // HOP)
        self._tracked: NDArray[np.bool_] = np.zeros(lines, np.bool_)
        self._tracks: dict[int, Track] = {}
        self._passed = 0
        """Samples that were lost and never heard as silence, because there was enough of it."""
        self._given = 0
        self._pending: list[Tone] = []

    def __call__(self, rx: Float32) -> list[Tone]:
        """Take the next samples (lines, any number), float32, full scale 32768; give the tones that began or ended.

        Raises ValueError for a matrix of another shape or type.
        """
        checked(rx, self._lines)
        events, self._pending = self._pending, []
        for blocks in self._tape.feed(rx):
            events += self._hear(blocks)
        return events

    def skip(self, samples: int) -> None:
        """That many samples of every line were lost: as if there had been silence. But where they were, no cadence is
        believed: a ringback tone with a hole would be a busy tone.
        """
        checked_loss(samples)
        heard = self._ear.patience + 4 * RATE
        whole = max(samples - heard, 0) // RATE * RATE
        silence = np.zeros((self._lines, RATE), np.float32)
        found: list[Tone] = []
        for at in range(0, samples - whole, RATE):
            found += self(silence[:, : samples - whole - at])
        self._pending = found
        self._passed += whole
        self._edges.pass_by(whole // HOP)
        if samples >= _NOTICED:
            for track in self._tracks.values():
                track.doubt()

    def reset(self, line: int) -> None:
        """A new call: nothing was heard. The clock goes on."""
        checked_line(line, self._lines)
        self._pending = [event for event in self._pending if event.line != line]
        self._forget(line)
        self._tape.forget(line)
        self._presence.forget(line)
        self._edges.forget(line)

    def _hear(self, blocks: Float32) -> list[Tone]:
        self._given = len(blocks)
        edges = self._edges(self._presence(blocks), self._tracked)
        if not edges and not self._tracks:
            return []
        found: list[tuple[int, int, Tone]] = []
        told = {line: list(group) for line, group in groupby(edges, lambda edge: edge.line)}
        for line in sorted({*told, *self._tracks}):
            track = self._tracks.get(line) or self._begin(line)
            found += [(window, line, tone) for window, tone in self._follow(track, told.get(line, []))]
            if track.idle(self._edges.window * HOP):
                self._forget(line)
        found.sort(key=lambda each: each[:2])
        return [tone for _, _, tone in found]

    def _follow(self, track: Track, edges: list[Edge]) -> Iterator[tuple[int, Tone]]:
        """The tones of one line that began or ended, and at which window that was known."""
        for edge in edges:
            at, since = edge.window * HOP - HOP // 2, edge.since * HOP - HOP // 2
            yield from self._wait(track, at)
            if edge.kind == "rise":
                tones = track.rise(at)
            elif edge.kind == "fall":
                tones = track.fall(since, at - self._presence.release)
            else:
                tones = track.lasts(since, at)
            for tone in tones:
                yield edge.window, tone
        yield from self._wait(track, (self._edges.window - 1) * HOP)

    def _wait(self, track: Track, now: int) -> Iterator[tuple[int, Tone]]:
        due = track.deadline // HOP + 1
        for tone in track.wait(now):
            yield due, tone

    def _begin(self, line: int) -> Track:
        track = self._tracks[line] = Track(self._ear, line, partial(self._listen, line))
        self._tracked[line] = True
        return track

    def _listen(self, line: int, first: int, end: int) -> Float32:
        return self._tape.stretch(line, first - self._passed, end - self._passed, self._given)

    def _forget(self, line: int) -> None:
        self._tracks.pop(line, None)
        self._tracked[line] = False
