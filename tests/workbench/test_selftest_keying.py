"""The signals of the conformance rows: are they what the rows say?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dsp import levels
from dsp.receiver import RATE, Float32
from workbench.selftest import keying
from workbench.selftest.keying import HIGH, LINE, LOW, keys, ms, sound


def rng() -> np.random.Generator:
    """The same numbers for every test."""
    return np.random.default_rng(11)


def peaks(row: Float32) -> tuple[float, float]:
    """The strongest frequency below and above 1075 Hz, Hz, to a fraction of one."""
    spectrum = np.abs(np.fft.rfft(row * np.hanning(len(row)), 1 << 17))
    hertz = np.fft.rfftfreq(1 << 17, 1 / RATE)
    low = hertz < 1075
    return float(hertz[low][np.argmax(spectrum[low])]), float(hertz[~low][np.argmax(spectrum[~low])])


def test_a_key_has_its_two_frequencies_with_their_offsets() -> None:
    """Q.23: each button is one low and one high frequency; the offset is relative."""
    pressed = replace(keys(rng(), 16, 400), low_off=np.full(16, 0.015), high_off=np.full(16, -0.015))
    for button, row in enumerate(sound(rng(), pressed, LINE)):
        low, high = peaks(row)
        assert low == pytest.approx(LOW[button // 4] * 1.015, abs=1.0)
        assert high == pytest.approx(HIGH[button % 4] * 0.985, abs=1.0)


def test_a_key_has_its_level_and_its_length() -> None:
    """Each tone has the dBm0 it was given, the key its samples and nothing before or after."""
    pressed = replace(keys(rng(), 32, 100), low=np.full(32, -10.0), high=np.full(32, -99.0))
    made = sound(rng(), pressed, LINE)
    heard = np.abs(made) > 1.0
    assert np.all(np.argmax(heard, axis=1) - pressed.start < 3)
    lasting = LINE - np.argmax(heard[:, ::-1], axis=1) - np.argmax(heard, axis=1)
    assert np.all(np.abs(lasting - ms(100)) < 4)
    assert levels.dbm0(made) + 10 * np.log10(LINE / ms(100)) == pytest.approx(np.full(32, -10.0), abs=0.2)


def test_a_tone_that_rises_takes_its_time() -> None:
    """With a rise of 5 ms the first millisecond is much weaker than the middle."""
    pressed = replace(keys(rng(), 64, 60), start=np.full(64, 800.0), rise=float(ms(5)))
    made = sound(rng(), pressed, LINE)
    assert np.std(made[:, 800:808]) < 0.2 * np.std(made[:, 960:1120])


def test_noise_is_as_loud_as_it_says_and_stays_in_its_band() -> None:
    """The SNR rows count noise between 300 and 3400 Hz."""
    made = keying.noise(rng(), (4, 8000), np.array([-20.0, -30.0, -40.0, -50.0]))
    assert levels.dbm0(made) == pytest.approx([-20, -30, -40, -50], abs=0.01)
    power = np.abs(np.fft.rfft(made, axis=1)) ** 2
    assert power[:, :299].sum() < 1e-6 * power.sum()
    assert power[:, 3402:].sum() < 1e-6 * power.sum()


def test_impulses_come_as_often_and_as_high_as_asked() -> None:
    """Five a second, each of the peak that its line was given."""
    made = keying.impulses(rng(), (200, 8000), 5, np.full(200, 1000.0))
    assert 900 < np.abs(made).max() < 2200
    quiet = np.abs(made).reshape(200, -1, 80).max(axis=2) < 1
    assert 0.03 < 1 - quiet.mean() < 0.08  # 5 a second in pieces of 10 ms, some of which reach into the next


def test_a_hybrid_gives_back_what_its_return_loss_says() -> None:
    """6 dB of return loss: the echo has a quarter of the power."""
    sent = keying.noise(rng(), (50, 8000), -15.0)
    back = keying.hybrid(rng(), sent, 6.0)
    assert levels.dbm0(sent) - levels.dbm0(back) == pytest.approx(np.full(50, 6.0), abs=0.01)


def test_a_drop_out_is_silence_for_its_time_only() -> None:
    """Nothing else of the line is touched."""
    made = np.ones((2, 100), np.float32)
    cut = keying.without(made, np.array([10.0, 20.0]), 5.0)
    assert cut.sum(axis=1).tolist() == [95, 95]
    assert not cut[0, 10:15].any()
    assert not cut[1, 20:25].any()


@pytest.mark.parametrize("law", ["alaw", "mulaw"])
def test_coding_adds_the_noise_of_the_law_and_no_more(law: str) -> None:
    """G.711: about 38 dB of signal to quantising noise at the levels of keys; linear: rounding alone."""
    made = keying.noise(rng(), (4, 8000), -15.0)
    error = keying.coded(made, law).astype(np.float32) - made  # type: ignore[arg-type]
    assert np.all(levels.dbm0(made) - levels.dbm0(error) > 34)
    assert np.abs(keying.coded(made, None) - made).max() <= 0.5
