"""Tone zones as programs define them, and what is dialled with them."""

from __future__ import annotations

import errno
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.dtmf import DtmfReceiver
from dsp.levels import dbm0
from dsp.receiver import Float32
from dsp.tones.signal import plan
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.sounder import DialSounder, Lengths, SignalSounder, ToneSounder
from hw_sim.dahdi.kernel.zones import PAIRS, Part, Zone, define, of_plan, resonator

CHINA = of_plan(16, plan("cn"))


def header(count: int, number: int = 5, cadence: tuple[int, ...] = (400, 200)) -> bytes:
    return abi.ZONE_HEADER.pack(count, number, *cadence, *[0] * (16 - len(cadence)), b"test")


def tone(code: int, follows: int, samples: int, frequency: float, peak: float = 8000.0) -> bytes:
    """A definition as libtonezone computes it: one sine, beginning at zero."""
    w = 2 * math.pi * frequency / 8000
    fac = round(2 * math.cos(w) * 32768)
    first = (round(-peak * math.sin(2 * w)), round(-peak * math.sin(w))) if frequency else (0, 0)
    return abi.TONE_DEF.pack(code, follows, samples, 0, fac, *first, 0, 0, 0, 0)


def power(sound: Float32, frequency: float) -> float:
    """Peak of a sine in the sound."""
    n = np.arange(len(sound))
    return float(2 * abs(np.sum(sound * np.exp(-2j * np.pi * frequency * n / 8000))) / len(sound))


def dialled(text: str, mode: str = "dtmf", zone: Zone = CHINA, lengths: Lengths | None = None) -> Float32:
    """All that a number sounds like."""
    sounder = DialSounder(text, zone, lengths or Lengths(), mode, lambda n: False)  # type: ignore[arg-type]
    made = [np.zeros(0, np.float32)]
    while not sounder.finished:
        made.append(sounder.next(160))
    return np.concatenate(made)


# -- definitions -----------------------------------------------------------------------------------------------------


def test_a_zone_sounds_as_it_was_defined() -> None:
    """Its own frequencies and cadence, not the office's."""
    zone = define(header(2), tone(1, 1, 800, 620) + tone(1, 0, 400, 0))
    assert (zone.number, zone.name, zone.cadence[:2]) == (5, "test", (400, 200))
    sounder = ToneSounder(zone.parts, zone.tones[1])
    sound = np.concatenate([sounder.next(100) for _ in range(24)])
    assert power(sound[:800], 620) == pytest.approx(8000, rel=0.01)
    assert not sound[800:1200].any()
    assert np.allclose(sound[1200:2400], sound[:1200], atol=1)


@settings(max_examples=40, deadline=None)
@given(frequency=st.floats(300, 3400), peak=st.floats(1000, 16000))
def test_a_resonator_is_a_sine(frequency: float, peak: float) -> None:
    """The closed form gives what the recurrence of the kernel driver gives, but for its rounding."""
    _, _, _, _, fac, x0, x1, *_ = abi.TONE_DEF.unpack(tone(0, 0, 1, frequency, peak))
    made = Part(200, (resonator(fac, x0, x1),)).sound(0, 200)
    before, last, expected = float(x0), float(x1), []
    for _ in range(200):
        before, last = last, fac / 32768 * last - before
        expected.append(last)
    assert np.allclose(made, expected, atol=peak / 500)


def test_two_sines_sound_together_and_may_be_modulated() -> None:
    """The second one shapes the first where the definition says so."""
    low, high = resonator(*_words(440)), resonator(*_words(20))
    plain, modulated = Part(800, (low, high)).sound(0, 800), Part(800, (low, high), modulated=True).sound(0, 800)
    assert power(plain, 440) == pytest.approx(8000, rel=0.02)
    assert power(modulated, 440) < power(plain, 440)
    assert power(modulated, 460) > 500


def _words(frequency: float) -> tuple[int, int, int]:
    return abi.TONE_DEF.unpack(tone(0, 0, 1, frequency))[4:7]


@pytest.mark.parametrize(
    ("made", "refusal"),
    [
        (header(0, -1), errno.EINVAL),
        (header(0, 256), errno.EINVAL),
        (header(-1), errno.EINVAL),
        (header(129) + tone(0, 0, 1, 440) * 129, errno.EINVAL),
        (header(1) + tone(0, 1, 1, 440), errno.EINVAL),
        (header(1) + tone(0, -1, 1, 440), errno.EINVAL),
        (header(1) + tone(16, 0, 1, 440), errno.EINVAL),
        (header(1) + tone(95, 0, 1, 440), errno.EINVAL),
        (header(1) + tone(127, 0, 1, 440), errno.EINVAL),
        (header(2) + tone(0, 0, 1, 440), errno.EFAULT),
    ],
)
def test_wrong_definitions_are_refused(made: bytes, refusal: int) -> None:
    """A number, a count, a tone or a successor that there is not."""
    with pytest.raises(OSError, match=r"zone|tone|part|definitions") as error:
        define(made[:112], made[112:])
    assert error.value.errno == refusal


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3), st.binary(max_size=200))
def test_any_definitions_are_a_zone_or_refused(count: int, garbage: bytes) -> None:
    """Whatever the bytes: sound of finite size, or an error."""
    try:
        zone = define(header(count), garbage)
    except OSError as error:
        assert error.errno in (errno.EINVAL, errno.EFAULT)  # noqa: PT017 - either way is right
        return
    for first in zone.tones.values():
        assert len(ToneSounder(zone.parts, first).next(160)) == 160


