"""What the callers did and heard, as it happens: JSON lines, and the sound of their ends as a WAV file."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

import numpy as np
import soundfile

from dsp import levels
from dsp.receiver import RATE, TICK, Float32
from hw_sim.caller import CallerProtocol, Entry


class Report:
    """Writes every new entry of the callers' reports as one line of JSON, at once.

    {"at": samples, "second": of the office's clock, "time": ISO 8601 of the wall's, "caller": number or place,
     "kind": ..., "text": ..., "name": ...}
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._seen: dict[int, int] = {}

    def write(self, callers: Sequence[CallerProtocol], now: int) -> None:
        """Write what is new. now: the office's, to tell when an entry was on the wall's clock."""
        for i, caller in enumerate(callers):
            seen = self._seen.get(i, 0)
            if len(caller.report) == seen:
                continue
            for entry in caller.report[seen:]:
                self._out.write(
                    json.dumps(_line(entry, caller.number or f"caller {i + 1}", now), ensure_ascii=False) + "\n"
                )
            self._seen[i] = len(caller.report)
            self._out.flush()


def _line(entry: Entry, caller: str, now: int) -> dict[str, object]:
    wall = datetime.fromtimestamp(time.time() - (now - entry.at) / RATE).astimezone()
    return {
        "at": entry.at,
        "second": round(entry.at / RATE, 3),
        "time": wall.isoformat(timespec="milliseconds"),
        "caller": caller,
        "kind": entry.kind,
        "text": entry.text,
        "name": entry.name,
    }


class SoundFile:
    """A stereo WAV of the world's side: left what all callers hear together, right what they all say.

    It is a tap of the office (`Office.tap`). Raises OSError when the file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        file.open("wb").close()  # libsndfile does not say why it cannot
        try:
            self._file = soundfile.SoundFile(file, "w", RATE, 2, "PCM_16", format="WAV")
        except soundfile.LibsndfileError as error:
            raise OSError(f"{file}: {error.error_string}") from error
        self._stereo = np.zeros((TICK, 2), np.float32)

    def __call__(self, spoken: Float32 | None, heard: Float32) -> None:
        """A tick."""
        self._stereo[:, 0] = heard.sum(axis=0)
        self._stereo[:, 1] = 0 if spoken is None else spoken.sum(axis=0)
        self._file.write(levels.saturate(self._stereo))

    def close(self) -> None:
        """The file is whole."""
        self._file.close()
