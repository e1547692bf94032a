"""All clips in one array, so that the mixer can take what every line plays with one gather."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dsp.receiver import Int16


class Arena:
    """Every clip that may be played, end to end in one int16 array at 8 kHz. Clips are never removed.

    Index of a clip: its order of adding. Memory: 16 KB a second of speech.
    """

    def __init__(self, capacity: int = 8000) -> None:
        self.samples: Int16 = np.zeros(max(capacity, 1), np.int16)
        self._used = 0
        self._starts: list[int] = []
        self._lengths: list[int] = []
        self._windows: dict[int, tuple[Int16, Int16]] = {}

    def add(self, samples: Int16) -> int:
        """Keep a copy of a clip (int16, one dimension); its index. Raises ValueError for anything else."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(f"a clip is one row of int16 samples, not {samples.dtype} {samples.shape}")
        end = self._used + len(samples)
        if end > len(self.samples):
            self._grow(end)
        self.samples[self._used : end] = samples
        self._starts.append(self._used)
        self._lengths.append(len(samples))
        self._used = end
        return len(self._starts) - 1

    def __len__(self) -> int:
        return len(self._starts)

    def place(self, clip: int) -> tuple[int, int]:
        """Where a clip stands in `samples`: (first, length). Raises ValueError for an index that was never given."""
        if not 0 <= clip < len(self._starts):
            raise ValueError(f"there is no clip {clip}: the arena holds {len(self._starts)}")
        return self._starts[clip], self._lengths[clip]

    def clip(self, clip: int) -> Int16:
        """The samples of a clip, read only."""
        first, length = self.place(clip)
        view = self.samples[first : first + length]
        view.flags.writeable = False
        return view

    def windows(self, width: int) -> Int16:
        """A view (samples - width + 1, width): row p is what stands from sample p on. Ask again after `add`."""
        samples = self.samples  # a call's thread may `add` meanwhile, and grow it
        seen = self._windows.get(width)
        if seen is None or seen[0] is not samples:
            seen = self._windows[width] = samples, sliding_window_view(samples, width)
        return seen[1]

    def _grow(self, needed: int) -> None:
        grown = np.zeros(max(needed, 2 * len(self.samples)), np.int16)
        grown[: self._used] = self.samples[: self._used]
        self.samples = grown
