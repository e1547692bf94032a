"""WAV files of a telephone: 8 kHz, mono, 16 bit. Written whole or not at all."""

from __future__ import annotations

import os
import tempfile
import wave
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from drivers.speech.errors import SpeechError
from dsp.receiver import RATE, Int16


def write_whole(file: Path, data: bytes) -> None:
    """Write a file so that readers see the old one or the new one, never a part; safe for several processes."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    with ExitStack() as undo:
        undo.callback(Path(name).unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.chmod(name, 0o644)
        os.replace(name, file)
        undo.pop_all()


def to_wav(samples: Int16) -> bytes:
    """The bytes of a WAV file of one channel at 8 kHz."""
    data = samples.astype("<i2", copy=False).tobytes()
    head = b"WAVEfmt " + b"".join(
        value.to_bytes(size, "little")
        for value, size in ((16, 4), (1, 2), (1, 2), (RATE, 4), (RATE * 2, 4), (2, 2), (16, 2))
    )
    chunk = b"data" + len(data).to_bytes(4, "little") + data
    return b"RIFF" + (len(head) + len(chunk)).to_bytes(4, "little") + head + chunk


def read_wav(file: Path) -> Int16:
    """Samples of an 8 kHz mono 16-bit WAV file. Raises SpeechError naming the file for anything else."""
    try:
        with wave.open(str(file), "rb") as source:
            shape = (source.getframerate(), source.getnchannels(), source.getsampwidth())
            data = source.readframes(source.getnframes())
    except (OSError, EOFError, RuntimeError, wave.Error) as error:  # wave.py gives RuntimeError for a wrong length
        raise SpeechError(f"{file}: not a WAV file: {error or 'it ends too early'}") from error
    if shape != (RATE, 1, 2):
        raise SpeechError(f"{file}: {shape[0]} Hz, {shape[1]} channels, {shape[2] * 8} bit; wanted 8000 Hz mono 16 bit")
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16, copy=False)
