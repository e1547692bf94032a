"""Landmarks: places of a sound that are found again wherever the sound is met, and what the sound looks like there.

A landmark is a sample larger than all within 5 ms of it. It is locked to the content, not to a grid, so the same clip
gives the same landmarks at any offset, and the 24 ms around it, scaled by its own height, are compared without asking
for level or polarity. What is compared is a signature of 64 bits: the signs of projections on directions that the book
itself is rich in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import Float32, Int16

REACH = 40
"""Samples on either side among which a landmark is the largest: less than the period of most voices."""

BEFORE, AFTER = 64, 128
"""Samples of sound around a landmark that make its signature."""

WIDTH = BEFORE + AFTER
BITS = 64
DIRECTIONS = 32
STEPS = 63.0
"""The window is scaled to whole numbers up to this, so that float32 sums are exact in any order of adding: the same
sound gives the same bits in every row of every matrix."""

LEARN_FROM = 20_000

Signatures = NDArray[np.uint64]
Positions = NDArray[np.int64]


def emphasised(x: Float32, before: Float32, out: Float32 | None = None) -> Float32:
    """Speech with its low harmonics tamed, so that two sounds look less alike; more would raise the noise too much.

    x: (..., n). before: (...,), the sample before the first. out: where it goes.
    """
    y = np.empty_like(x) if out is None else out
    np.multiply(x[..., :-1], -0.3, out=y[..., 1:])
    y[..., :1] = before[..., None] * np.float32(-0.3)
    y += 0.5 * x
    return y


def find(y: Int16, floor: int) -> Positions:
    """Landmarks of a whole sound, int16 (n,), at least `floor` high."""
    high = np.abs(y.astype(np.int32))
    widest = np.pad(high, REACH)
    reached = 1
    while reached < 2 * REACH + 1:  # a running maximum, doubled in width until it spans both sides
        step = min(reached, 2 * REACH + 1 - reached)
        widest = np.maximum(widest[:-step], widest[step:])
        reached += step
    return np.flatnonzero((high == widest[: len(high)]) & (high >= floor))


@dataclass(frozen=True, slots=True)
class Signer:
    """Gives the signature of the sound around a landmark. directions: (WIDTH, 64), thresholds: (64,), whole numbers."""

    directions: Float32
    thresholds: Float32

    @classmethod
    def learned(cls, windows: Float32) -> Signer:
        """A signer for sounds like these: float32 (any number, WIDTH)."""
        scaled = scale(windows)
        if len(scaled) < 2:
            scaled = np.eye(2, WIDTH, dtype=np.float32)
        values, vectors = np.linalg.eigh(np.cov(scaled.T.astype(np.float64)) + np.eye(WIDTH) * 1e-3)
        strongest = vectors[:, -DIRECTIONS:] * values[-DIRECTIONS:] ** -0.25
        mixing = np.random.default_rng(1).standard_normal((DIRECTIONS, BITS))
        directions = strongest @ mixing
        directions = np.rint(directions * (127.0 / np.abs(directions).max())).astype(np.float32)
        return cls(directions, np.rint(np.median(scaled @ directions, axis=0)).astype(np.float32))

    def sign(self, windows: Float32) -> Signatures:
        """Signatures of float32 (n, WIDTH): uint64 (n,)."""
        bits = scale(windows) @ self.directions > self.thresholds
        return np.packbits(bits, axis=1).view(np.uint64)[:, 0]


def scale(windows: Float32) -> Float32:
    """Windows as whole numbers of -STEPS..STEPS (more where the neighbour is higher), the landmark always +STEPS."""
    peaks = windows[:, BEFORE, None]
    scaled = windows * (STEPS / np.where(peaks == 0, 1, peaks))
    np.clip(scaled, -2 * STEPS, 2 * STEPS, out=scaled)
    return np.rint(scaled, out=scaled)


def windows_of(y: NDArray[Any], positions: Positions) -> Float32:
    """The sound around each landmark of a sound (n,): float32 (landmarks, WIDTH). Zeros beyond the ends are needed."""
    around = np.lib.stride_tricks.sliding_window_view(y, WIDTH)
    return around[positions - BEFORE].astype(np.float32)
