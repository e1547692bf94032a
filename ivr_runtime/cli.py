"""The command group of the runtime: serve, render, and what shows flows and records. Light: work is imported late."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ivr_runtime.flow.cli import app as flow_app
from ivr_runtime.flow.cli import check
from ivr_runtime.records.cli import add_groups

app = typer.Typer(help="Answer calls, and look at what was kept.", no_args_is_help=True)
app.add_typer(flow_app, name="flow")
app.command("check", hidden=True)(check)  # `flow check` is the one that is shown
add_groups(app)

BAD_FILE, NO_CARD = 2, 3
"""Exit codes: a file has faults (all were printed); a device, the records or the synthesiser cannot be had."""


class Level(StrEnum):
    """From what level on records are logged."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


class Form(StrEnum):
    """How a record is written."""

    json = "json"
    console = "console"


def local_now() -> datetime:
    """The time of day, for people."""
    return datetime.now(UTC).astimezone()


@app.command()
def serve(
    flow: Annotated[Path, typer.Argument(metavar="FLOW.yaml", help="What callers hear and may do.")],
    cards: Annotated[Path, typer.Option(help="The cards and their lines.")] = Path("cards.yaml"),
    data: Annotated[Path, typer.Option(envvar="LOOPSTART_DATA", help="Where everything is kept.")] = Path("data"),
    database: Annotated[str | None, typer.Option(help="URL of a database; SQLite in --data by default.")] = None,
    log: Annotated[Path | None, typer.Option(help="Append the log to this file; standard error by default.")] = None,
    log_level: Annotated[Level, typer.Option(help="From this level on.")] = Level.info,
    log_format: Annotated[Form, typer.Option(help="For programs or for people.")] = Form.json,
    record: Annotated[bool, typer.Option("--record/--no-record", help="Keep every call as a stereo WAV file.")] = True,
    rings: Annotated[int, typer.Option(min=1, max=20, help="Answer at this ring if no caller ID came before.")] = 2,
    longest: Annotated[float, typer.Option(min=10, help="Seconds that a call may last.")] = 3600.0,
    country: Annotated[
        str, typer.Option(help="Whose tones the exchange sends: cn, hk, us, uk ..., or a tone plan in YAML.")
    ] = "cn",
    book: Annotated[Path | None, typer.Option(help="Also write all prompts there, for simulated callers.")] = None,
) -> None:
    """Answer every line of the cards with the flow, until SIGTERM.

    The first SIGTERM or Ctrl-C: no new calls, running calls may end within 30 s. The second: hang up now.

    Exit status: 0 stopped, 2 a file has faults, 3 a device, the records or the synthesiser cannot be had.
    """
    with logging(log, log_format.value, log_level.value) as report, failures(report):
        from drivers import tone_plans
        from ivr_runtime import startup
        from ivr_runtime.dispatch import Settings

        tones, settings = tone_plans.load(country), Settings(rings, longest)
        options = startup.Options(flow, cards, data, database, record, book, tones, settings)
        if not startup.run(options, local_now):
            raise typer.Exit(NO_CARD)


@app.command()
def render(
    flow: Annotated[Path, typer.Argument(metavar="FLOW.yaml", help="The flow.")],
    book: Annotated[Path | None, typer.Option(help="Write all prompts there as WAV files with a book.json.")] = None,
) -> None:
    """Make all that a flow can say, so that the next start finds it in the cache."""
    with failures():
        from ivr_runtime import startup
        from ivr_runtime.flow.load import load

        speech = startup.speak(load(flow), book)
        typer.echo(f"{len(speech.arena)} clips are ready" + (f", and in {book}" if book else ""))
        for file in speech.unused:
            typer.echo(f"{file}: no prompt has this name, or a better file of it is there", err=True)


@contextmanager
def logging(file: Path | None, form: str, level: str) -> Iterator[Callable[..., object]]:
    """Log to a file or to standard error, from here on; gives what logs an error.

    Ends the program when the file cannot be opened.
    """
    import structlog

    from ivr_runtime import logs

    try:
        out = file.open("ab", buffering=0) if file else os.fdopen(os.dup(2), "wb", buffering=0)
    except OSError as error:
        typer.echo(f"{file}: the log cannot be written: {error.strerror}", err=True)
        raise typer.Exit(NO_CARD) from error
    with out, logs.Sink(out) as sink:
        logs.configure(sink, "json" if form == "json" else "console", level, local_now)
        yield structlog.get_logger().error


@contextmanager
def failures(log: Callable[..., object] = lambda *_, **__: None) -> Iterator[None]:
    """Faults that a person can mend: each said on standard error, the event in the log, and the exit status."""
    from drivers.errors import DriverError
    from drivers.yaml_source import ConfigError
    from ivr_runtime.records.setup import RecordsError

    try:
        yield
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        log("config.faulty", faults=len(error.problems))
        raise typer.Exit(BAD_FILE) from error
    except (DriverError, RecordsError) as error:
        typer.echo(str(error), err=True)
        log("serve.failed", kind=type(error).__name__, error=str(error))
        raise typer.Exit(NO_CARD) from error


def main() -> None:
    """`python -m ivr_runtime.cli`."""
    app()


if __name__ == "__main__":
    main()
