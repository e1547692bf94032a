"""Names that stand in a flow: steps, prompts, languages, services and their arguments, recordings."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.yaml_source import Path, did_you_mean
from ivr_runtime.flow import model, pieces, walk
from ivr_runtime.flow.findings import Findings, Signature
from ivr_runtime.flow.model import FlowModel


def check(flow: FlowModel, found: Findings, services: Mapping[str, Signature]) -> None:
    """Every name that does not stand for anything."""
    parts = walk.parts(flow)
    for part in parts:
        _step_names(flow, part, found)
        _languages_spoken(flow, part, found)
        _service(part, found, services)
    _flow_names(flow, found)
    _prompts(flow, parts, found)
    _recordings(parts, found)


def _flow_names(flow: FlowModel, found: Findings) -> None:
    _step(flow, flow.start, ("start",), found)
    _step(flow, flow.defaults.back, ("defaults", "back"), found)
    for i, language in enumerate(flow.languages):
        if language in flow.languages[:i]:
            found.fault(("languages", i), f"language {language!r} stands twice")


def _step_names(flow: FlowModel, part: walk.Part, found: Findings) -> None:
    match part.item:
        case model.GotoStep(goto=name):
            _step(flow, name, (*part.path, "goto"), found)
        case model.DoStep(do=name):
            _step(flow, name, (*part.path, "do"), found)
        case model.RetryStep(retry=name):
            _step(flow, name, (*part.path, "retry"), found)
        case model.Question(back=str(name)):
            _step(flow, name, (*part.path, "back"), found)


def _step(flow: FlowModel, name: str | None, path: Path, found: Findings) -> None:
    if name is not None and name not in flow.steps:
        found.fault(path, f"there is no step {name!r}", did_you_mean(name, flow.steps))


def _languages_spoken(flow: FlowModel, part: walk.Part, found: Findings) -> None:
    if isinstance(part.item, model.LanguageStep) and part.item.language not in flow.languages:
        spoken = ", ".join(flow.languages)
        found.fault((*part.path, "language"), f"the flow does not speak {part.item.language!r}", f"languages: {spoken}")


def _service(part: walk.Part, found: Findings, services: Mapping[str, Signature]) -> None:
    if not isinstance(part.item, model.Service):
        return
    name, given = part.item.query, part.item.arguments
    service = services.get(name)
    if service is None:
        found.fault((*part.path, "query"), f"there is no service {name!r}", did_you_mean(name, services))
        return
    known = (*service.required, *service.optional)
    for argument in given:
        if argument not in known:
            where = (*part.path, "with", argument)
            found.fault(where, f"{name} takes no {argument!r}", did_you_mean(argument, known), at_key=True)
    for argument in service.required:
        if argument not in given:
            found.fault((*part.path, "query"), f"{name} needs {argument!r}", 'write it under "with:"')


def _prompts(flow: FlowModel, parts: list[walk.Part], found: Findings) -> None:
    used = {flow.apology} if flow.apology else set()
    for part in parts:
        if isinstance(part.item, pieces.Prompt):
            used.add(part.item.prompt)
            _prompt(flow, part.item.prompt, part.path, found)
            if part.path[0] == "prompts":
                found.fault(part.path, "a prompt cannot hold another prompt", "name both where they are said")
    if flow.apology:
        _prompt(flow, flow.apology, ("apology",), found)
    for name, texts in flow.prompts.items():
        for language in flow.languages:
            if language not in texts:
                found.fault(("prompts", name), f"prompt {name!r} has no text in {language!r}", at_key=True)
            elif not texts[language]:
                found.fault(("prompts", name, language), f"prompt {name!r} says nothing in {language!r}")
        if name not in used:
            found.warn(("prompts", name), f"prompt {name!r} is never said", at_key=True)


def _prompt(flow: FlowModel, name: str, path: Path, found: Findings) -> None:
    if name not in flow.prompts:
        found.fault(path, f"there is no prompt {name!r}", did_you_mean(name, flow.prompts))


def _recordings(parts: list[walk.Part], found: Findings) -> None:
    made = {part.item.record for part in parts if isinstance(part.item, model.RecordStep)}
    for part in parts:
        match part.item:
            case model.KeepStep(keep=name):
                key = "keep"
            case model.DiscardStep(discard=name):
                key = "discard"
            case pieces.Played(recording=name):
                key = "recording"
            case _:
                continue
        if name not in made:
            found.fault((*part.path, key), f"nothing records {name!r}", did_you_mean(name, made))
