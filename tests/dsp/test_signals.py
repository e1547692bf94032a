"""The sounds of keys, tones and caller ID."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp import caller_id, dtmf, levels, tones
from dsp.caller_id.message import Message, checksum, decode, encode
from dsp.plans import PLANS, PlanTone, TonePlan

NUMBERS = st.text("0123456789", min_size=1, max_size=20)
NAMES = st.text("ABCDEF abcdef.,", max_size=20).map(str.strip)


def strongest(x: np.ndarray, count: int) -> list[int]:
    """The frequencies of the highest peaks of a second of sound, in Hz."""
    spectrum = np.abs(np.fft.rfft(x, 8000))
    return sorted(np.argsort(spectrum)[-count:].tolist())


@pytest.mark.parametrize("digit", dtmf.KEYS)
def test_a_key_is_its_two_tones(digit: str) -> None:
    """Q.23's frequencies, each at the level asked for."""
    index = dtmf.KEYS.index(digit)
    x = dtmf.key(digit, level=-7, samples=8000)
    assert strongest(x, 2) == [dtmf.LOW[index // 4], dtmf.HIGH[index % 4]]
    assert levels.dbm0(x) == pytest.approx(-7 + 3.01, abs=0.05)


def test_keys_have_their_lengths_and_pauses() -> None:
    """on and off are samples; a comma is a pause."""
    x = dtmf.keys("1,2", on=100, off=50)
    assert len(x) == 450
    assert x[:100].any()
    assert not x[100:300].any()
    assert x[300:400].any()


def test_twist_is_high_minus_low() -> None:
    """+4 dB of twist: the high tone is 4 dB above the low one."""
    spectrum = np.abs(np.fft.rfft(dtmf.key("5", twist=4.0, samples=8000)))
    assert 20 * np.log10(spectrum[1336] / spectrum[770]) == pytest.approx(4, abs=0.01)


def test_what_is_no_key_is_refused() -> None:
    """Neither other characters nor two at once."""
    for wrong in ("x", "", "12"):
        with pytest.raises(ValueError, match="no DTMF key"):
            dtmf.key(wrong)


@pytest.mark.parametrize(("country", "tone"), [(p.name, t.name) for p in PLANS.values() for t in p.tones])
def test_a_tone_has_its_frequencies_and_cadence(country: str, tone: str) -> None:
    """Every tone of every plan: the right peaks, and on for the share of the cycle that the plan says."""
    plan = tones.plan(country)
    wanted = plan.tone(tone)
    cycle = sum(on + off for on, off in wanted.cycle) or 8000
    x = tones.generate(plan, tone, cycle)
    on = sum(on for on, _ in wanted.cycle) or 8000
    heard = np.convolve(np.abs(x) > 0, np.ones(40), "same") > 0
    assert np.mean(heard) == pytest.approx(on / cycle, abs=0.06)
    if wanted.continuous:
        assert strongest(x, len(wanted.frequencies)) == sorted(map(int, wanted.frequencies))


@given(st.sampled_from(["busy", "dial", "vacant", "howler"]), st.integers(0, 20000), st.integers(0, 800))
def test_stretches_of_a_tone_join(tone: str, at: int, cut: int) -> None:
    """Made in two parts or in one, it is the same sound."""
    plan = tones.plan("cn")
    whole = tones.generate(plan, tone, 800, at)
    parts = [tones.generate(plan, tone, cut, at), tones.generate(plan, tone, 800 - cut, at + cut)]
    assert np.allclose(np.concatenate(parts), whole, atol=0.5)


def test_levels_of_tones() -> None:
    """The plan's level or the one asked for is that of all components together; a howler rises."""
    plan = tones.plan("us")
    assert levels.dbm0(tones.generate(plan, "dial", 8000)) == pytest.approx(-13, abs=0.05)
    assert levels.dbm0(tones.generate(plan, "dial", 8000, level=-30)) == pytest.approx(-30, abs=0.05)
    howler = tones.generate(tones.plan("cn"), "howler", 160000)
    assert levels.dbm0(howler[-8000:]) == pytest.approx(3, abs=0.05)
    assert levels.dbm0(howler[:8000]) < -13


def test_unknown_plans_and_tones_are_refused() -> None:
    """The error names what there is; a plan of one's own needs no table."""
    with pytest.raises(ValueError, match="cn, eu, hk"):
        tones.plan("xx")
    with pytest.raises(ValueError, match="dial, ringback"):
        tones.generate(tones.plan("cn"), "nothing", 10)
    own = TonePlan("pbx", (PlanTone("busy", (450,), ((0.21, 0.21), (0.63, 0.21))),))
    assert tones.generate(own, "busy", 8000).any()


@given(NUMBERS, NAMES, st.sampled_from(["", "11221530"]), st.sampled_from(["mdmf", "sdmf"]))
def test_a_message_survives_coding(number: str, name: str, when: str, form: str) -> None:
    """What was put in comes out; the single format has no name and always a date."""
    made = decode(encode(Message(number, name, when), form))  # type: ignore[arg-type]
    assert made is not None
    assert made.number == number
    if form == "mdmf":
        assert (made.name, made.when) == (name, when)


@pytest.mark.parametrize("form", ["mdmf", "sdmf"])
@pytest.mark.parametrize("reason", ["O", "P"])
def test_a_withheld_number_has_a_reason(form: str, reason: str) -> None:
    """No number, but why."""
    assert decode(encode(Message(reason=reason, when="01020304"), form)) == Message(reason=reason, when="01020304")  # type: ignore[arg-type]


@given(st.binary(max_size=80), st.booleans())
def test_no_bytes_upset_the_parser(data: bytes, right_checksum: bool) -> None:
    """Any bytes give a message with a lawful number or None, also with a checksum that holds."""
    if right_checksum:
        data = bytes([0x80 if len(data) % 2 else 0x04, len(data)]) + data
        data += bytes([checksum(data)])
    made = decode(data)
    assert made is None or set(made.number) <= set("0123456789*#ABCD+")


@given(NUMBERS, st.data())
def test_a_damaged_message_is_refused(number: str, data: st.DataObject) -> None:
    """One wrong byte anywhere: None, or a message cut short. Never another number."""
    good = encode(Message(number))
    at = data.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[at] ^= data.draw(st.integers(1, 255))
    assert decode(bytes(bad)) is None


def test_too_long_a_message_is_refused() -> None:
    """255 bytes are the most."""
    with pytest.raises(ValueError, match="255 bytes"):
        encode(Message("1" * 200, "a" * 100))


@pytest.mark.parametrize(("kind", "mark", "space"), [("fsk-v23", 1300, 2100), ("fsk-bell202", 1200, 2200)])
def test_fsk_has_the_frequencies_of_its_standard(kind: str, mark: int, space: int) -> None:
    """The long mark before the message is a pure tone at the mark frequency, at the level asked for."""
    x = caller_id.fsk_signal("123", kind=kind, level=-20)  # type: ignore[arg-type]
    marks = x[2000:3200]
    assert levels.dbm0(x) == pytest.approx(-20, abs=0.1)
    spectrum = np.abs(np.fft.rfft(marks * np.hanning(len(marks)), 8000))
    assert abs(int(np.argmax(spectrum)) - mark) <= 1
    assert np.abs(np.fft.rfft(x[:2000], 8000))[space - 20 : space + 20].max() > 10 * np.median(spectrum)


def test_dtmf_caller_id_is_the_number_between_marks() -> None:
    """Nine keys of 70 ms and as much pause: two marks round seven digits."""
    assert len(caller_id.dtmf_signal("5551234")) == 9 * 1120
