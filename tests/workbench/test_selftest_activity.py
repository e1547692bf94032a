"""The rows for speech and silence, ends of recordings and answers reach their goals on a few trials."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dsp.receiver import RATE, Float32
from workbench.selftest import activity, answering, recordings, spoken
from workbench.selftest.measure import QUICK, Effort, Row

SLACK = 8.4
"""Percent: two of 24 trials may go wrong where of hundreds hardly any does."""


def vowels(number: int, _effort: Effort) -> Float32:
    """Some seconds of vowels with pauses, in place of a minute of speech that takes a synthesiser."""
    rng = np.random.default_rng(number)
    parts: list[Float32] = []
    for _ in range(40):
        samples = int(rng.integers(1200, 3000))
        pitch = rng.uniform(90, 240) * np.linspace(1, rng.uniform(0.8, 1.2), samples)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        formant = rng.uniform(300, 900)
        voice = sum(np.sin(k * phase) / (1 + ((k * pitch - formant) / 150) ** 2) for k in range(1, 14))
        parts += [np.asarray(1000 * rng.uniform(0.6, 1.4) * voice / np.std(voice), np.float32)]
        parts += [np.zeros(int(rng.integers(200, 1600)), np.float32)]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """All rows of the area that need no synthesiser."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(answering, "PROGRAM", "no-such-program")
        patched.setattr(spoken, "_minute", vowels)
        return list(activity.rows(replace(QUICK, seed=2), None))


def test_every_row_is_there_once(rows: list[Row]) -> None:
    """Each with its trials and a figure."""
    assert len({row.measure for row in rows}) == len(rows) >= 20
    assert all(row.area == "activity" and row.trials >= 24 and np.isfinite(row.ours) for row in rows)


def test_every_row_is_reached_or_nearly(rows: list[Row]) -> None:
    """On vowels in place of speech, and on few trials."""
    missed = [
        row for row in rows if not replace(row, ours=row.ours + (SLACK if row.better == "more" else -SLACK)).reached
    ]
    assert not missed


def test_where_speech_begins_and_ends_is_told_by_its_level() -> None:
    """Ten milliseconds that are strong for 40 ms together; a click and a whisper are not."""
    piece = np.zeros(RATE, np.float32)
    piece[800:810] = 9000
    piece[2400:4000] = np.resize([3000, -3000], 1600)
    piece[6000:7000] = np.resize([30, -30], 1000)
    assert np.flatnonzero(spoken.strong(piece)).tolist() == list(range(30, 50))


def test_unknown_tones_differ() -> None:
    """One or two frequencies, with or without a cadence, between -30 and -10 dBm0."""
    rng = np.random.default_rng(1)
    made = [recordings.unknown_tone(rng, RATE) for _ in range(20)]
    assert len({sound.tobytes() for sound in made}) == 20
    assert all(0 < np.abs(sound).max() < 15000 for sound in made)
