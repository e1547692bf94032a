"""Variables that are used where, on some way, no step has set them yet. A warning: `is defined` may guard the use."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel

from ivr_runtime.flow import check_expressions, expressions, model, pieces, walk
from ivr_runtime.flow.findings import Findings
from ivr_runtime.flow.model import Branch, FlowModel
from ivr_runtime.flow.walk import Path

Known = frozenset[str]


def check(flow: FlowModel, found: Findings) -> None:
    """Follow every way through the flow, with the variables that are surely set on it. The flow has no faults."""
    given = frozenset((*check_expressions.GIVEN, *flow.variables, *expressions.ENVIRONMENT.globals))
    ways = _Ways(flow, found, {flow.first: given})
    while ways.changed:
        ways.changed = False
        for name in list(ways.known):
            ways.follow(flow.steps[name], ("steps", name), ways.known[name])
    ways.telling = True
    for name, known in list(ways.known.items()):
        ways.follow(flow.steps[name], ("steps", name), known)


@dataclass
class _Ways:
    """known: what is surely set when a call comes to a named step: on every way that leads there."""

    flow: FlowModel
    found: Findings
    known: dict[str, Known]
    changed: bool = True
    telling: bool = False
    told: set[tuple[Path, str]] = field(default_factory=set)

    def follow(self, steps: Branch, path: Path, known: Known) -> Known | None:
        """What is known at the end of the steps, None if a call never comes there."""
        for i, step in enumerate(steps):
            after = self._step(step, (*path, i), known)
            if after is None:
                return None
            known = after
        return known

    def _step(self, step: BaseModel, path: Path, known: Known) -> Known | None:
        self._uses(step, path, known)
        self._ways_out(step, path, known)
        match step:
            case model.GotoStep() | model.RetryStep() | model.HangUpStep():
                return None
            case model.SetStep(set=values):
                return self._set(step, path, known) | set(values)
            case model.CollectStep(collect=name) | model.RecordStep(record=name):
                return known | {name}
            case model.QueryStep():
                answered = known | ({step.into} if step.into else set())
                missing = self.follow(step.missing or (), (*path, "missing"), answered)
                failed = None if step.failed is None else self.follow(step.failed, (*path, "failed"), known)
                return _join(answered if step.missing is None else _join(answered, missing), failed)
            case model.KeepStep():
                failed = None if step.failed is None else self.follow(step.failed, (*path, "failed"), known)
                return _join(known, failed)
            case model.IfStep():
                then = self.follow(step.then, (*path, "then"), known)
                return _join(then, self.follow(step.otherwise, (*path, "else"), known))
            case model.MenuStep():
                after = [self.follow(branch, (*path, "on", key), known) for key, branch in step.on.items()]
                return _join(*after)
            case model.DoStep(do=name):
                return self.follow(self.flow.steps[name], ("steps", name), known)
        return known

    def _ways_out(self, step: BaseModel, path: Path, known: Known) -> None:
        """Where a step leads by its defaults or by name; a branch that must lead elsewhere is followed here."""
        for name in walk.targets(self.flow, step) - ({step.do} if isinstance(step, model.DoStep) else set()):
            self._goto(name, known)
        for key in ("exhausted", "too_short"):
            self.follow(getattr(step, key, None) or (), (*path, key), known)

    def _goto(self, name: str, known: Known) -> None:
        before = self.known.get(name)
        now = known if before is None else before & known
        if now != before:
            self.known[name], self.changed = now, True

    def _set(self, step: model.SetStep, path: Path, known: Known) -> Known:
        for name, raw in step.set.items():
            for where, text in walk.texts((*path, "set", name), raw):
                self._text(where, text, known)
            known = known | {name}
        return known

    def _uses(self, step: BaseModel, path: Path, known: Known) -> None:
        if not self.telling or isinstance(step, model.SetStep):
            return
        own = {name: getattr(step, name) for name in type(step).model_fields if name not in BRANCHES}
        for where, text in walk.expressions(walk.Part(path, step)):
            self._text(where, text, known)
        if not isinstance(step, model.RecordStep):  # keep and discard are asked after the recording is there
            for name, value in own.items():
                self._said((*path, name), value, known)

    def _said(self, path: Path, said: object, known: Known) -> None:
        """Pieces, and those of the prompts that they name; a use in a prompt is told where the prompt is said."""
        parts = walk.below(path, said)
        items = {part.item.name for part in parts if isinstance(part.item, pieces.Each)}
        for part in parts:
            if isinstance(part.item, pieces.Prompt):
                for texts in self.flow.prompts[part.item.prompt].values():
                    self._said(path, texts, known)
            if isinstance(part.item, pieces.Played):
                self._text(path, "{{ " + part.item.recording + " }}", known)
            for where, text in walk.expressions(part):
                self._text(path, text, known | items, where)

    def _text(self, path: Path, text: str, known: Known, where: Path | None = None) -> None:
        """A use: told at path; it stands at `where`, which may be in the prompt table."""
        bare = (where or path)[-1] in ("if", "when")
        read = expressions.condition(text) if bare else expressions.read(text)
        for name in sorted(read.names - known if self.telling else ()):
            if (path, name) not in self.told:
                self.told.add((path, name))
                self.found.warn(path, f"the variable {name!r} may not be set yet", 'set it under "variables:"')


BRANCHES = frozenset(("then", "otherwise", "missing", "failed", "too_short", "exhausted", "on"))


def _join(*ways: Known | None) -> Known | None:
    """What is set on all of the ways that come out."""
    out = [way for way in ways if way is not None]
    return frozenset.intersection(*out) if out else None
