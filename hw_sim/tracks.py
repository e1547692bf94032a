"""Tracks: suppositions that a clip of the book plays on a row from a certain sample on, and how well the sound agrees.

The sound of a clip is known up to its gain. Each block of 20 ms is projected on the clip: the projection is the gain
while the clip plays, and falls to nothing when it stops or was never there, whatever noise or tone lies on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import TICK, Float32
from hw_sim.clip_index import ClipIndex
from hw_sim.stream_memory import StreamMemory, block_times

TELLING = 0.05
"""A block of the clip with less than this share of its average energy (a pause) tells nothing."""

ABSENT = 0.4
"""Of the gain so far: a block below this does not hold the clip."""

LOST = 3
"""Telling blocks in a row without the clip: 60 ms."""

SETTLED = 4
"""Blocks after which the gain is known."""

Times = NDArray[np.int64]

Blocks = tuple[Float32, Float32]
"""Per track and block: projection of the line on the clip, energy of the clip."""


@dataclass(slots=True, eq=False)
class Track:
    """clip: index in the ClipIndex. start, end: samples of the stream. weight: energy of an average block of the clip.

    cross, clip_energy, line_energy: sums over the telling blocks. blocks: how many these are.
    missing: how many of the last ones did not hold the clip; missing_since: where they began.
    """

    row: int
    clip: int
    start: int
    end: int
    weight: float
    confirmed: bool = False
    cross: float = 0.0
    clip_energy: float = 1e-9
    line_energy: float = 1e-9
    blocks: int = 0
    missing: int = 0
    missing_since: int = 0

    @property
    def lost(self) -> bool:
        """The clip was there and is no more."""
        return self.missing >= LOST

    @property
    def explained(self) -> float:
        """Energy of the line that the clip accounts for."""
        return self.cross * self.cross / self.clip_energy

    @property
    def agreement(self) -> float:
        """Correlation of line and clip, 0..1."""
        return float(np.sqrt(self.explained / self.line_energy))

    def take(self, at: int, cross: float, clip_energy: float, line_energy: float) -> None:
        """The next telling block, which began at `at`."""
        gain = self.cross / self.clip_energy
        if self.blocks >= SETTLED and cross / gain < ABSENT * clip_energy if gain else False:
            self.missing_since = self.missing_since if self.missing else at
            self.missing += 1
        else:
            self.missing = 0
        if self.missing and self.confirmed:
            return
        self.add(cross, clip_energy, line_energy, 1)

    def add(self, cross: float, clip_energy: float, line_energy: float, blocks: int) -> None:
        """So many blocks that hold the clip."""
        self.cross += cross
        self.clip_energy += clip_energy
        self.line_energy += line_energy
        self.blocks += blocks


def compare(tracks: Sequence[Track], memory: StreamMemory, index: ClipIndex, blocks: int) -> Blocks:
    """The newest blocks of each track's row against its clip."""
    samples = blocks * TICK
    rows = np.array([t.row for t in tracks], np.int64)
    clips = np.array([t.clip for t in tracks], np.int64)
    begins = memory.now - samples - np.array([t.start for t in tracks], np.int64)
    begins = index.starts[clips] + np.clip(begins, -samples, index.lengths[clips])
    clip = np.lib.stride_tricks.sliding_window_view(index.sound, samples)[begins].astype(np.float32)
    clip = clip.reshape(len(tracks), blocks, TICK)
    line = memory.recent(rows, samples).reshape(len(tracks), blocks, TICK)
    return np.einsum("hkt,hkt->hk", line, clip), np.einsum("hkt,hkt->hk", clip, clip)


def follow(tracks: Sequence[Track], floors: Times, memory: StreamMemory, index: ClipIndex, blocks: int) -> None:
    """Give each track the newest blocks of its row, from the row's floor on."""
    cross, clip_energy = compare(tracks, memory, index, blocks)
    rows = np.array([t.row for t in tracks], np.int64)
    line_energy = memory.energies[rows, -blocks:]
    telling = _telling(tracks, floors[rows], block_times(memory.now, blocks), clip_energy)
    gains = _gains(tracks, cross, clip_energy, telling)
    absent = telling & (cross * np.sign(gains) < ABSENT * np.abs(gains) * clip_energy)
    sums = [np.einsum("hk,hk->h", telling, e).tolist() for e in (cross, clip_energy, line_energy)]
    told = telling.sum(axis=1).tolist()
    for h, doubtful in enumerate(np.any(absent, axis=1)):
        track = tracks[h]
        if doubtful or track.missing:
            first = memory.now - blocks * TICK
            for k in np.flatnonzero(telling[h]):
                track.take(
                    first + int(k) * TICK, float(cross[h, k]), float(clip_energy[h, k]), float(line_energy[h, k])
                )
        elif not track.confirmed:
            track.add(sums[0][h], sums[1][h], sums[2][h], told[h])


def plausible(
    tracks: Sequence[Track], floors: Times, memory: StreamMemory, index: ClipIndex, blocks: int, limit: float
) -> list[Track]:
    """Those tracks that the newest blocks do not speak against: they agree by `limit`, or tell too little."""
    cross, clip_energy = compare(tracks, memory, index, blocks)
    rows = np.array([t.row for t in tracks], np.int64)
    telling = _telling(tracks, floors[rows], block_times(memory.now, blocks), clip_energy)
    line = np.einsum("hk,hk->h", telling, memory.energies[rows, -blocks:])
    clip = np.einsum("hk,hk->h", telling, clip_energy)
    both = np.einsum("hk,hk->h", telling, cross)
    good = (both * both >= limit * limit * line * clip) | (telling.sum(axis=1) < 2)
    return [track for track, ok in zip(tracks, good, strict=True) if ok]


def _telling(tracks: Sequence[Track], floors: Times, times: Times, clip_energy: Float32) -> NDArray[np.bool_]:
    """The blocks that lie whole within the clip and after the row's floor, and hold some of the clip's sound."""
    first = np.maximum(np.array([t.start for t in tracks], np.int64), floors)
    last = np.array([t.end for t in tracks], np.int64) - TICK
    least = TELLING * np.array([t.weight for t in tracks], np.float32)
    inside = (times >= first[:, None]) & (times <= last[:, None])
    return np.asarray(inside & (clip_energy >= least[:, None]))


def _gains(tracks: Sequence[Track], cross: Float32, clip_energy: Float32, telling: NDArray[np.bool_]) -> Float32:
    """The gain of each track: what is known of it, or while that is little, what these blocks say. (tracks, 1)."""
    known = [t.cross / t.clip_energy if t.blocks >= SETTLED else np.nan for t in tracks]
    now = np.einsum("hk,hk->h", telling, cross) / (np.einsum("hk,hk->h", telling, clip_energy) + 1e-9)
    return np.asarray(np.where(np.isnan(known), now, known), np.float32)[:, None]
