"""The last samples of every line, kept for a closer look at some of them."""

from __future__ import annotations

import numpy as np

from dsp.blocks import Index
from dsp.receiver import Float32

TAKES = 320
"""Samples that are taken at once, at most."""
KEEP = 480
"""Samples of every line before those taken last that can be looked at."""
_ROOM = KEEP + TAKES
LONGEST = 360
"""Samples of a line that can be looked at together, at most."""
_LOUDEST = 1e5
"""No card hands over more than 32768. What is beyond this, or no number, counts as silence."""


class Samples:
    """The newest samples of all lines, in a ring: 4.6 kB a line. Its beginning is repeated behind its end, so that what
    is looked at always lies in one piece.
    """

    def __init__(self, lines: int) -> None:
        self.total = 0
        """Samples taken so far."""
        self._ring = np.zeros((lines, _ROOM + LONGEST), np.float32)
        self._pieces: dict[int, Float32] = {}
        """All pieces of one length: (lines, places, length), a view."""

    def __call__(self, rx: Float32) -> None:
        """Take the next samples (lines, at most TAKES)."""
        at, count = self.total % _ROOM, rx.shape[1]
        fits = min(count, _ROOM - at)
        self._ring[:, at : at + fits] = rx[:, :fits]
        if fits < count:
            self._ring[:, : count - fits] = rx[:, fits:]
            self._ring[:, _ROOM : _ROOM + count - fits] = rx[:, fits:]
        if at < LONGEST:
            fits = min(fits, LONGEST - at)
            self._ring[:, _ROOM + at : _ROOM + at + fits] = rx[:, :fits]
        self.total += count

    def lines(self, first: int, end: int) -> Float32:
        """All lines from one sample up to another, counted as `total` does: (lines, samples), a copy."""
        return self._ring.take(np.arange(first, end) % _ROOM, axis=1)

    def gather(self, lines: Index, ends: Index, count: int) -> Float32:
        """`count` samples, at most LONGEST, of any lines, each up to a sample of its own: (..., count), made finite.

        lines, ends: of one shape, or of shapes that fit each other.
        """
        pieces = self._pieces.get(count)
        if pieces is None:
            pieces = self._pieces[count] = np.lib.stride_tricks.sliding_window_view(self._ring, count, axis=1)
        taken: Float32 = pieces[lines, (ends - count) % _ROOM]
        flat = taken.reshape(-1)
        if not np.dot(flat, flat) < _LOUDEST**2:
            taken[~(np.abs(taken) < _LOUDEST)] = 0
        return taken

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._ring[line] = 0

    def pass_over(self, samples: int) -> None:
        """So many samples were silence, or need not be heard."""
        if samples:
            self._ring[:] = 0
        self.total += samples
