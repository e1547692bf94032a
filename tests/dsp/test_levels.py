"""Levels in dBm0."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp import levels

SINE = np.sin(2 * np.pi * 1000 * np.arange(800) / 8000)


def test_a_full_scale_sine_is_3_14_dbm0() -> None:
    """The definition of the unit."""
    assert levels.dbm0(32768 * SINE) == pytest.approx(3.14, abs=0.001)


@given(st.floats(-60, 3))
def test_amplitude_and_level_are_inverse(level: float) -> None:
    """A sine made with amplitude(L) measures L."""
    assert levels.dbm0(levels.amplitude(level) * SINE) == pytest.approx(level, abs=0.001)
    assert levels.power_dbm0(levels.power(level)) == pytest.approx(level, abs=0.001)


def test_a_matrix_gives_the_level_of_each_line() -> None:
    """Shape (lines, n) in, (lines,) out; zeros and empty rows are SILENCE_DBM0, never minus infinity."""
    rx = np.stack([np.zeros(800), levels.amplitude(-10) * SINE]).astype(np.float32)
    assert levels.dbm0(rx) == pytest.approx([levels.SILENCE_DBM0, -10], abs=0.01)
    assert levels.dbm0(np.zeros((2, 0), np.int16)).tolist() == [levels.SILENCE_DBM0] * 2


def test_saturation_rounds_and_stays_in_range() -> None:
    """What does not fit into int16 becomes the end of the range."""
    x = np.array([0.6, -0.6, 40000, -40000], np.float32)
    assert levels.saturate(x).tolist() == [1, -1, 32767, -32768]


def test_gain_is_a_factor() -> None:
    """6.02 dB double the samples."""
    assert levels.gain(6.0206) == pytest.approx(2, abs=0.001)
