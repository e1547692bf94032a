"""A picture of one call: both directions' waveforms, keys, prompts, steps and events over one time axis.

A long call is drawn like a score: the axis goes on in the next row.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.receiver import RATE, TICK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CALLER, SYSTEM, STEP, EVENT, PAPER, INK = "#1f6feb", "#d9730d", "#dfe7d4", "#6e40c9", "#fbfaf7", "#33312c"
FONTS = ["WenQuanYi Micro Hei", "Noto Sans CJK SC", "Droid Sans Fallback", "DejaVu Sans"]
ROW_SECONDS = 60.0
ROW_INCHES = 15.0
LANES = ("caller", "keys", "Loopstart", "prompts", "steps")
HEIGHTS = (1.0, 0.3, 1.0, 0.55, 0.55)
ONE_ENTRY = RATE // 2
"""Keys that follow each other within half a second are written together."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to write on the time axis. at, until: samples from the beginning of the recording."""

    at: int
    text: str
    until: int = 0


@dataclass(frozen=True, slots=True)
class CallPicture:
    """What is drawn. caller, system: int16 samples at 8 kHz of the two directions, equally long."""

    title: str
    caller: NDArray[np.int16]
    system: NDArray[np.int16]
    steps: Sequence[Mark] = ()
    prompts: Sequence[Mark] = ()
    events: Sequence[Mark] = ()


