"""A snapshot as a picture of letters (rich)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dsp.receiver import RATE
from hw_sim.view.keyboard import HELP
from hw_sim.view.snapshot import SILENT, LineView, Snapshot

STYLES = {
    "idle": "dim", "dialling": "cyan", "calling": "yellow", "rung": "bold yellow", "talking": "green",
    "parted": "magenta", "refused": "red", "blocked": "red",
}  # fmt: skip
MARKS = {"idle": "·", "dialling": "d", "calling": "c", "rung": "R", "talking": "T", "parted": "p", "refused": "!"}
BARS = " ▁▂▃▄▅▆▇█"
LOUDEST, SOFTEST = -6.0, -60.0
METER = 12


def meter(dbm0: float) -> str:
    """A level as a bar of METER cells, from -60 to -6 dBm0."""
    eighths = round(max(0.0, min(1.0, (dbm0 - SOFTEST) / (LOUDEST - SOFTEST))) * METER * 2)
    return ("█" * (eighths // 2) + ("▌" if eighths % 2 else "")).ljust(METER)


def bar(dbm0: float) -> str:
    """A level as one cell."""
    share = max(0.0, min(1.0, (dbm0 - SOFTEST) / (LOUDEST - SOFTEST)))
    return BARS[round(share * (len(BARS) - 1))]


def picture(shown: Snapshot, height: int, width: int, chosen: int = 0, typing: str | None = None) -> RenderableType:
    """The whole screen. height, width: of the terminal, in cells. chosen: the row that keys act on."""
    below = [*_said("phone", shown.phone, 6), *_said("log", shown.happened, 6), *_said("program", shown.output, 6)]
    room = max(height - len(below) - 5, 3)
    lines = _table(shown.lines, room, chosen) if len(shown.lines) <= room else _grid(shown.lines, room, width, chosen)
    return Group(_head(shown), lines, *below, _foot(shown, typing))


def _head(shown: Snapshot) -> Text:
    busy = sum(1 for line in shown.lines if line.state != "idle")
    minutes, seconds = divmod(shown.now / RATE, 60)
    text = f"{int(minutes):3}:{seconds:04.1f}  {len(shown.lines)} lines, {busy} in use, {shown.callers} callers, "
    text += f"{shown.calls} calls so far"
    head = Text(text, style="bold")
    if shown.recording:
        head.append(f"   ● {shown.recording}", style="bold red")
    if shown.late:
        head.append(f"\n{shown.late}", style="yellow")
    for program in shown.programs[:3]:
        head.append(f"\n{program}", style="dim")
    return head


def _table(lines: Sequence[LineView], room: int, chosen: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold dim")
    for title in ("", "line", "number", "kind", "state", "with", "it sends", "it hears", "alarm"):
        table.add_column(title, no_wrap=True)
    for row, line in enumerate(lines[:room]):
        table.add_row(
            "▶" if row == chosen else "●" if line.held else " ", line.name, line.number, line.use,
            Text(line.state, STYLES.get(line.state, "")), line.peer, _meter(line.sent), _meter(line.heard),
            Text(line.alarm, "bold red"),
        )  # fmt: skip
    return table


def _meter(dbm0: float) -> Text:
    return Text(meter(dbm0) + (f" {dbm0:4.0f}" if dbm0 > SILENT else "     "), "green" if dbm0 > -40 else "dim")


def _grid(lines: Sequence[LineView], room: int, width: int, chosen: int) -> Table:
    """Many lines: a letter and a bar each, in the order of the rows, card by card."""
    rows = list(_cells(lines, max((width - 14) // 2, 8), chosen))
    table = Table.grid(padding=(0, 1))
    for card, cells in rows if len(rows) <= room else rows[: room - 1]:
        table.add_row(Text(card[:12].ljust(12), "dim"), cells)
    if len(rows) > room:
        table.add_row("", Text("... a larger window shows the rest", "dim"))
    return table


def _cells(lines: Sequence[LineView], most: int, chosen: int) -> Iterator[tuple[str, Text]]:
    """A card's name and its next lines; the name stands once."""
    for card, group in groupby(enumerate(lines), key=lambda at: at[1].card):
        members = list(group)
        for first in range(0, len(members), most):
            text = Text()
            for row, line in members[first : first + most]:
                style = "bold red" if line.alarm else STYLES.get(line.state, "")
                text.append(MARKS.get(line.state, "?"), f"{style} reverse" if row == chosen else style)
                text.append(bar(max(line.sent, line.heard)), "green")
            yield (card if not first else ""), text


def _said(title: str, lines: Sequence[str], most: int) -> list[Text]:
    return [Text(f"{title:>8}  {line}", style="dim", no_wrap=True, overflow="ellipsis") for line in lines[-most:]]


def _foot(shown: Snapshot, typing: str | None) -> Text:
    if typing is not None:
        return Text(f"dial: {typing}█   (Enter calls, Escape leaves it)", style="bold cyan")
    return Text(HELP, style="dim", no_wrap=True, overflow="ellipsis")
