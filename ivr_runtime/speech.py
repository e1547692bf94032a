"""What a server can say: the clips of a flow in the arena, by name; and new words while it runs.

A clip is asked for by (id, language, text). Its sound is the recorded prompt where a file exists, else synthesised:
`zh/welcome` may be recorded as prompts/zh/welcome.wav, the word `zh:十二` as prompts/zh/words/十二.wav.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from drivers.speech.book import Clip, write_book
from drivers.speech.errors import SpeechError
from drivers.speech.recording import ENDINGS
from drivers.speech.studio import Progress, Recorded, Source, Studio, Text
from dsp.prompts import Arena
from dsp.receiver import RATE

Wanted = tuple[str, str, str]
"""Clip id, language, text."""

LIVE_SECONDS = 3600
"""Most speech that calls may add to the arena: 58 MB."""


class Speech:
    """Clips by id, and a synthesiser for what nobody foresaw. Threads may ask for clips at the same time.

    arena: where the clips are. unused: files in the folder of recorded prompts that no prompt is called after.
    """

    def __init__(self, arena: Arena, studio: Studio, index: dict[str, int], unused: Sequence[Path] = ()) -> None:
        self.arena = arena
        self.unused = tuple(unused)
        self._studio = studio
        self._index = index
        self._adding = threading.Lock()
        self._room = LIVE_SECONDS * RATE

    def __contains__(self, clip_id: str) -> bool:
        return clip_id in self._index

    def index(self, clip_id: str) -> int | None:
        """Where the clip of that id stands in the arena, or None. Never blocks."""
        return self._index.get(clip_id)

    def clip(self, language: str, text: str) -> int:
        """Words to a clip of the arena, synthesised if they are new: blocks some 50 ms then, so call it in a thread.

        Raises SpeechError: nothing that can be spoken, no synthesiser, or an hour of new words is in the arena.
        """
        clip_id = f"{language}:{text}"
        known = self._index.get(clip_id)
        if known is not None:
            return known
        samples = self._studio.clip(Text(language, text))
        with self._adding:
            if clip_id not in self._index:
                if len(samples) > self._room:
                    raise SpeechError(f"no room for {text!r}: calls have added {LIVE_SECONDS} s of new words")
                self._room -= len(samples)
                self._index[clip_id] = self.arena.add(samples)
            return self._index[clip_id]


def load_speech(
    wanted: Iterable[Wanted],
    *,
    studio: Studio | None = None,
    recordings: Path | None = None,
    book: Path | None = None,
    progress: Progress | None = None,
) -> Speech:
    """Make or fetch all clips and put them into an arena. A clip that is wanted twice is made once.

    recordings: the flow's folder of recorded prompts. book: write a book of all clips there, for simulated callers.
    Raises SpeechError with all faults of all clips.
    """
    clips = {clip_id: (language, text) for clip_id, language, text in wanted}
    made = studio or Studio()
    sources = [_source(clip_id, language, text, recordings) for clip_id, (language, text) in clips.items()]
    sounds = made.clips(sources, progress)
    arena = Arena(sum(map(len, sounds)) + 60 * RATE)
    index = {clip_id: arena.add(sound) for clip_id, sound in zip(clips, sounds, strict=True)}
    if book is not None:
        named = (
            Clip(id=clip_id, language=language, text=text, kind="word" if ":" in clip_id else "prompt")
            for clip_id, (language, text) in clips.items()
        )
        write_book(book, zip(named, sounds, strict=True))
    return Speech(arena, made, index, _unused(recordings, sources))


def _source(clip_id: str, language: str, text: str, recordings: Path | None) -> Source:
    for file in _candidates(clip_id, recordings) if recordings else ():
        if file.is_file():
            return Recorded(file)
    return Text(language, text)


def _candidates(clip_id: str, recordings: Path) -> list[Path]:
    """Files that would hold this clip: by the prompt's name, or by the word itself where it can be a file's name."""
    language, colon, word = clip_id.partition(":")
    name = f"{language}/words/{word}" if colon else clip_id
    if ".." in name.split("/") or name.startswith("/") or "/" in word or "\0" in name or len(name) > 80:
        return []
    return [recordings / f"{name}{ending}" for ending in ENDINGS]


def _unused(recordings: Path | None, sources: Iterable[Source]) -> list[Path]:
    if recordings is None or not recordings.is_dir():
        return []
    used = {source.file for source in sources if isinstance(source, Recorded)}
    return sorted(file for file in recordings.rglob("*") if file.suffix in ENDINGS and file not in used)
