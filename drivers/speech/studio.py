"""Many clips at once: from the cache, else recorded prompts converted and texts spoken, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drivers.speech import espeak
from drivers.speech.cache import Cache, digest
from drivers.speech.errors import SpeechError
from drivers.speech.recording import prepare
from dsp.receiver import RATE, Int16

FORMAT = "5"
"""Changes whenever the same text or recording would give other samples."""

PAUSES = {".": 0.2, "!": 0.2, "?": 0.2, "。": 0.2, "！": 0.2, "？": 0.2, ",": 0.1, "，": 0.1, ":": 0.1, "：": 0.1}
"""Seconds of silence behind a text by its last character: what follows a sentence is another one. Words have none."""

TOLD_DB = 1.0
"""Peaks that gave way by more than this are told."""

Progress = Callable[[int, int, str], None]
"""Called with clips done, clips in all, and what the last one was."""


@dataclass(frozen=True, slots=True)
class Made:
    """A clip, and what somebody should know of it."""

    samples: Int16
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Words to be spoken in a language."""

    language: str
    words: str

    def key(self) -> str:
        """Its name in the cache. Raises NoSynthesiser."""
        voice = espeak.voice_of(self.language)
        return digest("text", FORMAT, espeak.version(), voice.name, str(voice.speed), self.words)

    def make(self) -> Made:
        """Speak it. Raises SpeechError."""
        pause = round(PAUSES.get(self.words.rstrip()[-1:], 0.0) * RATE)
        spoken = espeak.speak(self.words, espeak.voice_of(self.language))
        return Made(np.concatenate([spoken, np.zeros(pause, np.int16)]))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded prompt. word: a piece of a sentence, so the silence around it goes."""

    file: Path
    word: bool = False

    def key(self) -> str:
        """Its name in the cache: by content and format, whatever it is called. One that cannot be read has its own."""
        try:
            return digest("recording", FORMAT, str(self.word), self.file.suffix, self.file.read_bytes())
        except OSError as error:
            return digest("unreadable", str(self.file), str(error))

    def make(self) -> Made:
        """Convert it. Raises BadRecording."""
        made = prepare(self.file, word=self.word)
        if made.lowered <= TOLD_DB:
            return Made(made.samples)
        return Made(made.samples, f"{self.file}: its highest peak was {made.lowered:.1f} dB too high and was softened")


Source = Text | Recorded


class Studio:
    """Makes clips and remembers them in its cache. Any thread may use it. remarks: of the clips that were made."""

    def __init__(self, cache: Cache | None = None, threads: int | None = None) -> None:
        self.cache = cache or Cache()
        self.remarks: list[str] = []
        self._threads = threads or os.cpu_count() or 1

    def clip(self, source: Source) -> Int16:
        """One clip: int16, 8 kHz. Raises SpeechError."""
        return self._clip(source, source.key())

    def clips(self, sources: Sequence[Source], progress: Progress | None = None) -> list[Int16]:
        """All clips in their order; from one file when the same ones were made before.

        Raises SpeechError: the one fault, or all faults of all clips, one a line.
        """
        keys = [source.key() for source in sources]
        clips = self.cache.get_all(keys)
        if clips is None:
            made = self._make(sources, keys, progress)
            faults = [clip for clip in made if isinstance(clip, SpeechError)]
            if faults:
                raise faults[0] if len(faults) == 1 else SpeechError("\n".join(map(str, faults)))
            clips = [clip for clip in made if not isinstance(clip, SpeechError)]
            self.cache.put_all(keys, clips)
        return clips

    def try_clips(self, sources: Sequence[Source], progress: Progress | None = None) -> list[Int16 | SpeechError]:
        """All clips in their order, and in the place of each that cannot be made, why. Raises NoSynthesiser."""
        return self._make(sources, [source.key() for source in sources], progress)

    def _make(
        self, sources: Sequence[Source], keys: Sequence[str], progress: Progress | None
    ) -> list[Int16 | SpeechError]:
        made: list[Int16 | SpeechError] = []
        with ThreadPoolExecutor(self._threads) as pool:
            waiting = [pool.submit(self._clip, source, key) for source, key in zip(sources, keys, strict=True)]
            for source, future in zip(sources, waiting, strict=True):
                try:
                    made.append(future.result())
                except SpeechError as fault:
                    made.append(fault)
                if progress:
                    progress(len(made), len(sources), source.words if isinstance(source, Text) else source.file.name)
        return made

    def _clip(self, source: Source, key: str) -> Int16:
        samples = self.cache.get(key)
        if samples is None:
            made = source.make()
            samples = made.samples
            self.cache.put(key, samples)
            if made.remark:
                self.remarks.append(made.remark)
        return samples
