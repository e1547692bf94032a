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
from hw_sim.caller.events import CallerProtocol, Entry
from hw_sim.report.disk import writing


class Report:
    """Writes every new entry of the callers' reports as one line of JSON, at once.

    {"at": samples, "second": of the office's clock, "time": ISO 8601 of the wall's, "caller": number or place,
     "kind": ..., "text": ..., "name": ..., "place": file:line of the step that failed}

    Raises OSError where the disk does, with the name of the file.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._known = 0
        self._told: dict[int, int] = {}

    def write(self, callers: Sequence[CallerProtocol], now: int) -> None:
        """Write what is new. now: the office's, to tell when an entry was on the wall's clock. callers only grows."""
        self._told |= dict.fromkeys(range(self._known, len(callers)), 0)
        self._known = len(callers)
        with writing(getattr(self._out, "name", "the report")):
            self._write_new(callers, now)

    def _write_new(self, callers: Sequence[CallerProtocol], now: int) -> None:
        wrote = False
        for i, told in list(self._told.items()):
            caller = callers[i]
            if len(caller.report) > told:
                self._write(caller.report[told:], caller.number or f"caller {i + 1}", now)
                self._told[i], wrote = len(caller.report), True
            elif caller.finished:
                del self._told[i]
        if wrote:
            self._out.flush()

    def _write(self, entries: Sequence[Entry], caller: str, now: int) -> None:
        for entry in entries:
            self._out.write(json.dumps(_line(entry, caller, now), ensure_ascii=False) + "\n")


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
    } | ({"place": entry.place} if entry.place else {})


class SoundFile:
    """A stereo WAV of the world's side: left what all callers hear together, right what they all say.

    It is a tap of the office (`Office.tap`). Raises OSError when the file cannot be written, at any time.
    """

    def __init__(self, file: Path) -> None:
        file.open("wb").close()  # libsndfile does not say why it cannot
        self._name = file
        with writing(file):
            self._file = soundfile.SoundFile(file, "w", RATE, 2, "PCM_16", format="WAV")
        self._stereo = np.zeros((TICK, 2), np.float32)

    def __call__(self, spoken: Float32 | None, heard: Float32) -> None:
        """A tick."""
        self._stereo[:, 0] = heard.sum(axis=0)
        self._stereo[:, 1] = 0 if spoken is None else spoken.sum(axis=0)
        with writing(self._name):
            self._file.write(levels.saturate(self._stereo))

    def close(self) -> None:
        """The file is whole."""
        with writing(self._name):
            self._file.close()
