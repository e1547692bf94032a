"""A picture of one call: both directions' waveforms, digits, events and steps on one time axis."""

from __future__ import annotations

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

CALLER, SYSTEM, EVENT, PAPER = "#1f6feb", "#d9730d", "#6e40c9", "#fbfaf7"
FONTS = ["WenQuanYi Micro Hei", "Noto Sans CJK SC", "Droid Sans Fallback", "DejaVu Sans"]
LANES = 4
"""Step labels take turns on this many lanes, so that neighbours can be read."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to write on the time axis. at: samples from the beginning of the recording."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class CallPicture:
    """What is drawn. caller, system: int16 samples at 8 kHz of the two directions, equally long."""

    title: str
    caller: NDArray[np.int16]
    system: NDArray[np.int16]
    steps: Sequence[Mark] = ()
    events: Sequence[Mark] = ()


def read_recording(file: Path) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """The two directions of a stereo call recording: left is the caller, right is what we said.

    Raises ValueError for a file that is not a stereo recording at 8 kHz.
    """
    import soundfile

    samples, rate = soundfile.read(file, dtype="int16", always_2d=True)
    if rate != RATE or samples.shape[1] != 2:
        raise ValueError(f"{file} is no call recording: {samples.shape[1]} channel(s) at {rate} Hz, not 2 at {RATE}")
    return samples[:, 0], samples[:, 1]


def digits_heard(caller: NDArray[np.int16]) -> list[Mark]:
    """The keys in the caller's direction, found again from the sound alone."""
    receiver = DtmfReceiver(1)
    padded = np.concatenate([caller, np.zeros(-len(caller) % TICK + 5 * TICK, np.int16)]).astype(np.float32)
    events = [e for start in range(0, len(padded), TICK) for e in receiver(padded[None, start : start + TICK])]
    return [Mark(e.at, e.digit) for e in events if isinstance(e, Digit) and e.edge == "began"]


def draw(picture: CallPicture, file: Path) -> None:
    """Draw the call into a PNG file."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    seconds = max(len(picture.caller) / RATE, 1.0)
    with plt.rc_context({"font.sans-serif": FONTS, "font.family": "sans-serif", "axes.unicode_minus": False}):
        size = (min(max(12.0, seconds / 6), 30.0), 6.2)
        figure, axes = plt.subplots(
            4, 1, sharex=True, figsize=size, height_ratios=[2.4, 0.5, 2.4, 2.2], facecolor=PAPER, layout="constrained"
        )
        figure.suptitle(picture.title, x=0.01, ha="left", fontsize=13)
        _waveform(axes[0], picture.caller, "caller", CALLER)
        _digits(axes[1], digits_heard(picture.caller))
        _waveform(axes[2], picture.system, "Loopstart", SYSTEM)
        _steps(axes[3], picture.steps, picture.events)
        axes[3].set_xlim(0, seconds)
        axes[3].set_xlabel("seconds since answer")
        figure.savefig(file, dpi=110, facecolor=PAPER)
        plt.close(figure)


def _bare(axes: Axes, label: str) -> None:
    axes.set_facecolor(PAPER)
    axes.set_yticks([])
    axes.set_ylabel(label, rotation=0, ha="right", va="center")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _waveform(axes: Axes, samples: NDArray[np.int16], label: str, colour: str) -> None:
    """The envelope: highest and lowest sample of each 10 ms."""
    _bare(axes, label)
    width = RATE // 100
    columns = samples[: len(samples) // width * width].reshape(-1, width)
    if len(columns) == 0:
        return
    at = np.arange(len(columns)) * width / RATE
    peak = max(float(np.percentile(np.abs(columns).max(axis=1), 99.5)), 500.0)
    axes.fill_between(at, columns.min(axis=1), columns.max(axis=1), color=colour, linewidth=0)
    axes.set_ylim(-1.1 * peak, 1.1 * peak)


def _digits(axes: Axes, digits: Sequence[Mark]) -> None:
    _bare(axes, "keys")
    axes.set_ylim(0, 1)
    last = -1.0
    raised = False
    for mark in digits:
        at = mark.at / RATE
        raised = not raised if at - last < 0.6 else False  # keys pressed quickly would cover each other
        axes.text(at, 0.75 if raised else 0.3, mark.text, ha="center", va="center", weight="bold", color=CALLER)
        last = at


def _steps(axes: Axes, steps: Sequence[Mark], events: Sequence[Mark]) -> None:
    _bare(axes, "steps")
    axes.set_ylim(-LANES, 1)
    for i, mark in enumerate(steps):
        at, lane = mark.at / RATE, -(i % LANES)
        axes.plot([at, at], [1, lane - 0.1], color="#b9b4a8", linewidth=0.8)
        axes.text(at + 0.15, lane - 0.1, mark.text, va="center", fontsize=8)
    for mark in events:
        axes.axvline(mark.at / RATE, color=EVENT, linewidth=1.2, linestyle=":")
        axes.text(mark.at / RATE, 0.8, mark.text, color=EVENT, fontsize=8, ha="right", va="center", rotation=90)
