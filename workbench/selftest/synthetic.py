"""Sounds that are no keys and come near them: sung vowels, whistles, duets of whistles, tunes. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dsp.receiver import RATE, Float32

_FORMANT_WIDTHS = (60.0, 90.0, 130.0)
_LONGEST_NOTE = RATE


def vowels_and_whistles(rng: np.random.Generator, samples: int) -> Float32:
    """One sound after the other with pauses between: half vowels, the rest whistles, one in four of those in twos."""
    made = np.zeros(samples + _LONGEST_NOTE, np.float32)
    at = 0
    while at < samples:
        length = int(rng.integers(RATE // 12, RATE * 3 // 4))
        sound = _SOUNDS[int(rng.choice(3, p=[0.5, 0.37, 0.13]))](rng, length)
        made[at : at + length] = sound * _envelope(rng, length) / max(float(np.std(sound)), 1e-9)
        at += length + int(rng.integers(0, RATE // 4))
    return made[:samples]


def vowel(rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    """A voice that holds a vowel: glottal pulses of gliding pitch through three formants."""
    from scipy.signal import lfilter

    phase = _gliding(rng, rng.uniform(80, 420), samples, glide=0.25)
    pulses = np.maximum(np.diff(np.floor(phase), prepend=0.0), 0.0)
    voice = lfilter([1.0], [1.0, -0.9], pulses) + 0.003 * rng.standard_normal(samples)
    formants = (rng.uniform(250, 950), rng.uniform(900, 2300), rng.uniform(2200, 3300))
    for centre, width in zip(formants, _FORMANT_WIDTHS, strict=True):
        radius = np.exp(-np.pi * width / RATE)
        voice = lfilter([1.0], [1.0, -2 * radius * np.cos(2 * np.pi * centre / RATE), radius**2], voice)
    return np.asarray(voice)


def whistle(rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    """One whistled note, which slides, with a little of its octave and of breath."""
    phase = 2 * np.pi * _gliding(rng, rng.uniform(500, 2400), samples, glide=0.08)
    return np.asarray(
        np.sin(phase) + rng.uniform(0, 0.3) * np.sin(2 * phase) + 0.03 * rng.standard_normal(samples), np.float64
    )


def duet(rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    """Two at once, the lower one where keys have their low tone and the higher where they have the other, or near."""
    low = np.sin(2 * np.pi * _gliding(rng, rng.uniform(600, 1050), samples, glide=0.05))
    high = np.sin(2 * np.pi * _gliding(rng, rng.uniform(1100, 1750), samples, glide=0.05))
    return np.asarray(low + 10 ** rng.uniform(-0.6, 0.6) * high + 0.02 * rng.standard_normal(samples), np.float64)


_SOUNDS: tuple[Callable[[np.random.Generator, int], NDArray[np.float64]], ...] = (vowel, whistle, duet)


def tune(rng: np.random.Generator, samples: int) -> Float32:
    """Chords and a melody on an equally tempered scale, with the overtones of strings or of an organ."""
    made = np.zeros(samples + 2 * _LONGEST_NOTE, np.float32)
    decay = rng.uniform(0.5, 6.0)
    at = 0
    while at < samples:
        length = int(rng.integers(RATE // 8, RATE))
        for step in rng.integers(-24, 30, size=int(rng.integers(1, 5))):
            made[at : at + 2 * length] += _note(rng, 440.0 * 2 ** (float(step) / 12), 2 * length, decay)
        at += length
    return made[:samples]


def _note(rng: np.random.Generator, pitch: float, samples: int, decay: float) -> Float32:
    time = np.arange(samples) / RATE
    overtones = np.arange(1, max(int(3600 / pitch), 1) + 1)
    levels = overtones ** -rng.uniform(0.5, 1.5)
    angles = 2 * np.pi * pitch * overtones[:, None] * time + rng.uniform(0, 2 * np.pi, (len(overtones), 1))
    return np.asarray((levels @ np.sin(angles)) * np.exp(-decay * time) * _envelope(rng, samples), np.float32)


def _gliding(rng: np.random.Generator, frequency: float, samples: int, glide: float) -> NDArray[np.float64]:
    """Turns since the beginning of a tone whose frequency moves by up to that share, often hardly at all."""
    moved = float(rng.uniform(-glide, glide)) ** 3 / glide**2
    vibrato = 0.004 * float(rng.random()) ** 2 * np.sin(2 * np.pi * rng.uniform(4, 7) * np.arange(samples) / RATE)
    return np.asarray(np.cumsum(frequency * (np.linspace(1, 1 + moved, samples) + vibrato)) / RATE)


def _envelope(rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    """Loudness of a note: rises and falls within 5 to 50 ms."""
    rise, fall = (min(int(rng.integers(40, 400)), samples // 2) for _ in range(2))
    made = np.ones(samples)
    made[:rise] = np.linspace(0, 1, rise)
    made[samples - fall :] = np.linspace(1, 0, fall)
    return made
