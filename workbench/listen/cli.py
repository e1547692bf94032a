"""`loopstart listen`: every event in recordings, and a picture of each."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # the command line must come up quickly: what listens is imported when something is to be heard
    from workbench.listen.session import Order

DIFFERENT, FAULTY = 1, 2
"""Exit codes: other keys than expected; a file or an option that cannot be used."""


def countries(incomplete: str) -> list[str]:
    """Completion for the shell: tone plans."""
    from dsp.plans import PLANS

    return [name for name in sorted(PLANS) if name.startswith(incomplete)]


def _profiles(incomplete: str) -> list[str]:
    """Completion for the shell: limits for keys."""
    from dsp.dtmf.profile import PROFILES

    return [name for name in PROFILES if name.startswith(incomplete)]


def listen(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Recordings of any format and rate; - is standard input.")
    ],
    plan: Annotated[
        list[str] | None,
        typer.Option(
            "--plan",
            metavar="COUNTRY|FILE.yaml",
            autocompletion=countries,
            help="Whose tones; may be given again. [cn]",
        ),
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", autocompletion=_profiles, help="Limits for keys: att, ntt, etsi, danish ...")
    ] = "att",
    png: Annotated[
        Path | None, typer.Option("--png", help="The picture's file; FILE.png beside each by default.")
    ] = None,
    no_png: Annotated[bool, typer.Option("--no-png", help="Draw nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, as JSON.")] = False,
    since: Annotated[float, typer.Option("--from", min=0, metavar="S", help="Begin at this second.")] = 0.0,
    until: Annotated[float | None, typer.Option("--to", min=0, metavar="S", help="End at this second.")] = None,
    answer: Annotated[bool, typer.Option("--answer", help="Also: what answered this outgoing call?")] = False,
    near: Annotated[
        bool, typer.Option("--near-misses", help="Also what was nearly a key or a number, with every figure.")
    ] = False,
    learn: Annotated[
        bool, typer.Option("--learn", help="Instead: measure the tones, and print a tone plan to paste.")
    ] = False,
    expect: Annotated[
        str | None, typer.Option("--expect", metavar="KEYS", help="Exit with 1 if other keys were heard: 123#.")
    ] = None,
    rate: Annotated[
        int | None, typer.Option("--rate", min=1000, help="Of raw samples (.alaw, .sln), if not 8000.")
    ] = None,
) -> None:
    """Print every event found in recordings, and draw a picture of each: spectrum, level, keys, tones, speech.

    Each channel is a line. Keys are told with their begin and end, level of both tones in dBm0, twist and length; tones
    by their name in the plan; caller ID; sound and silence. Times are m:ss.mmm and samples at 8 kHz.

    Why was a key not taken?  `loopstart listen call.wav --near-misses`

    What does this exchange play?  `loopstart listen line.wav --learn > our-exchange.yaml`

    In a script:  `loopstart listen keys.alaw --expect 123# --no-png`

    From a pipe:  `sox call.mp3 -t wav - | loopstart listen - --json`

    Exit status: 0 heard, 1 other keys than expected, 2 a file or an option that cannot be used.
    """
    from drivers.yaml_source import ConfigError
    from workbench.listen import session
    from workbench.listen.recording import BadSound

    if png is not None and len(files) > 1:
        raise typer.BadParameter("one picture cannot show several files; leave it out for one beside each")
    try:
        order = session.Order.of(plan or ["cn"], profile, since, until, rate, answer=answer, near=near, as_json=as_json)
    except (ConfigError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAULTY) from None
    status = 0
    for file in files:
        try:
            same = _one(file, order, None if no_png else _picture(file, png), learn, expect)
        except BrokenPipeError:  # whoever reads has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        except (BadSound, OSError, ValueError) as error:
            typer.echo(_told(error), err=True)
            status = FAULTY
        else:
            status = status or (0 if same else DIFFERENT)
    if status:
        raise typer.Exit(status)


def _one(file: str, order: Order, png: Path | None, learn: bool, expect: str | None) -> bool:
    """Listen to one file; were the keys those that were expected?"""
    from workbench.listen import session

    if learn:
        typer.echo(session.learned(file, order), nl=False)
        return True
    heard = session.listen(file, order, png, sys.stdout)
    if png is not None:
        typer.echo(f"picture: {png}", err=order.as_json)
    if expect is None or session.keys(heard) == expect.upper():
        return True
    typer.echo(f"{file}: expected {expect.upper()}, heard {session.keys(heard) or 'no key'}", err=True)
    return False


def _picture(file: str, png: Path | None) -> Path | None:
    return png or (None if file == "-" else Path(f"{file}.png"))


def _told(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.strerror else str(error)
