"""Hours of sound that holds no key, no tone and no number: speech, music, and what comes near a key.

Each kind is made minute by minute, the same minute from the same number, brought to the telephone's band, a random
level and A-law, and kept below `folder()`, never in the source tree. A kind whose source is not installed (a Debian
package, espeak-ng) raises `Absent`, which says what to install.
"""

from __future__ import annotations

import functools
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.speech.wav import write_whole
from dsp import g711, levels
from dsp.g711 import Codes
from dsp.receiver import RATE, Float32, Int16
from workbench.selftest import mined, recorded, synthetic, voices

MINUTE = 60 * RATE
_EDITION = 1
"""Of the material: another number where the same minute would sound differently."""
_TOGETHER = 30
_SOURCES = 7
"""Minutes of speech that are searched for one of hard fragments."""
_BAND = (280.0, 3500.0)
_LEVELS = (-32.0, -10.0)
"""dBm0 of a whole minute with its pauses."""


class Absent(LookupError):
    """What a kind of sound is made of is not installed. The text says what to install."""


def folder() -> Path:
    """~/.cache/loopstart/selftest, or below $XDG_CACHE_HOME (XDG base directory specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "loopstart" / "selftest"


def reels(kind: str, hours: float, seed: int = 1, news: Callable[[str], None] | None = None) -> Iterator[Int16]:
    """At least so many hours, as int16 matrices of up to 30 lines of a minute each. Raises Absent."""
    wanted = max(round(hours * 60), 1)
    with ThreadPoolExecutor(os.cpu_count()) as makers:
        for first in range(0, wanted, _TOGETHER):
            numbers = range(first, min(first + _TOGETHER, wanted))
            made = np.stack(list(makers.map(lambda number: minute(kind, number, seed), numbers)))
            if news:
                news(f"{kind}: {numbers.stop} of {wanted} minutes")
            yield g711.decode(made)


def minute(kind: str, number: int, seed: int = 1) -> Codes:
    """One minute in A-law, from the cache where it is there. Raises Absent."""
    file = folder() / f"{_EDITION}-{seed}" / f"{kind}-{number:05}.alaw"
    if file.exists() and file.stat().st_size == MINUTE:
        return np.frombuffer(file.read_bytes(), np.uint8)
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode()), number])
    made = on_the_line(rng, _KINDS[kind](rng, number, seed))
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, made.tobytes())
    return made


def on_the_line(rng: np.random.Generator, sound: Float32) -> Codes:
    """A sound through the telephone's band, at a random level, in A-law."""
    from scipy.signal import sosfilt

    heard = np.asarray(sosfilt(_band(), sound), np.float32)
    heard *= levels.gain(float(rng.uniform(*_LEVELS)) - float(levels.dbm0(heard)))
    return g711.encode(levels.saturate(heard))


@functools.cache
def _band() -> NDArray[np.float64]:
    from scipy.signal import butter

    return np.asarray(butter(4, _BAND, "bandpass", fs=RATE, output="sos"))


def _speech(rng: np.random.Generator, _number: int, _seed: int) -> Float32:
    if shutil.which(voices.PROGRAM) is None:
        raise Absent(f"speech: {voices.PROGRAM} is not installed (apt-get install espeak-ng)")
    return voices.speech(rng, MINUTE)


def _recorded(rng: np.random.Generator, number: int, _seed: int) -> Float32:
    found = recorded.collection(recorded.SOUNDS)
    if not found.files:
        raise Absent(f"recorded speech: there is none (apt-get install {recorded.SPEECH_PACKAGES})")
    return found.minute(rng, number * MINUTE, MINUTE)


def _music(rng: np.random.Generator, number: int, _seed: int) -> Float32:
    """Recorded, where it is installed, and synthetic by turns."""
    found = recorded.collection(recorded.MUSIC)
    if number % 2 or not found.files:
        return synthetic.tune(rng, MINUTE)
    return found.minute(rng, number // 2 * MINUTE, MINUTE)


def _whistles(rng: np.random.Generator, _number: int, _seed: int) -> Float32:
    return synthetic.vowels_and_whistles(rng, MINUTE)


def _hard(rng: np.random.Generator, number: int, seed: int) -> Float32:
    """Mined from speech, recorded where it is installed and synthetic by turns."""
    source = "recorded" if number % 2 and recorded.collection(recorded.SOUNDS).files else "speech"
    first = number // 2 * _SOURCES
    codes = [minute(source, first + i, seed) for i in range(_SOURCES)]
    return mined.fragments(rng, g711.decode(np.concatenate(codes)).astype(np.float32), MINUTE)


_KINDS: dict[str, Callable[[np.random.Generator, int, int], Float32]] = {
    "speech": _speech,
    "recorded": _recorded,
    "music": _music,
    "whistles": _whistles,
    "hard": _hard,
}
