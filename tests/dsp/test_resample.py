"""Any rate to 8 kHz and the telephone band: what passes, what does not, and where it stands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.resample import resample

RATES = (8000, 11025, 12345, 16000, 22050, 32000, 44100, 48000, 96000, 192000)


def sine(hertz: float, rate: int, seconds: float = 0.3, amplitude: float = 10000) -> np.ndarray:
    """A tone."""
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def gain(hertz: float, rate: int, low: float = 200.0) -> float:
    """What becomes of a tone on its way to 8 kHz, in dB, without the ends."""
    out = resample(sine(hertz, rate), rate, low).astype(np.float64)[200:-200]
    return float(20 * np.log10(np.sqrt(2 * np.mean(out**2)) / 10000 + 1e-9))


@pytest.mark.parametrize("rate", RATES)
def test_the_telephone_band_passes_and_the_rest_does_not(rate: int) -> None:
    """300-3400 Hz within 0.1 dB; hum at 50 Hz, and all that would alias, at least 60 dB down (ITU-T G.712)."""
    assert all(abs(gain(hertz, rate)) < 0.1 for hertz in (300, 1000, 2500, 3400))
    outside = [50, 100, 3700, 3990, 4010, 4500, 5000, 7000, 9000, 20000, 47000, 95000]
    assert all(gain(hertz, rate) < -60 for hertz in outside if hertz < rate / 2)


@settings(deadline=None, max_examples=30)
@given(st.floats(300, 3400), st.floats(0, 1), st.sampled_from(RATES))
def test_any_tone_of_the_band_passes_and_its_mirror_does_not(hertz: float, part: float, rate: int) -> None:
    """And any tone above the band, up to half the rate, is gone."""
    assert abs(gain(hertz, rate)) < 0.1
    above = 3680 + part * (rate / 2 - 3700)
    assert gain(above, rate) < -60


@pytest.mark.parametrize("rate", RATES)
def test_the_sound_stays_where_it_was(rate: int) -> None:
    """No delay: a tone comes out in phase, sample for sample what 8 kHz would have been."""
    out = resample(sine(1000, rate), rate)
    expected = sine(1000, 8000)
    assert abs(len(out) - len(expected)) <= 1
    np.testing.assert_allclose(out[200:2200], expected[200:2200], atol=60)


def test_the_low_end_may_stay() -> None:
    """Without the lower limit 20 Hz and DC pass."""
    assert abs(gain(20, 48000, low=0.0)) < 0.2
    assert resample(np.full(48000, 500), 48000, low=0.0)[4000] == pytest.approx(500, rel=1e-3)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3000), st.sampled_from(RATES))
def test_any_length_gives_its_share_of_samples(length: int, rate: int) -> None:
    """Nothing, one sample, or many: as long as before, to the sample."""
    out = resample(np.ones(length, np.int16), rate)
    assert out.dtype == np.float32
    assert len(out) == -(-length * 8000 // rate)


@pytest.mark.parametrize("rate", [0, -8000, 10, 10**9])
def test_a_rate_that_no_sound_has_is_refused(rate: int) -> None:
    """A damaged header must not fill the memory."""
    with pytest.raises(ValueError, match="sampling rate"):
        resample(np.ones(10, np.int16), rate)


def test_bands_and_shapes_that_make_no_sense_are_refused() -> None:
    """A band beyond 4 kHz, one that is upside down, two rows."""
    for low, high in ((200, 4000), (3000, 300), (-1, 3400)):
        with pytest.raises(ValueError, match="no band"):
            resample(np.ones(10), 8000, low, high)
    with pytest.raises(ValueError, match=r"one row of samples, not \(2, 10\)"):
        resample(np.ones((2, 10)), 8000)
