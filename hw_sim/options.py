"""The options of `loopstart sim run`: their names, what may stand there, what the help says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from hw_sim.config import CallerEntry
from hw_sim.dahdi import clock
from hw_sim.session import caller_entry
from hw_sim.yaml_types import samples

LONGEST_LOAD = "10min"
CALLS, WITH, KEPT = "Calls", "With the command", "What is kept"


def duration(text: str) -> int:
    """90, 350ms, 2min: samples. Raises BadParameter."""
    try:
        return samples(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def caller(text: str) -> CallerEntry:
    """CALLER.yaml@2. Raises BadParameter."""
    try:
        return caller_entry(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def speed(text: str) -> clock.MakeClock:
    """real, max, 4x. Raises BadParameter."""
    if text == "real":
        return clock.real_time
    if text == "max":
        return clock.lockstep()
    try:
        return clock.times(float(text.removesuffix("x")))
    except ValueError as error:
        raise typer.BadParameter("write real, max, or how many times as fast: 4x") from error


class WithDashes(TyperCommand):
    """Leaves in `ctx.obj` how many words stand before `--`, None without one: click itself forgets it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """ctx: typer's own, of a type that it does not export."""
        ctx.obj = args.index("--") if "--" in args else None
        return super().parse_args(ctx, args)


OfficeFile = Annotated[Path, typer.Argument(metavar="OFFICE.yaml", help="The office: cards, numbers, callers.")]
Command = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- COMMAND...]", help="The program; none: see `sim attach`."),
]
Callers = Annotated[
    list[CallerEntry] | None,
    typer.Option(
        parser=caller,
        metavar="CALLER.yaml[@SECONDS|@open]",
        help="Somebody who calls, at once, so much later, or when the command opens its first line; may be repeated.",
        rich_help_panel=CALLS,
    ),
]
LoadOf = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=2048,
        metavar="N",
        rich_help_panel=CALLS,
        help=f"So many calls at once, of the --caller scripts, from the first open on, for --for ({LONGEST_LOAD}).",
    ),
]
TrafficFile = Annotated[
    Path | None,
    typer.Option(metavar="TRAFFIC.yaml", help="Arrivals, scripts, characters.", rich_help_panel=CALLS),
]
BookFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The prompts that callers can recognise: `loopstart render FLOW.yaml --book DIR` makes one.",
        rich_help_panel=CALLS,
    ),
]
Length = Annotated[
    int | None, typer.Option("--for", parser=duration, metavar="TIME", help="End after so long: 90, 2min.")
]
Speed = Annotated[
    clock.MakeClock,
    typer.Option(
        parser=speed,
        metavar="real|max|Nx",
        rich_help_panel=WITH,
        help="The world's time; as fast as the programs keep up; or so many times as fast.",
    ),
]
Name = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="For `sim attach NAME -- ...` (office, without a command).", rich_help_panel=WITH
    ),
]
View = Annotated[
    bool | None,
    typer.Option(
        "--view/--no-view",
        help="Lines, calls and levels, live; a telephone at the keyboard. Without a command in a terminal: yes. "
        "What the command writes goes to sim-command.log.",
    ),
]
FaultsFile = Annotated[
    Path | None,
    typer.Option(metavar="FAULTS.yaml", help="What goes wrong, beside OFFICE.yaml's.", rich_help_panel=WITH),
]
ReportFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What callers do and hear, as JSON lines, at once.", rich_help_panel=KEPT),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="DIR",
        rich_help_panel=KEPT,
        help="A report of the run: outcomes, figures, transcripts, sound and picture of calls.",
    ),
]
KeepOf = Annotated[
    str, typer.Option(metavar="all|failed|none", help="Of which calls sound and picture.", rich_help_panel=KEPT)
]
WavFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="The callers' side: left what they hear, right what they say.", rich_help_panel=KEPT
    ),
]
PcapFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="All D channels, for Wireshark and tshark.", rich_help_panel=KEPT),
]
RecordFile = Annotated[
    Path | None,
    typer.Option(
        metavar="CALLER.yaml",
        help="What you do by keyboard becomes a script (the next calls: CALLER-2.yaml ...).",
        rich_help_panel=KEPT,
    ),
]
