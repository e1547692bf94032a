"""A WAV file of a call that grows while the call goes on: either direction, both side by side, or both as one sound."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Literal

import numpy as np

from dsp.receiver import RATE, Int16

Tracks = Literal["both", "mixed", "received", "sent"]
"""both: stereo, left what was received, right what was sent. mixed: the sum of the two. Else one direction alone."""


def laid_out(received: Int16, sent: Int16, tracks: Tracks) -> Int16:
    """Two rows of one length as the samples of a file: int16 (n, channels). Sums that are too loud are cut off."""
    match tracks:
        case "both":
            return np.stack([received, sent], axis=1)
        case "mixed":
            total = np.add(received, sent, dtype=np.int32)
            return np.clip(total, -32768, 32767).astype(np.int16)[:, None]
        case "received":
            return received[:, None]
        case "sent":
            return sent[:, None]
    raise ValueError(f"{tracks!r} is no choice of tracks: both, mixed, received or sent")


class Reel:
    """One file. Its header is right after every piece, so a killed process leaves a recording that plays."""

    def __init__(self, file: Path, tracks: Tracks = "both") -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._tracks = tracks
        self._out = file.open("wb")
        self._wav = wave.open(self._out, "wb")  # noqa: SIM115 - lives as long as the reel
        self._wav.setparams((2 if tracks == "both" else 1, 2, RATE, 0, "NONE", ""))

    def write(self, received: Int16, sent: Int16) -> None:
        """Two int16 rows of one length. Raises OSError."""
        self._wav.writeframes(laid_out(received, sent, self._tracks).astype("<i2", copy=False).tobytes())
        self._out.flush()

    def silence(self, samples: int) -> None:
        """Nothing from either side for that long. Raises OSError."""
        for first in range(0, samples, RATE):
            nothing = np.zeros(min(RATE, samples - first), np.int16)
            self.write(nothing, nothing)

    def close(self) -> None:
        """No more pieces. Raises OSError; the file is closed all the same."""
        try:
            self._wav.close()
        finally:
            self._out.close()
