"""Clips put end to end do not click: measured by what a joint spreads over the band that the sound itself has not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dsp.joints import EDGE, FADE, NEAR, softened
from dsp.mixer import Mixer
from dsp.prompts import Arena

ABOVE = 1500
"""Hz. The clips of these tests are tones up to 600 Hz; a click is heard by what it has above."""


def click(sound: np.ndarray, at: int) -> float:
    """Energy above 1500 Hz in the 32 ms around a sample, in dB to the energy of the sound there."""
    part = sound[at - 128 : at + 128] * np.hanning(256)
    power = np.abs(np.fft.rfft(part)) ** 2
    above = np.fft.rfftfreq(256, 1 / 8000) >= ABOVE
    return float(10 * np.log10(power[above].sum() / power.sum() + 1e-12))


def voiced(seed: int, samples: int = 2400) -> np.ndarray:
    """A vowel-like sound that is cut off anywhere: a low tone with harmonics below 600 Hz."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples) / 8000
    pitch = rng.uniform(90, 200)
    wave = sum(np.sin(2 * np.pi * k * pitch * t + rng.uniform(0, 6.28)) / k for k in range(1, 4))
    return np.rint(9000 * wave / np.abs(wave).max()).astype(np.int16)


def spoken(clips: list[np.ndarray]) -> np.ndarray:
    """What a line sends of these clips."""
    arena = Arena()
    mixer = Mixer(1, arena)
    mixer.play(0, [arena.add(clip) for clip in clips])
    return np.concatenate([mixer.mix()[0][0].copy() for _ in range(len(clips) * 15)])


def test_joints_of_softened_clips_do_not_click() -> None:
    """40 joints of clips that are cut in the middle of a wave: all below -60 dB; as they are, half above -35."""
    raw = [voiced(seed) for seed in range(41)]
    hard, soft = spoken(raw), spoken([softened(clip) for clip in raw])
    clicks = np.array([[click(sound, 2400 * i) for i in range(1, 41)] for sound in (hard, soft)])
    assert clicks[1].max() < -60
    assert np.median(clicks[0]) > -35


@pytest.mark.parametrize("seed", range(8))
def test_a_prompt_that_a_key_stops_does_not_click(seed: int) -> None:
    """Wherever it is stopped, the splatter stays below -60 dB; without the fade it is 20 dB worse or more."""
    found = {}
    for fade in (FADE, 0):
        arena = Arena()
        mixer = Mixer(1, arena)
        mixer.play(0, [arena.add(voiced(seed, 8000))])
        out = [mixer.mix()[0][0].copy() for _ in range(5 + seed)]
        mixer.stop(0, fade)
        out += [mixer.mix()[0][0].copy() for _ in range(3)]
        found[fade] = click(np.concatenate(out), 160 * (5 + seed))
    assert found[FADE] < -60
    assert found[0] > found[FADE] + 20


@given(arrays(np.int16, st.integers(0, 300)))
def test_only_the_edges_are_touched(samples: np.ndarray) -> None:
    """Any sound: as long as it was, all but 5 ms at each end as it was, nothing louder, no step at either end."""
    made = softened(samples)
    assert len(made) == len(samples)
    np.testing.assert_array_equal(made[EDGE:-EDGE], samples[EDGE:-EDGE])
    assert (np.abs(made.astype(int)) <= np.abs(samples.astype(int))).all()
    if len(samples) >= 2 * EDGE:
        assert abs(int(made[0])) <= 100
        assert abs(int(made[-1])) <= 100


def test_a_wave_that_sets_out_steeply_from_zero_is_softened_too() -> None:
    """Its first sample is nothing, and still it would click."""
    wave = np.rint(9000 * np.sin(2 * np.pi * 500 * np.arange(800) / 8000)).astype(np.int16)
    assert wave[0] == 0
    assert click(np.r_[np.zeros(400, np.int16), wave], 400) > -40
    assert click(np.r_[np.zeros(400, np.int16), softened(wave)], 400) < -50


def test_a_clip_that_begins_and_ends_at_nothing_stays_as_it_is() -> None:
    """A plosive right after silence keeps its attack."""
    burst = np.r_[np.zeros(NEAR), np.full(100, 20000), np.zeros(NEAR)].astype(np.int16)
    np.testing.assert_array_equal(softened(burst), burst)
