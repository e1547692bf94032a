"""Flaws of the sound itself: clipped, an offset, long silence at an end, much louder or fainter than the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.speech.errors import BadRecording
from drivers.speech.sound_file import read_sound
from dsp.levels import SILENCE_DBM0, dbm0
from dsp.loudness import speech_level
from dsp.receiver import RATE, Int16
from workbench.prompt_check.finding import Finding, Prompt

_CLIPPED_RUN, _CLIPPED_MOST = 4, 3
"""So many samples in a row at the very top, so many times: that is a limit that was hit, not a loud vowel."""
_TOP = 0.985 * 32768
_OFFSET = 0.01 * 32768
_LEADING, _TRAILING = 0.6, 1.5
"""Seconds of silence from which on a caller wonders."""
_ASIDE = 6.0
"""dB that a prompt may be louder or fainter than the middle one."""
_FAINT = -45.0
_BLOCK = 80


def flaws(prompts: Sequence[Prompt]) -> Iterator[Finding]:
    """What is wrong with each, and with each among the others."""
    for prompt in prompts:
        if prompt.file is not None:
            yield from _in_file(prompt.file)
        yield from _silence(prompt)
    yield from _outliers([prompt for prompt in prompts if len(prompt.samples) >= RATE])


def _in_file(file: Path) -> Iterator[Finding]:
    """What the file held before it was brought to telephone sound."""
    try:
        sound = read_sound(file).samples
    except BadRecording:
        return  # told already: it could not be played
    name, clipped = str(file), _clipped(sound)
    if clipped >= _CLIPPED_MOST:
        message = f"clipped in {clipped} places"
        yield Finding(name, "clipped", message, "record it again 6 dB lower")
    offset = float(np.mean(sound, dtype=np.float64))
    if abs(offset) > _OFFSET:
        message = f"a DC offset of {100 * offset / 32768:.1f} % of full scale"
        yield Finding(name, "dc-offset", message, "it was removed; look at the sound card")
    level = speech_level(sound).dbm0 if sound.size >= RATE else 0.0
    if SILENCE_DBM0 < level < _FAINT:
        message = f"recorded at {level:.0f} dBm0"
        yield Finding(name, "faint", message, "it was raised, and its noise with it; record it again louder")


def _clipped(sound: NDArray[Any]) -> int:
    """How many runs of samples stand at the top of the range."""
    at_top = np.abs(sound) >= max(_TOP, 0.9999 * float(np.abs(sound).max(initial=0.0)))
    edges = np.flatnonzero(np.diff(at_top.astype(np.int8), prepend=0, append=0))
    return int(np.count_nonzero(edges[1::2] - edges[::2] >= _CLIPPED_RUN))


def _silence(prompt: Prompt) -> Iterator[Finding]:
    """Long silence before or after."""
    loud = _loud(prompt.samples)
    name = str(prompt.file or prompt.name)
    if not loud.size:
        yield Finding(name, "empty", "there is no sound in it", "record it, or take it out of the flow")
        return
    leading = float(loud[0]) * _BLOCK / RATE
    trailing = (len(prompt.samples) - (float(loud[-1]) + 1) * _BLOCK) / RATE
    if leading > _LEADING:
        yield Finding(name, "silence", f"begins with {leading:.1f} s of silence", "cut it", 0.0)
    if trailing > _TRAILING:
        message = f"ends with {trailing:.1f} s of silence"
        yield Finding(name, "silence", message, "cut it", len(prompt.samples) / RATE - trailing)


def _loud(samples: Int16) -> NDArray[np.intp]:
    """Blocks that sound: within 40 dB of the loudest."""
    blocks = dbm0(np.pad(samples, (0, -len(samples) % _BLOCK)).reshape(-1, _BLOCK))
    return np.flatnonzero(blocks > max(blocks.max(initial=SILENCE_DBM0) - 40, SILENCE_DBM0 + 1))


def _outliers(prompts: Sequence[Prompt]) -> Iterator[Finding]:
    levels = [speech_level(prompt.samples).dbm0 for prompt in prompts]
    middle = float(np.median(levels)) if levels else 0.0
    for prompt, level in zip(prompts, levels, strict=True):
        aside = level - middle
        if abs(aside) > _ASIDE and level > SILENCE_DBM0:
            way = "louder" if aside > 0 else "fainter"
            message = f"{abs(aside):.0f} dB {way} than the others ({level:.0f} against {middle:.0f} dBm0)"
            yield Finding(str(prompt.file or prompt.name), "level", message, "record it again at an even level")
