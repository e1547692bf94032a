"""Commands for whoever looks after the cards: `loopstart cards ...`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from drivers.card import Card
from drivers.config import CardConfig, CardsConfig, load_cards
from drivers.errors import DriverError
from drivers.events import Event
from drivers.open import open_card
from drivers.yaml_source import ConfigError
from dsp.receiver import RATE

app = typer.Typer(no_args_is_help=True, help="Look at cards and lines: what they are, what they see, what is wrong.")

CardsFile = Annotated[Path, typer.Argument(metavar="CARDS.yaml", help="The site's cards.")]


@app.command()
def check(file: CardsFile) -> None:
    """Check a CARDS.yaml without touching hardware: every fault with file:line:column, status 2; or what it names."""
    for card in _load(file).cards:
        typer.echo(f"{card.name}: {card.device}, {_named(card)}")


@app.command()
def lines(
    file: CardsFile,
    watch: Annotated[
        bool, typer.Option("--watch", help="Open the card and show what its lines see, until Ctrl-C.")
    ] = False,
    card: Annotated[str, typer.Option("--card", help="Only the card of this name.")] = "",
    seconds: Annotated[float, typer.Option("--for", help="Watch for so many seconds only.")] = 0.0,
    country: Annotated[
        str, typer.Option("--tones", help="Whose tones to listen for: cn, hk, us ..., or a tone plan in YAML.")
    ] = "cn",
) -> None:
    """What each line is, and its state now: signalling, alarms, how a hang-up will be told.

    Works while another program (`loopstart serve`) has the lines. --watch needs them for itself: it shows ringing,
    loop and polarity signals, tones, alarms and losses as they come, which answers "why does line 3 not hang up?".
    """
    cards = [c for c in _load(file).cards if c.name == card or not card]
    if not cards:
        _refuse(f"{file} has no card named {card!r}")
    try:
        if watch:
            _watch(cards[0], seconds, country)
        else:
            _show(cards)
    except ConfigError as error:
        _refuse(str(error))
    except (DriverError, ValueError) as error:
        _refuse(str(error), 3)


def describe(event: Event, card: Card) -> str:
    """An event on one line of text: time since the card was opened, the line's name, what happened."""
    facts = [f"{name}={getattr(event, name)}" for name in event.__dataclass_fields__ if name not in ("line", "at")]
    return " ".join([f"{event.at / RATE:9.3f} s", card.lines[event.line].name, type(event).__name__, *facts])


def _load(file: Path) -> CardsConfig:
    try:
        return load_cards(file)
    except ConfigError as error:
        _refuse(str(error))


def _refuse(message: str, status: int = 2) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(status)


def _named(card: CardConfig) -> str:
    return ", ".join(line.name for line in card.lines) or "lines named by the device"


def _show(cards: list[CardConfig]) -> None:
    from rich.box import SIMPLE_HEAD  # here: this module is loaded by every command, these are not wanted by most
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("card", "line", "device", "port", "signalling", "law", "alarm", "far end", "a hang-up is told by"):
        table.add_column(title, no_wrap=title in ("line", "device"), overflow="fold")
    for card in cards:
        for row in _rows(card):
            table.add_row(card.name, *row)
    Console(width=None if Console().is_terminal else 200).print(table)


def _rows(card: CardConfig) -> Iterator[tuple[str, ...]]:
    scheme, _, address = card.device.partition(":")
    if scheme != "dahdi":
        with open_card(card.device, card.name, card.to_lines()) as opened:
            for line in opened.lines:
                yield line.name, line.device, "-", line.signalling, line.law, "-", "-", "-"
        return
    from drivers.dahdi.survey import believing, survey

    for i, told in enumerate(survey(address)):
        said = card.lines[i] if i < len(card.lines) else None
        name = said.name if said else f"channel-{told.channel}"
        report = believing(told, said.signalling) if said else told
        device = f"/dev/dahdi/{report.channel}"
        yield name, device, report.port, report.signalling, report.law, report.alarm, report.far_end, report.hang_up


def _watch(config: CardConfig, seconds: float, country: str) -> None:
    import numpy as np

    from drivers import tone_plans
    from dsp.tones import ToneReceiver

    tones = tone_plans.load(country)
    with open_card(config.device, config.name, config.to_lines()) as card:
        typer.echo(f"{card.name}: watching {len(card.lines)} lines; Ctrl-C ends")
        ears, silence, samples = ToneReceiver(len(card.lines), tones), card.silence(), 0
        while not seconds or samples < seconds * RATE:
            tick = card.read()
            card.write(silence)
            samples += tick.lost + tick.rx.shape[1]
            if tick.lost:
                typer.echo(f"{samples / RATE:9.3f} s lost {tick.lost} samples on every line")
                ears.skip(tick.lost)
            heard = ears(tick.rx.astype(np.float32))
            for event in [*tick.events, *heard, *card.heard(heard)]:
                typer.echo(describe(event, card))
