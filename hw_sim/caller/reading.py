"""Reads a script and the files that it includes: parameters filled in, checks made, all steps in their places."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import isfile
from pathlib import Path
from typing import Any, TypeVar

from drivers.yaml_source import ConfigError, Problem, Source, parse
from drivers.yaml_source import Path as Place
from hw_sim.caller.check import files_there, notes_stand_well, prompts_known
from hw_sim.caller.model import CallerConfig, Fragment
from hw_sim.caller.script import Include, On, branches
from hw_sim.caller.steps import NamedClip, ReceiveFax, Say, SendFax
from hw_sim.caller.values import fill, notes_of
from hw_sim.fax.config import FaxDocument
from hw_sim.yaml_types import Strict

Model = TypeVar("Model", bound=Fragment)

MOST_INCLUDED = 20
"""How deep files may include each other."""

NAMES = {"do": "do", "then": "then", "else": "otherwise"}
"""Keys under which scripts stand in a step, and the model's names for them."""

Places = dict[int, str]
"""id of a step -> file:line."""


class Reading:
    """problems: the faults of all files that were read. clips: of the book, or None."""

    def __init__(self, clips: tuple[NamedClip, ...] | None) -> None:
        self.problems: list[Problem] = []
        self._clips = clips
        self._files: tuple[Path, ...] = ()
        self._places: Places = {}

    def caller(self, file: Path, text: str | None, values: Mapping[str, str]) -> CallerConfig | None:
        """A whole script. Raises ConfigError when it is no YAML."""
        source, config = self._model(file, text, values, CallerConfig)
        if config is None:
            return None
        made = config.model_copy(update={"script": self._script(config.script, ("script",), source, file)})
        return made.placed(self._places)

    def _model(
        self, file: Path, text: str | None, values: Mapping[str, str], model: type[Model]
    ) -> tuple[Source, Model | None]:
        source = parse(file, text)
        own, missing = _values(source, values)
        fill(source, own, tuple(notes_of(source.data)), ("who", "script"))
        made, problems = source.validate(model)
        self.problems += [*problems, *missing]
        if made is not None:
            self.problems += [*notes_stand_well(source), *files_there(made.script, source, file.parent)]
        if made is not None and self._clips is not None:
            self.problems += prompts_known(made.script, source, self._clips)
        return source, made

    def _script(self, steps: tuple[Strict, ...], at: Place, source: Source, file: Path) -> tuple[Strict, ...]:
        """The steps, with those of included files in their place, and with sound files found."""
        made: list[Strict] = []
        for i, step in enumerate(steps):
            here = (*at, i) if (*at, i) in source.marks else at
            if isinstance(step, Include):
                made += self._included(step, here, source, file)
            else:
                made.append(self._step(step, here, source, file))
                self._places[id(made[-1])] = f"{source.file}:{source.marks[here][0]}"
        return tuple(made)

    def _step(self, step: Strict, at: Place, source: Source, file: Path) -> Strict:
        if isinstance(step, Say):
            wav = file.parent / step.say.wav if step.say.wav else None
            return step.model_copy(update={"say": step.say.model_copy(update={"wav": wav})})
        if isinstance(step, (SendFax, ReceiveFax)):
            key = "send_fax" if isinstance(step, SendFax) else "receive_fax"
            document: FaxDocument = getattr(step, key)
            return step.model_copy(update={key: document.model_copy(update={"file": file.parent / document.file})})
        scripts = {where: self._script(below, (*at, *where), source, file) for where, below in branches(step).items()}
        return _with_branches(step, scripts)

    def _included(self, step: Include, at: Place, source: Source, file: Path) -> tuple[Strict, ...]:
        wanted = file.parent / step.include
        if wanted in self._files or len(self._files) >= MOST_INCLUDED:
            self.problems.append(source.problem((*at, "include"), f"{wanted} includes itself, or is included too deep"))
            return ()
        if not isfile(wanted):
            self.problems.append(source.problem((*at, "include"), f"there is no file {wanted}"))
            return ()
        before, self._files = self._files, (*self._files, wanted)
        try:
            inner, fragment = self._model(wanted, None, step.values, Fragment)
            return () if fragment is None else self._script(fragment.script, ("script",), inner, wanted)
        except ConfigError as error:
            self.problems += error.problems
            return ()
        finally:
            self._files = before


def _values(source: Source, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The values of the parameters, and those that have none."""
    own = source.data.get("parameters") if isinstance(source.data, dict) else None
    values = {str(k): None if v is None else str(v) for k, v in own.items()} if isinstance(own, dict) else {}
    merged = {**values, **given}
    missing = [
        source.problem(("parameters", name), f"the parameter {name!r} has no value", "give one here, or by a table")
        for name, value in merged.items()
        if value is None
    ]
    return {k: v or "" for k, v in merged.items()}, missing


def _with_branches(step: Strict, made: Mapping[tuple[str | int, ...], tuple[Strict, ...]]) -> Strict:
    """The step with these scripts in the place of its own."""
    if not made:
        return step
    update: dict[str, Any] = {NAMES[str(where[0])]: script for where, script in made.items() if len(where) == 1}
    cases = {int(where[1]): script for where, script in made.items() if len(where) == 3}
    if isinstance(step, On):
        update["on"] = tuple(case.model_copy(update={"do": cases[i]}) for i, case in enumerate(step.on))
    return step.model_copy(update=update)
