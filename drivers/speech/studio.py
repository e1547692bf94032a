"""Many clips at once: from the cache, else recorded prompts converted and texts spoken, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from drivers.speech import espeak
from drivers.speech.cache import Cache, digest
from drivers.speech.errors import SpeechError
from drivers.speech.recording import read_recording
from dsp.receiver import Int16

FORMAT = "3"
"""Changes whenever the same text or recording would give other samples."""

Progress = Callable[[int, int, str], None]
"""Called with clips done, clips in all, and what the last one was."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words to be spoken in a language."""

    language: str
    words: str

    def key(self) -> str:
        """Its name in the cache. Raises NoSynthesiser."""
        voice = espeak.voice_of(self.language)
        return digest("text", FORMAT, espeak.version(), voice.name, str(voice.speed), self.words)

    def make(self) -> Int16:
        """Speak it. Raises SpeechError."""
        return espeak.speak(self.words, espeak.voice_of(self.language))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded prompt."""

    file: Path

    def key(self) -> str:
        """Its name in the cache: by content, whatever the file is called. One that cannot be read has its own."""
        try:
            return digest("recording", FORMAT, self.file.read_bytes())
        except OSError as error:
            return digest("unreadable", str(self.file), str(error))

    def make(self) -> Int16:
        """Convert it. Raises BadRecording."""
        return read_recording(self.file)


Source = Text | Recorded


class Studio:
    """Makes clips and remembers them in its cache. Any thread may use it."""

    def __init__(self, cache: Cache | None = None, threads: int | None = None) -> None:
        self.cache = cache or Cache()
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
            samples = source.make()
            self.cache.put(key, samples)
        return samples
