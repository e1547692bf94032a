"""DTMF in time: how short a key may be, what interrupts it, when it is reported (ITU-T Q.24, ETSI ES 201 235-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dsp.receiver import TICK
from workbench.selftest.keying import LINE, Each, Keys, carried, keys, line, ms, sound, without
from workbench.selftest.keys_heard import AREA, Ears, events, first_reports
from workbench.selftest.measure import Effort, Row, percent


def rows(effort: Effort, ears: Ears) -> Iterator[Row]:
    """The rows about time."""
    for part in (_lengths, _broken, _again, _lost, _held, _latency):
        yield from part(effort, ears)


def _lengths(effort: Effort, ears: Ears) -> Iterator[Row]:
    rng = effort.rng("40 ms")
    pressed = keys(rng, effort.trials(2000), (40, 70))
    yield ears.right("tones of 40 ms and more", "accept", 100, line(rng, pressed), pressed.wanted)
    rng = effort.rng("rise")
    pressed = replace(keys(rng, effort.trials(1600), (45, 70)), rise=ms(5))
    yield ears.right(
        "tones of 45 ms and more that rise and fall in 5 ms", "accept", 100, line(rng, pressed), pressed.wanted
    )
    for shortest, longest in ((20.5, 23.0), (5.0, 20.0)):
        rng = effort.rng("short", longest)
        pressed = keys(rng, effort.trials(2000), (shortest, longest))
        yield ears.rejected(f"tones of {longest:g} ms and less", 0, line(rng, pressed))


def _broken(effort: Effort, ears: Ears) -> Iterator[Row]:
    for name, shortest, longest in (("of 10 ms", 10, 10), ("of 18 ms", 18, 18), ("of up to 19 ms", 1, 19)):
        rng = effort.rng("drop-out", name)
        pressed = keys(rng, effort.trials(1600), (100, 250))
        gap = rng.uniform(ms(shortest), ms(longest), len(pressed.button))
        first = pressed.start + rng.uniform(ms(15), pressed.length - gap - ms(15))
        rx = carried(rng, without(sound(rng, pressed, LINE), first, gap))
        yield ears.right(f"drop-out {name} inside one digit", "one digit", 100, rx, pressed.wanted)


def _again(effort: Effort, ears: Ears) -> Iterator[Row]:
    for name, shortest, longest, times in (
        ("10 ms", 10, 10, 1), ("11 .. 19 ms", 11, 19, 1), ("40 ms and more", 40, 90, 2),
    ):  # fmt: skip
        rng = effort.rng("again", name)
        pressed = keys(rng, effort.trials(1600), (45, 100))
        lines = len(pressed.button)
        again = pressed.start + pressed.length + rng.uniform(ms(shortest), ms(longest), lines)
        both = sound(rng, pressed, LINE) + sound(rng, pressed.again(again, rng.uniform(ms(45), ms(100), lines)), LINE)
        rx = carried(rng, both)
        wanted = [button * times for button in pressed.wanted]
        yield ears.right(f"the same digit again after {name}", ("one", "two")[times - 1], 100, rx, wanted)


def _lost(effort: Effort, ears: Ears) -> Iterator[Row]:
    """Every line loses the same 20 ms, told to the receiver or as silence; where in its key that is, is at random."""
    for name in ("lost audio", "silence in place of lost audio"):
        rng = effort.rng(name)
        pressed = keys(rng, effort.trials(1600), (100, 250))
        lines, first = len(pressed.button), ms(200) + int(rng.integers(TICK))
        pressed = replace(pressed, start=first - rng.uniform(ms(20), pressed.length - ms(40)))
        told = name == "lost audio"
        made = sound(rng, pressed, ms(600))
        rx = carried(rng, made if told else without(made, np.full(lines, first), TICK))
        lost = (first, first + TICK) if told else None
        yield ears.right(f"20 ms of {name} inside a digit", "one digit", 95, rx, pressed.wanted, lost)


def _held(effort: Effort, _: Ears) -> Iterator[Row]:
    """`ended` and its length: one event, right within 10 ms. libspandsp gives no length."""
    rng = effort.rng("held")
    pressed = keys(rng, effort.trials(400), (45, 900))
    ends = [event for event in events(line(rng, pressed, samples=ms(1200))) if event.edge == "ended"]
    good = [event.line for event in ends if abs(event.length - pressed.length[event.line]) <= ms(10)]
    once = sum(1 for number in set(good) if sum(event.line == number for event in ends) == 1)
    yield Row(AREA, "a held key ends once, its length right within 10 ms", "", 100, percent(once, len(pressed.button)),
              trials=len(pressed.button))  # fmt: skip


def _latency(effort: Effort, ears: Ears) -> Iterator[Row]:
    """From a tone's first sample to the sample at which it is reported, the stream handed over sample by sample."""
    rng = effort.rng("latency")
    pressed = keys(rng, effort.trials(480, least=96), 100)
    rx = line(rng, pressed, samples=ms(300))[:, : ms(220)]
    mine = _delays(first_reports(rx), pressed)
    its = np.array([k[0].by if k else np.inf for k in ears.anchor.keys(rx, cut=1)]) if ears.anchor else None
    for name, share, goal in (("median", 50, 30.0), ("95 % within", 95, 36.0)):
        measure = f"first report after the tone's start, {name}"
        anchors = None if its is None else float(np.percentile(_delays(its, pressed), share))
        yield Row(AREA, measure, "", goal, float(np.percentile(mine, share)), anchors, "less", "ms", len(rx))


def _delays(reports: Each, pressed: Keys) -> Each:
    return (reports - pressed.start) / ms(1)
