"""What machines say: beeps, special information tones, answer tones of modems, pips, speech. float32 at 8 kHz."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from drivers.speech.espeak import speak, voice_of
from drivers.speech.recording import read_recording
from dsp import levels
from dsp.receiver import RATE, Float32
from hw_sim.caller.voice import at_level
from hw_sim.machines.config import SitName, Speaking

LOW, HIGH = (913.8, 1370.6), (985.2, 1428.5)
SHORT, LONG = 0.274, 0.380
SIT: dict[SitName, tuple[tuple[float, float], ...]] = {
    "itu": ((950.0, 0.330), (1400.0, 0.330), (1800.0, 0.330)),
    "intercept": ((LOW[0], SHORT), (LOW[1], SHORT), (1776.7, LONG)),
    "vacant": ((HIGH[0], LONG), (LOW[1], SHORT), (1776.7, LONG)),
    "reorder": ((LOW[0], SHORT), (HIGH[1], LONG), (1776.7, LONG)),
    "no_circuit": ((HIGH[0], LONG), (HIGH[1], LONG), (1776.7, LONG)),
}
"""Hz and seconds: ITU-T E.180 5.3; Bellcore SR-2275, other networks than the caller's own not told apart."""

ANSWER = 2100.0
ANSWER_SECONDS = 3.3
REVERSAL = 0.450
"""ITU-T V.25: 180 degrees each 450 +-25 ms."""
SWING, SWING_DEPTH = 15.0, 0.2
"""ITU-T V.8, 8.2: ANSam."""
V22_ONES = 2250.0
"""Unscrambled ones of an answering V.22 modem: 2400 Hz, turned by a quarter 600 times a second."""


def silence(seconds: float) -> Float32:
    """Nothing."""
    return np.zeros(round(seconds * RATE), np.float32)


def tone(frequency: float, seconds: float, level: float) -> Float32:
    """A sine of so many dBm0."""
    index = np.arange(round(seconds * RATE))
    return np.asarray(levels.amplitude(level) * np.sin(2 * np.pi * frequency / RATE * index), np.float32)


def information(kind: SitName, level: float) -> Float32:
    """Special information tones."""
    return np.concatenate([tone(frequency, seconds, level) for frequency, seconds in SIT[kind]])


def answer_tone(level: float, reversals: bool, swing: bool) -> Float32:
    """A modem's answer: 2100 Hz."""
    made = tone(ANSWER, ANSWER_SECONDS, level)
    seconds = np.arange(len(made)) / RATE
    if reversals:
        made *= np.where(seconds / REVERSAL % 2 < 1, 1.0, -1.0).astype(np.float32)
    if swing:
        made *= (1 + SWING_DEPTH * np.sin(2 * np.pi * SWING * seconds)).astype(np.float32)
    return made


def pips(now: int, samples: int, level: float) -> Float32:
    """A pip at every full second of the clock, longer at the minute; the first sample is `now`."""
    at = now + np.arange(samples)
    into, second = at % RATE, at // RATE
    sounds = into < np.where(second % 60 == 0, 6 * RATE // 10, RATE // 10)
    wave = levels.amplitude(level) * np.sin(2 * np.pi * 1000.0 / RATE * into)
    return np.asarray(wave * sounds, np.float32)


def speech(config: Speaking, default: str) -> Float32:
    """The voice of somebody who speaks. Raises drivers.speech.errors.SpeechError."""
    return _voice(config.wav, config.text or default, config)


def conversation(config: Speaking, words: Sequence[str]) -> Float32:
    """Somebody who waits for an answer after the first word, and then talks on with pauses, for `talk`."""
    hello = speech(config, words[0])
    parts = [silence(0.4), hello, silence(2.0), hello]
    spoken = [_voice(None, text, config) for text in words[1:]]
    turn = 0
    while spoken and sum(map(len, parts)) < config.talk:
        parts += [silence(1.2 + 0.4 * (turn % 3)), spoken[turn % len(spoken)]]
        turn += 1
    return np.concatenate(parts)[: config.talk]


def _voice(wav: Path | None, text: str, config: Speaking) -> Float32:
    return at_level(read_recording(wav) if wav else speak(text, voice_of(config.language)), config.level)
