"""DTMF (ITU-T Q.23, Q.24 with the limits of AT&T, ETSI ES 201 235-3): what must be heard, and what must not.

Keys are 50 ms long unless a row says otherwise, A-law coded, at random levels, phases and moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dsp.g711 import Law
from dsp.receiver import Int16
from workbench.selftest import dtmf_disturbed, dtmf_time
from workbench.selftest.anchor import Anchor
from workbench.selftest.keying import LINE, Each, Keys, coded, keys, line, sound
from workbench.selftest.keys_heard import AREA, Ears
from workbench.selftest.measure import Effort, Row

_SWEEP = range(-30, -50, -1)


def rows(effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
    """All rows of DTMF."""
    ears = Ears(anchor)
    for part in (_codings, _frequencies, _twist, _levels, _all_limits):
        yield from part(effort, ears)
    yield from dtmf_time.rows(effort, ears)
    yield from dtmf_disturbed.rows(effort, ears)


def _codings(effort: Effort, ears: Ears) -> Iterator[Row]:
    laws: tuple[tuple[str, Law | None], ...] = (("A-law", "alaw"), ("mu-law", "mulaw"), ("linear", None))
    for name, law in laws:
        rng = effort.rng("coding", name)
        pressed = keys(rng, effort.trials(1600, least=64), (45, 120))
        yield ears.right(f"all 16 digits, {name}", "100 %", 100, line(rng, pressed, law), pressed.wanted)


def _frequencies(effort: Effort, ears: Ears) -> Iterator[Row]:
    rng = effort.rng("off by 1.5 %")
    lines = effort.trials(2000)
    limits = np.where(
        rng.random((2, lines)) < 0.4, np.sign(rng.random((2, lines)) - 0.5), rng.uniform(-1, 1, (2, lines))
    )
    low, high = 0.015 * limits
    pressed = replace(keys(rng, lines, 50), low_off=low, high_off=high)
    yield ears.right("frequency off by up to 1.5 %, 50 ms", "accept", 100, line(rng, pressed), pressed.wanted)
    for length in (50, 120):
        rng = effort.rng("off by 3.5 %", length)
        pressed = _off_by_3_5(rng, keys(rng, effort.trials(2000), length))
        yield ears.rejected(f"frequency off by 3.5 % or more, {length} ms", 0, line(rng, pressed))


def _off_by_3_5(rng: np.random.Generator, pressed: Keys) -> Keys:
    """One tone or both 3.5 to 5.5 % away, half of them at the very limit: no other key is as near."""
    shape = (2, len(pressed.button))
    sign = np.where(rng.random(shape) < 0.5, -1, 1)
    off = sign * np.where(rng.random(shape) < 0.5, 0.0351, rng.uniform(0.0351, 0.055, shape))
    which = rng.integers(0, 3, shape[1])
    return replace(
        pressed,
        low_off=np.where(which == 1, pressed.low_off, off[0]),
        high_off=np.where(which == 0, pressed.high_off, off[1]),
    )


def _twist(effort: Effort, ears: Ears) -> Iterator[Row]:
    rng = effort.rng("twist")
    lines = effort.trials(2000)
    twist = np.where(rng.random(lines) < 0.4, rng.choice([-8.0, 4.0], lines), rng.uniform(-8, 4, lines))
    level = rng.uniform(-18, -6, lines)
    pressed = replace(keys(rng, lines, 50), low=level - twist / 2, high=level + twist / 2)
    yield ears.right("twist (high minus low) -8 .. +4 dB", "accept", 100, line(rng, pressed), pressed.wanted)


def _levels(effort: Effort, ears: Ears) -> Iterator[Row]:
    for name, least, most in (("0 .. -25", -25.0, 0.0), ("+1 .. +3", 1.0, 3.0)):
        rng = effort.rng("level", name)
        pressed = keys(rng, effort.trials(1600), 50)
        pressed = _at(pressed, rng.uniform(least, most, len(pressed.button)))
        yield ears.right(f"level {name} dBm0 per tone", "accept", 100, line(rng, pressed), pressed.wanted)
    lines = effort.trials(400, least=100)

    def at(level: float) -> tuple[Int16, list[str]]:
        rng = effort.rng("lowest", level)
        pressed = _at(keys(rng, lines, 50), np.full(lines, level))
        return coded(sound(rng, pressed, LINE)), pressed.wanted

    mine, its = ears.furthest(_SWEEP, at)
    yield Row(AREA, "lowest level heard at 99 %", "-25 dBm0", -41, mine, its, "less", "dBm0", lines)
    rng = effort.rng("level -55")
    pressed = keys(rng, effort.trials(1600), (50, 120))
    yield ears.rejected(
        "level -55 dBm0 and below", 0, line(rng, _at(pressed, rng.uniform(-70, -55, len(pressed.button))))
    )


def _at(pressed: Keys, level: Each) -> Keys:
    return replace(pressed, low=level, high=level)


def _all_limits(effort: Effort, ears: Ears) -> Iterator[Row]:
    rng = effort.rng("all limits")
    lines = effort.trials(2000)
    pressed = keys(rng, lines, 40.5)
    low_off, high_off = rng.choice([-0.0145, 0.0145], (2, lines))
    twist, weaker = rng.choice([-7.8, 3.8], lines), rng.choice([-24.8, -8.2], lines)
    pressed = replace(
        pressed,
        low_off=low_off, high_off=high_off,
        low=weaker - np.minimum(twist, 0), high=weaker + np.maximum(twist, 0),
    )  # fmt: skip
    yield ears.right("all limits at once, just inside, 40 ms", "accept", 100, line(rng, pressed), pressed.wanted)
