"""The line model: loss, echo, noise, hum and coding, each to a figure, for all rows at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.card import Law
from dsp import g711, levels
from dsp.receiver import RATE, TICK, Float32, Int16
from hw_sim.line.model import Copper, LineModel
from tests.hw_sim.people import sine

QUIET = Copper(loss=0.0, return_loss=90.0, noise=-120.0)


def through(
    model: LineModel, tx: Int16, spoken: Float32 | None, peers: list[int], ticks: int = 50
) -> tuple[Int16, Float32]:
    """What comes out of so many ticks."""
    rx, heard = [], []
    for i in range(ticks):
        part = slice(i * TICK, (i + 1) * TICK)
        said = None if spoken is None else spoken[:, part]
        r, h = model.tick(tx[:, part], said, np.array(peers, np.intp), None)
        rx.append(r.copy())
        heard.append(h.copy())
    return np.concatenate(rx, axis=1), np.concatenate(heard, axis=1)


def off_hook(model: LineModel, rows: int) -> LineModel:
    """The same with every row off hook."""
    for row in range(rows):
        model.hook(row, True)
    return model


@pytest.mark.parametrize("law", ["alaw", "mulaw"])
def test_a_perfect_line_is_its_codec(law: Law) -> None:
    """No loss, no noise, no echo: what the port gets is what the caller said, coded and decoded once."""
    model = off_hook(LineModel([Copper(return_loss=90, noise=-120, law=law)], [QUIET]), 2)
    said = np.rint(sine(1.0))[None, :]
    rx, _ = through(model, np.zeros((1, RATE), np.int16), said, [1, 0])
    wanted = g711.decode(g711.encode(said.astype(np.int16), law), law)
    assert np.mean(rx == wanted) > 0.99  # the last bits of noise move a sample across a step now and then


def test_lines_of_different_laws_stand_side_by_side() -> None:
    """Each row goes through its own codec, also when it is driven beyond full scale."""
    rows = [Copper(return_loss=90, noise=-120, law="alaw"), Copper(return_loss=90, noise=-120, law="mulaw")]
    model = off_hook(LineModel(rows, [QUIET]), 3)
    rx, _ = through(model, np.zeros((2, RATE), np.int16), sine(1.0, peak=60000)[None, :], [2, 2, -1])
    assert rx.max(axis=1).tolist() == [32256, 32124]
    assert rx.min(axis=1).tolist() == [-32256, -32124]


@pytest.mark.parametrize("loss", [0.0, 3.0, 7.0])
def test_the_loss_counts_once_each_way(loss: float) -> None:
    """Between a line and a caller there is one line; between two lines there are two."""
    line = Copper(loss=loss, return_loss=90, noise=-120)
    model = off_hook(LineModel([line, line], [QUIET]), 3)
    tx = np.stack([sine(1.0), sine(1.0) * 0]).astype(np.int16)
    rx, heard = through(model, tx, None, [-1, 0, 0])
    sent = float(levels.dbm0(tx[0]))
    assert float(levels.dbm0(rx[1])) == pytest.approx(sent - 2 * loss, abs=0.1)
    assert float(levels.dbm0(heard[0])) == pytest.approx(sent - loss, abs=0.1)


@given(st.integers(1, 70), st.integers(0, 69), st.floats(6, 30))
@settings(max_examples=20, deadline=None)
def test_the_echo_of_each_line_comes_within_its_time(lines: int, row: int, return_loss: float) -> None:
    """1 to 5 ms after what was sent, at the return loss, on that line and no other."""
    row %= lines
    model = off_hook(LineModel([Copper(return_loss=return_loss, noise=-120)] * lines), lines)
    tx = np.zeros((lines, 2 * TICK), np.int16)
    tx[row, TICK - 2] = 16000  # the echo crosses from one tick into the next
    rx, _ = through(model, tx, None, [-1] * lines, ticks=2)
    at = np.argmax(np.abs(rx[row].astype(int)))
    assert RATE // 1000 <= at - (TICK - 2) < RATE * 5 // 1000
    assert abs(rx[row, at]) == pytest.approx(16000 * levels.gain(-return_loss), rel=0.05)
    assert np.abs(np.delete(rx, row, axis=0)).max(initial=0) <= 8


def test_on_hook_nothing_gets_through_and_nothing_comes_back() -> None:
    """Neither the voice of the equipment nor its echo."""
    model = LineModel([Copper(return_loss=10, noise=-120)], [QUIET])
    rx, heard = through(model, sine(1.0).astype(np.int16)[None, :], None, [1, 0])
    assert np.abs(rx).max() <= 8
    assert np.abs(heard).max() <= 8


@pytest.mark.parametrize("noise", [-55.0, -45.0, -30.0])
def test_noise_has_its_level_on_each_row(noise: float) -> None:
    """At the port, and at a caller's end both in what it hears and in what it sends."""
    model = LineModel([Copper(noise=noise), Copper(noise=-120)], [Copper(noise=noise)])
    rx, heard = through(model, np.zeros((2, RATE), np.int16), None, [-1, 2, -1])
    assert float(levels.dbm0(rx[0])) == pytest.approx(noise, abs=1.0)
    assert float(levels.dbm0(rx[1])) == pytest.approx(noise, abs=1.0)
    assert float(levels.dbm0(heard[0])) == pytest.approx(noise, abs=0.5)


