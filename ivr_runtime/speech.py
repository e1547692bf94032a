"""What a server can say: the clips of a flow in the arena, by name; and new words while it runs.

A clip is asked for by (id, language, text). Its sound is the recorded prompt where a file exists, else synthesised:
`zh/welcome` may be recorded as prompts/zh/welcome.wav, the word `zh:十二` as prompts/zh/words/十二.wav.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from drivers.speech.book import Clip, write_book
from drivers.speech.errors import SpeechError
from drivers.speech.sound_file import ENDINGS
from drivers.speech.studio import Progress, Recorded, Source, Studio, Text
from dsp.prompts import Arena
from dsp.receiver import RATE, Int16

Wanted = tuple[str, str, str]
"""Clip id, language, text."""

LIVE_SECONDS = 3600
"""Most speech that calls may add to the arena: 58 MB."""


class Speech:
    """Clips by id, and a synthesiser for what nobody foresaw. Threads may ask for clips at the same time.

    arena: where the clips are. unused: files in the folder of recorded prompts that no prompt is called after.
    unspoken: why single names cannot be spoken. remarks: what should be known of recordings that were converted now.
    """

    def __init__(self, arena: Arena, studio: Studio, index: dict[str, int]) -> None:
        self.arena = arena
        self.unused: tuple[Path, ...] = ()
        self.unspoken: tuple[str, ...] = ()
        self.remarks: tuple[str, ...] = ()
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
    names: Iterable[tuple[str, str]] = (),
    studio: Studio | None = None,
    recordings: Path | None = None,
    book: Path | None = None,
    progress: Progress | None = None,
) -> Speech:
    """Make or fetch all clips and put them into an arena. A clip that is wanted twice is made once.

    names: language and text of words that are data (products): one that cannot be spoken stops nobody.
    recordings: the flow's folder of recorded prompts. book: write a book of all clips there, for simulated callers.
    Raises SpeechError with all faults of all clips that are wanted.
    """
    made = studio or Studio()
    clips = {clip_id: (language, text) for clip_id, language, text in wanted}
    more = {f"{language}:{text}": (language, text) for language, text in names}
    more = {clip_id: words for clip_id, words in more.items() if clip_id not in clips}
    files = _recordings(recordings)
    by_name = _by_name(recordings, files)
    sources = {clip_id: _source(clip_id, *words, by_name) for clip_id, words in (clips | more).items()}
    sounds = dict(zip(clips, made.clips([sources[clip_id] for clip_id in clips], progress), strict=True))
    unspoken = []
    for clip_id, sound in zip(more, made.try_clips([sources[clip_id] for clip_id in more]), strict=True):
        if isinstance(sound, SpeechError):
            unspoken.append(str(sound))
        else:
            sounds[clip_id] = sound
    if book is not None:
        write_book(book, ((_clip(clip_id, *(clips | more)[clip_id]), sound) for clip_id, sound in sounds.items()))
    speech = _in_arena(sounds, made)
    used = {source.file for source in sources.values() if isinstance(source, Recorded)}
    speech.unused = tuple(file for file in files if file not in used)
    speech.unspoken = tuple(unspoken)
    speech.remarks = tuple(sorted(made.remarks))
    return speech


def sources(wanted: Iterable[Wanted], recordings: Path | None) -> dict[str, Source]:
    """Where the sound of each clip comes from: the file of a recorded prompt, or its text."""
    by_name = _by_name(recordings, _recordings(recordings))
    return {clip_id: _source(clip_id, language, text, by_name) for clip_id, language, text in wanted}


def _in_arena(sounds: Mapping[str, Int16], studio: Studio) -> Speech:
    arena = Arena(sum(map(len, sounds.values())) + 60 * RATE)
    return Speech(arena, studio, {clip_id: arena.add(sound) for clip_id, sound in sounds.items()})


def _clip(clip_id: str, language: str, text: str) -> Clip:
    return Clip(id=clip_id, language=language, text=text, kind="word" if ":" in clip_id else "prompt")


def _source(clip_id: str, language: str, text: str, recorded: Mapping[str, Path]) -> Source:
    file = recorded.get(_name(clip_id))
    return Text(language, text) if file is None else Recorded(file, word=":" in clip_id)


def _name(clip_id: str) -> str:
    """What a recording of the clip is called, without its ending: the prompt's name, or that of the word itself."""
    language, colon, word = clip_id.partition(":")
    return f"{language}/words/{word}" if colon else clip_id


def _recordings(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(file for file in folder.rglob("*") if file.name.endswith(ENDINGS) and file.is_file())


def _by_name(folder: Path | None, files: Iterable[Path]) -> dict[str, Path]:
    """The files by what they are called below the folder, without ending; of several the best kind."""
    best: dict[str, tuple[int, Path]] = {}
    for file in files:
        ending = next(ending for ending in ENDINGS if file.name.endswith(ending))
        name = file.relative_to(folder or "").as_posix().removesuffix(ending)
        best[name] = min(best.get(name, (len(ENDINGS), file)), (ENDINGS.index(ending), file))
    return {name: file for name, (_, file) in best.items()}
