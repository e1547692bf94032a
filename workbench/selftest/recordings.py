"""Rows for the ends of recordings: what is cut off, and what must not be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dsp import dtmf, levels, tones, trim
from dsp.receiver import RATE, Float32
from workbench.selftest import keying
from workbench.selftest.measure import Effort, Row, percent
from workbench.selftest.spoken import Voices, hiss

_PLAN = tones.plan("cn")
_KNOWN = ("busy", "congestion", "vacant", "dial", "howler")


def rows(effort: Effort, voices: Voices) -> Iterator[Row]:
    """voices: at 0 dBm0."""
    rng = effort.rng("recordings")
    clean = whole = 0
    for row, first, end in zip(voices.sound, voices.first.astype(int), voices.end.astype(int), strict=True):
        words = row[first:end] * levels.gain(float(rng.uniform(-30, -12)))
        lead, gap = round(rng.uniform(0, 2) * RATE), round(rng.uniform(0.05, 2) * RATE)
        tail = _tail(rng)
        sound = np.concatenate([np.zeros(lead), words, np.zeros(gap), tail]).astype(np.float32)[None]
        kept = trim.spoken(keying.coded(sound + hiss(rng, sound.shape, rng.uniform(-66, -50)))[0], _PLAN)
        clean += kept.end <= lead + len(words) + gap + int(np.argmax(tail != 0))
        whole += kept.first <= lead + 400 and kept.end >= lead + len(words) - 400
    yield _row("a recording that a tone, a key or a click ended: not a sample of it kept", 99, clean, len(voices.first))
    yield _row("the same: every word kept, to 50 ms", 99, whole, len(voices.first))
    nothing = [_nothing(rng, kind) for kind in range(effort.trials(120))]
    yield _row("a recording in which nothing was said: nothing kept", 99, sum(nothing), len(nothing))


def unknown_tone(rng: np.random.Generator, samples: int) -> Float32:
    """What a PBX may play: one or two frequencies of 300 to 850 Hz, continuous or with a cadence of its own."""
    time = np.arange(samples) / RATE
    made = np.zeros(samples)
    first = float(rng.uniform(300, 700))
    for frequency in (first, first + float(rng.uniform(30, 150)))[: int(rng.integers(1, 3))]:
        made += np.sin(2 * np.pi * frequency * time)
    on, off = rng.uniform(0.15, 0.75, 2)
    if rng.random() < 0.7:
        made *= time % (on + off) < on
    return np.asarray(made * levels.amplitude(float(rng.uniform(-30, -10))), np.float32)


def _tail(rng: np.random.Generator) -> Float32:
    samples = int(rng.uniform(1.5, 6) * RATE)
    kind = int(rng.integers(5))
    if kind < 2:
        name = _KNOWN[int(rng.integers(len(_KNOWN)))]
        return tones.generate(_PLAN, name, samples, level=float(rng.uniform(-30, -10)))
    if kind == 2:
        return unknown_tone(rng, samples)
    if kind == 3:
        return dtmf.keys(
            str(rng.choice(list("0123456789*#"))), float(rng.uniform(-20, -5)), int(rng.integers(400, 4000))
        )
    clicks: Float32 = keying.impulses(rng, (1, samples), 2.0, np.array([8000.0]))[0]
    return clicks


def _nothing(rng: np.random.Generator, kind: int) -> bool:
    """Is nothing kept of a line's noise, with a tone in it or without?"""
    samples = 5 * RATE
    sound = hiss(rng, (1, samples), rng.uniform(-66, -35))
    if kind % 2:
        tail = _tail(rng)[:samples]
        sound[0, samples - len(tail) :] += tail
    return trim.speech(keying.coded(sound)[0], _PLAN) == (0, 0)


def _row(measure: str, goal: float, hits: int, trials: int) -> Row:
    return Row("activity", measure, "", goal, percent(hits, trials), trials=trials)
