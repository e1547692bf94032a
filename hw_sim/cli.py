"""The simulator's commands: `loopstart sim ...`, also `loopstart office ...` and `python -m hw_sim ...`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from drivers.errors import DriverError
from drivers.speech.book import load_book
from drivers.speech.errors import SpeechError
from drivers.yaml_source import ConfigError
from hw_sim import options
from hw_sim.caller.model import caller_schema
from hw_sim.config import CallerEntry, load_office, office_schema
from hw_sim.dahdi import clock, meeting
from hw_sim.dahdi.house import environment
from hw_sim.default_command import WithDefault
from hw_sim.description import describe
from hw_sim.faults.load import load_faults
from hw_sim.faults.model import Fault, FaultFile
from hw_sim.report.folder import Draw, Keep
from hw_sim.session import Plan, Session, set_up
from hw_sim.sim import Beside, Simulation
from hw_sim.traffic.config import Traffic, always, traffic_schema
from hw_sim.view.desk import keep_scripts

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "office": office_schema, "caller": caller_schema, "traffic": traffic_schema,
    "faults": FaultFile.model_json_schema,
}  # fmt: skip

app = typer.Typer(
    cls=WithDefault,
    no_args_is_help=True,
    add_completion=False,
    help="A telephone office in software: run any DAHDI program on its cards, call in by script, by load or by hand. "
    "`sim OFFICE.yaml ...` is short for `sim run OFFICE.yaml ...`.",
)

draws: list[Draw] = []
"""How a kept call is drawn; the room above puts it here, because this one has no pictures."""


@app.command()
def run(
    office: options.OfficeFile,
    command: options.Command = None,
    caller: options.Callers = None,
    load: options.LoadOf = None,
    traffic: options.TrafficFile = None,
    book: options.BookFolder = None,
    length: options.Length = None,
    speed: options.Speed = "real",  # type: ignore[assignment]  # typer parses it
    name: options.Name = None,
    view: options.View = None,
    faults: options.FaultsFile = None,
    report: options.ReportFile = None,
    folder: options.Folder = None,
    keep: options.KeepOf = "failed",
    wav: options.WavFile = None,
    pcap: options.PcapFile = None,
    record: options.RecordFile = None,
) -> None:
    """Run COMMAND with the cards of the office as its /dev/dahdi; without one, run the office for `sim attach`.

    The program needs no change and no kernel module: with `-- dahdi_scan` it shows the cards.

    The status is the program's own. When there are callers and all have finished, the program is told to end (SIGTERM)
    and the status is 0 if every caller heard what its script expects, 1 if not.

    Examples:

      loopstart sim hw_sim/offices/four_fxo.yaml -- dahdi_cfg -vv

      loopstart sim hw_sim/offices/four_fxo.yaml --view -- loopstart serve flow.yaml --cards cards.yaml

      loopstart sim hw_sim/offices/four_fxo.yaml --caller order.yaml@open --folder out -- loopstart serve ...

      loopstart sim office.yaml --caller order.yaml --load 200 --for 10min -- loopstart serve ...
    """
    if keep not in ("all", "failed", "none"):
        raise typer.BadParameter("one of all, failed, none", param_hint="--keep")
    wanted = _traffic(load, traffic, caller or [], length)
    callers = () if load else tuple(caller or ())
    length = None if load else length
    plan = Plan(office, callers, book, report, wav, length, wanted, folder, _keep(keep))
    view = _view(view, command, record)
    try:
        beside = _beside(plan, speed, name or (None if command else meeting.NAME), pcap, faults, view, record)
        running = set_up(plan)
        session = Session(running, plan, draws[0] if draws else None, _told)
        if session.warning():
            _told(session.warning())
        try:
            status = Simulation(running, session, beside, _told).run(command or [])
        finally:
            session.close()
    except (ConfigError, SpeechError, DriverError, OSError, ValueError) as error:
        _refuse(error)
    for line in session.summary():
        typer.echo(line, err=True)
    raise typer.Exit(status)


def _view(asked: bool | None, command: list[str] | None, record: Path | None) -> bool:
    """Is there a view? What is recorded is done at its keyboard."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    view = terminal and not command if asked is None else asked
    if view and not terminal:
        raise typer.BadParameter("there is no terminal to show it on", param_hint="--view")
    if record and not view:
        raise typer.BadParameter("calls are made by hand in the view: give --view", param_hint="--record")
    if record and not record.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {record.parent}", param_hint="--record")
    return view


