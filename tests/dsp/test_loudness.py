"""Active speech level (ITU-T P.56) and the ceiling for peaks."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import levels
from dsp.limiter import limited, true_peaks
from dsp.loudness import speech_level


def tone(hertz: float, samples: int, dbm0: float = 0.0, phase: float = 0.0) -> np.ndarray:
    """A tone at that level."""
    return levels.amplitude(dbm0) * np.sin(2 * np.pi * hertz * np.arange(samples) / 8000 + phase)


def as_written(x: np.ndarray) -> float:
    """P.56 method B sample by sample, with its thresholds 6.02 dB apart and a straight line between two of them."""
    keep, hangover = exp(-1 / (8000 * 0.03)), 1600
    thresholds = 32768.0 * 2.0 ** np.arange(-15, 0)
    active, hanging = np.zeros(15), np.full(15, hangover)
    p = q = 0.0
    for sample in np.abs(x):
        p = keep * p + (1 - keep) * sample
        q = keep * q + (1 - keep) * p
        above = q >= thresholds
        hanging = np.where(above, 0, hanging + 1)
        active += hanging <= hangover
    level = 10 * np.log10(np.sum(x**2) / np.maximum(active, 1))
    apart = level - 20 * np.log10(thresholds)
    i = int(np.flatnonzero((apart < 15.9) & (active > 0))[0])
    part = (apart[i - 1] - 15.9) / (apart[i - 1] - apart[i])
    wanted = level[i - 1] + part * (level[i] - level[i - 1])
    return float(levels.power_dbm0(10 ** (wanted / 10)))


def speech_like(seed: int, samples: int = 24000) -> np.ndarray:
    """Noise in syllables and pauses, of any level."""
    rng = np.random.default_rng(seed)
    edges = np.sort(rng.integers(0, samples, 12))
    envelope = np.repeat(rng.choice([0.0, 0.003, 0.3, 1.0], 13), np.diff(np.r_[0, edges, samples]))
    return rng.standard_normal(samples) * envelope * levels.amplitude(rng.uniform(-45, -15))


@pytest.mark.parametrize("seed", range(4))
def test_the_level_is_that_of_the_recommendation(seed: int) -> None:
    """Against the method as it is written, within what its coarse thresholds leave open."""
    sound = speech_like(seed)
    assert speech_level(sound).dbm0 == pytest.approx(as_written(sound), abs=0.15)


@settings(max_examples=30, deadline=None)
@given(st.floats(-60, 3), st.floats(300, 3400))
def test_a_steady_tone_has_its_own_level(dbm0: float, hertz: float) -> None:
    """On the scale of dsp.levels; it is active all the time."""
    found = speech_level(tone(hertz, 16000, dbm0))
    assert found.dbm0 == pytest.approx(dbm0, abs=0.1)
    assert found.activity > 0.98


def test_pauses_do_not_count() -> None:
    """Six seconds of silence around two of sound: the level of the sound, but for the hangover of 0.2 s."""
    found = speech_level(np.concatenate([np.zeros(24000), tone(700, 16000, -15), np.zeros(24000)]))
    assert found.dbm0 == pytest.approx(-15.5, abs=0.2)
    assert found.activity == pytest.approx(0.28, abs=0.01)


@given(st.floats(-30, 10))
@settings(max_examples=20, deadline=None)
def test_louder_by_so_much_is_louder_by_so_much(db: float) -> None:
    """The level follows the gain, the activity does not."""
    sound = speech_like(9)
    before, after = speech_level(sound), speech_level(sound * levels.gain(db))
    assert after.dbm0 - before.dbm0 == pytest.approx(db, abs=0.01)
    assert after.activity == pytest.approx(before.activity, abs=0.001)


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(1), np.zeros(9000), np.full(100, 1e-9)])
def test_silence_has_no_level(sound: np.ndarray) -> None:
    """No division by nothing; nothing at all is silence too."""
    assert speech_level(sound).dbm0 == levels.SILENCE_DBM0
    assert speech_level(sound).activity == 0.0


@pytest.mark.parametrize("samples", [1, 2, 30, 1023, 1024, 1025])
def test_the_shortest_sounds_have_a_level(samples: int) -> None:
    """A single click of full scale, and lengths around the block of the computation."""
    assert speech_level(np.full(samples, 32767.0)).dbm0 == pytest.approx(6.15, abs=0.12)


def test_only_a_row_has_a_level() -> None:
    """A matrix is named by its shape."""
    with pytest.raises(ValueError, match=r"not \(2, 5\)"):
        speech_level(np.zeros((2, 5)))


def test_the_wave_between_the_samples_counts() -> None:
    """A tone at a quarter of the rate, sampled beside its peaks: 3 dB more than its samples show (ITU-R BS.1770)."""
    sound = tone(2000, 800, phase=np.pi / 4).astype(np.float32)
    assert np.abs(sound).max() == pytest.approx(levels.amplitude(0) / np.sqrt(2), rel=0.01)
    assert true_peaks(sound)[100:-100].max() == pytest.approx(levels.amplitude(0), rel=0.02)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4000), st.floats(-10, 25))
def test_nothing_is_above_the_ceiling_and_what_was_below_stays(seed: int, samples: int, db: float) -> None:
    """Noise with peaks of any height: true peaks under the ceiling within 0.3 dB; a quiet sound is not touched."""
    sound = (np.random.default_rng(seed).standard_normal(samples) * 8000 * levels.gain(db)).astype(np.float32)
    made, lowered = limited(sound, 16000.0)
    assert np.abs(made).max(initial=0) <= 16000.1
    assert true_peaks(made).max(initial=0) < 16000 * levels.gain(0.3)
    assert (np.abs(made) <= np.abs(sound) + 1e-3).all()
    if lowered == 0.0:
        np.testing.assert_array_equal(made, sound)
    else:
        assert true_peaks(sound).max() == pytest.approx(16000 * levels.gain(lowered), rel=1e-3)


def test_a_peak_is_lowered_without_distortion() -> None:
    """A tone that is too loud for 50 ms is softer there, with its harmonics 50 dB down; elsewhere it is as it was."""
    sound = tone(500, 4000, -6).astype(np.float32)
    sound[1800:2200] *= 3
    made, lowered = limited(sound, levels.amplitude(-3))
    assert lowered == pytest.approx(6.5, abs=0.3)
    np.testing.assert_array_equal(made[:1700], sound[:1700])
    np.testing.assert_array_equal(made[2300:], sound[2300:])
    inside = made[1860:2140] * np.hanning(280)
    power = np.abs(np.fft.rfft(inside, 4000)) ** 2
    frequency = np.fft.rfftfreq(4000, 1 / 8000)
    assert 10 * np.log10(power[frequency > 800].max() / power.max()) < -50
