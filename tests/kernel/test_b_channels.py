"""DahdiCard on the real kernel driver: two E1 spans, cross-connected (channels 1-31 <-> 32-62)."""

from __future__ import annotations

import time  # noqa: TID251  # the kernel keeps the time of the world

import numpy as np
import pytest

from drivers.card import Counters
from drivers.dahdi import DahdiCard
from drivers.errors import BadLine, CardBusy, CardNotFound
from dsp import g711
from dsp.receiver import TICK, Int16

pytestmark = pytest.mark.kernel

SECONDS = 6
HERE, THERE = "1-15,17-31", "32-46,48-62"


def speech(seed: int, lines: int, ticks: int) -> Int16:
    """Random codes as samples: every byte is told from every other. int16 (ticks, lines, 160)."""
    codes = np.random.default_rng(seed).integers(0, 256, (ticks, lines, TICK), np.uint8)
    codes[codes == 0x2A] = 0xD5  # 0x2A and 0xAA are A-law's ends: kept out so that decode and encode invert exactly
    return g711.decode(codes)


def lag(got: Int16, sent: Int16) -> int:
    """The sample of `got` at which `sent` begins; -1 when it is not there."""
    head = sent[:TICK]
    for start in np.flatnonzero(got[: len(got) - TICK] == head[0]):
        if np.array_equal(got[start : start + TICK], head):
            return int(start)
    return -1


def duplex(ahead: Int16, back: Int16) -> tuple[list[Counters], Int16, Int16, float]:
    """Send both ways at once: the two cards' counters, what each end got, int16 (lines, samples), and the rate."""
    here_got, there_got = [], []
    with DahdiCard(HERE) as here, DahdiCard(THERE) as there:
        here.read()
        there.read()
        began = time.monotonic()
        for n in range(len(ahead)):
            here.write(ahead[n])
            there.write(back[n])
            here_got.append(here.read().rx.copy())
            there_got.append(there.read().rx.copy())
        rate = len(ahead) * TICK / (time.monotonic() - began)
        counters = [here.counters, there.counters]
    return counters, np.concatenate(here_got, axis=1), np.concatenate(there_got, axis=1), rate


def test_thirty_channels_in_full_duplex_lose_nothing() -> None:
    """30 lines each way for six seconds: every byte arrives, all lines in step, no loss on any counter, 8,000 Hz.

    The guest's processor is software: when the machine below starves it samples are lost. Such a run must say so in
    its counters, and another one is made.
    """
    ticks = SECONDS * 50
    ahead, back = speech(1, 30, ticks), speech(2, 30, ticks)
    for _ in range(3):
        counters, here_got, there_got, rate = duplex(ahead, back)
        print(f"{rate:.0f} samples a second, {counters}")
        if all(card == Counters(ticks=ticks + 1) for card in counters):
            break
        assert any(card.tx_underruns or card.rx_overruns for card in counters), "a loss that nobody counted"
    else:
        pytest.fail(f"no run without losses: {counters}")
    check(there_got, np.concatenate(list(ahead), axis=1))
    check(here_got, np.concatenate(list(back), axis=1))
    assert 7900 < rate < 8100


def check(got: Int16, sent: Int16) -> None:
    """Every row holds what was sent from its lag on, and the rows' lags differ by no more than two chunks."""
    lags = [lag(got[row], sent[row]) for row in range(len(sent))]
    assert min(lags) >= 0, f"rows that never arrived: {[row for row, n in enumerate(lags) if n < 0]}"
    assert max(lags) - min(lags) <= 16, lags
    assert max(lags) <= 10 * TICK, "latency"
    for row, start in enumerate(lags):
        assert np.array_equal(got[row, start:], sent[row, : got.shape[1] - start]), f"row {row} is not what was sent"


def test_a_reader_that_sleeps_is_told_what_it_lost() -> None:
    """Half a second of sleep overruns eight blocks: `lost` and the samples read add up to the time that passed."""
    with DahdiCard("1-4") as card:
        for _ in range(10):
            card.write(card.read().rx)
        began, samples = time.monotonic(), 0
        time.sleep(0.5)
        for _ in range(60):
            tick = card.read()
            samples += TICK + tick.lost
            card.write(tick.rx)
        passed = (time.monotonic() - began) * 8000
        assert card.counters.rx_overruns >= 4
        assert card.counters.tx_underruns >= 4
        assert abs(samples - passed) < 2.5 * TICK


def test_what_cannot_be_opened() -> None:
    """The kernel's own refusals: in use, unknown, D channel."""
    with DahdiCard("1") as card:
        card.read()
        with pytest.raises(CardBusy):
            DahdiCard("1-2")
    with pytest.raises(CardNotFound, match="no such channel"):
        DahdiCard("900")
    with pytest.raises(BadLine, match="carries no speech"):
        DahdiCard("16")
