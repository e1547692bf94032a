"""Speech brought to its level, with headroom, and without the silence around it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.speech.telephone import PEAK_DBM0, levelled, trimmed
from dsp import levels
from dsp.loudness import speech_level


def sine(hertz: float, seconds: float = 0.3, amplitude: float = 10000) -> np.ndarray:
    """A tone."""
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(int(8000 * seconds)) / 8000)).astype(np.float32)


@settings(deadline=None, max_examples=40)
@given(st.floats(-60, 3), st.floats(-40, -10))
def test_speech_is_brought_to_the_level_asked_for(before: float, wanted: float) -> None:
    """From any level to any other; what it was before is told."""
    made = levelled(sine(700, 0.5, levels.amplitude(before)), wanted)
    assert made.samples.dtype == np.int16
    assert speech_level(made.samples).dbm0 == pytest.approx(wanted, abs=0.2)
    assert made.before == pytest.approx(before, abs=0.2)
    assert made.lowered == 0.0


def test_peaks_give_way_and_the_level_stays() -> None:
    """A click among quiet speech: it is softened to the headroom, and told; what lies around it has its level."""
    quiet = sine(700, 0.5, 300)
    made = levelled(np.concatenate([quiet, [30000.0, -30000.0], quiet]), -20)
    assert np.abs(made.samples).max() <= levels.amplitude(PEAK_DBM0) + 1
    assert made.lowered > 6
    assert speech_level(made.samples[:3900]).dbm0 == pytest.approx(-20, abs=0.5)


def test_silence_stays_silence() -> None:
    """No division by nothing."""
    assert not levelled(np.zeros(1000)).samples.any()
    assert levelled(np.zeros(0)).samples.size == 0
    assert trimmed(np.zeros(1000, np.float32)).size == 0
    assert trimmed(np.zeros(0, np.float32), noisy=True).size == 0


def test_silence_around_speech_goes() -> None:
    """10 ms stay on each side; silence within stays."""
    tone = sine(700, 0.2)
    gap = np.zeros(4000, np.float32)
    out = trimmed(np.concatenate([gap, tone, gap, tone, gap]))
    assert len(out) == pytest.approx(len(tone) * 2 + 4000 + 160, abs=80)


@pytest.mark.parametrize("snr", [60, 45, 38, 34])
def test_the_noise_of_a_room_around_speech_goes_too(snr: float) -> None:
    """A word recorded in an office: its noise is not speech, the word keeps all of its own."""
    word = sine(500, 0.4) * np.hanning(3200).astype(np.float32)
    sound = np.concatenate([np.zeros(4000, np.float32), word, np.zeros(4000, np.float32)])
    noise = np.random.default_rng(1).standard_normal(len(sound)) * 7071 * levels.gain(-snr)
    out = trimmed((sound + noise).astype(np.float32), 160, noisy=True)
    assert 3200 - 400 < len(out) <= 3200 + 2 * 160 + 80
