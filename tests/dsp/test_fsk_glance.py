"""How much is done about sound that only looks like FSK: it is given up after a glance, and hides no message."""

import numpy as np
import pytest

from dsp import fsk, levels
from dsp.caller_id.fsk import find
from dsp.caller_id.message import Message, encode
from dsp.caller_id.signal import FskKind, fsk_bits, fsk_signal
from dsp.fsk import likelihood as fsk_likelihood
from dsp.fsk.baseband import Complex
from dsp.receiver import RATE, Float32


def in_band(seed: int, seconds: float, level: float) -> Float32:
    """Noise between 1000 and 2500 Hz."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(hertz < 1000) | (hertz > 2500)] = 0
    made = np.fft.irfft(spectrum, count)
    return np.asarray(made * np.sqrt(levels.power(level) / np.mean(made**2)), np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_noise_in_the_band_is_given_up_after_a_glance(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds of it have places like the beginning of a message; no more than their first characters are read."""
    weighed: list[int] = []

    def weigh(envelope: Complex, modulation: fsk.Modulation, places: fsk_likelihood.Bits) -> fsk_likelihood.SoftBits:
        weighed.append(places.centres.size)
        return fsk_likelihood.weigh(envelope, modulation, places)

    monkeypatch.setattr("dsp.caller_id.fsk.weigh", weigh)
    assert find(in_band(seed, 5, -15)) is None
    assert max(weighed, default=0) <= 400


@pytest.mark.parametrize("kind", ["fsk-v23", "fsk-bell202"])
@pytest.mark.parametrize("seed", range(3))
def test_a_message_among_noise_in_the_band_is_read(kind: FskKind, seed: int) -> None:
    """Noise before it and behind it, 8 dB less loud, draws glances; the message is found among them."""
    message = fsk_signal("02885551234", kind=kind, level=-15)
    found = find(np.concatenate([in_band(seed, 0.8, -23), message, in_band(seed + 9, 0.8, -23)]))
    assert found is not None
    assert found.message is not None
    assert found.message.number == "02885551234"


@pytest.mark.parametrize("stuffing", [0, 1, 3])
def test_a_short_message_is_not_given_up(stuffing: int) -> None:
    """A message waiting lamp has six characters, at rest or not between them; noise 8 dB under (300 to 3400 Hz)."""
    bits = fsk_bits(encode(Message(waiting=True), "sdmf"), stuffing=stuffing)
    sound = fsk.modulate(bits, fsk.V23, level=-15)
    noise = np.random.default_rng(stuffing).standard_normal(len(sound) + 2000) * np.sqrt(levels.power(-23) * 4 / 3.1)
    found = find((np.pad(sound, (1000, 1000)) + noise).astype(np.float32))
    assert found is not None
    assert found.message == Message(waiting=True)
