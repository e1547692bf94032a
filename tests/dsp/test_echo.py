"""The echo canceller against ITU-T G.168's concerns: what it takes away, and that it never harms what is left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dsp import g711
from dsp.dtmf.signal import keys
from dsp.echo import EchoCanceller, EchoReport
from dsp.levels import amplitude, power
from dsp.receiver import RATE, TICK, Float32

LINES = 4


def speech(rng: np.random.Generator, samples: int, level: float = -16.0) -> Float32:
    """Something like it: pulses of a voice through formants that wander, in syllables with pauses."""
    pitch = 120 * np.cumprod(np.exp(rng.standard_normal(samples // TICK + 1) * 0.02))
    phase = np.cumsum(np.repeat(pitch, TICK)[:samples] / RATE)
    source = np.diff(np.floor(phase), prepend=0.0) + 0.03 * rng.standard_normal(samples)
    made = np.zeros(samples)
    for at in range(0, samples, 1200):
        piece = source[at : at + 1200]
        for formant in rng.uniform([300, 900, 2000], [800, 1900, 3200]):
            ring = np.exp(-np.arange(200) / 40) * np.cos(2 * np.pi * formant / RATE * np.arange(200))
            made[at : at + 1200] += np.convolve(piece, ring)[: len(piece)] * rng.uniform(0.2, 1) * (rng.random() < 0.85)
    return np.asarray(np.rint(made * np.sqrt(power(level) / np.mean(made**2))), np.float32)


def hybrid(rng: np.random.Generator, loss: float, delay: int) -> Float32:
    """A path: silence, then 3 to 8 ms of decaying noise."""
    ring = rng.standard_normal(rng.integers(24, 64))
    ring *= np.exp(-3 * np.arange(len(ring)) / len(ring))
    ring *= 10 ** (-loss / 20) / np.sqrt(np.vecdot(ring, ring))
    return np.concatenate([np.zeros(delay), ring]).astype(np.float32)


def coded(x: Float32) -> Float32:
    """Through A-law and back."""
    whole = np.clip(np.rint(x), -32768, 32767).astype(np.int16)
    return np.asarray(g711.decode(g711.encode(whole, "alaw"), "alaw"), np.float32)


def echoes(tx: Float32, paths: Sequence[Float32]) -> Float32:
    """What comes back, before the noise of the line."""
    said = coded(tx)
    return np.stack([np.convolve(x, path)[: tx.shape[1]] for x, path in zip(said, paths, strict=True)])


def noise(rng: np.random.Generator, shape: tuple[int, int], level: float = -65.0) -> Float32:
    """White noise of that level."""
    return np.asarray(rng.standard_normal(shape) * np.sqrt(power(level)), np.float32)


def run(canceller: EchoCanceller, rx: Float32, tx: Float32, cut: int = TICK) -> Float32:
    """Tick by tick."""
    parts = [canceller(rx[:, at : at + cut], tx[:, at : at + cut]) for at in range(0, rx.shape[1], cut)]
    return np.concatenate(parts, axis=1)


def enhancement(rx: Float32, clean: Float32, first: float, end: float) -> Float32:
    """ERLE of each line between two seconds, dB."""
    part = slice(round(first * RATE), round(end * RATE))
    heard, left = np.sum(rx[:, part] ** 2, axis=1), np.sum(clean[:, part] ** 2, axis=1)
    return np.asarray(10 * np.log10((heard + 1) / (left + 1)))


@pytest.fixture(scope="module")
def said() -> Float32:
    """Four seconds of four lines."""
    rng = np.random.default_rng(1)
    return np.stack([speech(rng, 4 * RATE, level) for level in (-14, -16, -18, -20)])


def test_the_echo_of_speech_is_20_db_less_after_a_second(said: Float32) -> None:
    """Hybrids of 3 to 8 ms, return loss 6 to 20 dB, A-law both ways, noise; and the report says what it is."""
    rng = np.random.default_rng(2)
    paths = [hybrid(rng, loss, 9 + 7 * i) for i, loss in enumerate((6, 10, 14, 18))]
    rx = coded(echoes(said, paths) + noise(rng, said.shape, -70))
    canceller = EchoCanceller(LINES)
    clean = run(canceller, rx, said)
    assert (enhancement(rx, clean, 1, 2) > 20).all()
    assert (enhancement(rx, clean, 2, 4) > 22).all()
    for line in range(LINES):
        report = canceller.report(line)
        assert report.converged
        assert report.enhancement_db == pytest.approx(enhancement(rx, clean, 3, 4)[line], abs=5)
        loss = 10 * np.log10(np.sum(said[line, 24000:] ** 2) / np.sum(rx[line, 24000:] ** 2))
        assert report.return_loss_db == pytest.approx(loss, abs=1.5)
        assert report.delay_ms == pytest.approx(np.abs(paths[line]).argmax() / 8, abs=0.2)


@pytest.mark.parametrize("delay", [300, 800, 1500, 2300])
def test_the_delay_of_a_card_is_found(said: Float32, delay: int) -> None:
    """Up to 300 ms of buffers between what is written and what is heard of it."""
    rng = np.random.default_rng(3)
    paths = [hybrid(rng, loss, delay + 11 * i) for i, loss in enumerate((6, 9, 12, 15))]
    rx = coded(echoes(said, paths) + noise(rng, said.shape, -70))
    canceller = EchoCanceller(LINES)
    clean = run(canceller, rx, said)
    assert (enhancement(rx, clean, 3, 4) > 18).all()
    found = [canceller.report(line).delay_ms for line in range(LINES)]
    assert found == pytest.approx([np.abs(path).argmax() / 8 for path in paths], abs=0.2)


def test_a_key_over_a_prompt_loses_nothing_and_stands_out_of_less(said: Float32) -> None:
    """Keys of 40 to 200 ms at any time, also before the path is known, stay as loud as they were within 0.5 dB; what
    else there is becomes less by half at least once the path is known, and hardly more before.
    """
    rng = np.random.default_rng(6)
    pressed = np.zeros_like(said)
    places = [(line, at) for line in range(LINES) for at in range(2000 + 900 * line, 28_000, 5700)]
    for line, at in places:
        on = int(rng.integers(320, 1600))
        pressed[line, at : at + on] = keys(rng.choice(list("159D*0")), rng.uniform(-25, -8), on, 0)
    echo = echoes(said, [hybrid(rng, loss, 20) for loss in (6, 8, 10, 12)]) + noise(rng, said.shape, -70)
    rx = coded(echo + pressed)
    clean = run(EchoCanceller(LINES), rx, said)
    for line, at in places:
        part = slice(at, at + int(np.flatnonzero(pressed[line, at : at + 1700]).max()) + 1)
        key, left, before = pressed[line, part], clean[line, part], rx[line, part]
        taken = before - left - echo[line, part]
        assert abs(np.vecdot(taken, key)) / np.vecdot(key, key) < 0.03 + 0.03 * (at < 4000)
        other = np.vecdot(left - key, left - key) / np.vecdot(before - key, before - key)
        assert other < (1.2 if at < 8000 else 0.5)


def test_double_talk_spoils_nothing(said: Float32) -> None:
    """A caller who speaks without a pause after the first second, as loud as the prompt: the echo stays 10 dB less."""
    rng = np.random.default_rng(7)
    caller = np.stack([speech(rng, said.shape[1]) for _ in range(LINES)])
    caller[:, :RATE] = 0
    echo = echoes(said, [hybrid(rng, loss, 16) for loss in (6, 8, 10, 12)])
    rx = coded(echo + caller + noise(rng, said.shape, -70))
    left = run(EchoCanceller(LINES), rx, said) - caller
    assert (enhancement(echo, left, 1.2, 4) > 10).all()


def test_a_path_that_changes_is_learned_anew_and_the_old_one_dropped(said: Float32) -> None:
    """As when the exchange switches a call through: a fifth of a second later nothing is made worse, and 15 dB are
    taken away after one more second.
    """
    rng = np.random.default_rng(9)
    first, second = ([hybrid(rng, loss, 16) for loss in (6, 9, 12, 15)] for _ in range(2))
    echo = np.concatenate([echoes(said, first)[:, :16_000], echoes(said, second)[:, 16_000:]], axis=1)
    rx = coded(echo + noise(rng, said.shape, -70))
    clean = run(EchoCanceller(LINES), rx, said)
    assert (enhancement(rx, clean, 1.5, 2) > 18).all()
    assert (enhancement(rx, clean, 2.2, 2.6) > -0.5).all()
    assert (enhancement(rx, clean, 3.2, 4) > 15).all()


def test_where_there_is_no_echo_nothing_is_done(said: Float32) -> None:
    """A digital line, or a card that cancels by itself: what a caller says passes as it is."""
    rng = np.random.default_rng(10)
    rx = np.stack([speech(rng, said.shape[1], -20) for _ in range(LINES)])
    canceller = EchoCanceller(LINES)
    clean = run(canceller, rx, said)
    assert np.abs(enhancement(rx, clean, 0, 4)).max() < 0.2
    assert np.abs(enhancement(rx, clean - rx, 0, 4)).min() > 15
    assert not any(canceller.report(line).converged for line in range(LINES))


def material() -> tuple[Float32, Float32]:
    """Echo, keys over it, noise; line 3 says nothing for a while, and has a long delay."""
    rng = np.random.default_rng(5)
    tx = np.stack([speech(rng, 12_000) for _ in range(LINES)])
    tx[3, :3000] = tx[2, 6000:9000] = 0
    rx = echoes(tx, [hybrid(rng, 8, delay) for delay in (10, 20, 30, 400)]) + noise(rng, tx.shape)
    rx[1, 8000:8800] += keys("5", level=-16)[:800]
    return np.asarray(rx, np.float32), tx


RX, TX = material()
WHOLE = run(EchoCanceller(LINES), RX, TX)


@settings(deadline=None, max_examples=10)
@given(cuts=st.lists(st.sampled_from([0, 1, 7, 80, 159, 160, 161, 500, 4001]), max_size=40))
def test_any_cut_of_the_stream_gives_the_same(cuts: list[int]) -> None:
    """To rounding: less than a thousandth of a step of 16 bits for each thousand of amplitude."""
    canceller, at, parts = EchoCanceller(LINES), 0, []
    for cut in [*cuts, RX.shape[1]]:
        parts.append(canceller(RX[:, at : at + cut], TX[:, at : at + cut]))
        at += cut
    np.testing.assert_allclose(np.concatenate(parts, axis=1), WHOLE, atol=0.02)


@pytest.mark.parametrize("line", range(LINES))
def test_a_line_alone_is_as_in_the_bank(line: int) -> None:
    """No line depends on another one."""
    alone = run(EchoCanceller(1), RX[line : line + 1], TX[line : line + 1])
    np.testing.assert_allclose(alone[0], WHOLE[line], atol=0.02)


def test_permuted_rows_permute_what_is_left() -> None:
    """And what is reported."""
    order = [2, 0, 3, 1]
    bank, permuted = EchoCanceller(LINES), EchoCanceller(LINES)
    run(bank, RX, TX)
    np.testing.assert_allclose(run(permuted, RX[order], TX[order]), WHOLE[order], atol=0.02)
    assert [permuted.report(i).delay_ms for i in range(LINES)] == [bank.report(line).delay_ms for line in order]


@settings(deadline=None, max_examples=10)
@given(lost=st.lists(st.integers(1, 30_000), min_size=1, max_size=3), at=st.integers(0, 8000))
def test_a_loss_is_a_gap_however_it_is_told(lost: list[int], at: int) -> None:
    """One after the other or all together; after it goes on as it would with silence."""
    once, bit_by_bit = EchoCanceller(LINES), EchoCanceller(LINES)
    for canceller in (once, bit_by_bit):
        canceller(RX[:, :at], TX[:, :at])
    once.skip(sum(lost))
    for part in lost:
        bit_by_bit.skip(part)
    rest = slice(at, at + 3000)
    np.testing.assert_allclose(once(RX[:, rest], TX[:, rest]), bit_by_bit(RX[:, rest], TX[:, rest]), atol=0.02)


@pytest.mark.parametrize("lost", [1, 77, 160, 480, 8000])
def test_a_loss_does_not_spoil_what_is_known(said: Float32, lost: int) -> None:
    """The samples of both directions are missing; the echo of those that come is taken away at once."""
    rng = np.random.default_rng(4)
    rx = coded(echoes(said, [hybrid(rng, 8, delay) for delay in (8, 16, 24, 32)]) + noise(rng, said.shape, -70))
    canceller = EchoCanceller(LINES)
    run(canceller, rx[:, :16_000], said[:, :16_000])
    canceller.skip(lost)
    rest = slice(16_000 + lost, None)
    clean = run(canceller, rx[:, rest], said[:, rest])
    assert (enhancement(rx[:, rest], clean, 0.02, 0.5) > 18).all()


def test_a_line_that_says_nothing_gives_back_what_it_was_given() -> None:
    """The very matrix: nothing is copied, nothing computed."""
    rx, tx = noise(np.random.default_rng(1), (LINES, TICK), -10), np.zeros((LINES, TICK), np.float32)
    canceller = EchoCanceller(LINES)
    assert canceller(rx, tx) is rx
    assert canceller.report(0) == EchoReport()


def test_a_new_call_begins_without_the_path_of_the_last_one() -> None:
    """Another hybrid may be at the other end. The other lines know what they knew."""
    canceller = EchoCanceller(LINES)
    run(canceller, RX, TX)
    canceller.reset(0)
    assert canceller.report(0) == EchoReport()
    assert canceller.report(1).converged
    tick = slice(8000, 8160)
    clean = canceller(RX[:, tick], TX[:, tick])
    np.testing.assert_array_equal(clean[0], RX[0, tick])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_sound_disturbs_neither_other_lines_nor_what_comes_after(bad: float) -> None:
    """In rx or tx, for a quarter of a second; the other lines stay as they were, this one converges again."""
    for direction in range(2):
        spoilt = [RX.copy(), TX.copy()]
        spoilt[direction][1, 3000:5000] = bad
        with np.errstate(all="raise", under="ignore"):
            clean = run(EchoCanceller(LINES), spoilt[0], spoilt[1])
        others = [0, 2, 3]
        np.testing.assert_allclose(clean[others], WHOLE[others], atol=0.02)
        assert np.isfinite(clean[1, 5200:]).all()
        assert enhancement(RX, clean, 1.2, 1.5)[1] > 6


@pytest.mark.parametrize("wrong", ["lines", "length", "type", "shape"])
def test_a_matrix_of_wrong_shape_or_type_is_refused(wrong: str) -> None:
    """With what was wanted."""
    rx = np.zeros((LINES, TICK), np.float32)
    bad: dict[str, NDArray[np.generic]] = {
        "lines": np.zeros((LINES + 1, TICK), np.float32),
        "length": np.zeros((LINES, TICK - 1), np.float32),
        "type": np.zeros((LINES, TICK), np.int16),
        "shape": np.zeros(TICK, np.float32),
    }
    with pytest.raises(ValueError, match=r"tx as float32 \(4, 160\), not"):
        EchoCanceller(LINES)(rx, bad[wrong])  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(LINES + 1, TICK), (TICK,), (LINES, 2, TICK)])
def test_what_was_heard_is_looked_at_as_well(shape: tuple[int, ...]) -> None:
    """Before what was said."""
    with pytest.raises(ValueError, match="rx as float32"):
        EchoCanceller(LINES)(np.zeros(shape, np.float32), np.zeros((LINES, TICK), np.float32))


@pytest.mark.parametrize(("lines", "tail", "longest"), [(0, 12, 300), (1, 2, 300), (1, 12, -1)])
def test_a_canceller_that_cannot_be_is_refused(lines: int, tail: float, longest: float) -> None:
    """With its numbers."""
    with pytest.raises(ValueError, match="no canceller has"):
        EchoCanceller(lines, tail, longest)


def test_full_scale_noise_and_clipped_prompts_are_no_worse_afterwards() -> None:
    """A clipped tx is what was written, so its echo is known; noise at full scale is nobody's echo."""
    rng = np.random.default_rng(8)
    tx = np.clip(TX * amplitude(0) / amplitude(-24), -32768, 32767).astype(np.float32)
    rx = np.asarray(echoes(tx, [hybrid(rng, 10, 12)] * LINES) + noise(rng, tx.shape), np.float32)
    clean = run(EchoCanceller(LINES), rx, tx)
    assert (enhancement(rx, clean, 1.2, 1.5) > 15).all()
    loud = noise(rng, tx.shape, 3)
    assert (enhancement(loud, run(EchoCanceller(LINES), loud, tx), 0, 1.5) > -0.5).all()