def read_recording(file: Path) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """The two directions of a stereo call recording: left is the caller, right is what we said.

    Raises ValueError for a file that is not a stereo recording at 8 kHz.
    """
    import soundfile

    try:
        samples, rate = soundfile.read(file, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{file} is no call recording: {error.error_string}") from error
    if rate != RATE or samples.shape[1] != 2:
        raise ValueError(f"{file} is no call recording: {samples.shape[1]} channel(s) at {rate} Hz, not 2 at {RATE}")
    return samples[:, 0], samples[:, 1]


def digits_heard(caller: NDArray[np.int16]) -> list[Mark]:
    """The keys in the caller's direction, found again from the sound alone."""
    receiver = DtmfReceiver(1)
    padded = np.concatenate([caller, np.zeros(-len(caller) % TICK + 5 * TICK, np.int16)]).astype(np.float32)
    events = [e for start in range(0, len(padded), TICK) for e in receiver(padded[None, start : start + TICK])]
    return [Mark(e.at, e.digit) for e in events if isinstance(e, Digit) and e.edge == "began"]


def entries(digits: Sequence[Mark]) -> list[Mark]:
    """Keys that were pressed in one go, as one mark."""
    made: list[Mark] = []
    for digit in digits:
        if made and digit.at - made[-1].until < ONE_ENTRY:
            made[-1] = Mark(made[-1].at, made[-1].text + digit.text, digit.at)
        else:
            made.append(Mark(digit.at, digit.text, digit.at))
    return made


def draw(picture: CallPicture, file: Path) -> None:
    """Draw the call into a PNG file. Raises OSError."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a font without a bold face is no news
    rows = max(1, int(np.ceil(len(picture.caller) / RATE / ROW_SECONDS)))
    with plt.rc_context({"font.sans-serif": FONTS, "font.family": "sans-serif", "axes.unicode_minus": False}):
        figure = plt.figure(figsize=(ROW_INCHES, 0.5 + 3.1 * rows), facecolor=PAPER, layout="constrained")
        figure.suptitle(picture.title, x=0.01, ha="left", fontsize=12, color=INK)
        keys = entries(digits_heard(picture.caller))
        peaks = _peak(picture.caller), _peak(picture.system)
        for row, part in enumerate(figure.subfigures(rows, 1, squeeze=False)[:, 0]):
            _row(part, picture, keys, peaks, row * ROW_SECONDS)
        figure.savefig(file, dpi=100, facecolor=PAPER, format="png")  # and no suffix is put to the name
        plt.close(figure)


def _row(part: Figure, picture: CallPicture, keys: Sequence[Mark], peaks: tuple[float, float], since: float) -> None:
    """One minute of the call."""
    part.set_facecolor(PAPER)
    axes = part.subplots(len(LANES), 1, sharex=True, height_ratios=HEIGHTS)
    for lane, label in zip(axes, LANES, strict=True):
        _bare(lane, label)
    _waveform(axes[0], picture.caller, since, CALLER, peaks[0])
    _labels(axes[1], keys, since, CALLER)
    _waveform(axes[2], picture.system, since, SYSTEM, peaks[1])
    _labels(axes[3], picture.prompts, since, SYSTEM, deep=2)
    _bars(axes[4], picture.steps, since)
    for event in picture.events:
        if since <= event.at / RATE < since + ROW_SECONDS:
            for lane in axes:
                lane.axvline(event.at / RATE, color=EVENT, linewidth=1.2)
            axes[1].text(event.at / RATE + 0.3, 0.5, event.text, color=EVENT, fontsize=9, va="center")
    axes[-1].set_xlim(since, since + ROW_SECONDS)
    axes[-1].xaxis.set_major_formatter(lambda second, _: f"{second:g} s")


def _bare(lane: Axes, label: str) -> None:
    lane.set_facecolor(PAPER)
    lane.set_yticks([])
    lane.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=9, color=INK)
    lane.tick_params(labelsize=8, colors=INK, length=2)
    for side in ("top", "right", "left"):
        lane.spines[side].set_visible(False)
    if label != LANES[-1]:
        lane.spines["bottom"].set_visible(False)
        lane.tick_params(length=0)


def _peak(samples: NDArray[np.int16]) -> float:
    return max(float(np.percentile(np.abs(samples.astype(np.int32)), 99.9)), 500.0) if len(samples) else 500.0


def _waveform(lane: Axes, samples: NDArray[np.int16], since: float, colour: str, peak: float) -> None:
    """The envelope: highest and lowest sample of each 20 ms."""
    begin = round(since * RATE)
    piece = samples[begin : begin + round(ROW_SECONDS * RATE)]
    columns = piece[: len(piece) // TICK * TICK].reshape(-1, TICK)
    lane.set_ylim(-1.1 * peak, 1.1 * peak)
    if len(columns):
        at = since + np.arange(len(columns)) * TICK / RATE
        lane.fill_between(at, columns.min(axis=1), columns.max(axis=1), color=colour, linewidth=0)


def _room(text: str) -> float:
    """Seconds of the axis that a text covers; Chinese is twice as wide."""
    cells = sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
    return (cells + 1) * 0.062 * ROW_SECONDS / ROW_INCHES


def _shortened(text: str, room: float) -> str:
    if _room(text) <= room:
        return text
    while text and _room(text + "…") > room:
        text = text[:-1]
    return text + "…" if text else ""


def _labels(lane: Axes, marks: Sequence[Mark], since: float, colour: str, deep: int = 1) -> None:
    """Texts where they happened, on `deep` lines in turn; each is cut where the next on its line begins."""
    lane.set_ylim(-deep + 0.5, 0.5)
    shown = [m for m in marks if since <= m.at / RATE < since + ROW_SECONDS]
    for i, mark in enumerate(shown):
        at = mark.at / RATE
        following = shown[i + deep].at / RATE if i + deep < len(shown) else since + ROW_SECONDS
        text = mark.text if deep == 1 else _shortened(mark.text, following - at)
        lane.plot([at, at], [0.5, -(i % deep) - 0.3], color=colour, linewidth=0.6)
        lane.text(at + 0.1, -(i % deep), text, va="center", fontsize=9 if deep == 1 else 8, color=colour, clip_on=True)


def _bars(lane: Axes, steps: Sequence[Mark], since: float) -> None:
    """Steps from their beginning to the next one, on two lines in turn."""
    lane.set_ylim(-1.6, 0.6)
    for i, step in enumerate(steps):
        begin, end = max(step.at / RATE, since), min(step.until / RATE, since + ROW_SECONDS)
        if end <= begin:
            continue
        following = steps[i + 2].at / RATE if i + 2 < len(steps) else since + ROW_SECONDS
        lane.barh(-(i % 2), end - begin, left=begin, height=0.85, color=STEP, edgecolor="#b7c4a3", linewidth=0.6)
        text = _shortened(step.text, max(end, following) - begin)
        lane.text(begin + 0.1, -(i % 2), text, va="center", fontsize=8, color=INK, clip_on=True)