def test_a_tone_of_empty_parts_is_silence() -> None:
    """It would go round for ever."""
    zone = define(header(2), tone(0, 1, 0, 440) + tone(0, 0, 0, 440))
    assert not ToneSounder(zone.parts, 0).next(160).any()


# -- dialling --------------------------------------------------------------------------------------------------------


def test_every_key_is_heard() -> None:
    """By a receiver that never saw the zone: 100 ms of tone, 100 ms of silence each."""
    sound = dialled("0123456789*#ABCD")
    assert len(sound) == pytest.approx(16 * 1600, abs=160)
    found = DtmfReceiver(1)(np.pad(sound, (0, 1600))[None])
    assert "".join(event.digit for event in found)[::2] == "0123456789*#ABCD"  # each down and up


@pytest.mark.parametrize(
    ("letter", "frequencies", "digits"),
    [
        ("M", (700, 900, 1100, 1300, 1500, 1700), "1234567890"),
        ("O", (1380, 1500, 1620, 1740, 1860, 1980), "123456789ABCDEF"),
        ("R", (1140, 1020, 900, 780, 660, 540), "123456789ABCDEF"),
    ],
)
def test_multi_frequency_signals_are_two_of_six(letter: str, frequencies: tuple[int, ...], digits: str) -> None:
    """Q.320 (R1) and Q.441 (R2, forward and backward), by pairs."""
    for i, digit in enumerate(digits):
        sound = dialled(letter + digit)[:480]
        strongest = sorted(frequencies, key=lambda f: -power(sound, f))[:2]
        assert set(strongest) == {frequencies[n] for n in PAIRS[i]}, digit


def test_lengths_are_those_that_were_set() -> None:
    """DTMF 50 ms, MF 200 ms; the controls of MF are always 100 ms."""
    lengths = Lengths(mfr1=1600, dtmf=400, mfr2=800)
    assert np.count_nonzero(dialled("T1", lengths=lengths)) == pytest.approx(400, abs=20)
    assert np.count_nonzero(dialled("M1", lengths=lengths)) == pytest.approx(1600, abs=20)
    assert np.count_nonzero(dialled("M*", lengths=lengths)) == pytest.approx(800, abs=20)


def test_a_w_is_half_a_second_and_what_is_no_digit_is_nothing() -> None:
    """In every way of dialling."""
    assert len(dialled("W")) == 4000
    assert len(dialled("xyz?")) == 0
    assert len(dialled("PW", mode="dtmf")) == 4000


def test_pulses_are_begun_and_waited_for() -> None:
    """The next digit begins when the port says so; without a hook they are skipped."""
    begun: list[int] = []

    def pulse(count: int) -> bool:
        begun.append(count)
        return True

    sounder = DialSounder("P10", CHINA, Lengths(), "dtmf", pulse)
    assert not sounder.next(160).any()
    assert begun == [1]
    sounder.resume()
    assert begun == [1, 10]
    assert not sounder.finished
    sounder.resume()
    assert sounder.finished
    assert dialled("P123") is not None


def test_a_held_key_goes_on() -> None:
    """Without a click at the joints."""
    sounder = SignalSounder(CHINA.signals[abi.DTMF_BASE + 5], dialling=True)
    sound = np.concatenate([sounder.next(n) for n in (7, 160, 333, 1000)])
    assert np.array_equal(sound, CHINA.signals[abi.DTMF_BASE + 5].sound(0, 1500))


@pytest.mark.parametrize("country", ["cn", "hk", "tw", "mo", "us", "uk", "eu", "jp"])
def test_countries_have_their_tones_and_cadence(country: str) -> None:
    """Dial, busy and ringback of the plan, at its level; ringing of a second and more in all."""
    zone = of_plan(1, plan(country))
    for code, name in ((0, "dial"), (1, "busy"), (2, "ringback")):
        sound = ToneSounder(zone.parts, zone.tones[code]).next(8000)
        expected = plan(country).tone(name)
        on = expected.cycle[0][0] if expected.cycle else 8000
        assert dbm0(sound[: min(on, 8000)]) == pytest.approx(expected.level, abs=0.5)
    assert sum(zone.cadence) >= 3000
