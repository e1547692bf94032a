"""`loopstart prompts check`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.listen.cli import countries

if TYPE_CHECKING:  # the command line must come up quickly: what checks is imported when something is to be checked
    from workbench.prompt_check.run import Certificate

app = typer.Typer(no_args_is_help=True, help="Prompts: would one, as its own echo, be taken for a key or a tone?")

FOUND, FAULTY = 1, 2
"""Exit codes: something was found; a file cannot be used."""


@app.callback()
def prompts() -> None:
    """A group of its own."""


@app.command()
def check(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="FLOW.yaml|FOLDER|FILE...", help="All that a flow can say, or recordings of any format."
        ),
    ],
    plan: Annotated[
        str,
        typer.Option(
            "--plan",
            metavar="COUNTRY|FILE.yaml",
            autocompletion=countries,
            help="Whose call-progress tones to listen for.",
        ),
    ] = "cn",
    as_json: Annotated[bool, typer.Option("--json", help="The whole result as JSON.")] = False,
) -> None:
    """Certify prompts: none may sound like a key, a fax or a tone, nor be clipped, faint or full of silence.

    Each prompt, recorded or synthesised, is heard as its own echo by every receiver, at full level and 6, 10, 14 and
    20 dB down, plain and through a hybrid and A-law; words also strung together as numbers are. What would be heard is
    named with the place in the prompt, the levels at which, and what helps.

    Example: `loopstart prompts check flows/tobacco/flow.yaml`

    Example: `loopstart prompts check recordings/ --plan us --json`

    Exit status: 0 all clean, 1 something was found, 2 a file has faults or cannot be played.
    """
    from drivers.errors import DriverError
    from drivers.yaml_source import ConfigError
    from workbench.prompt_check import run
    from workbench.prompt_check.collect import NoPrompts

    try:
        certificate = run.certify(places, plan, quiet=as_json)
    except (ConfigError, DriverError, NoPrompts, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAULTY) from None
    _tell(certificate, as_json)
    if certificate.findings:
        raise typer.Exit(FAULTY if any(finding.fault for finding in certificate.findings) else FOUND)


def _tell(certificate: Certificate, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(certificate), ensure_ascii=False, indent=1))
        return
    for finding in certificate.findings:
        typer.echo(str(finding))
    count = len(certificate.findings)
    length = f"{certificate.seconds / 60:.1f} min" if certificate.seconds >= 60 else f"{certificate.seconds:.1f} s"
    each = ((certificate.prompts, "prompt"), (certificate.sentences, "sentence"))
    said = ", ".join([*(f"{number} {what}{'' if number == 1 else 's'}" for number, what in each), length])
    found = f"{count} finding{'' if count == 1 else 's'}" if count else "clean, none is heard as anything else"
    typer.echo(f"{said}: {found}")
