"""The reel: sounds given to rows tick by tick come out sample for sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.receiver import TICK, Float32
from hw_sim.line.reel import Over, Reel


def taken(reel: Reel, ticks: int, rows: int = 1) -> tuple[Float32, list[tuple[int, Over]]]:
    """So many ticks, and (tick, what ended in it)."""
    parts, ends = [np.zeros((rows, 0), np.float32)], []
    for i in range(ticks):
        out, over = reel.tick()
        parts.append(np.zeros((rows, TICK), np.float32) if out is None else out.copy())
        ends += [(i, end) for end in over]
    return np.concatenate(parts, axis=1), ends


def ramp(length: int, start: int = 1) -> Float32:
    """A sound in which every sample is another."""
    return np.arange(start, start + length, dtype=np.float32)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 900), st.integers(0, 8)), max_size=12))
@settings(deadline=None)
def test_whatever_is_queued_comes_out_whole_and_in_order(plays: list[tuple[int, int, int]]) -> None:
    """Sounds of a row join sample by sample when they are queued in time, rows do not disturb each other."""
    reel = Reel(3)
    wanted: list[list[Float32]] = [[], [], []]
    pieces: list[Float32] = []
    begin = 1
    for row, length, ticks in plays:
        sound = ramp(length, begin)
        begin += length
        wanted[row].append(sound)
        reel.play(row, sound)
        pieces.append(taken(reel, ticks, 3)[0])
    pieces.append(taken(reel, 80, 3)[0])
    whole = np.concatenate(pieces, axis=1)
    for row in range(3):
        assert np.array_equal(whole[row][whole[row] > 0], np.concatenate([ramp(0), *wanted[row]]))


@pytest.mark.parametrize("length", [1, 159, 160, 161, 320, 1000])
def test_the_end_is_told_to_the_sample(length: int) -> None:
    """In the tick in which it is, with the number of samples given."""
    reel = Reel(1)
    reel.play(0, ramp(length))
    _, ends = taken(reel, 10)
    assert [(i * TICK + end.sample, end.samples) for i, end in ends] == [(length, length)]


def test_sounds_that_join_end_once() -> None:
    """What was queued behind counts to the same stretch."""
    reel = Reel(1)
    reel.play(0, ramp(250))
    taken(reel, 1)
    reel.play(0, ramp(250, 251))
    out, ends = taken(reel, 5)
    assert np.array_equal(out[0, :340], ramp(340, 161))
    assert [end for _, end in ends] == [Over(0, 20, 500)]


def test_a_kept_sound_goes_round_without_a_gap() -> None:
    """Until it is stopped or something else is played."""
    reel = Reel(2)
    span = reel.keep(ramp(2 * TICK))
    reel.turn(1, span)
    out, ends = taken(reel, 5, 2)
    assert np.array_equal(out[1], np.concatenate([ramp(320), ramp(320), ramp(160)]))
    assert not out[0].any()
    assert ends == []
    reel.stop(1)
    assert reel.tick() == (None, [])


def test_a_sound_takes_the_place_of_a_tone() -> None:
    """A one-shot sound on a row with a tone begins at once."""
    reel = Reel(1)
    reel.turn(0, reel.keep(np.full(TICK, -1, np.float32)))
    reel.play(0, ramp(200))
    out, _ = taken(reel, 3)
    assert np.array_equal(out[0, :200], ramp(200))
    assert not out[0, 200:].any()


def test_kept_sounds_have_whole_ticks_and_come_first() -> None:
    """Anything else would click or be lost."""
    reel = Reel(1)
    with pytest.raises(ValueError, match="whole ticks"):
        reel.keep(ramp(100))
    reel.play(0, ramp(10))
    with pytest.raises(ValueError, match="before the first"):
        reel.keep(ramp(160))


def test_the_array_does_not_grow_with_time() -> None:
    """Sounds that are over make room for others."""
    reel = Reel(1)
    for _ in range(100):
        reel.play(0, ramp(100 * TICK))
        taken(reel, 100)
    assert len(reel._ticks) <= 256


def test_new_rows_are_silent() -> None:
    """And the old ones go on."""
    reel = Reel(1)
    reel.play(0, ramp(480))
    taken(reel, 1)
    reel.resize(3)
    out, _ = taken(reel, 2, 3)
    assert np.array_equal(out[0], ramp(320, 161))
    assert not out[1:].any()


def test_sounds_that_go_on_are_moved_when_room_is_made() -> None:
    """Sample for sample, with their ends, beside a tone that goes round."""
    reel = Reel(3)
    reel.turn(2, reel.keep(ramp(TICK)))
    reel.play(0, ramp(300 * TICK + 7))
    before, _ = taken(reel, 100, 3)
    reel.play(1, ramp(400 * TICK))
    after, ends = taken(reel, 300, 3)
    assert np.array_equal(np.concatenate([before[0], after[0]])[: 300 * TICK + 7], ramp(300 * TICK + 7))
    assert np.array_equal(after[1], ramp(300 * TICK))
    assert np.array_equal(after[2], np.tile(ramp(TICK), 300))
    assert ends == [(200, Over(0, 7, 300 * TICK + 7))]
