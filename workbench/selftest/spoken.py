"""Pieces of speech of several voices, and where each begins and ends by its own level, before any noise is added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp import g711, levels
from dsp.receiver import RATE, Float32
from workbench.selftest import material, synthetic
from workbench.selftest.measure import Effort

LEAD = 4 * RATE
"""A call has gone on for so long when somebody speaks: the line's noise is known."""
AFTER = 2 * RATE

Each = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voices:
    """Pieces of speech, one each line, silent around them. first, end: where its strong part begins and ends."""

    sound: Float32
    first: Each
    end: Each


def pieces(effort: Effort, label: str, trials: int, seconds: float) -> Voices:
    """Speech at 0 dBm0 mean level, `seconds` long, after LEAD and before AFTER of silence."""
    count, rng = effort.trials(trials), effort.rng(label)
    minutes = [_minute(number, effort) for number in range(max(2, count // 25))]
    length = round(seconds * RATE)
    sound = np.zeros((count, LEAD + length + AFTER), np.float32)
    first, end = np.zeros(count), np.zeros(count)
    for line in range(count):
        piece = _piece(rng, minutes[int(rng.integers(len(minutes)))], length)
        sound[line, LEAD : LEAD + length] = piece
        spots = np.flatnonzero(strong(piece))
        first[line], end[line] = LEAD + spots[0] * 80, LEAD + (spots[-1] + 1) * 80
    return Voices(sound, first, end)


def _minute(number: int, effort: Effort) -> Float32:
    try:
        return g711.decode(material.minute("speech", number, effort.seed)).astype(np.float32)
    except material.Absent:
        return synthetic.vowels_and_whistles(effort.rng("voice", number), material.MINUTE)


def _piece(rng: np.random.Generator, minute: Float32, length: int) -> Float32:
    """Begins in a pause where there is one, and has a word in it."""
    while True:
        at = int(rng.integers(0, len(minute) - length))
        piece = minute[at : at + length].copy()
        if np.count_nonzero(strong(piece)) > 20 and piece.any():
            piece *= np.sqrt(levels.power(0.0) / np.mean(piece**2))
            return piece


def strong(piece: Float32) -> NDArray[np.bool_]:
    """Of each 10 ms: within 9 dB of the speech's mean level, for 40 ms together."""
    power = np.square(piece[: len(piece) // 80 * 80]).reshape(-1, 80).mean(axis=1)
    loud = power > np.mean(piece**2) / 8
    found = np.zeros(len(loud), np.bool_)
    for at in np.flatnonzero(np.convolve(loud, np.ones(4), "valid") >= 4):
        found[at : at + 4] = True
    return found


def hiss(rng: np.random.Generator, shape: tuple[int, int], level: Each | float) -> Float32:
    """White noise, its level in dBm0 of each line: quickly made, for rows in which its band matters little."""
    amplitudes = np.sqrt(levels.power(0.0)) * 10 ** (np.broadcast_to(level, shape[:1]) / 20)
    made: Float32 = rng.standard_normal(shape, np.float32) * amplitudes[:, None].astype(np.float32)
    return made
