"""What lines carry while they are measured: silence, speech without a pause, everybody dialling, or hearing a tone."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from bench.hearing import clips, heard
from dsp import dtmf, tones
from dsp.receiver import RATE, TICK, Float32, Int16

SECONDS = 4
_HELD, _PAUSE = 560, 560
"""Samples: fourteen keys in two seconds is as fast as a telephone dials."""


@functools.cache
def _prompts() -> list[Int16]:
    return clips()[1]


def silence(lines: int) -> Float32:
    """Nothing at all."""
    return np.zeros((lines, SECONDS * RATE), np.float32)


def speech(lines: int) -> Float32:
    """Prompts end to end, with noise 30 dB below them."""
    return np.ascontiguousarray(heard(lines, _prompts())[:, : SECONDS * RATE])


def dialling(lines: int) -> Float32:
    """Keys on every line, each line at a moment of its own, with a little noise."""
    rng = np.random.default_rng(2)
    keys = dtmf.keys("1234567890*#ABCD" * SECONDS, on=_HELD, off=_PAUSE)[: SECONDS * RATE]
    rx = np.stack([np.roll(keys, int(rng.integers(len(keys)))) for _ in range(lines)])
    rx += rng.standard_normal(rx.shape, np.float32) * np.float32(10.0)
    return rx


def busy(lines: int) -> Float32:
    """A busy tone on every line, each begun at a moment of its own, with a little noise: everybody has hung up."""
    rng = np.random.default_rng(3)
    tone = tones.generate(tones.plan("cn"), "busy", SECONDS * RATE, 0)
    rx = np.stack([np.roll(tone, int(rng.integers(len(tone)))) for _ in range(lines)]).astype(np.float32)
    rx += rng.standard_normal(rx.shape, np.float32) * np.float32(10.0)
    return rx


MATERIALS: dict[str, Callable[[int], Float32]] = {
    "speech on every line": speech,
    "every line dials": dialling,
    "every line hears a busy tone": busy,
    "silence": silence,
}


def ticks(rx: Float32) -> list[Float32]:
    """As a card hands it over: 20 ms of all lines, each in one piece of memory."""
    return [np.ascontiguousarray(rx[:, at : at + TICK]) for at in range(0, rx.shape[1] - TICK + 1, TICK)]
