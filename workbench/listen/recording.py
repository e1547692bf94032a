"""A recording of any length, format and rate, piece by piece as the receivers want it: (lines, n) at 8 kHz."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, gcd
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from drivers.speech.sound_file import RAW
from dsp.receiver import RATE, Float32
from dsp.resample import resample

if TYPE_CHECKING:
    import soundfile

PIECE = 2.0
"""Seconds that are read at a time: all that is in memory of a recording of any length."""

_MARGIN = 0.02
"""Seconds on either side of a piece that resampling looks at; its filter reaches half as far."""
_TOP = 3999.0
_COPIED = 1 << 16
_MOST_CHANNELS = 64


class BadSound(ValueError):
    """A file that is not there, is no sound, or has none in it. The message names it and says what helps."""


@dataclass(frozen=True, slots=True)
class Recording:
    """An opened recording: one line a channel. begin, end: the part that is wanted, in frames of the file.

    coding: of its samples, as libsndfile calls it.
    """

    name: str
    source: soundfile.SoundFile
    begin: int
    end: int
    coding: str

    @property
    def lines(self) -> int:
        return int(self.source.channels)

    @property
    def offset(self) -> int:
        """Samples at 8 kHz before the part that is wanted."""
        return self.begin * RATE // int(self.source.samplerate)

    @property
    def samples(self) -> int:
        """Length at 8 kHz."""
        return ceil((self.end - self.begin) * RATE / int(self.source.samplerate))

    def pieces(self) -> Iterator[Float32]:
        """The sound, float32 (lines, n), full scale 32768. Raises BadSound where the file turns out to be corrupt."""
        rate = int(self.source.samplerate)
        step = rate // gcd(rate, RATE)
        length, margin = (ceil(seconds * rate / step) * step for seconds in (PIECE, _MARGIN))
        for at in range(self.begin, self.end, length):
            until = min(at + length, self.end)
            before = min(margin, (at - self.begin) // step * step)
            sound = self._read(at - before, min(until + margin, self.end))
            if rate == RATE:
                yield np.ascontiguousarray(sound[before : before + until - at].T)
                continue
            first, count = before * RATE // rate, ceil((until - at) * RATE / rate)
            yield np.stack([resample(row, rate, 0.0, _TOP - 100)[first : first + count] for row in sound.T])

    def _read(self, begin: int, end: int) -> NDArray[np.float32]:
        import soundfile

        try:
            self.source.seek(begin)
            sound = self.source.read(end - begin, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise BadSound(f"{self.name}: corrupt at {begin / self.source.samplerate:.1f} s: {error}") from error
        if len(sound) < end - begin:
            raise BadSound(f"{self.name}: breaks off at {(begin + len(sound)) / self.source.samplerate:.1f} s")
        made: NDArray[np.float32] = sound * np.float32(32768)
        return made


def open_recording(
    file: Path | IO[bytes], name: str, since: float = 0.0, until: float | None = None, rate: int | None = None
) -> Recording:
    """A file of a format that libsndfile reads, or raw samples told by its ending (.alaw, .ulaw, .sln, .gsm ...).

    since, until: seconds of the part that is wanted. rate: of raw samples, when it is not what the ending says.
    Raises BadSound, OSError.
    """
    import soundfile

    if isinstance(file, Path) and not file.is_file():
        other = f"{name}: a folder; name the recordings in it" if file.is_dir() else f"{name}: not a file"
        raise BadSound(other if file.exists() else f"{name}: no such file")
    if isinstance(file, Path):
        file.open("rb").close()  # libsndfile calls a file that may not be read a "system error"
    raw = RAW.get(Path(name).suffix.lower())
    told: dict[str, Any] = {}
    if raw:
        told = {"samplerate": rate or raw[0], "channels": 1, "subtype": raw[1], "format": "RAW"}
        told |= {"endian": "LITTLE"} if raw[1] == "PCM_16" else {}
    try:
        source = soundfile.SoundFile(str(file) if isinstance(file, Path) else file, **told)
    except (OSError, soundfile.SoundFileError, ValueError, TypeError) as error:
        raise BadSound(f"{name}: {_why(file, name, error)}") from error
    coding = str(source.subtype)
    return _part(name, source if source.seekable() else _copied(source), coding, since, until)


def _copied(source: soundfile.SoundFile) -> soundfile.SoundFile:
    """What can only be read from its beginning to its end (GSM), as a file that lives as long as it is read."""
    import soundfile

    copy = tempfile.TemporaryFile()  # noqa: SIM115 - it must outlive this
    with source, soundfile.SoundFile(copy, "w", source.samplerate, source.channels, "PCM_16", format="WAV") as made:
        while len(block := source.read(_COPIED, dtype="int16", always_2d=True)):
            made.write(block)
    copy.seek(0)
    return soundfile.SoundFile(copy)


def _why(file: Path | IO[bytes], name: str, error: Exception) -> str:
    empty = isinstance(file, Path) and file.stat().st_size == 0
    reason = str(getattr(error, "error_string", error)).rstrip(".")
    reason = "its content is not what its name says" if "does not exist" in reason else reason
    helps = f"try: ffmpeg -i '{name}' OUT.wav"
    return "the file is empty" if empty else f"no sound file that can be read ({reason}); {helps}"


def _part(name: str, source: soundfile.SoundFile, coding: str, since: float, until: float | None) -> Recording:
    rate, frames = int(source.samplerate), int(source.frames)
    if not frames:
        raise BadSound(f"{name}: there is no sound in it, not one sample")
    if source.channels > _MOST_CHANNELS:
        raise BadSound(f"{name}: {source.channels} channels; {_MOST_CHANNELS} lines at most")
    begin, end = round(since * rate), frames if until is None else min(round(until * rate), frames)
    if begin >= end:
        raise BadSound(f"{name}: is {frames / rate:.1f} s long: there is nothing from {since:g} s on")
    return Recording(name, source, begin, end, coding)
