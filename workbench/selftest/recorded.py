"""Recorded speech and music of Debian packages, end to end, minute by minute.

Speech: asterisk-core-sounds-{en,es,fr,it,ru}-wav (CC BY-SA 3.0, the Russian CC BY 3.0) and asterisk-prompt-* (free, see
their copyright files); seven speakers, about 2.9 h. Music: asterisk-moh-opsound-wav (CC BY-SA 3.0), 18 minutes. When
all of it was heard it begins again, played faster or slower.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsp.receiver import RATE, Float32
from workbench.selftest.pace import played_at

SOUNDS = Path("/usr/share/asterisk/sounds")
MUSIC = Path("/usr/share/asterisk/moh")
SPEECH_PACKAGES = "asterisk-core-sounds-{en,es,fr,it,ru}-wav asterisk-prompt-{es-co,fr-armelle,it-menardi-wav}"

_NOT_SPEECH = ("beep", "2tone", "silence", "monkeys")
_PACES = (0.88, 1.14)


@dataclass(frozen=True, slots=True)
class Collection:
    """Sound files in their order. ends: samples of all files up to and with each."""

    files: tuple[Path, ...]
    ends: tuple[int, ...]

    @property
    def samples(self) -> int:
        """Of all files together."""
        return self.ends[-1] if self.ends else 0

    def minute(self, rng: np.random.Generator, first: int, samples: int) -> Float32:
        """So many samples from `first` on, as if the files stood end to end for ever; from the second lap on at a pace
        of their own.
        """
        if first < self.samples:
            return self._read(first, samples)
        pace = float(rng.uniform(*_PACES))
        return played_at(self._read(first % self.samples, round(samples * pace) + RATE), pace)[:samples]

    def _read(self, first: int, samples: int) -> Float32:
        made = np.zeros(0, np.float32)
        at = int(np.searchsorted(self.ends, first, side="right"))
        skipped = first - (self.ends[at - 1] if at else 0)
        while len(made) < samples:
            made = np.concatenate([made, _sound(self.files[at % len(self.files)])[skipped:]])
            at, skipped = at + 1, 0
        return made[:samples]


@functools.cache
def collection(folder: Path) -> Collection:
    """The 8 kHz WAV and GSM files below a folder; links to the same file count once."""
    found = {file.resolve() for file in sorted(folder.rglob("*")) if file.suffix in (".wav", ".gsm") and file.is_file()}
    files = [file for file in sorted(found) if not any(word in file.name for word in _NOT_SPEECH)]
    lengths = {file: len(_sound(file)) for file in files}
    kept = tuple(file for file in files if lengths[file])
    return Collection(kept, tuple(itertools.accumulate(lengths[file] for file in kept)))


@functools.lru_cache(maxsize=64)
def _sound(file: Path) -> Float32:
    """Samples at 8 kHz; none for a file of another rate."""
    import soundfile

    if file.suffix == ".gsm":
        data, rate = soundfile.read(file, dtype="int16", format="RAW", subtype="GSM610", channels=1, samplerate=RATE)
    else:
        data, rate = soundfile.read(file, dtype="int16")
    return np.asarray(data if rate == RATE and data.ndim == 1 else [], np.float32)
