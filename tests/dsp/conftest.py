"""Material for the receivers."""

from collections.abc import Callable

import numpy as np
import pytest

from dsp.receiver import Float32


@pytest.fixture(scope="session")
def voice() -> Callable[[int, int], Float32]:
    """Something like a voice, by seed and length: syllables of wandering pitch with two formants, and pauses."""

    def syllable(rng: np.random.Generator) -> Float32:
        samples = int(rng.integers(800, 2400))
        pitch = rng.uniform(90, 280) * np.linspace(1, rng.uniform(0.8, 1.25), samples)
        pitch = pitch * (1 + np.cumsum(rng.standard_normal(samples)) * 2e-4)
        phase = 2 * np.pi * np.cumsum(pitch) / 8000
        first, second = rng.uniform(300, 900), rng.uniform(1000, 2300)
        harmonics = [
            np.sin(k * phase)
            * (1 / (1 + ((k * pitch - first) / 120) ** 2) + 0.5 / (1 + ((k * pitch - second) / 160) ** 2))
            for k in range(1, 16)
        ]
        return np.asarray(np.sum(harmonics, axis=0) * np.hanning(samples) * 4000, np.float32)

    def made(seed: int, samples: int) -> Float32:
        rng = np.random.default_rng(seed)
        parts: list[Float32] = []
        while sum(map(len, parts)) < samples:
            parts += [syllable(rng), np.zeros(int(rng.integers(0, 1600)), np.float32)]
        return np.concatenate(parts)[:samples]

    return made
