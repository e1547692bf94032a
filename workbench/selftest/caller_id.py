"""Caller ID (ETSI EN 300 659, Telcordia GR-30): messages that must be read, and numbers that must never be wrong.

Every row but the last stands for messages of both formats, all as lines of one matrix. A message counts if number, name
and time are right; a wrong one counts in the last row, in whichever row it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dsp.caller_id import CallerIdReceiver
from dsp.dtmf.signal import key
from dsp.events import CallerId
from dsp.receiver import RATE, Float32, Int16
from workbench.selftest.anchor import Anchor, Standard
from workbench.selftest.caller_id_lines import MODEMS, Said, Terms, lines
from workbench.selftest.keying import carried
from workbench.selftest.measure import Effort, Row, percent

AREA = "caller-id"
_CUT = 640
_STANDARDS: dict[str, Standard] = {"Bell 202": "bell202", "V.23": "v23"}
_MARKS = ("DC", "AC", "A#", "D#", "BC")


@dataclass(slots=True)
class _Count:
    """Wrong numbers and messages so far: ours, the anchor's, of how many."""

    ours: int = 0
    anchor: int = 0
    trials: int = 0
    known: bool = False

    def row(self) -> Row:
        anchor = float(self.anchor) if self.known else None
        return Row(
            AREA, "wrong numbers delivered", "none", 0, self.ours, anchor, "less", f"in {self.trials}", self.trials
        )


def rows(effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
    """All rows of caller ID. Bogus messages in speech are counted with the talk-off."""
    wrong = _Count(known=anchor is not None)
    for modem in MODEMS:
        clean = Terms(modem)
        yield _read(effort, anchor, wrong, "clean, A-law", 100, clean)
        yield _read(effort, anchor, wrong, "clean, mu-law", 100, replace(clean, law="mulaw"))
        yield _read(effort, anchor, wrong, "12 .. 20 dB SNR", 100, replace(clean, snr=(12, 20)))
        yield _read(effort, anchor, wrong, "12 dB SNR", 100, replace(clean, snr=(12, 12)))
        yield _read(effort, anchor, wrong, "clock off by up to 1 %", 100, replace(clean, clock=(-0.01, 0.01)))
        yield _read(effort, anchor, wrong, "6 dB of tilt either way", 100, replace(clean, tilt=(-6, 6)))
        short = replace(clean, seizure=(0, 80), mark=(20, 60))
        yield _read(effort, anchor, wrong, "short preamble", 100, short)
        yield _read(effort, anchor, wrong, "10 dB SNR", 99, replace(clean, snr=(10, 10)))
        yield _read(effort, anchor, wrong, "8 dB SNR", 90, replace(clean, snr=(8, 8)))
        yield _read(effort, anchor, wrong, "level -8 .. -32 dBm0", 100, replace(clean, level=(-32, -8)))
        yield _read(effort, anchor, wrong, "level -34 .. -40 dBm0", 95, replace(clean, level=(-40, -34)))
        _read(effort, anchor, wrong, "2 .. 9 dB SNR", 0, replace(clean, snr=(2, 9)), 700)
    for marks in _MARKS:
        yield _dtmf(effort, marks)
    yield wrong.row()


def _read(
    effort: Effort, anchor: Anchor | None, wrong: _Count, measure: str, goal: float, terms: Terms, full: int = 300
) -> Row:
    """A row of FSK: how many of the messages are read."""
    count = effort.trials(full, least=6)
    rx, said = lines(effort.rng(AREA, terms.modem, measure), terms, count)
    right = set()
    for event in _heard(rx):
        one = said[event.line]
        if (event.number, event.name, event.when) == (one.number, one.name, one.when):
            right.add(event.line)
        else:
            wrong.ours += 1
    wrong.trials += count
    theirs = _anchored(anchor, wrong, rx, said, terms.modem) if anchor else None
    return Row(AREA, f"{terms.modem}: {measure}", "read", goal, percent(len(right), count), theirs, trials=count)


def _heard(rx: Int16) -> list[CallerId]:
    receiver = CallerIdReceiver(len(rx))
    sound = rx.astype(np.float32)
    return [event for at in range(0, rx.shape[1], _CUT) for event in receiver(sound[:, at : at + _CUT])]


def _anchored(anchor: Anchor, wrong: _Count, rx: Int16, said: list[Said], modem: str) -> float:
    """libspandsp is told the modem. Its messages are right if they hold what was sent, byte by byte."""
    right = 0
    for messages, one in zip(anchor.caller_ids(rx, _STANDARDS[modem]), said, strict=True):
        wanted = [text.encode() for text in (one.number, one.name, one.when)]
        good = [all(text in message for text in wanted) for message in messages]
        right += any(good)
        wrong.anchor += good.count(False)
    return percent(right, len(rx))


def _dtmf(effort: Effort, marks: str) -> Row:
    """A row of DTMF: keys of 40 to 70 ms between marks, off in frequency and twisted as an exchange may be."""
    rng = effort.rng(AREA, "dtmf", marks)
    count = effort.trials(100, least=6)
    numbers = ["".join(map(str, rng.integers(0, 10, int(rng.integers(3, 16))))) for _ in range(count)]
    sounds = [_keys(rng, marks[0] + number + marks[1]) for number in numbers]
    rx = np.zeros((count, max(map(len, sounds)) + RATE), np.float32)
    for row, sound in zip(rx, sounds, strict=True):
        at = int(rng.integers(RATE // 10))
        row[at : at + len(sound)] = sound
    right = {event.line for event in _heard(carried(rng, rx)) if event.number == numbers[event.line]}
    measure = f"DTMF between {marks[0]} and {marks[1]}, keys of 40 .. 70 ms"
    return Row(AREA, measure, "read", 100, percent(len(right), count), trials=count)


def _keys(rng: np.random.Generator, text: str) -> Float32:
    level, twist = float(rng.uniform(-24, -6)), float(rng.uniform(-3, 3))
    on, off = (int(RATE * rng.uniform(0.04, 0.07)) for _ in range(2))
    offset = (float(rng.uniform(-0.015, 0.015)), float(rng.uniform(-0.015, 0.015)))
    silence = np.zeros(off, np.float32)
    return np.concatenate([part for one in text for part in (key(one, level, twist, on, offset), silence)])
