"""A book: a folder of clips with their names, in book.json.

{"spec": 1, "rate": 8000, "clips": [
 {"id": "zh/welcome", "language": "zh", "text": "欢迎致电", "file": "….wav", "kind": "prompt"}]}

The runtime writes the book of what it can say; the ears of the simulated callers read it. The sound files are named by
their content, and book.json is replaced last and whole: a reader at any moment finds a book that is complete.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from drivers.speech.errors import BookError, SpeechError
from drivers.speech.wav import read_wav, to_wav, write_whole
from dsp.receiver import RATE, Int16

Kind = Literal["prompt", "word"]

STALE = 3600.0
"""Seconds for which a sound file that the book no longer names is left to readers of the book before."""

OURS = re.compile(r"[0-9a-f]{20}\.wav|\..*\.part")
"""Names of the files that `write_book` makes, and of those that it left when it was killed."""


def _plain(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise ValueError("a file beside book.json, without any folder")
    return name


class Clip(BaseModel):
    """One piece of speech. id: "zh/welcome" for a named prompt, "zh:十二" for a piece of vocabulary."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    language: str
    text: str
    file: Annotated[str, AfterValidator(_plain)] = ""
    kind: Kind = "prompt"


class _Contents(BaseModel):
    model_config = ConfigDict(extra="ignore")

    spec: Literal[1]
    rate: Literal[8000]
    clips: tuple[Clip, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The clips of a folder, in the order of its book.json."""

    folder: Path
    clips: tuple[Clip, ...]
    _by_id: dict[str, Clip] = field(default_factory=dict, repr=False)

    def __contains__(self, clip_id: str) -> bool:
        return clip_id in self._by_id

    def clip(self, clip_id: str) -> Clip:
        """The clip of that name. Raises BookError."""
        try:
            return self._by_id[clip_id]
        except KeyError:
            raise BookError(f"{self.folder}: no clip {clip_id!r} in this book") from None

    def samples(self, clip_id: str) -> Int16:
        """The sound of a clip: int16, 8 kHz. Raises BookError for an unknown clip or an unreadable file."""
        try:
            return read_wav(self.folder / self.clip(clip_id).file)
        except BookError:
            raise
        except SpeechError as error:
            raise BookError(f"clip {clip_id!r}: {error}") from error


def load_book(folder: str | Path) -> Book:
    """Read a book's contents. Raises BookError naming the file and all its faults."""
    file = Path(folder) / "book.json"
    try:
        contents = _Contents.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BookError(f"{file}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise BookError(f"{file}: {faults}") from error
    by_id = {clip.id: clip for clip in contents.clips}
    if len(by_id) < len(contents.clips):
        raise BookError(f"{file}: a clip's id stands twice")
    return Book(file.parent, contents.clips, by_id)


def write_book(folder: str | Path, clips: Iterable[tuple[Clip, Int16]]) -> Book:
    """Write a book of these clips; `file` of each is filled in. What stands there already is not written again.

    Raises BookError when the folder cannot be written or an id stands twice.
    """
    root = Path(folder)
    try:
        root.mkdir(parents=True, exist_ok=True)
        named = tuple(_write_clip(root, clip, samples) for clip, samples in clips)
        by_id = {clip.id: clip for clip in named}
        if len(by_id) < len(named):
            raise BookError(f"{root}: a clip's id stands twice")
        _write_contents(root, named)
        _sweep(root, {clip.file for clip in named})
    except OSError as error:
        raise BookError(f"{error.filename or root}: the book cannot be written: {error.strerror}") from error
    return Book(root, named, by_id)


def _write_clip(root: Path, clip: Clip, samples: Int16) -> Clip:
    data = to_wav(samples)
    name = hashlib.sha256(data).hexdigest()[:20] + ".wav"
    file = root / name
    if not file.exists() or file.stat().st_size != len(data):
        write_whole(file, data)
    return clip.model_copy(update={"file": name})


def _write_contents(root: Path, clips: tuple[Clip, ...]) -> None:
    contents = {"spec": 1, "rate": RATE, "clips": [clip.model_dump() for clip in clips]}
    data = json.dumps(contents, ensure_ascii=False, indent=1).encode()
    file = root / "book.json"
    if not file.exists() or file.read_bytes() != data:
        write_whole(file, data)


def _sweep(root: Path, wanted: set[str]) -> None:
    limit = time.time() - STALE
    for file in root.iterdir():
        with suppress(FileNotFoundError):  # another process has renamed or removed it
            if OURS.fullmatch(file.name) and file.name not in wanted and file.stat().st_mtime < limit:
                file.unlink()
