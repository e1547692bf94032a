"""`loopstart selftest dsp`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar

import typer

from workbench.selftest.measure import AREAS, EFFORTS

app = typer.Typer(
    help="Measure this installation against the standards. See `loopstart selftest dsp --help`.", no_args_is_help=True
)


Said = TypeVar("Said", str, list[str], None)


def _one_of(names: Iterable[str]) -> Callable[[Said], Said]:
    """A check that what was said, if anything, are some of these names."""
    known = list(names)

    def check(said: Said) -> Said:
        given: list[str] = [said] if isinstance(said, str) else said or []
        for name in given:
            if name not in known:
                raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}")
        return said

    return check


@app.callback()
def selftest() -> None:
    """A group of its own: other rooms may be measured one day."""


@app.command()
def dsp(
    area: Annotated[
        list[str] | None,
        typer.Option(
            "--area",
            metavar="|".join(AREAS),
            callback=_one_of(AREAS),
            autocompletion=lambda: list(AREAS),
            help="Only this area; may be given again.",
        ),
    ] = None,
    effort: Annotated[
        str,
        typer.Option(
            "--effort",
            metavar="|".join(EFFORTS),
            callback=_one_of(EFFORTS),
            autocompletion=lambda: list(EFFORTS),
            help="quick: seconds, few trials. full: minutes, all of them.",
        ),
    ] = "full",
    hours: Annotated[
        float | None, typer.Option("--hours", min=0.01, help="Hours of speech for talk-off (full: 10).")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random: another seed, other signals.")] = 1,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the rows as JSON as well (-: instead, here).")
    ] = None,
) -> None:
    """The conformance tables of everything that listens: DTMF, call progress, caller ID, activity, talk-off.

    Each measure is printed with what the standard requires, the goal, the figure of libspandsp's receiver on the same
    signals (where that library is installed), ours, and whether the goal is reached. The status is 1 if any is missed.

    The first full run makes some hours of speech (espeak-ng) and keeps them in ~/.cache/loopstart/selftest.

    Example: `loopstart selftest dsp --area dtmf --effort quick`
    """
    from workbench.selftest import run

    try:
        missed = run.tables(area or list(AREAS), effort, hours, seed, json_file)
    except OSError as error:
        typer.echo(f"{error.filename or 'selftest'}: {error.strerror or error}", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(1 if missed else 0)
