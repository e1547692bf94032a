"""Recorded prompts: any file that libsndfile reads, any rate, any number of channels, to telephone sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from drivers.speech.errors import BadRecording
from drivers.speech.telephone import at_level, to_telephone
from dsp.receiver import Int16

LONGEST = 600.0
"""Seconds: a prompt beyond ten minutes is somebody's mistake, and would fill the memory."""

ENDINGS = (".wav", ".flac", ".ogg")


def read_recording(file: Path) -> Int16:
    """A recorded prompt: int16 samples at 8 kHz, telephone band, channels averaged, about -15 dBm0; its pauses stay.

    Raises BadRecording naming the file for what cannot be read, is empty, silent or longer than ten minutes.
    """
    import soundfile  # 30 ms and 5 MB that a server with cached prompts does not pay

    try:
        info = soundfile.info(str(file))
        if info.frames > LONGEST * info.samplerate:
            raise BadRecording(f"{file}: {info.duration:.0f} s long; a prompt is at most {LONGEST:.0f} s")
        sound, rate = soundfile.read(str(file), dtype="float32", always_2d=True)
        samples = at_level(to_telephone(sound.mean(axis=1) * np.float32(32768), rate))
    except (OSError, soundfile.SoundFileError, ValueError) as error:
        raise BadRecording(f"{file}: not a sound file that can be read: {error}") from error
    if not samples.any():
        raise BadRecording(f"{file}: there is no sound in it")
    return samples
