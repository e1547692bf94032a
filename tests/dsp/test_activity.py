"""When somebody speaks, and when they have stopped."""

import numpy as np
import pytest

from dsp import levels
from dsp.activity import ActivityReceiver
from dsp.events import Activity
from dsp.receiver import Float32


def noise(seconds: float, level: float, seed: int = 1) -> Float32:
    """White noise at a level in dBm0."""
    samples = np.random.default_rng(seed).standard_normal(round(seconds * 8000))
    return (samples * np.sqrt(levels.power(level))).astype(np.float32)


def hear(x: Float32, hang: int = 6400) -> list[Activity]:
    """What is found on one line."""
    receiver = ActivityReceiver(1, hang)
    return [event for at in range(0, len(x), 160) for event in receiver(x[None, at : at + 160])]


@pytest.mark.parametrize("level", [-40, -25, -10])
def test_sound_begins_and_ends(level: float) -> None:
    """Two seconds of sound in silence: where it began, where it stopped, how long and how loud."""
    began, ended = hear(np.concatenate([noise(1, -80), noise(2, level), noise(2, -80)]))
    assert (began.edge, ended.edge) == ("began", "ended")
    assert abs(began.at - 8000) <= 160
    assert abs(ended.at - 24000) <= 160
    assert ended.length == ended.at - began.at
    assert ended.level == pytest.approx(level, abs=0.5)


def test_short_pauses_do_not_end_it() -> None:
    """A pause shorter than the hang time belongs to the sound; a longer one ends it at its beginning."""
    x = np.concatenate([noise(1, -20), noise(0.5, -80), noise(1, -20), noise(1, -80)])
    assert [event.edge for event in hear(x)] == ["began", "ended"]
    assert [event.edge for event in hear(x, hang=3200)] == ["began", "ended"] * 2
    assert hear(x)[1].length == pytest.approx(20000, abs=160)


def test_a_click_is_nobody() -> None:
    """40 ms of sound are too short."""
    assert hear(np.concatenate([noise(1, -80), noise(0.04, -10), noise(1, -80)])) == []


def test_the_noise_of_the_line_is_learned() -> None:
    """Steady noise at -40 dBm0 is taken for a voice at first, not for long; a voice over it is heard again."""
    x = np.concatenate([noise(12, -40), noise(1, -25, 2), noise(2, -40, 3)])
    events = hear(x)
    assert [event.edge for event in events] == ["began", "ended"] * 2
    assert events[1].at < 8 * 8000
    assert abs(events[2].at - 96000) <= 160
    assert abs(events[3].at - 104000) <= 160


def test_silence_says_nothing() -> None:
    """Zeros and the noise of a quiet line."""
    assert hear(np.zeros(16000, np.float32)) == []
    assert hear(noise(5, -60)) == []


def test_reset_ends_it_without_a_word() -> None:
    """A new call begins with nobody speaking."""
    receiver = ActivityReceiver(1)
    assert len(receiver(noise(1, -20)[None])) == 1
    receiver.reset(0)
    assert receiver(np.zeros((1, 16000), np.float32)) == []
