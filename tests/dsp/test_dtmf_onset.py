"""What was there before it happened to be a pair of tones is no key; what comes at once is one."""

from __future__ import annotations

import numpy as np
import pytest

from dsp import dtmf, g711, levels
from dsp.dtmf.signal import HIGH, LOW
from dsp.receiver import Float32

SEED = 7


def keys(x: Float32) -> str:
    """What is heard on an A-law line, with 50 ms of silence before and 150 after."""
    whole = np.concatenate([np.zeros(400, np.float32), x, np.zeros(1200, np.float32)])
    line = g711.decode(g711.encode(levels.saturate(whole), "alaw"), "alaw").astype(np.float32)
    return "".join(event.digit for event in dtmf.DtmfReceiver(1)(line[None]) if event.edge == "began")


def rising(x: Float32, seconds: float) -> Float32:
    """A sound that takes so long until it is as loud as it gets."""
    return np.asarray(x * np.minimum(np.arange(len(x)) / 8000 / seconds, 1), np.float32)


@pytest.mark.parametrize("digit", dtmf.KEYS)
def test_two_whistles_that_swell_are_no_key(digit: str) -> None:
    """On a key's very frequencies, but 40 ms or more until they are as loud as they get."""
    for swell in (0.04, 0.06, 0.1):
        assert keys(rising(dtmf.key(digit, level=-12, samples=4000), swell)) == ""


@pytest.mark.parametrize("digit", "159D")
def test_two_whistles_that_glide_into_a_key_are_none(digit: str) -> None:
    """From 5 % beside the frequencies onto them, in 0.3 s; there they stay."""
    index = dtmf.KEYS.index(digit)
    time = np.arange(6400) / 8000
    off = 0.05 * np.maximum(1 - time / 0.3, 0)
    made = np.zeros(len(time))
    for hz in (LOW[index // 4], HIGH[index % 4]):
        made += levels.amplitude(-12) * np.sin(2 * np.pi * hz / 8000 * np.cumsum(1 + off))
    assert keys(np.asarray(made, np.float32)) == ""


@pytest.mark.parametrize("digit", dtmf.KEYS)
def test_notes_with_overtones_are_no_key(digit: str) -> None:
    """Two notes struck at once, each with a second harmonic 9 dB below it and a third 12 dB below."""
    index, rng = dtmf.KEYS.index(digit), np.random.default_rng(SEED)
    time = np.arange(3200) / 8000
    made = np.zeros(len(time))
    for hz in (LOW[index // 4], HIGH[index % 4]):
        for number, below in ((1, 0), (2, 9), (3, 12)):
            if number * hz < 3600:
                angle = 2 * np.pi * number * hz * time + rng.uniform(0, 2 * np.pi)
                made += levels.amplitude(-14 - below) * np.sin(angle)
    assert keys(np.asarray(made, np.float32)) == ""


@pytest.mark.parametrize("rise", [-12, -6, 6])
def test_a_key_whose_level_drifts_is_one_key(rise: float) -> None:
    """Both tones together, by so many dB in 0.15 s."""
    for digit in dtmf.KEYS:
        made = dtmf.key(digit, level=-10 - max(rise, 0), samples=1200)
        drift = np.linspace(0, rise / 20, len(made))
        assert keys(np.asarray(made * 10**drift, np.float32)) == digit


def test_a_key_that_comes_softly_is_heard() -> None:
    """Its tones take the 7 ms that a telephone may take (ETSI ES 201 235-2)."""
    for digit in dtmf.KEYS:
        assert keys(rising(dtmf.key(digit, level=-20, samples=400), 0.007)) == digit


def test_an_echo_that_goes_on_after_its_key_is_no_second_key() -> None:
    """14 dB down and 60 ms late, a speech path of 30 ms each way: it is heard alone when the key has ended."""
    for digit in dtmf.KEYS:
        key = dtmf.key(digit, level=-8, samples=480)
        x = np.concatenate([key, np.zeros(640, np.float32)])
        x[480:960] += key * levels.gain(-14)
        assert keys(x) == digit


@pytest.mark.parametrize("cut", [40, 160, 8000])
def test_another_key_may_follow_without_a_pause(cut: int) -> None:
    """Both are heard, also where they share a row or a column; the first one ends where the second begins."""
    for pair in ("12", "14", "19", "9#", "CD", "*7"):
        whole = np.concatenate([np.zeros(400, np.float32), dtmf.keys(pair, on=640, off=0), np.zeros(1200, np.float32)])
        receiver = dtmf.DtmfReceiver(1)
        events = [event for at in range(0, len(whole), cut) for event in receiver(whole[None, at : at + cut])]
        assert [(event.digit, event.edge) for event in events] == [
            (digit, edge) for digit in pair for edge in ("began", "ended")
        ]
        assert events[0].length + events[1].length == pytest.approx(640, abs=80)
