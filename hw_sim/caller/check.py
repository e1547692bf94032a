"""What must be looked at in a script beside its form: prompts of the book, sound files, where notes may stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os.path import isfile
from pathlib import Path
from typing import Any

from drivers.fax import BadDocument, check_document
from drivers.yaml_source import Path as Place
from drivers.yaml_source import Problem, Source, did_you_mean
from hw_sim.caller.script import Case, On, branches
from hw_sim.caller.steps import Expect, Hear, NamedClip, Say, SendFax, Text, fits
from hw_sim.caller.values import names_in
from hw_sim.yaml_types import Strict

NOTES_MAY_STAND = ("dial", "press", "pulse", "number", "digits", "date", "is", "like", "above", "below", "from", "to")
"""Keys whose values are looked at when the step is done; all others are needed before the call."""


def every(steps: Iterable[Strict], source: Source, at: Place = ("script",)) -> Iterator[tuple[Place, Strict]]:
    """All steps that stand in the file itself, with their places. A single step may stand without a list."""
    for i, step in enumerate(steps):
        here = (*at, i) if (*at, i) in source.marks else at
        yield here, step
        for where, below in branches(step).items():
            yield from every(below, source, (*here, *where))


def files_there(steps: Iterable[Strict], source: Source, folder: Path) -> Iterator[Problem]:
    """Sound files that are not there, documents that are none."""
    for at, step in every(steps, source):
        if isinstance(step, Say) and step.say.wav and not isfile(folder / step.say.wav):
            yield source.problem((*at, "say", "wav"), f"there is no file {folder / step.say.wav}")
        if isinstance(step, SendFax):
            try:
                check_document(folder / step.send_fax.file)
            except BadDocument as error:
                yield source.problem((*at, "send_fax"), str(error))


def prompts_known(steps: Iterable[Strict], source: Source, clips: tuple[NamedClip, ...]) -> Iterator[Problem]:
    """Prompts that the book does not have: they can never be heard."""
    names = [clip.id.partition("/")[2] or clip.id for clip in clips]
    for at, pattern in _prompts(steps, source):
        if not any(fits(pattern, clip) for clip in clips):
            word = pattern.text if isinstance(pattern, Text) else pattern
            yield source.problem(at, f"no prompt of the book is {word!r}", did_you_mean(word, names))


def hears_prompts(steps: Iterable[Strict]) -> bool:
    """Does a script wait for prompts anywhere? Without a book it waits in vain."""
    return any(
        isinstance(step, Hear)
        or (isinstance(step, On) and any(_heard(case) for case in step.on))
        or any(hears_prompts(below) for below in branches(step).values())
        for step in steps
    )


def _prompts(steps: Iterable[Strict], source: Source) -> Iterator[tuple[Place, str | Text]]:
    for at, step in every(steps, source):
        if isinstance(step, Hear):
            yield from (((*at, "hear", j), p) for j, p in enumerate(step.hear))
        elif isinstance(step, Expect):
            yield from (((*at, "expect", "never", j), p) for j, p in enumerate(step.expect.never or ()))
        elif isinstance(step, On):
            for i, case in enumerate(step.on):
                yield from (((*at, "on", i, "hear", j), p) for j, p in enumerate(_heard(case)))


def _heard(case: Case) -> tuple[str | Text, ...]:
    return case.hear or ()


def notes_stand_well(source: Source) -> Iterator[Problem]:
    """Names of notes where the value is needed before anything can have been noted."""
    yield from _misplaced(source, ("script",), source.data.get("script"))


def _misplaced(source: Source, at: Place, value: Any) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _misplaced(source, (*at, key), below)
    elif isinstance(value, list):
        for i, below in enumerate(value):
            yield from _misplaced(source, (*at, i), below)
    elif isinstance(value, str) and names_in(value) and at[-1] not in NOTES_MAY_STAND:
        told = f"the note {names_in(value)[0]!r} is not known before the call"
        yield source.problem(at, told, "notes stand in: " + ", ".join(NOTES_MAY_STAND))
