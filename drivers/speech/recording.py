"""Recorded prompts: a sound file of any format, rate and loudness, to telephone sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from drivers.speech.errors import BadRecording
from drivers.speech.sound_file import read_sound
from drivers.speech.telephone import SPEECH_LEVEL, Levelled, levelled, trimmed
from dsp.joints import softened
from dsp.receiver import Int16
from dsp.resample import resample

WORD_MARGIN = 160
"""Samples of silence that stay on either side of a recorded word (20 ms): one word follows the other as if spoken."""


QUIETEST = -65.0
"""dBm0: below this it is the noise of a file of silence, which must not be made as loud as speech."""


def prepare(file: Path, dbm0: float = SPEECH_LEVEL, word: bool = False) -> Levelled:
    """A recorded prompt brought to 8 kHz, the telephone band, one channel and that active speech level.

    Its pauses stay, but for those around a `word`. Raises BadRecording naming the file for what cannot be read, is
    empty, silent, cut short or longer than ten minutes.
    """
    sound = read_sound(file)
    try:
        samples = resample(sound.samples - np.mean(sound.samples, dtype=np.float64).astype(np.float32), sound.rate)
    except ValueError as error:
        raise BadRecording(f"{file}: {error}") from error
    made = levelled(trimmed(samples, WORD_MARGIN, noisy=True) if word else samples, dbm0)
    if made.before < QUIETEST:
        raise BadRecording(f"{file}: there is no sound in it, only silence ({made.before:.0f} dBm0); record it again")
    return Levelled(softened(made.samples), made.before, made.lowered)


def read_recording(file: Path) -> Int16:
    """The samples of a recorded prompt, int16 at 8 kHz, as `prepare` makes them. Raises BadRecording."""
    return prepare(file).samples
