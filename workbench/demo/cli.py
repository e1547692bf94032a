"""`loopstart demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DATA = Path("var/demo")

REFUSED = 2
"""Status of an office whose files have faults."""


def demo(
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Be the caller: type keys, read the prompts.")
    ] = False,
    data: Annotated[
        Path, typer.Option("--data", help="The folder of this demo; emptied if an earlier one made it.")
    ] = DATA,
    caller: Annotated[
        Path | None, typer.Option("--caller", metavar="CALLER.yaml", help="Another script for the caller.")
    ] = None,
    office: Annotated[Path | None, typer.Option("--office", metavar="OFFICE.yaml", help="Another office.")] = None,
) -> None:
    """One call to a tobacco company's hotline, all the way from card to database.

    An office in software rings the virtual card, `loopstart serve` answers it in a process of its own, and a caller,
    who hears by sound alone, looks up two prices, orders two items and leaves a message. Then everything that was
    heard and kept is checked; the status is 1 if anything is missing.
    """
    from rich.console import Console

    from drivers.errors import DriverError
    from drivers.yaml_source import ConfigError
    from ivr_runtime.records.setup import RecordsError
    from workbench.demo import interactive as person
    from workbench.demo import show, stage

    console = Console()
    try:
        made = stage.make(data)
        show.prepare(console, made)
        if interactive:
            raise typer.Exit(person.converse(console, made))
        status = show.play(console, made, office or stage.OFFICE, caller or stage.CALLER)
        if status == REFUSED and not made.log.exists():  # before anybody dialled; what is wrong was printed
            raise typer.Exit(REFUSED)
        whole = show.results(console, made, heard_all=status == 0)
    except (stage.StageError, DriverError, RecordsError, ConfigError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(3) from None
    console.print(
        "\n[bold green]Everything was heard and kept.[/]" if whole else "\n[bold red]Something is missing.[/]"
    )
    raise typer.Exit(0 if whole else 1)
