"""Who hears whom: gains from talker to listener, no click when they change, no sum that wraps round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.bridge import RAMP, Bridge
from dsp.levels import gain
from dsp.mixer import Mixer
from dsp.prompts import Arena

LINES = 6


def talk(lines: int = LINES, samples: int = 160, peak: int = 4000, seed: int = 1) -> np.ndarray:
    """Something different from every line."""
    return np.random.default_rng(seed).integers(-peak, peak + 1, (lines, samples)).astype(np.int16)


def settled(bridge: Bridge, rx: np.ndarray) -> np.ndarray:
    """What each line hears once all gains are where they were set."""
    for _ in range(2):
        heard = np.zeros(rx.shape, np.int16)
        bridge.add(heard, rx)
    return heard


PAIRS = st.tuples(st.integers(0, LINES - 1), st.integers(0, LINES - 1)).filter(lambda pair: pair[0] != pair[1])


@settings(deadline=None)
@given(st.dictionaries(PAIRS, st.floats(-30, 6), max_size=20))
def test_any_line_hears_any_mix_of_the_others(gains: dict[tuple[int, int], float]) -> None:
    """Whatever the matrix, each line gets the sum of what it is to hear, to the rounding; the others get nothing."""
    bridge, rx = Bridge(LINES), talk()
    matrix = np.zeros((LINES, LINES))
    for (listener, talker), db in gains.items():
        bridge.hear(listener, talker, db)
        matrix[listener, talker] = gain(db)
    wanted = matrix @ rx
    heard = settled(bridge, rx)
    assert np.abs(heard - wanted).max() <= 0.51 + 1e-3 * np.abs(wanted).max()
    assert bool(bridge) == bool(gains)


@settings(deadline=None)
@given(st.lists(st.tuples(PAIRS, st.floats(-30, 0), st.booleans()), max_size=12), st.data())
def test_any_cut_of_the_stream_mixes_the_same(
    changes: list[tuple[tuple[int, int], float, bool]], data: st.DataObject
) -> None:
    """Gains change at any sample, in the middle of a ramp too, in ticks of any size."""
    rx = talk(samples=100 * (len(changes) + 4))
    whole, cut = Bridge(LINES), Bridge(LINES)
    parts: list[list[np.ndarray]] = [[], []]
    for i in range(len(changes) + 4):
        now = rx[:, 100 * i : 100 * (i + 1)]
        for bridge in (whole, cut):
            for pair, db, on in changes[i : i + 1]:
                bridge.hear(*pair, db) if on else bridge.unhear(*pair)
        at = data.draw(st.integers(1, 99))
        for out, bridge, pieces in ((parts[0], whole, [now]), (parts[1], cut, [now[:, :at], now[:, at:]])):
            for piece in pieces:
                heard = np.zeros(piece.shape, np.int16)
                bridge.add(heard, piece)
                out.append(heard)
    assert np.abs(np.concatenate(parts[0], 1).astype(int) - np.concatenate(parts[1], 1)).max() <= 1


def test_two_parties_hear_each_other_as_if_they_had_a_wire() -> None:
    """Bit by bit, also at the ends of the range; nobody hears himself, and a third line hears nothing."""
    bridge, rx = Bridge(3), talk(3, peak=32767)
    rx[0, :2] = -32768, 32767
    bridge.connect([0, 1])
    heard = settled(bridge, rx)
    np.testing.assert_array_equal(heard[0], rx[1])
    np.testing.assert_array_equal(heard[1], rx[0])
    assert not heard[2].any()


def test_a_conference_hears_all_but_oneself() -> None:
    """Of five, each the other four."""
    bridge, rx = Bridge(LINES), talk()
    bridge.connect(range(5))
    heard = settled(bridge, rx)
    np.testing.assert_array_equal(heard[:5], rx[:5].sum(axis=0) - rx[:5])


def test_a_supervisor_listens_in_and_whispers() -> None:
    """Caller 0 and agent 1 talk; 2 hears both, only the agent hears 2."""
    bridge, rx = Bridge(3), talk(3)
    bridge.connect([0, 1])
    bridge.hear(2, 0)
    bridge.hear(2, 1)
    bridge.hear(1, 2, -6.0206)
    heard = settled(bridge, rx)
    np.testing.assert_array_equal(heard[0], rx[1])
    np.testing.assert_allclose(heard[1], rx[0] + rx[2] / 2, atol=1)
    np.testing.assert_array_equal(heard[2], rx[0] + rx[1])
    assert set(bridge.heard_by(1)) == {0, 2}
    assert bridge.heard_by(1)[2] == pytest.approx(-6.02, abs=0.01)


def test_who_joins_or_leaves_does_not_click() -> None:
    """A steady tone comes and goes within 20 ms, and no step of the wave is larger than its own."""
    bridge = Bridge(2)
    tone = np.rint(8000 * np.sin(2 * np.pi * 400 * np.arange(1600) / 8000)).astype(np.int16)
    rx = np.stack([tone, tone])
    out = []
    for tick in range(10):
        if tick == 2:
            bridge.connect([0, 1])
        if tick == 6:
            bridge.leave(1)
        heard = np.zeros((2, 160), np.int16)
        bridge.add(heard, rx[:, 160 * tick : 160 * (tick + 1)])
        out.append(heard[0])
    heard = np.concatenate(out).astype(int)
    assert np.abs(np.diff(heard)).max() <= np.abs(np.diff(tone.astype(int))).max()
    np.testing.assert_array_equal(heard[320 + RAMP : 960], tone[320 + RAMP : 960])
    assert not heard[:320].any()
    assert not heard[960 + RAMP :].any()
    assert not bridge


def test_many_loud_talkers_get_softer_and_never_wrap() -> None:
    """Twelve at full scale: in range after 5 ms with their shape kept; back at full level 3 s after they are quiet."""
    lines = 12
    bridge = Bridge(lines)
    tone = 30000 * np.sin(2 * np.pi * 300 * np.arange(320) / 8000)
    rx = np.repeat(np.rint(tone).astype(np.int16)[None], lines, axis=0)
    bridge.connect(range(lines))
    heard = settled(bridge, rx)
    assert np.abs(heard).max() > 30000
    shape = heard[0, 80:] / np.abs(heard[0, 80:]).max()
    np.testing.assert_allclose(shape, tone[80:] / 30000, atol=0.01)
    rx[1:] = 0
    rx[1] = talk(1, 320, 3000)
    soft = np.zeros(rx.shape, np.int16)
    bridge.add(soft, rx)
    assert np.abs(soft[2]).max() < 5000
    rx[0] = 0
    for _ in range(75):
        heard = np.zeros(rx.shape, np.int16)
        bridge.add(heard, rx)
    np.testing.assert_array_equal(heard[2], rx[1])


@settings(deadline=None)
@given(st.integers(2, 5), st.integers(1, 400), st.sampled_from([1, -1]))
def test_no_sum_wraps_round(members: int, samples: int, sign: int) -> None:
    """On top of a prompt at full scale, all on the same side of zero: every sample stays on that side."""
    bridge, rx = Bridge(members), sign * np.abs(talk(members, samples, 32767))
    bridge.connect(range(members))
    settled(bridge, rx)
    tx = sign * np.abs(talk(members, samples, 32767, seed=2))
    before = tx.copy()
    bridge.add(tx, rx)
    assert (sign * tx.astype(int) >= sign * before.astype(int)).all()


def test_what_is_no_number_is_silence() -> None:
    """NaN from one line disturbs nobody and is gone with its samples."""
    bridge = Bridge(3)
    bridge.connect([0, 1, 2])
    rx = talk(3).astype(np.float32)
    settled(bridge, rx)
    rx[0, 10:20] = np.nan
    rx[0, 30] = np.inf
    heard = settled(bridge, rx)
    np.testing.assert_array_equal(heard[1, 10:20], rx[2, 10:20])
    assert heard[1, 30] == rx[2, 30]
    rx[0] = 5
    bridge.leave(2)
    assert (settled(bridge, rx)[1] == 5).all()


def test_what_cannot_be_bridged_is_refused() -> None:
    """Lines that there are not, a line with itself, a gain that is no number, matrices of another shape or type."""
    bridge = Bridge(2)
    for pair in ((0, 2), (-1, 0), (2, 1)):
        with pytest.raises(ValueError, match="there are 2 lines"):
            bridge.hear(*pair)
    with pytest.raises(ValueError, match="cannot hear itself"):
        bridge.hear(1, 1)
    with pytest.raises(ValueError, match="a number of dB"):
        bridge.hear(0, 1, float("nan"))
    with pytest.raises(ValueError, match=r"lines \[-1, 2\] cannot be connected: there are 2 lines"):
        bridge.connect([0, -1, 2])
    with pytest.raises(ValueError, match="a number of dB"):
        bridge.connect([0, 1], float("inf"))
    bridge.connect([1])
    settled(bridge, talk(2))
    bridge.unhear(0, 1)
    bridge.leave(0)
    assert not bridge
    bridge.connect([0, 1])
    for rx in (np.zeros((2, 80), np.int16), np.zeros((2, 160)), np.zeros((3, 160), np.int16)):
        with pytest.raises(ValueError, match=r"int16 or float32 of \(2, 160\)"):
            bridge.add(np.zeros((2, 160), np.int16), rx)


def test_the_mixer_adds_what_was_received_to_what_it_plays() -> None:
    """A bridged line hears its prompt and the other; the third line sends what it plays and nothing else."""
    arena = Arena()
    mixer = Mixer(3, arena)
    clip = arena.add(np.full(480, 1000, np.int16))
    mixer.play(0, [clip])
    mixer.play(2, [clip])
    mixer.bridge.connect([0, 1])
    rx = talk(3)
    mixer.mix(160, rx)
    tx, _ = mixer.mix(160, rx)
    np.testing.assert_array_equal(tx[0], rx[1] + 1000)
    np.testing.assert_array_equal(tx[1], rx[0])
    assert (tx[2] == 1000).all()
    mixer.bridge.leave(1)
    mixer.mix(160, rx)
    tx, _ = mixer.mix(160, rx)
    assert not tx[:2].any()
