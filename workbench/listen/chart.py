"""The picture of a recording: for each line its spectrum, its level, and all that was heard, over one time axis."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsp.answer import Answer
from dsp.events import Activity, CallerId, Digit, Event, Tone
from dsp.receiver import RATE
from workbench.listen.hearing import Heard
from workbench.listen.overview import WINDOW, Overview
from workbench.picture import CALLER, EVENT, FONTS, INK, PAPER, SYSTEM

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TONE, SPEECH = "#2b8a57", "#b9b3a4"
INCHES = 15.0
_LANE = 0.27
_QUIETEST, _LOUDEST = -75.0, 5.0
_ONE_ENTRY, _ONE_CALL = 0.4, 3.0
"""Keys that follow each other within so many seconds are written together, at most when there is little room."""
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_TICKS = 15
_LETTER = 0.085
"""Inches that a letter takes."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something on the time axis. begin, end: seconds."""

    begin: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. begin, end: seconds of the recording. lines: what each line is called."""

    title: str
    lines: Sequence[str]
    overview: Overview
    heard: Sequence[Heard]
    begin: float
    end: float


def draw(chart: Chart, file: Path) -> None:
    """Draw it into a PNG. Raises OSError."""
    import matplotlib
    import matplotlib.ticker

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a font without a bold face is no news
    lanes = [list(_lanes(chart, line)) for line in range(len(chart.lines))]
    heights = [[1.9, 0.75, max(_LANE * len(made), 0.05)] for made in lanes]
    with plt.rc_context({"font.sans-serif": FONTS, "font.family": "sans-serif", "axes.unicode_minus": False}):
        inches = 0.9 + sum(map(sum, heights)) + 0.25 * len(lanes)
        figure = plt.figure(figsize=(INCHES, inches), facecolor=PAPER, layout="constrained")
        figure.suptitle(chart.title, x=0.01, ha="left", fontsize=12, color=INK)
        ratios = [height for three in heights for height in three]
        axes = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios, squeeze=False)[:, 0]
        for line, made in enumerate(lanes):
            _spectrum(axes[3 * line], chart, line)
            _level(axes[3 * line + 1], chart, line)
            _marks(axes[3 * line + 2], made, chart)
        axes[-1].set_xlim(chart.begin, max(chart.end, chart.begin + 0.1))
        axes[-1].tick_params(axis="x", bottom=True, labelbottom=True, labelsize=9, colors=INK, length=3)
        axes[-1].spines["bottom"].set_visible(True)
        axes[-1].xaxis.set_major_locator(matplotlib.ticker.MultipleLocator(_step(chart.end - chart.begin)))
        axes[-1].xaxis.set_major_formatter(lambda second, _: _moment(second))
        figure.savefig(file, dpi=100, facecolor=PAPER, format="png")  # and no suffix is put to the name
        plt.close(figure)


def _step(seconds: float) -> float:
    """Seconds from one mark of the axis to the next."""
    return next((step for step in _STEPS if seconds / step <= _TICKS), 3600.0 * max(1, round(seconds / 3600 / _TICKS)))


def _moment(second: float) -> str:
    return f"{second:g} s" if second < 60 else f"{int(second // 60)}:{second % 60:04.1f}".removesuffix(".0")


def spans(heard: Iterable[Heard], line: int, kind: type[Event], plan: str, end: float) -> list[Span]:
    """Begins and ends of a kind of event on a line, joined. What never ended lasts to `end`."""
    made: list[Span] = []
    for each in heard:
        event: Any = each.event
        if each.aside or each.plan != plan or event.line != line or not isinstance(event, kind):
            continue
        text = event.digit if isinstance(event, Digit) else event.tone if isinstance(event, Tone) else ""
        if isinstance(event, (Digit, Tone, Activity)) and event.edge == "began":
            made.append(Span(event.at / RATE, end, text))
        elif made and made[-1].text == text:
            made[-1] = Span(made[-1].begin, event.at / RATE, text)
    return made


def _lanes(chart: Chart, line: int) -> Iterable[tuple[str, str, list[Span]]]:
    """Name, colour and content of what has something to show; keys and speech always."""
    yield "keys", CALLER, spans(chart.heard, line, Digit, "", chart.end)
    for plan in dict.fromkeys(h.plan for h in chart.heard if h.plan):
        found = spans(chart.heard, line, Tone, plan, chart.end)
        if found:
            yield f"tones {plan}", TONE, found
    points: list[Any] = [h.event for h in chart.heard if not h.aside and h.event.line == line]
    numbers = [_at(e.at, e.number or e.reason or "?") for e in points if isinstance(e, CallerId)]
    if numbers:
        yield "caller ID", EVENT, numbers
    answers = [_at(e.at, f"{e.kind} {e.confidence:.0%}") for e in points if isinstance(e, Answer)]
    if answers:
        yield "answer", EVENT, answers
    near: list[Any] = [h.event for h in chart.heard if h.aside and h.event.line == line]
    missed = [_at(e.at, f"{e.digit}?") for e in near if hasattr(e, "digit")]
    if missed:
        yield "near misses", SYSTEM, missed
    yield "sound", SPEECH, spans(chart.heard, line, Activity, "", chart.end)


def _at(sample: int, text: str) -> Span:
    return Span(sample / RATE, sample / RATE, text)


def _spectrum(axes: Axes, chart: Chart, line: int) -> None:
    edges = chart.overview.seconds + chart.begin
    hertz = (chart.overview.spectra.shape[2] - 1) * RATE / WINDOW
    axes.imshow(
        chart.overview.spectra[line].T, origin="lower", aspect="auto", cmap="magma", vmin=-68, vmax=-5,
        extent=(float(edges[0]), float(edges[-1]), 0.0, hertz), interpolation="nearest",
    )  # fmt: skip
    axes.set_yticks([0, 1000, 2000, 3000, 4000], ["0", "1", "2", "3", "4 kHz"])
    _bare(axes, chart.lines[line])
    axes.tick_params(axis="y", labelsize=8, colors=INK, length=2)


def _level(axes: Axes, chart: Chart, line: int) -> None:
    at = chart.overview.seconds[:-1] + chart.begin
    loud, quiet = chart.overview.loudest[line], chart.overview.quietest[line]
    axes.fill_between(at, _QUIETEST, loud, color=CALLER, alpha=0.25, linewidth=0)
    axes.plot(at, loud, color=CALLER, linewidth=0.8)
    if chart.overview.hops > 2:
        axes.plot(at, quiet, color=CALLER, linewidth=0.5, alpha=0.6)
    axes.set_ylim(_QUIETEST, _LOUDEST)
    axes.set_yticks([-60, -40, -20, 0], ["-60", "-40", "-20", "0 dBm0"])
    axes.grid(axis="y", color=INK, alpha=0.15, linewidth=0.6)
    _bare(axes, "level")
    axes.tick_params(axis="y", labelsize=8, colors=INK, length=2)


def _bare(axes: Axes, label: str) -> None:
    axes.set_facecolor(PAPER)
    axes.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=9, color=INK, labelpad=6)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _marks(axes: Axes, lanes: Sequence[tuple[str, str, list[Span]]], chart: Chart) -> None:
    _bare(axes, "")
    axes.set_ylim(-len(lanes) + 0.5, 0.5)
    axes.set_yticks([-i for i in range(len(lanes))], [name for name, _, _ in lanes])
    axes.tick_params(axis="y", labelsize=9, colors=INK, length=0)
    for row, (_, colour, found) in enumerate(lanes):
        _lane(axes, -row, colour, found, chart)


def _lane(axes: Axes, row: int, colour: str, found: Sequence[Span], chart: Chart) -> None:
    """Bars where something lasted, and what it is; what would not fit beside the one before goes with it."""
    least = 0.002 * (chart.end - chart.begin)
    for span in found:
        axes.barh(row, max(span.end - span.begin, least), left=span.begin, height=0.72, color=colour, alpha=0.35, lw=0)
        axes.plot([span.begin] * 2, [row - 0.36, row + 0.36], color=colour, linewidth=1.2)
    letter = _LETTER * (chart.end - chart.begin) / (INCHES - 1.5)
    for text in written(found, letter):
        paper = {"facecolor": PAPER, "alpha": 0.8, "linewidth": 0, "pad": 0.8}
        at = text.begin + letter * 0.5
        axes.text(at, row, text.text, va="center", fontsize=9, color=INK, clip_on=True, bbox=paper)


def written(found: Iterable[Span], letter: float) -> list[Span]:
    """The texts where they have room, a letter taking so many seconds: keys in one go are one text, 123#."""
    made: list[Span] = []
    for span in found:
        if not span.text:
            continue
        last = made[-1] if made else Span(0, 0, "")
        if last.text and len(span.text) == 1 and span.begin < last.end + max(_ONE_ENTRY, min(2 * letter, _ONE_CALL)):
            made[-1] = Span(last.begin, span.end, last.text + span.text)
        elif not last.text or span.begin >= max(last.end, last.begin + letter * (len(last.text) + 1)):
            made.append(span)
    return made