def test_noise_can_be_changed_and_lines_are_not_alike() -> None:
    """A caller with a noise of its own; two lines never have the same noise."""
    model = LineModel([Copper(noise=-40), Copper(noise=-40)], [Copper(noise=-75)])
    model.set_noise(2, -35.0)
    rx, heard = through(model, np.zeros((2, RATE), np.int16), None, [-1, -1, -1])
    assert float(levels.dbm0(heard[0])) == pytest.approx(-35, abs=0.5)
    assert abs(np.corrcoef(rx[0], rx[1])[0, 1]) < 0.05


def test_hum_is_fifty_hertz() -> None:
    """A line with hum has a spectrum with one peak, at the mains."""
    model = LineModel([Copper(noise=-90, hum=-40), Copper(noise=-90)])
    rx, _ = through(model, np.zeros((2, RATE), np.int16), None, [-1, -1])
    assert int(np.argmax(np.abs(np.fft.rfft(rx[0])))) == 50
    assert float(levels.dbm0(rx[0])) == pytest.approx(-40, abs=0.5)
    assert float(levels.dbm0(rx[1])) < -60


def test_more_ends_can_be_added_while_lines_talk() -> None:
    """The lines that were there go on as they were."""
    model = off_hook(LineModel([QUIET], [QUIET]), 2)
    before, _ = through(model, np.zeros((1, RATE), np.int16), sine(1.0)[None, :], [1, 0])
    model.add([QUIET, QUIET])
    said = np.concatenate([sine(1.0)[None, :], np.zeros((2, RATE), np.float32)])
    after, heard = through(model, np.zeros((1, RATE), np.int16), said, [1, 0, 0, 1])
    assert float(levels.dbm0(after[0])) == pytest.approx(float(levels.dbm0(before[0])), abs=0.01)
    assert heard.shape == (3, RATE)
    assert float(levels.dbm0(heard[2])) == pytest.approx(float(levels.dbm0(after[0])), abs=0.1)


def test_an_office_that_is_too_big_is_refused() -> None:
    """With the limit in the message."""
    with pytest.raises(ValueError, match="at most 3276 lines"):
        LineModel([QUIET] * 3277)


def test_the_same_seed_gives_the_same_noise() -> None:
    """Bit for bit; another seed does not."""
    silence = np.zeros((3, RATE), np.int16)
    runs = [through(LineModel([Copper(noise=-40)] * 3, seed=s), silence, None, [-1] * 3)[0] for s in (1, 1, 2)]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
