"""G.711, both laws and both ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp import g711

LAWS = ["alaw", "mulaw"]
EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


def test_alaw_values_of_the_recommendation() -> None:
    """Table 1a: the first and last values of each sign, scaled to 16 bits."""
    codes = np.array([0xD5, 0x55, 0xAA, 0x2A, 0x80, 0x00], np.uint8)
    assert g711.decode(codes, "alaw").tolist() == [8, -8, 32256, -32256, 5504, -5504]


def test_mulaw_values_of_the_recommendation() -> None:
    """Table 2a: zero, the smallest step and the largest values."""
    codes = np.array([0xFF, 0x7F, 0xFE, 0x7E, 0x80, 0x00], np.uint8)
    assert g711.decode(codes, "mulaw").tolist() == [0, 0, 8, -8, 32124, -32124]


@pytest.mark.parametrize("law", LAWS)
def test_every_code_survives_decoding_and_encoding(law: g711.Law) -> None:
    """A code that is decoded and encoded again is itself; mu-law's negative zero becomes zero."""
    codes = np.arange(256, dtype=np.uint8)
    again = g711.encode(g711.decode(codes, law), law)
    changed = codes[again != codes].tolist()
    assert changed == ([0x7F] if law == "mulaw" else [])


@pytest.mark.parametrize("law", LAWS)
def test_a_sample_is_off_by_no_more_than_half_a_step(law: g711.Law) -> None:
    """Every sample within the law's range decodes to the middle of the interval of the recommendation that holds it."""
    x = EVERY_SAMPLE.astype(np.int64)
    codes = g711.encode(EVERY_SAMPLE, law)
    segment = ((codes ^ 0x55 if law == "alaw" else ~codes) >> 4) & 7
    step = 16 << np.maximum(segment.astype(np.int64) - 1, 0) if law == "alaw" else 8 << segment.astype(np.int64)
    error = np.abs(g711.decode(codes, law) - x)
    inside = np.abs(x) < (32768 if law == "alaw" else 32636)
    assert np.all(error[inside] <= step[inside] // 2)


@pytest.mark.parametrize("law", LAWS)
def test_coding_keeps_the_order_of_samples(law: g711.Law) -> None:
    """A greater sample never decodes to a smaller value."""
    assert np.all(np.diff(g711.decode(g711.encode(EVERY_SAMPLE, law), law).astype(np.int64)) >= 0)


@given(st.integers(0, 4), st.integers(0, 7), st.sampled_from(LAWS))
def test_any_shape_and_out(lines: int, samples: int, law: g711.Law) -> None:
    """Matrices of any shape are coded as they are, also into a given array."""
    x = EVERY_SAMPLE[::997][: lines * samples].reshape(lines, -1) if lines * samples else np.zeros((lines, 0), np.int16)
    codes = g711.encode(x, law)
    out = np.empty(x.shape, np.int16)
    assert codes.shape == x.shape
    assert g711.decode(codes, law, out) is out
    assert np.array_equal(out, g711.decode(codes, law))
    assert np.array_equal(g711.encode(x, law, np.empty(x.shape, np.uint8)), codes)


def test_what_is_no_sample_or_no_law_is_refused() -> None:
    """float samples and unknown laws raise ValueError that says what to do."""
    with pytest.raises(ValueError, match="int16"):
        g711.encode(np.zeros(3, np.float32), "alaw")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="alaw or mulaw"):
        g711.decode(np.zeros(3, np.uint8), "ulaw")  # type: ignore[arg-type]


@pytest.mark.parametrize("law", LAWS)
def test_the_code_of_silence_is_silent(law: g711.Law) -> None:
    """An idle line's code decodes to the smallest value there is."""
    assert abs(int(g711.DECODE[law][g711.silence(law)])) <= 8
