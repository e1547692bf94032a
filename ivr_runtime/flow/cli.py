"""`loopstart flow`: check flow files, print the schema for editors, show the outline of a flow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # the command line must come up quickly: what reads flows is imported when one is read
    from drivers.yaml_source import Problem
    from ivr_runtime.flow.load import Flow

app = typer.Typer(no_args_is_help=True, help="Flow files: check them, show them.")

FAULTY = 2
"""Exit code for a file with faults."""


@app.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FLOW.yaml...", help="Flow files.")]) -> None:
    """Name every fault and every oddity of flow files; exit 2 if any has faults."""
    from ivr_runtime.flow.load import examine

    results = [(file, *examine(file)) for file in files]
    for file, flow, faults, warnings in results:
        for problem in sorted(set(faults)):
            typer.echo(str(problem), err=True)
        for problem in sorted(set(warnings)):
            typer.echo(_warning(problem), err=True)
        if flow is not None:
            typer.echo(f"{file}: {len(flow.model.steps)} steps, {len(flow.model.prompts)} prompts, no faults")
    if any(flow is None for _, flow, _, _ in results):
        raise typer.Exit(FAULTY)


@app.command()
def schema() -> None:
    """Print the JSON Schema of flow files, for editors."""
    from ivr_runtime.flow.model import FlowModel

    typer.echo(json.dumps(FlowModel.model_json_schema(), indent=2, ensure_ascii=False))


@app.command()
def show(file: Annotated[Path, typer.Argument(metavar="FLOW.yaml", help="A flow file.")]) -> None:
    """Print the steps of a flow as a tree: what each asks and where each key leads."""
    from rich import print as draw

    from ivr_runtime.flow.outline import outline

    draw(outline(_loaded(file).model))


def _loaded(file: Path) -> Flow:
    from ivr_runtime.flow.load import examine

    flow, faults, _ = examine(file)
    if flow is None:
        for problem in sorted(set(faults)):
            typer.echo(str(problem), err=True)
        raise typer.Exit(FAULTY)
    return flow


def _warning(problem: Problem) -> str:
    hint = f"  ({problem.hint})" if problem.hint else ""
    return f"{problem.file}:{problem.line}:{problem.column}: warning: {problem.message}{hint}"


if __name__ == "__main__":
    app()
