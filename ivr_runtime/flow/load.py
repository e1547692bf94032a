"""Reading a flow file: every fault at once, with file:line:column and a hint, or a Flow that is ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.yaml_source import ConfigError, Problem, Source, parse
from ivr_runtime.flow import check, saying, walk
from ivr_runtime.flow.findings import Signature
from ivr_runtime.flow.model import FlowModel
from ivr_runtime.flow.pieces import Say
from ivr_runtime.flow.speech import ClipText
from ivr_runtime.services import SERVICES


class FlowError(ConfigError):
    """The flow has faults: `problems`, all of them."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that was checked. clips: everything that can be rendered before the first call.

    folder: where it lies; recorded prompts are looked for in its `prompts/zh/welcome.wav`. warnings: what is odd in it.
    """

    file: str
    model: FlowModel
    source: Source
    clips: tuple[ClipText, ...]
    named: Mapping[walk.Path, ClipText]
    warnings: tuple[Problem, ...] = ()

    @property
    def folder(self) -> Path:
        return Path(self.file).parent

    @property
    def languages(self) -> tuple[str, ...]:
        return self.model.languages

    @property
    def apology(self) -> Say:
        """What a caller hears when a call cannot go on."""
        return self.model.prompts[self.model.apology][self.model.languages[0]] if self.model.apology else ()

    def place(self, path: Sequence[str | int]) -> str:
        """file:line:column of a step."""
        at = self.source.problem(self.source.locate(path), "")
        return f"{at.file}:{at.line}:{at.column}"


def load(file: str | Path, text: str | None = None, services: Mapping[str, Signature] = SERVICES) -> Flow:
    """Read and check a flow. Raises FlowError with every fault."""
    flow, faults, warnings = examine(file, text, services)
    if flow is None:
        raise FlowError(faults)
    return Flow(flow.file, flow.model, flow.source, flow.clips, flow.named, tuple(sorted(set(warnings))))


def examine(
    file: str | Path, text: str | None = None, services: Mapping[str, Signature] = SERVICES
) -> tuple[Flow | None, list[Problem], list[Problem]]:
    """A flow (None when it has faults), its faults and its warnings."""
    try:
        source = parse(file, text)
    except ConfigError as error:
        return None, [_hinted(problem) for problem in error.problems], []
    model, faults = source.validate(FlowModel)
    if model is None:
        return None, faults, []
    held = Path(file).read_text(encoding="utf-8") if text is None else text
    faults, warnings = check.check(model, source, held, services)
    if faults:
        return None, faults, warnings
    named = saying.prompt_clips(model)
    return Flow(source.file, model, source, saying.flow_clips(model), named), [], warnings


def _hinted(problem: Problem) -> Problem:
    if "alphabetic or numeric character" in problem.message:  # YAML takes a bare * for an alias
        return Problem(problem.file, problem.line, problem.column, problem.message, 'the key * is written "*"')
    return problem
