"""The newest samples of every line, from which pieces are taken for a closer look."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.dtmf.samples import KEEP, LONGEST, TAKES, Samples


@pytest.mark.parametrize("cut", [40, 77, 160, TAKES], ids=str)
def test_any_piece_that_is_kept_is_what_was_heard(cut: int) -> None:
    """Wherever it lies in the ring, and however the stream was cut."""
    rng = np.random.default_rng(1)
    heard = rng.standard_normal((3, 5000)).astype(np.float32)
    samples = Samples(3)
    for at in range(0, 5000 - cut, cut):
        samples(heard[:, at : at + cut])
        end = samples.total
        for count in (24, LONGEST):
            ends = np.array([end, end - 7, end + count - KEEP])
            lines = np.array([2, 0, 1])
            expected = [heard[line, max(e - count, 0) : e] for line, e in zip(lines, ends, strict=True)]
            if min(ends) >= count:
                np.testing.assert_array_equal(samples.gather(lines, ends, count), expected)


def test_what_is_no_number_counts_as_silence() -> None:
    """And so does what no card can give; all else stays."""
    heard = np.ones((2, 160), np.float32)
    heard[0, 150:153] = np.nan, np.inf, -1e6
    samples = Samples(2)
    samples(heard)
    first, second = samples.gather(np.array([0, 1]), np.array([160, 160]), 20)
    assert first.tolist() == [1.0] * 10 + [0.0] * 3 + [1.0] * 7
    assert second.tolist() == [1.0] * 20
