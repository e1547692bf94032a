"""One recording, from its file to what is printed and drawn."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from drivers import learned_plan, tone_plans
from dsp import dtmf
from dsp.receiver import RATE, Float32
from dsp.tones.learning import learn
from workbench.listen.hearing import Heard, Wanted, hear, keys
from workbench.listen.overview import Overview
from workbench.listen.recording import Recording, open_recording
from workbench.listen.told import as_json, clock, line_of_text

__all__ = ["Order", "keys", "learned", "listen"]

_LONG = 60.0
"""Seconds of recording from which on progress is shown."""
_LEARNED_FROM = 300.0
"""Seconds that are learned from at most; half a minute is enough."""
_MOST_KEYS = 64
_SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of each recording. near: also what was nearly something."""

    wanted: Wanted
    since: float = 0.0
    until: float | None = None
    rate: int | None = None
    near: bool = False
    as_json: bool = False

    @classmethod
    def of(
        cls, plans: Sequence[str], profile: str, since: float, until: float | None, rate: int | None, *,
        answer: bool, near: bool, as_json: bool,
    ) -> Order:  # fmt: skip
        """From what was typed. Raises ConfigError, ValueError."""
        loaded = [tone_plans.load(plan) for plan in dict.fromkeys(plans)]
        wanted = Wanted(loaded, dtmf.profile(profile), answer)
        return cls(wanted, since, until, rate, near, as_json)


def listen(file: str, order: Order, png: Path | None, out: TextIO) -> list[Heard]:
    """Print what is heard as it is heard, draw the picture, and give all of it. Raises BadSound, OSError."""
    with _opened(file, order) as recording:
        overview = Overview(recording.lines, recording.samples)
        if not order.as_json:
            print(_title(recording), file=out)
        heard: list[Heard] = []
        for found in hear(_watched(recording), recording.lines, order.wanted, recording.offset, overview):
            if order.near or not found.aside:
                told = as_json(found, file) if order.as_json else line_of_text(found, recording.lines)
                print(told, file=out)
                heard.append(found)
        if not order.as_json:
            print(_summary(heard, recording.lines), file=out)
        if png is not None:
            overview.finish()
            _draw(recording, overview, heard, png)
        return heard


def learned(file: str, order: Order) -> str:
    """The tones of the first line as YAML. Raises BadSound, OSError."""
    with _opened(file, order) as recording:
        pieces, room = [], round(_LEARNED_FROM * RATE)
        for piece in recording.pieces():
            pieces.append(piece[0, :room])
            room -= pieces[-1].size
            if room <= 0:
                break
        return learned_plan.render(learn(np.concatenate(pieces)))


@contextmanager
def _opened(file: str, order: Order) -> Iterator[Recording]:
    with ExitStack() as closing:
        path, name = Path(file), file
        if file == "-":  # a pipe cannot be looked at twice, and a sound file has to be
            kept = closing.enter_context(tempfile.NamedTemporaryFile())
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.flush()
            path, name = Path(kept.name), "standard input"
        recording = open_recording(path, name, order.since, order.until, order.rate)
        closing.callback(recording.source.close)
        yield recording


def _watched(recording: Recording) -> Iterator[Float32]:
    """The pieces; on a terminal a long recording shows how far it is."""
    seconds = recording.samples / RATE
    if seconds < _LONG or not sys.stderr.isatty():
        yield from recording.pieces()
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(Path(recording.name).name, total=seconds)
        for piece in recording.pieces():
            yield piece
            progress.advance(task, piece.shape[1] / RATE)


def _title(recording: Recording) -> str:
    source = recording.source
    lines = "1 line" if recording.lines == 1 else f"{recording.lines} lines"
    return f"{recording.name}: {clock(recording.samples)} min, {lines}, {source.samplerate} Hz, {recording.coding}"


def _summary(heard: Sequence[Heard], lines: int) -> str:
    told = []
    for line in range(lines):
        pressed = keys(each for each in heard if each.event.line == line)
        shown = pressed if len(pressed) <= _MOST_KEYS else f"{pressed[:_MOST_KEYS]}... ({len(pressed)} keys)"
        told.append((f"line {line + 1}: " if lines > 1 else "") + (f"keys {shown}" if pressed else "no key"))
    return "; ".join(told)


def _draw(recording: Recording, overview: Overview, heard: Sequence[Heard], png: Path) -> None:
    from workbench.listen.chart import Chart, draw

    count = recording.lines
    names = ["line"] if count == 1 else list(_SIDES) if count == 2 else [f"line {i + 1}" for i in range(count)]
    begin = recording.offset / RATE
    title = f"{Path(recording.name).name}     {_title(recording).removeprefix(recording.name + ': ')}"
    draw(Chart(title, names, overview, heard, begin, begin + recording.samples / RATE), png)
