"""The command `loopstart`: joins the command groups of the rooms."""

from __future__ import annotations

from pathlib import Path

import typer

from drivers.cli import app as cards
from hw_sim.cli import app as sim
from hw_sim.cli import draws
from hw_sim.report.folder import KeptCall
from ivr_runtime.cli import app as runtime
from workbench.demo.cli import demo
from workbench.listen.cli import listen
from workbench.picture_cli import picture
from workbench.prompt_check.cli import app as prompts
from workbench.selftest.cli import app as selftest


def _draw_run(call: KeptCall, file: Path) -> None:
    from workbench.call_pictures import draw_call  # matplotlib only when something is drawn

    draw_call(call, file)


app = typer.Typer(
    help="Telephone lines made programmable. Start with `loopstart demo`, or see a command's --help.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # paragraphs are folded to the terminal's width
)
app.add_typer(runtime)
draws.append(_draw_run)
app.add_typer(cards, name="cards")
app.add_typer(sim, name="sim")
app.add_typer(sim, name="office", hidden=True)  # its first name
app.add_typer(selftest, name="selftest")
app.add_typer(prompts, name="prompts")
app.command()(demo)
app.command()(picture)
app.command()(listen)


def main() -> None:
    """Entry point of the command."""
    app(prog_name="loopstart")


if __name__ == "__main__":
    main()