def _keep(text: str) -> Keep:
    return "all" if text == "all" else "none" if text == "none" else "failed"


def _told(line: str) -> None:
    typer.echo(line, err=True)


def _traffic(
    load: int | None, traffic: Path | None, callers: list[CallerEntry], length: int | None
) -> Path | Traffic | None:
    if load is None:
        return traffic
    if traffic:
        raise typer.BadParameter("give either --load or --traffic", param_hint="--load")
    if not callers:
        raise typer.BadParameter("whose calls? give --caller SCRIPT, one or several", param_hint="--load")
    return always([entry.script for entry in callers], load, length or options.duration(options.LONGEST_LOAD))


def _beside(
    plan: Plan,
    speed: clock.MakeClock,
    name: str | None,
    pcap: Path | None,
    faults: Path | None,
    view: bool,
    record: Path | None,
) -> Beside:
    config = load_office(plan.office)
    folder = plan.book or config.book
    scheduled: tuple[Fault, ...] = ()
    if faults:
        scheduled = load_faults(faults, *config.places())
    return Beside(
        clock=speed,
        name=name,
        pcap=pcap,
        faults=scheduled,
        view=view,
        output=Path("sim-command.log"),
        book=load_book(folder) if view and folder else None,
        keep=keep_scripts(record) if record else None,
    )


@app.command(cls=options.WithDashes)
def attach(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="[NAME] -- COMMAND...", help="The office's name, when it has one of its own.")
    ],
) -> None:
    """Run COMMAND on the cards of an office that runs in another shell (`sim OFFICE.yaml`, or one with `--name`).

    Several programs may be there at once; two that want one channel: EBUSY, as on a machine.

    Examples:

      loopstart sim attach -- dahdi_scan

      loopstart sim attach desk -- sh      # everything typed there sees the cards of the office called desk
    """
    name, command = _office_and_command(words, ctx.obj)
    try:
        surroundings = environment(meeting.find(name))
    except OSError as error:
        _refuse(error)
    try:
        os.execvpe(command[0], command, surroundings)
    except OSError as error:
        _told(f"{command[0]}: {error.strerror}")
        raise typer.Exit(127 if isinstance(error, FileNotFoundError) else 126) from None


def _office_and_command(words: list[str], before_dashes: int | None) -> tuple[str, list[str]]:
    """A single word before `--` is a name; without `--`, a first word that is the name of an office that runs."""
    if before_dashes == 1 and len(words) == 1:
        raise typer.BadParameter(f"a command follows the dashes: sim attach {words[0]} -- sh")
    if before_dashes == 1 or (before_dashes is None and len(words) > 1 and words[0] in meeting.names()):
        return words[0], words[1:]
    return meeting.NAME, words


@app.command()
def check(office: options.OfficeFile) -> None:
    """Check an OFFICE.yaml and the callers it names: every fault with file:line:column, status 2; or what there is."""
    try:
        set_up(Plan(office))
        config = load_office(office)
    except (ConfigError, SpeechError, OSError) as error:
        _refuse(error)
    for line in describe(config):
        typer.echo(line)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(metavar="|".join(SCHEMAS), help="Of which kind of file.")] = "office",
) -> None:
    """Print the JSON Schema of OFFICE.yaml, CALLER.yaml, TRAFFIC.yaml or FAULTS.yaml, for an editor."""
    if kind not in SCHEMAS:
        raise typer.BadParameter(f"one of {', '.join(SCHEMAS)}")
    typer.echo(json.dumps(SCHEMAS[kind](), ensure_ascii=False, indent=2))


def _refuse(error: Exception) -> NoReturn:
    told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
    typer.echo(told, err=True)
    raise typer.Exit(2)


def main() -> None:
    """python -m hw_sim."""
    app(prog_name="python -m hw_sim")
