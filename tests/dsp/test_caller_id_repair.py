"""What soft bits are taken to mean: corrected when only one message fits, refused when two do."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dsp.caller_id.message import Message, encode
from dsp.caller_id.repair import LEAST_GAP, judge
from dsp.fsk import characters
from dsp.fsk.baseband import Float64
from dsp.fsk.framing import divide

SENT = Message("02885551234", "", "11221530")
SURE = 30.0


def soft(message: Message = SENT) -> Float64:
    """Likelihoods (characters, 10) of a message that came without a doubt."""
    bits = characters(encode(message)).reshape(-1, 10).astype(np.float64)
    return np.asarray((2 * bits - 1) * SURE)


@given(character=st.integers(2, 25), bit=st.integers(1, 8))
def test_one_weak_wrong_bit_is_put_right(character: int, bit: int) -> None:
    """The checksum says which of the weak bits is wrong."""
    heard = soft()
    heard[character, bit] *= -0.05
    verdict = judge(heard)
    assert verdict.message == SENT
    assert verdict.wrong == 1


def test_two_weak_bits_of_which_either_may_be_wrong_are_not_guessed() -> None:
    """The same bit of two digits, equally weak, one of them wrongly a mark: 1131 or 1311, the checksum cannot tell."""
    heard = soft(Message("1131", "", "11221530"))
    heard[15, 2] *= -0.05
    heard[16, 2] *= 0.05
    verdict = judge(heard)
    assert verdict.message is None
    assert verdict.why


@given(seed=st.integers(0, 300), noise=st.floats(2, 20))
def test_noise_gives_the_right_message_or_none(seed: int, noise: float) -> None:
    """Likelihoods as Gaussian noise makes them, at any strength."""
    rng = np.random.default_rng(seed)
    bits = np.sign(soft())
    heard = bits * noise + np.sqrt(2 * noise) * rng.standard_normal(bits.shape)
    verdict = judge(heard)
    assert verdict.message in (None, SENT)
    assert verdict.message is None or verdict.gap >= LEAST_GAP


def test_a_message_cut_short_is_told_as_that() -> None:
    """Its length says that more should have come."""
    assert judge(soft()[:10]).why == "cut short"


@given(stuffing=st.lists(st.integers(0, 4), min_size=26, max_size=26))
def test_characters_are_found_with_rest_between_them(stuffing: list[int]) -> None:
    """Rest of any length."""
    rows, starts, at = [], [], 0
    for row, rest in zip(soft(), stuffing, strict=False):
        starts.append(at)
        rows += [row, np.full(rest, SURE)]
        at += 10 + rest
    assert divide(np.concatenate(rows)).tolist() == starts


@given(wrong=st.integers(1, 20), frame=st.sampled_from([0, 9]), how=st.floats(-1, -0.05))
def test_a_wrong_start_or_stop_bit_does_not_shift_what_follows(wrong: int, frame: int, how: float) -> None:
    """The characters after it tell where they are, however sure the bit looks."""
    heard = soft()
    heard[wrong, frame] *= how
    assert divide(heard.ravel()).tolist() == list(range(0, heard.size, 10))
