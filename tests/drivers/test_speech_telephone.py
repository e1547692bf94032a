"""Any sound to telephone sound: rate, band, level, silence around."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.speech.telephone import active_level, at_level, to_telephone, trimmed
from dsp import levels

RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000, 12345)


def sine(hertz: float, rate: int, seconds: float = 0.3, amplitude: float = 10000) -> np.ndarray:
    """A tone."""
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def gain(hertz: float, rate: int) -> float:
    """What becomes of a tone on its way to 8 kHz, in dB, without the ends."""
    out = to_telephone(sine(hertz, rate), rate)[200:-200]
    return float(20 * np.log10(np.sqrt(2 * np.mean(out**2)) / 10000 + 1e-9))


@pytest.mark.parametrize("rate", RATES)
def test_the_telephone_band_passes_and_the_rest_does_not(rate: int) -> None:
    """300-3400 Hz within 0.1 dB; hum at 50 Hz and all that would alias at least 50 dB down (ITU-T G.712)."""
    assert all(abs(gain(hertz, rate)) < 0.1 for hertz in (300, 1000, 2500, 3400))
    outside = [50, 100, 3700, 4500, 5000, 7000, 9000, 20000]
    assert all(gain(hertz, rate) < -50 for hertz in outside if hertz < rate / 2)


@pytest.mark.parametrize("rate", RATES)
def test_the_sound_stays_where_it_was(rate: int) -> None:
    """No delay: a tone comes out in phase, sample for sample what 8 kHz would have been."""
    out = to_telephone(sine(1000, rate), rate)
    expected = sine(1000, 8000)
    assert abs(len(out) - len(expected)) <= 1
    np.testing.assert_allclose(out[200:2200], expected[200:2200], atol=60)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3000), st.sampled_from(RATES))
def test_any_length_gives_its_share_of_samples(length: int, rate: int) -> None:
    """Nothing, one sample, or many: as long as before, to the sample."""
    out = to_telephone(np.ones(length, np.int16), rate)
    assert out.dtype == np.float32
    assert len(out) == -(-length * 8000 // rate)


@pytest.mark.parametrize("rate", [0, -8000, 10, 10**9])
def test_a_rate_that_no_sound_has_is_refused(rate: int) -> None:
    """A damaged header must not fill the memory."""
    with pytest.raises(ValueError, match="sampling rate"):
        to_telephone(np.ones(10, np.int16), rate)


def test_the_level_counts_only_what_sounds() -> None:
    """A second of tone and nine of silence: the tone's level, on the scale of dsp.levels."""
    tone = sine(1000, 8000, 1.0, levels.amplitude(-15))
    assert active_level(np.concatenate([tone, np.zeros(72000)])) == pytest.approx(-15, abs=0.1)


@given(st.floats(-60, 3), st.floats(-40, -10))
def test_speech_is_brought_to_the_level_asked_for(before: float, wanted: float) -> None:
    """From any level to any other."""
    out = at_level(sine(700, 8000, 0.5, levels.amplitude(before)), wanted)
    assert out.dtype == np.int16
    assert active_level(out) == pytest.approx(wanted, abs=0.2)


def test_peaks_are_never_cut() -> None:
    """A click among whispers: the level gives way, the wave does not."""
    sound = np.concatenate([sine(700, 8000, 0.5, 30), [30000.0], sine(700, 8000, 0.5, 30)])
    assert np.abs(at_level(sound, 0)).max() <= 32000


def test_silence_stays_silence() -> None:
    """No division by nothing."""
    assert not at_level(np.zeros(1000)).any()
    assert at_level(np.zeros(0)).size == 0
    assert trimmed(np.zeros(1000, np.float32)).size == 0


def test_silence_around_speech_goes() -> None:
    """10 ms stay on each side; silence within stays."""
    tone = sine(700, 8000, 0.2).astype(np.float32)
    gap = np.zeros(4000, np.float32)
    out = trimmed(np.concatenate([gap, tone, gap, tone, gap]))
    assert len(out) == pytest.approx(len(tone) * 2 + 4000 + 160, abs=80)
