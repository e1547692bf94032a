"""The ways a call can go: no dead end, no step that nothing leads to, always a way to the end of the call."""

from __future__ import annotations

from ivr_runtime.flow import model, walk
from ivr_runtime.flow.findings import Findings
from ivr_runtime.flow.model import Branch, FlowModel


def check(flow: FlowModel, found: Findings) -> None:
    """Every place where a caller could be stuck, and every step that nobody reaches."""
    parts = [part for part in walk.parts(flow) if isinstance(part.item, tuple(model.STEPS.values()))]
    for part in parts:
        _question(flow, part, found)
        _nested_exit(flow, part, found)
    _default_exits(flow, found)
    ways = {name: _ways(flow, name) for name in flow.steps}
    gone_to = _reached(flow, ways)
    _falling(flow, parts, gone_to, found)
    _ending(flow, ways, gone_to, found)
    _endless_do(flow, found)
    _after_leaving(flow, found)


def _question(flow: FlowModel, part: walk.Part, found: Findings) -> None:
    item, path = part.item, part.path
    asks = isinstance(item, model.Question)
    if (asks or isinstance(item, model.RetryStep)) and _exhausted(flow, item) is None:
        hint = 'write "exhausted: STEP" here or under "defaults:"'
        found.fault(path, "no exit for a caller who says nothing or cannot answer", hint)
    if isinstance(item, model.CollectStep) and item.min_digits > item.max_digits:
        found.fault((*path, "min_digits"), f"min_digits {item.min_digits} is more than max_digits {item.max_digits}")
    if isinstance(item, model.RecordStep) and item.min_seconds > item.max_seconds:
        found.fault((*path, "min_seconds"), f"min_seconds {item.min_seconds:g} is more than {item.max_seconds:g}")


def _exhausted(flow: FlowModel, item: object) -> Branch | None:
    own = getattr(item, "exhausted", None)
    return flow.defaults.exhausted if own is None else own


def _nested_exit(flow: FlowModel, part: walk.Part, found: Findings) -> None:
    """After `exhausted` the answer is not known, after `too_short` there is no recording: both must lead elsewhere."""
    for key in ("exhausted", "too_short"):
        branch = getattr(part.item, key, None)
        if branch is not None and not walk.leaves(flow, branch):
            found.fault((*part.path, key), f"{key!r} must lead elsewhere", "end it with goto, retry or hang_up")


def _default_exits(flow: FlowModel, found: Findings) -> None:
    for key in ("exhausted", "failed"):
        branch = getattr(flow.defaults, key)
        if branch is not None and not walk.leaves(flow, branch):
            found.fault(("defaults", key), f"{key!r} must lead elsewhere", "end it with goto, retry or hang_up")


def _ways(flow: FlowModel, name: str) -> set[str]:
    below = walk.below(("steps", name), flow.steps[name])
    return set().union(*(walk.targets(flow, part.item) for part in below)) & set(flow.steps)


def _reached(flow: FlowModel, ways: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    pending = [flow.first] if flow.first in flow.steps else []
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += ways[name]
    return reached


def _falling(flow: FlowModel, parts: list[walk.Part], reached: set[str], found: Findings) -> None:
    done = {part.item.do for part in parts if isinstance(part.item, model.DoStep)}
    gone = {name for part in parts for name in walk.targets(flow, part.item) if not isinstance(part.item, model.DoStep)}
    for name, steps in flow.steps.items():
        entered = name in gone or name == flow.first
        if name not in reached:
            found.warn(("steps", name), f"nothing leads to the step {name!r}", at_key=True)
        if not walk.leaves(flow, steps) and (entered or name not in done):
            hint = "end it with goto, retry or hang_up"
            found.fault(
                ("steps", name), f"a caller comes to the end of {name!r} and nothing follows", hint, at_key=True
            )


def _ending(flow: FlowModel, ways: dict[str, set[str]], reached: set[str], found: Findings) -> None:
    """From every step that is reached, the call can be hung up. (What falls or leads nowhere is told already.)"""
    ending = {name for name in flow.steps if _ends(flow, name)}
    grew = True
    while grew:
        more = {name for name in flow.steps if ways[name] & ending} | ending
        grew, ending = more != ending, more
    done = {part.item.do for part in walk.parts(flow) if isinstance(part.item, model.DoStep)}
    for name in flow.steps:
        if name in reached - ending - done:
            found.fault(
                ("steps", name), f"from {name!r} the call can never be hung up", "lead it to a hang_up", at_key=True
            )


def _ends(flow: FlowModel, name: str) -> bool:
    parts = walk.below((), flow.steps[name])
    return not walk.leaves(flow, flow.steps[name]) or any(
        walk.can_hang_up(flow, p.item) or walk.targets(flow, p.item) - set(flow.steps) for p in parts
    )


def _endless_do(flow: FlowModel, found: Findings) -> None:
    does = {
        name: {part.item.do for part in walk.below((), steps) if isinstance(part.item, model.DoStep)}
        for name, steps in flow.steps.items()
    }
    for name in flow.steps:
        seen: set[str] = set()
        pending = set(does[name])
        while pending:
            next_name = pending.pop()
            pending |= does.get(next_name, set()) - seen
            seen.add(next_name)
        if name in seen:
            found.fault(("steps", name), f"{name!r} does itself again and again", "use goto", at_key=True)


def _after_leaving(flow: FlowModel, found: Findings) -> None:
    branches = [(("steps", name), steps) for name, steps in flow.steps.items()]
    for path, steps in branches:
        for i, step in enumerate(steps[:-1]):
            if walk.leaves(flow, (step,)):
                found.warn((*path, i + 1), "nothing leads to this step", "the step before it never goes on")
                break
