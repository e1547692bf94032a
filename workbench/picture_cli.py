"""`loopstart picture`: a call that was kept, as a PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def picture(
    call_id: Annotated[str, typer.Argument(metavar="ID", help="The call, or a part of its id that is unique.")],
    data: Annotated[
        Path, typer.Option("--data", envvar="LOOPSTART_DATA", help="The folder that `serve` keeps data in.")
    ] = Path("data"),
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The PNG file to write (default: ID.png).")] = None,
) -> None:
    """Draw a recorded call: both waveforms, the keys, events and steps on one time axis."""
    from ivr_runtime.records.setup import RecordsError
    from workbench.kept import KeptCall, Unknown, draw_call

    try:
        call = KeptCall.read(data, call_id)
        file = out or Path(f"{call.id}.png")
        draw_call(call, file)
    except (RecordsError, Unknown, OSError, ValueError) as error:
        told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.strerror else str(error)
        typer.echo(told, err=True)
        raise typer.Exit(1) from None
    typer.echo(file)
