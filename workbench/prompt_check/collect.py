"""The prompts to check: all that a flow can say, or the sound files of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from drivers.speech.errors import SpeechError
from drivers.speech.sound_file import ENDINGS
from drivers.speech.studio import Recorded, Source, Studio
from ivr_runtime.flow.load import load
from ivr_runtime.speech import sources
from workbench.prompt_check.finding import Finding, Prompt

Progress = Callable[[int, int, str], None]


class NoPrompts(ValueError):
    """There is nothing to check. The message says where."""


def collect(places: Sequence[Path], progress: Progress | None = None) -> tuple[list[Prompt], list[Finding]]:
    """The prompts of flows, folders and files as they are played, and those that cannot be.

    Raises ConfigError (a flow), SpeechError (no synthesiser), NoPrompts.
    """
    wanted: dict[str, Source] = {}
    prompts, findings = [], list[Finding]()
    for place in places:
        if place.suffix in (".yaml", ".yml"):
            said, strange = _of_flow(place)
            wanted |= said
            findings += [_unused(file) for file in strange]
        else:
            wanted |= _of_files(place)
    made = Studio().try_clips(list(wanted.values()), progress)
    for (name, source), sound in zip(wanted.items(), made, strict=True):
        file = source.file if isinstance(source, Recorded) else None
        if isinstance(sound, SpeechError):
            message, _, remedy = str(sound).partition("; ")
            message = message.removeprefix(f"{file}: ")
            findings.append(Finding(str(file or name), "unplayable", message, remedy or "record it again", fault=True))
        else:
            prompts.append(Prompt(name, sound, file))
    return prompts, findings


def _of_flow(file: Path) -> tuple[dict[str, Source], list[Path]]:
    """What the flow can say, and the recordings beside it that it never says."""
    flow = load(file)
    folder = flow.folder / "prompts"
    said = sources(((clip.id, clip.language, clip.text) for clip in flow.clips), folder)
    used = {source.file for source in said.values() if isinstance(source, Recorded)}
    return said, [sound for sound in _sounds_in(folder) if sound not in used]


def _unused(file: Path) -> Finding:
    message = "is never played: no prompt has this name, or a better file of it is there"
    return Finding(str(file), "unused", message, "rename it, or take it away")


def _of_files(place: Path) -> dict[str, Source]:
    if not place.exists():
        raise NoPrompts(f"{place}: no such file or folder")
    files = _sounds_in(place) if place.is_dir() else [place]
    if not files:
        raise NoPrompts(f"{place}: there is no sound file in this folder")
    return {str(file): Recorded(file, word=file.parent.name == "words") for file in files}


def _sounds_in(folder: Path) -> list[Path]:
    found: Iterable[Path] = folder.rglob("*")
    return sorted(file for file in found if file.name.endswith(ENDINGS) and file.is_file())
