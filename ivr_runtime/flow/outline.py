"""A flow as a tree for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from rich.markup import escape
from rich.tree import Tree

from ivr_runtime.flow import model
from ivr_runtime.flow.model import STEPS, Branch, FlowModel

BRANCHES = ("then", "else", "missing", "failed", "too_short", "exhausted")


def outline(flow: FlowModel) -> Tree:
    """The named steps, what each does, and where its keys and outcomes lead."""
    tree = Tree(f"[bold]{escape(flow.name)}[/] ({', '.join(flow.languages)})")
    for name, steps in flow.steps.items():
        mark = " [dim](start)[/]" if name == flow.first else ""
        _grow(tree.add(f"[bold cyan]{escape(name)}[/]{mark}"), steps)
    for name in ("exhausted", "failed"):
        if getattr(flow.defaults, name):
            _grow(tree.add(f"[dim]defaults[/] [bold]{name}[/]"), getattr(flow.defaults, name))
    return tree


def _grow(tree: Tree, steps: Branch) -> None:
    for step in steps:
        label = escape(_label(step))
        if isinstance(step, model.GotoStep):
            tree.add(f"[green]-> {escape(step.goto)}[/]")
            continue
        twig = tree.add(label)
        for key, branch in _branches(step):
            target = branch[0].goto if len(branch) == 1 and isinstance(branch[0], model.GotoStep) else None
            if target is not None:
                twig.add(f"[yellow]{escape(key)}[/] [green]-> {escape(target)}[/]")
            else:
                _grow(twig.add(f"[yellow]{escape(key)}[/]"), branch)


def _branches(step: BaseModel) -> Iterator[tuple[str, Branch]]:
    if isinstance(step, model.MenuStep):
        yield from step.on.items()
    for field, info in type(step).model_fields.items():
        key = info.alias or field
        if key in BRANCHES and getattr(step, field):
            yield key, getattr(step, field)


def _label(step: BaseModel) -> str:
    action = next(key for key, kind in STEPS.items() if kind is type(step))
    field = next(f for f, info in type(step).model_fields.items() if (info.alias or f) == action)
    return f"{action} {_shown(getattr(step, field))}".rstrip()


def _shown(raw: Any) -> str:
    if isinstance(raw, BaseModel):
        return str(next(iter(raw.model_dump().values())))
    if isinstance(raw, tuple):
        return " ".join(map(_shown, raw))
    return ", ".join(raw) if isinstance(raw, dict) else str(raw)
