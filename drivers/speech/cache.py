"""Rendered clips on disk, named by what they were made from; safe for several processes.

One WAV file a clip, so that clips survive a change of the others; and packs of all clips of one server in one file, so
that a warm start reads one file instead of 600. A damaged file counts as missing. A cache that cannot be written costs
time, not calls: `unwritten` counts.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from drivers.speech.errors import SpeechError
from drivers.speech.wav import read_wav, to_wav, write_whole
from dsp.receiver import Int16

PACKS = 4
"""Packs kept; the oldest goes first."""


def default_folder() -> Path:
    """~/.cache/loopstart/speech, or below $XDG_CACHE_HOME (XDG base directory specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "loopstart" / "speech"


class Cache:
    """Clips by key (a hexadecimal digest). unwritten: how many could not be kept; problem: why the last one was not."""

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        self.unwritten = 0
        self.problem = ""

    def get(self, key: str) -> Int16 | None:
        """The clip of that key, or None."""
        file = self._file(key)
        try:
            samples = read_wav(file)
        except SpeechError:
            return None
        return samples if samples.size else None

    def put(self, key: str, samples: Int16) -> None:
        """Keep a clip."""
        self._write(self._file(key), to_wav(samples))

    def get_all(self, keys: Sequence[str]) -> list[Int16] | None:
        """All clips of a pack made of exactly these keys, or None."""
        file = self._pack(keys)
        try:
            with np.load(file, allow_pickle=False) as pack:
                lengths, samples = pack["lengths"], pack["samples"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        if samples.dtype != np.int16 or len(lengths) != len(keys) or lengths.sum() != len(samples):
            return None
        return [np.asarray(clip, np.int16) for clip in np.split(samples, np.cumsum(lengths)[:-1])] if keys else []

    def put_all(self, keys: Sequence[str], clips: Sequence[Int16]) -> None:
        """Keep all clips as one pack; the oldest packs make room."""
        data = io.BytesIO()
        samples = np.concatenate([np.zeros(0, np.int16), *clips]).astype(np.int16, copy=False)
        np.savez(data, lengths=np.array([len(clip) for clip in clips], np.int64), samples=samples)
        file = self._pack(keys)
        self._write(file, data.getvalue())
        packs = sorted(file.parent.glob("*.npz"), key=_age)
        for old in packs[PACKS:]:
            try:
                old.unlink(missing_ok=True)
            except OSError as error:  # another user's: it takes room, no calls
                self.problem = str(error)

    def _write(self, file: Path, data: bytes) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, data)
        except OSError as error:
            self.unwritten += 1
            self.problem = str(error)

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.wav"

    def _pack(self, keys: Sequence[str]) -> Path:
        return self.folder / "packs" / f"{digest(*keys)}.npz"


def digest(*parts: str | bytes) -> str:
    """A key from what a clip is made of: any change of any part gives another one."""
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        total.update(b"%d:" % len(data) + data)
    return total.hexdigest()[:40]


def _age(file: Path) -> float:
    try:
        return -file.stat().st_mtime
    except OSError:  # another process removed it
        return 0.0
