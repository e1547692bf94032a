"""Sound files as people have them: whatever libsndfile reads, and the raw files of an Asterisk; one channel out.

What a file claims is checked: a download that broke off, or samples that are no numbers, would be played to callers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from drivers.speech.errors import BadRecording
from dsp.receiver import RATE, Float32

if TYPE_CHECKING:
    import soundfile

LONGEST = 600.0
"""Seconds: a prompt beyond ten minutes is somebody's mistake, and would fill the memory."""

HEADED = (".wav", ".flac", ".aiff", ".aif", ".au", ".ogg", ".oga", ".opus", ".mp3", ".WAV", ".wav49")
"""Files that say themselves what they are, best first; .WAV and .wav49 are Asterisk's for GSM in WAV."""

RAW = {
    ".sln192": (192000, "PCM_16"),
    ".sln96": (96000, "PCM_16"),
    ".sln48": (48000, "PCM_16"),
    ".sln44": (44100, "PCM_16"),
    ".sln32": (32000, "PCM_16"),
    ".sln24": (24000, "PCM_16"),
    ".sln16": (16000, "PCM_16"),
    ".sln12": (12000, "PCM_16"),
    ".sln": (RATE, "PCM_16"),
    ".slin": (RATE, "PCM_16"),
    ".alaw": (RATE, "ALAW"),
    ".al": (RATE, "ALAW"),
    ".ulaw": (RATE, "ULAW"),
    ".ul": (RATE, "ULAW"),
    ".mu": (RATE, "ULAW"),
    ".gsm": (RATE, "GSM610"),
}
"""Files without a header, which only their name tells apart: rate and coding."""

UNREADABLE = (".m4a", ".aac", ".wma", ".amr", ".g722", ".g729", ".g726", ".m4p", ".mp4", ".webm", ".ra")
"""Sound that must be converted first; protected files (DRM) by the program that may play them."""

ENDINGS = (*HEADED, *RAW, *UNREADABLE)
"""Names of recorded prompts, the one that wins first."""

_HEADS = (b"RIFF", b"fLaC", b"OggS", b"FORM", b"RF64")
_SLACK = 64
_BLOCK = 1 << 20
_QUIET = 0.01


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel: float32 (n,), full scale 32768, at `rate` Hz."""

    samples: Float32
    rate: int


def read_sound(file: Path) -> Sound:
    """All channels of a file as one. Raises BadRecording with the file, what is wrong with it, and what helps."""
    import soundfile  # 30 ms and 5 MB that a server with cached prompts does not pay

    try:
        head = _head(file)
        with _opened(file, head) as source:
            if source.frames > LONGEST * source.samplerate:
                length = source.frames / source.samplerate
                raise BadRecording(f"{file}: {length:.0f} s long; a prompt is at most {LONGEST:.0f} s")
            samples = _one_channel(source)
            if len(samples) < source.frames:
                raise _cut_short(file)
            rate = source.samplerate
    except OSError as error:
        raise BadRecording(f"{file}: cannot be read: {error.strerror or error}") from error
    except (soundfile.SoundFileError, ValueError) as error:
        raise BadRecording(
            f"{file}: not a sound file that can be read ({_reason(error)}); convert it: {_conversion(file)}"
        ) from error
    if not len(samples):
        raise BadRecording(f"{file}: there is no sound in it, not one sample; record it again")
    if not np.isfinite(samples).all():
        raise BadRecording(f"{file}: some samples are not numbers; convert it: {_conversion(file)}")
    return Sound(samples * np.float32(32768), rate)


def _head(file: Path) -> bytes:
    """Its first bytes, when the file is as long as they promise. Raises OSError, BadRecording."""
    with file.open("rb") as source:
        head = source.read(12)
    size = file.stat().st_size
    if not size:
        raise BadRecording(f"{file}: is empty; record it again")
    if head[:4] in (b"RIFF", b"FORM"):
        promised = int.from_bytes(head[4:8], "little" if head[:4] == b"RIFF" else "big")
        written_to_a_pipe = promised in (0, 8, 36) or promised >= 0x7FFF0000
        if not written_to_a_pipe and promised + 8 > size + _SLACK:
            raise _cut_short(file)
    if head[:4] == b"OggS" and not _ends(file):
        raise _cut_short(file)
    return head


def _ends(file: Path) -> bool:
    """Has the last page of an Ogg file the mark of a last page (RFC 3533)?"""
    with file.open("rb") as source:
        source.seek(max(0, file.stat().st_size - 0x10100))  # a page has 65,307 bytes at the most
        last = source.read().rpartition(b"OggS")[2]
    return len(last) > 1 and bool(last[1] & 4)


def _opened(file: Path, head: bytes) -> soundfile.SoundFile:
    import soundfile

    raw = RAW.get(file.suffix.lower()) if head[:4] not in _HEADS else None
    if raw is None:
        return soundfile.SoundFile(str(file))
    if head[:4] in (b"\0\0\0\x1c", b"\0\0\0\x20"):  # an MP4 that was renamed
        raise ValueError("its content is not what its name says")
    rate, coding = raw
    return soundfile.SoundFile(str(file), "r", rate, 1, coding, "LITTLE" if coding == "PCM_16" else "FILE", "RAW")


def _one_channel(source: soundfile.SoundFile) -> Float32:
    """The mean of the channels; or the loudest, when they cancel each other (a stereo file with one side reversed)."""
    mean, energies = [np.zeros(0, np.float32)], np.zeros(source.channels)
    for block in _blocks(source):
        mean.append(block.mean(axis=1))
        energies += np.square(block, dtype=np.float64).sum(axis=0)
    whole = np.concatenate(mean)
    if float(np.square(whole, dtype=np.float64).sum()) >= _QUIET * float(energies.max()) or not energies.max():
        return whole
    if not np.isfinite(energies).all():
        return whole
    source.seek(0)
    return np.concatenate([block[:, int(energies.argmax())] for block in _blocks(source)])


def _blocks(source: soundfile.SoundFile) -> Iterator[Float32]:
    """The file from where it stands, in pieces of bounded size, (n, channels)."""
    frames = max(1, _BLOCK // source.channels)
    while len(block := source.read(frames, dtype="float32", always_2d=True)):
        yield block


def _cut_short(file: Path) -> BadRecording:
    return BadRecording(f"{file}: is cut short: it holds less than it says; copy or record it again")


def _reason(error: Exception) -> str:
    """What libsndfile says; of an MP3 that is none it says that there is no such file."""
    said = str(getattr(error, "error_string", error)).rstrip(".")
    return "its content is not what its name says" if "does not exist" in said else said


def _conversion(file: Path) -> str:
    made = f"{file.stem}-8k.wav" if file.suffix.lower() == ".wav" else f"{file.stem}.wav"
    return f"ffmpeg -i '{file.name}' -ar 8000 -ac 1 '{made}'"
