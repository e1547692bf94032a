"""DTMF with something else on the line: noise, clicks, dial tone, its own echo, the echo of a prompt."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from dsp import levels
from dsp.levels import amplitude, gain
from dsp.receiver import RATE, Float32, Int16
from workbench.selftest import material, synthetic
from workbench.selftest.keying import LINE, Keys, carried, coded, echo, hybrid, impulses, keys, ms, noise, sound
from workbench.selftest.keys_heard import AREA, Ears, Tally, ours, theirs
from workbench.selftest.measure import Effort, Row

_DIAL_TONES = (("CN 450", (450.0,), 0.0), ("EU 425", (425.0,), 0.0), ("US 350+440", (350.0, 440.0), 6.0))
_DIAL_SWEEP = range(-14, 11)
_PROMPT = -16.0
"""dBm0 of a prompt with its pauses, as it is sent."""


def rows(effort: Effort, ears: Ears) -> Iterator[Row]:
    """The rows about disturbances."""
    for part in (_noise, _impulses, _dial_tones, _echo, _prompts):
        yield from part(effort, ears)


def _noise(effort: Effort, ears: Ears) -> Iterator[Row]:
    for name, goal, least, most in (("24 .. 10", 100, 10, 24), ("8", 99.9, 8, 8), ("6", 97.5, 6, 6)):
        rng = effort.rng("noise", name)
        level = rng.uniform(-15, -6, effort.trials(3000))
        pressed = replace(keys(rng, len(level), 50), low=level, high=level)
        hiss = noise(rng, (len(level), LINE), level - rng.uniform(least, most, len(level)))
        rx = coded(sound(rng, pressed, LINE) + hiss)
        requirement = "12 dB" if most > 12 else ""
        yield ears.right(f"signal to noise {name} dB, per tone", requirement, goal, rx, pressed.wanted)


def _impulses(effort: Effort, ears: Ears) -> Iterator[Row]:
    for over, goal in ((6, 98), (12, 97)):
        rng = effort.rng("impulses", over)
        level = rng.uniform(-25, -14, effort.trials(3000, least=240))
        pressed = replace(keys(rng, len(level), 50), low=level, high=level)
        peak = 2 * amplitude(0.0) * 10 ** ((level + over) / 20)  # of both tones together
        rx = coded(sound(rng, pressed, LINE) + impulses(rng, (len(level), LINE), 5, peak))
        yield ears.right(f"impulses {over} dB over the tone, 5 a second", "", goal, rx, pressed.wanted)


def _dial_tones(effort: Effort, ears: Ears) -> Iterator[Row]:
    """The level is that of each frequency of the dial tone, relative to one tone of the key."""
    lines = effort.trials(400, least=96)
    for (name, frequencies, goal), off in itertools.product(_DIAL_TONES, (0.005, 0.015)):

        def at(level: float, frequencies: Sequence[float] = frequencies, off: float = off) -> tuple[Int16, list[str]]:
            rng = effort.rng("dial", frequencies[0], off, level)
            return _with_dial_tone(rng, frequencies, level, off, lines)

        mine, its = ears.furthest(_DIAL_SWEEP, at)
        measure = f"loudest dial tone {name} under a digit that is off by up to {100 * off:g} %"
        yield Row(AREA, measure, "", goal, mine, its, unit="dB", trials=lines)


def _with_dial_tone(
    rng: np.random.Generator, frequencies: Sequence[float], relative: float, off: float, lines: int
) -> tuple[Int16, list[str]]:
    """Keys of 60 ms over a dial tone that goes on until 20 ms after."""
    level = rng.uniform(-16, -10, lines)
    low_off, high_off = rng.uniform(-off, off, (2, lines))
    pressed = replace(keys(rng, lines, 60), low=level, high=level, low_off=low_off, high_off=high_off)
    time = np.arange(LINE)
    dial = np.zeros((lines, LINE))
    for frequency in frequencies:
        dial += np.sin(2 * np.pi * (frequency * time / RATE + rng.random((lines, 1))))
    dial *= (amplitude(0.0) * 10 ** ((level + relative) / 20))[:, None]
    dial *= time < (pressed.start + pressed.length + ms(20))[:, None]
    return carried(rng, sound(rng, pressed, LINE) + dial.astype(np.float32)), pressed.wanted


def _echo(effort: Effort, ears: Ears) -> Iterator[Row]:
    for delay in (5, 10, 20):
        rng = effort.rng("echo", delay)
        pressed = keys(rng, effort.trials(1600), 50)
        made = sound(rng, pressed, LINE)
        rx = carried(rng, made + echo(rng, made, ms(delay), 10))
        yield ears.right(f"own echo 10 dB down after {delay} ms", "one digit", 100, rx, pressed.wanted)


def _prompts(effort: Effort, ears: Ears) -> Iterator[Row]:
    doubles, its_doubles, trials = 0, 0, 0
    for loss, goal in ((20, 100), (14, 99.9), (10, 99.5), (6, 97)):
        rng = effort.rng("prompt", loss)
        pressed = keys(rng, effort.trials(1200, least=96), (45, 120), level=(-20, -10))
        rx = _over_a_prompt(rng, pressed, loss, effort)
        yield ears.right(f"key pressed over a prompt, return loss {loss} dB", "", goal, rx, pressed.wanted)
        doubles += Tally.of(ours(rx), pressed.wanted).doubled
        its_doubles += Tally.of(theirs(ears.anchor, rx), pressed.wanted).doubled if ears.anchor else 0
        trials += len(rx)
    its = float(its_doubles) if ears.anchor else None
    yield Row(AREA, "keys pressed over a prompt and heard twice", "", 0, doubles, its, "less", "keys", trials)


def _over_a_prompt(rng: np.random.Generator, pressed: Keys, loss: float, effort: Effort) -> Int16:
    """Keys over what the line gives back of a prompt, each through a hybrid of its own."""
    sent = _prompt_pieces(rng, len(pressed.button), effort)
    return carried(rng, sound(rng, pressed, LINE) + hybrid(rng, sent, loss))


def _prompt_pieces(rng: np.random.Generator, lines: int, effort: Effort) -> Float32:
    """A piece of a prompt for each line: recorded, synthetic or, where nothing is installed, sung vowels."""
    for kind in ("recorded", "speech"):
        try:
            reel = next(material.reels(kind, min(effort.hours, 0.5), effort.seed)).astype(np.float32)
            break
        except material.Absent:
            continue
    else:
        reel = synthetic.vowels_and_whistles(rng, material.MINUTE)[None]
    reel *= gain(_PROMPT) / 10 ** (levels.dbm0(reel)[:, None] / 20).astype(np.float32)
    rows, starts = rng.integers(len(reel), size=lines), rng.integers(reel.shape[1] - LINE, size=lines)
    return np.stack([reel[row, start : start + LINE] for row, start in zip(rows, starts, strict=True)])
