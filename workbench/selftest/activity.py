"""Rows of the table for speech and silence, ends of recordings, and what answers a call."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsp import levels
from dsp.activity import ActivityReceiver
from dsp.events import Activity
from dsp.receiver import RATE, TICK, Float32, Int16
from workbench.selftest import answering, keying, recordings, spoken
from workbench.selftest.anchor import Anchor
from workbench.selftest.measure import Effort, Row, percent

AREA = "activity"
Each = NDArray[np.float64]


def rows(effort: Effort, _anchor: Anchor | None) -> Iterator[Row]:
    """All rows of the area; libspandsp has no such receiver that a line could be measured with."""
    yield from _speech(effort)
    yield from _nobody(effort)
    yield from _changes(effort)
    yield from recordings.rows(effort, spoken.pieces(effort, "recordings", 200, 3.0))
    yield from answering.rows(effort)


def heard(rx: Int16) -> list[list[tuple[int, Activity]]]:
    """What begins and ends on each line, with the sample by which it was told."""
    receiver = ActivityReceiver(len(rx))
    found: list[list[tuple[int, Activity]]] = [[] for _ in rx]
    for at in range(0, rx.shape[1], TICK):
        for event in receiver(rx[:, at : at + TICK].astype(np.float32)):
            found[event.line].append((at + TICK, event))
    return found


def _row(measure: str, goal: float, ours: float, trials: int, requirement: str = "", unit: str = "%") -> Row:
    less = unit != "%" or requirement == "nobody"
    return Row(AREA, measure, requirement, goal, ours, better="less" if less else "more", unit=unit, trials=trials)


def _speech(effort: Effort) -> Iterator[Row]:
    for label, noise, above in (
        ("15 dB over noise of -60 .. -30 dBm0", (-60.0, -30.0), 15.0),
        ("-10 .. -38 dBm0 on a quiet line (-65 dBm0)", (-65.0, -65.0), None),
    ):
        rng = effort.rng("speech", label)
        said = spoken.pieces(effort, label, 400, 3.0)
        floor = rng.uniform(*noise, len(said.sound))
        level = rng.uniform(-38, -10, len(floor)) if above is None else floor + above
        rx = keying.coded(said.sound * _gains(level) + keying.noise(rng, said.sound.shape, floor))
        found = heard(rx)
        delays, late = [], []
        for events, first, end in zip(found, said.first, said.end, strict=True):
            told = [at for at, event in events if event.edge == "began" and event.at > spoken.LEAD - RATE]
            ended = [event.at for _, event in events if event.edge == "ended" and event.at > spoken.LEAD]
            delays.append(told[0] - first if told else np.inf)
            late.append(abs(ended[-1] - end) if ended else np.inf)
        trials = len(found)
        soon = percent(sum(bool(delay <= RATE / 10) for delay in delays), trials)
        near = percent(sum(bool(delay <= 0.3 * RATE) for delay in late), trials)
        yield _row(f"speech {label}: told within 100 ms", 95, soon, trials, "100 ms")
        yield _row(f"speech {label}: its end right to 300 ms", 95, near, trials)


def _gains(level: Each) -> Float32:
    return np.asarray(10 ** (level / 20), np.float32)[:, None]


def _nobody(effort: Effort) -> Iterator[Row]:
    """Sounds of the line itself."""
    trials, samples = effort.trials(200), 12 * RATE
    for label, made in (
        ("hum of 50 or 60 Hz, -45 .. -30 dBm0", _hum),
        ("crackle, 1 to 20 clicks a second", _crackle),
        ("steps of a direct current", _steps),
    ):
        rng = effort.rng(label)
        sound = made(rng, trials, samples) + spoken.hiss(rng, (trials, samples), rng.uniform(-68, -55, trials))
        begun = sum(1 for events in heard(keying.coded(sound)) if events)
        yield _row(f"{label}: taken for a voice", 2, percent(begun, trials), trials, "nobody")


def _hum(rng: np.random.Generator, lines: int, samples: int) -> Float32:
    time = np.arange(samples) / RATE
    mains = rng.choice([50.0, 60.0], lines) * rng.uniform(0.998, 1.002, lines)
    made = np.zeros((lines, samples))
    for harmonic in (1, 2, 3):
        phase = rng.uniform(0, 2 * np.pi, (lines, 1))
        made += rng.uniform(0.2, 1, (lines, 1)) * np.sin(2 * np.pi * harmonic * mains[:, None] * time + phase)
    wanted = np.sqrt(levels.power(0.0)) * 10 ** (rng.uniform(-45, -30, (lines, 1)) / 20)
    return np.asarray(made / made.std(axis=1, keepdims=True) * wanted, np.float32)


def _crackle(rng: np.random.Generator, lines: int, samples: int) -> Float32:
    made = np.zeros((lines, samples), np.float32)
    for line in range(lines):
        a_second = float(rng.uniform(1, 20))
        made[line] = keying.impulses(rng, (1, samples), a_second, rng.uniform(1000, 12000, 1))[0]
    return made


def _steps(rng: np.random.Generator, lines: int, samples: int) -> Float32:
    made = np.zeros((lines, samples), np.float32)
    for row in made:
        for at in rng.integers(0, samples, 4):
            row[at:] += rng.uniform(-1000, 1000)
    return made


def _changes(effort: Effort) -> Iterator[Row]:
    """What is no voice for long: new noise, tones that no plan knows."""
    trials, samples = effort.trials(200), 14 * RATE
    rng = effort.rng("changes")
    noise = spoken.hiss(rng, (trials, samples), rng.uniform(-66, -55, trials))
    noise[:, 5 * RATE :] = spoken.hiss(rng, (trials, samples), rng.uniform(-42, -33, trials))[:, 5 * RATE :]
    yield _row("noise that changes in a call: known as noise within 4 s", 98, _quiet(noise, 9), trials)
    tones = np.stack([recordings.unknown_tone(rng, samples) for _ in range(trials)])
    tones[:, : 2 * RATE] = 0
    tones += spoken.hiss(rng, (trials, samples), rng.uniform(-65, -45, trials))
    yield _row("a tone that no plan knows: nobody any more within 5 s", 95, _quiet(tones, 7), trials)


def _quiet(sound: Float32, seconds: float) -> float:
    """Of how many lines has everything that began also ended by then, and stays so?"""
    found = heard(keying.coded(sound))
    good = sum(1 for events in found if not events or (len(events) % 2 == 0 and events[-1][0] <= seconds * RATE))
    return percent(good, len(found))
