"""The office's commands: `python -m hw_sim ...`, and `loopstart office ...` in the workbench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from drivers.errors import DriverError
from drivers.speech.errors import SpeechError
from drivers.yaml_source import ConfigError
from hw_sim.config import CallerEntry, load_office
from hw_sim.dahdi.run import run as run_command
from hw_sim.description import describe
from hw_sim.session import Plan, Session, caller_entry, set_up
from hw_sim.yaml_types import samples

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A telephone office in software: run any DAHDI program on its cards, and let scripted people call in.",
)


def _duration(text: str) -> int:
    try:
        return samples(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _caller(text: str) -> CallerEntry:
    try:
        return caller_entry(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


OfficeFile = Annotated[Path, typer.Argument(metavar="OFFICE.yaml", help="The office: cards, numbers, callers.")]


@app.command()
def run(
    office: OfficeFile,
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The program and its arguments.")],
    caller: Annotated[
        list[CallerEntry] | None,
        typer.Option(
            parser=_caller, metavar="CALLER.yaml[@SECONDS|@open]", help="Somebody who calls; may be repeated."
        ),
    ] = None,
    book: Annotated[Path | None, typer.Option(metavar="DIR", help="The prompts that callers can recognise.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what callers do and hear as JSON lines, at once.")
    ] = None,
    wav: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Record the callers' side: left what they hear, right what they say."),
    ] = None,
    length: Annotated[
        int | None, typer.Option("--for", parser=_duration, metavar="SECONDS", help="End the program after so long.")
    ] = None,
) -> None:
    """Run COMMAND with the cards of the office as its /dev/dahdi.

    The program needs no change and no kernel module: with `-- dahdi_scan` it shows the cards.

    The status is the program's own. When there are callers and all have finished, the program is told to end (SIGTERM)
    and the status is 0 if every caller heard what its script expects, 1 if not.

    Examples:

      loopstart office run hw_sim/offices/four_fxo.yaml -- dahdi_cfg -vv

      loopstart office run hw_sim/offices/four_fxo.yaml --caller order.yaml@open --book prompts/ -- loopstart serve ...

    `python -m hw_sim run` is the same without the other commands of `loopstart`.
    """
    plan = Plan(office, tuple(caller or ()), book, report, wav, length)
    try:
        running = set_up(plan)
        session = Session(running, plan)
    except (ConfigError, SpeechError, DriverError, OSError) as error:
        _refuse(error)
    try:
        status = run_command(running, command, on_tick=session.over)
    except OSError as error:  # no preload library, or no room for the report
        _refuse(error)
    finally:
        session.close()
    for line in session.summary():
        typer.echo(line, err=True)
    raise typer.Exit(session.status(status))


@app.command()
def check(office: OfficeFile) -> None:
    """Check an OFFICE.yaml and the callers it names: every fault with file:line:column, status 2; or what there is."""
    try:
        set_up(Plan(office))
        config = load_office(office)
    except (ConfigError, SpeechError, OSError) as error:
        _refuse(error)
    for line in describe(config):
        typer.echo(line)


def _refuse(error: Exception) -> NoReturn:
    told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.strerror else str(error)
    typer.echo(told, err=True)
    raise typer.Exit(2)


def main() -> None:
    """python -m hw_sim."""
    app(prog_name="python -m hw_sim")
