"""drivers.r2: two ends of MFC-R2 against each other (ITU-T Q.400 to Q.490; China No.1 after GF 002-9002)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import periodogram

from drivers.r2.events import (
    Accepted,
    Answered,
    Blocked,
    Category,
    Digit,
    Disconnected,
    Ended,
    Metered,
    Mode,
    Offered,
    ProtocolError,
    R2Cause,
    R2Event,
    Seized,
    Stalled,
)
from drivers.r2.settings import R2Settings, definitions_text, read_definitions
from drivers.r2.span import CIRCUITS, NotPossible, R2Fault, R2Span
from drivers.yaml_source import ConfigError
from dsp import g711, levels
from dsp.receiver import RATE, TICK
from tests.drivers.r2_pair import QUIET, Pair

VARIANTS = ["cn", "itu"]


def kinds(events: list[R2Event]) -> list[str]:
    """The kinds of events, without digits."""
    return [type(event).__name__ for event in events if not isinstance(event, Digit)]


def accept(span: R2Span, event: R2Event) -> None:
    """A called side that rings, answers, and follows a release."""
    match event:
        case Offered(slot):
            span.accept(slot)
        case Accepted(slot):
            span.answer(slot)
        case Disconnected(slot):
            span.disconnect(slot)


def follow(span: R2Span, event: R2Event) -> None:
    """A side that only follows a release."""
    if isinstance(event, Disconnected):
        span.disconnect(event.slot)


def give_up(span: R2Span, event: R2Event) -> None:
    """A side that ends a call on which nothing moves any more."""
    if isinstance(event, Stalled | Disconnected):
        span.disconnect(event.slot)


def pair(variant: str, called: int = 7, **more: object) -> Pair:
    """Two ends that know the length of numbers."""
    both = Pair(R2Settings(variant, called=called, **more))  # type: ignore[arg-type]
    both.on_b, both.on_a = accept, follow
    return both


def offered(both: Pair) -> list[Offered]:
    """The calls that came in at `b`."""
    return [event for event in both.said_b if isinstance(event, Offered)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_call_passes_number_caller_and_category(variant: str) -> None:
    """The called side learns both numbers and the category; both see acceptance, answer and release in order."""
    both = pair(variant)
    both.a.call(1, "8001234", "13912345678", Category.PRIORITY)
    both.run(10, lambda: "Answered" in kinds(both.said_a))
    assert offered(both) == [Offered(1, offered(both)[0].at, "8001234", "13912345678", Category.PRIORITY)]
    both.a.disconnect(1)
    both.run(1)
    assert kinds(both.said_a) == ["Accepted", "Answered", "Ended"]
    assert kinds(both.said_b) == ["Seized", "Offered", "Accepted", "Disconnected", "Ended"]


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=12, deadline=None)
@given(
    called=st.text("0123456789", min_size=1, max_size=18),
    calling=st.none() | st.text("0123456789", min_size=1, max_size=18),
    first=st.booleans(),
)
def test_any_two_numbers_pass(variant: str, called: str, calling: str | None, first: bool) -> None:
    """Numbers of any length arrive whole, whichever is asked for first; a withheld one arrives as none."""
    both = pair(variant, called=len(called), calling_first=first)
    both.a.call(31, called, calling)
    both.run(20, lambda: bool(offered(both)))
    assert [(event.called, event.calling) for event in offered(both)] == [(called, calling)]


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=8, deadline=None)
@given(cause=st.sampled_from([R2Cause.BUSY, R2Cause.CONGESTION, R2Cause.UNALLOCATED, R2Cause.OUT_OF_ORDER]))
def test_a_refusal_arrives_with_its_cause(variant: str, cause: R2Cause) -> None:
    """Group B tells why: the caller learns that cause, and the circuit is free again."""
    both = pair(variant)
    both.on_b = lambda span, event: (
        span.disconnect(event.slot, cause) if isinstance(event, Offered | Disconnected) else None
    )
    both.a.call(2, "8001234", "1")
    both.run(10, lambda: "Ended" in kinds(both.said_a))
    causes = [event.cause for event in both.said_a if isinstance(event, Disconnected)]
    assert causes == [cause]
    assert both.a.free(2)
    assert both.b.free(2)


PAIRS = {(0, 1): 1, (0, 2): 2, (1, 2): 3, (0, 3): 4, (1, 3): 5, (2, 3): 6}
BACKWARD = [1140 - 120 * k for k in range(6)]
FORWARD = [1380 + 120 * k for k in range(6)]


def spoken(codes: list[g711.Codes], frequencies: list[int]) -> list[int]:
    """The register signals 1 to 6 in a timeslot, in the order in which they sound; pauses part them."""
    sound = g711.decode(np.concatenate(codes)).astype(float)
    found: list[int] = []
    last = 0
    for start in range(0, len(sound) - 160, 80):
        block = sound[start : start + 160] * np.hanning(160)
        power = [abs(np.exp(-2j * np.pi * f / RATE * np.arange(160)) @ block) for f in frequencies]
        low, high = sorted(np.argsort(power)[-2:].tolist())
        now = PAIRS.get((low, high), 0) if min(power[low], power[high]) > 100_000 else 0
        if now and last == 0:
            found.append(now)
        last = now
    return found


@pytest.mark.parametrize(
    ("variant", "signals", "bits"),
    [("cn", [6, 1, 1, 1, 3, 1], [0b1011, 0b0011, 0b0111]), ("itu", [5, 5, 5, 1, 3, 6], [0b1001, 0b0001, 0b0101])],
)
def test_what_goes_over_the_wire_is_the_variant_s(variant: str, signals: list[int], bits: list[int]) -> None:
    """China asks the category with A-6, both numbers with A-1, accepts with B-1, CD is 11; ITU A-5, A-5, B-6, 01."""
    both = pair(variant, called=2)
    both.a.call(1, "12", "3")
    heard = []
    for _ in range(150):
        both.tick()
        heard.append(both.to_a[0].copy())
    assert spoken(heard, BACKWARD) == signals
    idle, seize, answer = bits
    assert [abcd for side, slot, abcd in both.bits if (side, slot) == ("a", 1)] == [idle, seize]
    assert [abcd for side, slot, abcd in both.bits if (side, slot) == ("b", 1)] == [idle, seize | 0b1100, answer]


def test_register_signals_have_the_level_of_q454() -> None:
    """Each of the two frequencies is sent with -11.5 dBm0, within 1 dB."""
    both = pair("itu")
    both.a.call(1, "1", "3")
    both.run(0.06)
    sent = np.concatenate([both.a.tick(both.now + k * TICK, QUIET, {}).codes[1].copy() for k in range(50)])
    spectrum = periodogram(g711.decode(sent).astype(float), RATE, "flattop", scaling="spectrum")[1]
    for frequency in (1380, 1500):
        near = spectrum[frequency - 5 : frequency + 6].max()
        assert levels.dbm0(np.sqrt(2 * near) * np.sin(np.arange(800) * 0.1)) == pytest.approx(-11.5, abs=1.0)


def test_thirty_circuits_at_once() -> None:
    """All circuits of a span call at the same time, with different numbers."""
    both = pair("cn")
    for slot in CIRCUITS:
        both.a.call(slot, f"80012{slot:02}", f"139{slot:03}")
    both.run(10, lambda: kinds(both.said_a).count("Answered") == len(CIRCUITS))
    assert {event.slot: (event.called, event.calling) for event in offered(both)} == {
        slot: (f"80012{slot:02}", f"139{slot:03}") for slot in CIRCUITS
    }


def test_circuits_without_register_signalling_cost_nothing() -> None:
    """No receiver runs on an idle circuit, nor on one whose call is answered."""
    both = pair("cn")
    assert (both.a.busy, both.b.busy) == (0, 0)
    both.a.call(1, "8001234", "1")
    both.run(10, lambda: "Answered" in kinds(both.said_a))
    assert (both.a.busy, both.b.busy) == (0, 0)


def test_the_called_side_may_know_when_a_number_is_complete() -> None:
    """Without a length in advance, `complete` ends the asking at once."""
    both = Pair(R2Settings("cn"), complete=lambda slot, called: called == "110")
    both.on_b = accept
    both.a.call(1, "110", "1")
    both.run(3, lambda: bool(offered(both)))
    assert offered(both)[0].called == "110"


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("less", [{"calling": 0}, {"skip_category": True}])
def test_who_does_not_ask_for_the_caller_hears_the_whole_number(variant: str, less: dict[str, object]) -> None:
    """Without calling number or category the called number still comes in to its end."""
    both = pair(variant, **less)
    both.a.call(1, "8001234", "1")
    both.run(10, lambda: bool(offered(both)))
    assert [event.called for event in offered(both)] == ["8001234"]


def test_a_number_that_just_ends_is_taken_after_the_silence() -> None:
    """China has no signal for the end of the number: after 5 s without a digit the call is offered."""
    both = pair("cn", called=20)
    both.a.call(1, "12345", "1")
    both.run(10, lambda: bool(offered(both)))
    assert offered(both)[0].called == "12345"
    assert 5 * RATE < offered(both)[0].at < 8 * RATE


def test_congestion_can_be_told_before_the_number_is_known() -> None:
    """A-4 in place of a request: the caller learns of congestion at once."""
    both = pair("itu")
    both.on_b = lambda span, event: (
        span.say_instead(event.slot, "4") if isinstance(event, Seized) else follow(span, event)
    )
    both.a.call(1, "8001234", "1")
    both.run(2)
    assert kinds(both.said_a) == ["Disconnected", "Ended"]
    assert [event.cause for event in both.said_a if isinstance(event, Disconnected)] == [R2Cause.CONGESTION]
    assert both.b.free(1)


@pytest.mark.parametrize("mode", [Mode.CHARGE, Mode.NO_CHARGE])
def test_a_call_is_accepted_with_or_without_charge(mode: Mode) -> None:
    """The mode of acceptance goes out as the variant's signal, and arrives."""
    both = pair("itu")
    both.on_b = lambda span, event: span.accept(event.slot, mode) if isinstance(event, Offered) else None
    both.a.call(1, "8001234", "1")
    both.run(5, lambda: "Accepted" in kinds(both.said_a))
    assert [event.mode for event in both.said_a if isinstance(event, Accepted)] == [mode]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_called_side_clears_back(variant: str) -> None:
    """Clear-back, clear-forward, idle: both circuits are free, and a second call passes."""
    both = pair(variant)
    for _ in range(2):
        both.a.call(4, "8001234", "1")
        both.run(10, lambda: "Answered" in kinds(both.said_a))
        both.b.disconnect(4)
        both.run(1)
        assert kinds(both.said_a)[-2:] == ["Disconnected", "Ended"]
        assert both.a.free(4)
        assert both.b.free(4)
        both.said_a.clear()


def test_a_second_answer_after_clear_back_is_no_release() -> None:
    """An end that waits for it (metering) takes answer, clear-back, answer for one call; another for its end."""
    for metering, expected in ((1000, "Metered"), (0, "Disconnected")):
        patient = R2Settings("cn", called=7, metering=metering)
        both = Pair(patient, R2Settings("cn", called=7, double_answer=True))
        both.on_a, both.on_b = follow, accept
        both.a.call(1, "8001234", "1")
        both.run(6)
        assert expected in kinds(both.said_a)


def test_both_ends_seize_at_once() -> None:
    """Glare on a both-way circuit (Q.421): both attempts are given up, and the circuit is free again."""
    both = pair("cn")
    both.on_b = follow
    both.a.call(1, "8001234", "1")
    both.b.call(1, "8005678", "2")
    both.run(2)
    assert kinds(both.said_a) == ["Disconnected", "Ended"]
    assert kinds(both.said_b) == ["Disconnected", "Ended"]
    assert both.a.free(1)
    assert both.b.free(1)


def test_a_blocked_circuit_takes_no_call() -> None:
    """The far end's blocking is seen; calling there is refused here, until it is taken back."""
    both = pair("itu")
    both.b.block(3)
    both.run(0.1)
    assert [type(event) for event in both.said_a] == [Blocked]
    with pytest.raises(NotPossible):
        both.a.call(3, "8001234")
    both.b.reset(3)
    both.run(0.1)
    both.a.call(3, "8001234")


def test_a_lost_signal_stops_calls_and_bits() -> None:
    """Under an alarm no circuit is free and its bits mean nothing; afterwards they are read again."""
    both = pair("cn")
    both.b.alarm(True, both.now)
    assert not both.b.free(1)
    assert both.b.tick(both.now, QUIET, {1: 0b0011}).events == []
    both.b.tick(both.now, QUIET, {1: 0b1011})
    both.b.alarm(False, both.now)
    assert both.b.free(1)


@pytest.mark.parametrize(
    "fault", [R2Fault(level=-40.0), R2Fault(shift=60.0), R2Fault(pulse=40), R2Fault(deaf=True), R2Fault(stuck=True)]
)
def test_broken_register_signalling_never_hangs_a_circuit(fault: R2Fault) -> None:
    """Signals too low, off frequency, cut short, unanswered, or bits that stick: a time-out ends the attempt."""
    both = pair("cn")
    both.on_a = both.on_b = give_up
    both.a.spoil(1, fault)
    both.a.call(1, "8001234", "1")
    both.run(60)
    assert not offered(both)
    both.a.spoil(1)
    both.a.reset(1)
    both.b.reset(1)
    both.run(1)
    both.on_a, both.on_b = follow, accept
    both.a.call(1, "8001234", "1")
    both.run(10)
    assert offered(both)


def test_slightly_off_signals_are_heard() -> None:
    """10 Hz and 5 dB off are within what Q.455 demands of a receiver."""
    both = pair("cn")
    both.a.spoil(1, R2Fault(level=-5.0, shift=10.0))
    both.a.call(1, "8001234", "1")
    both.run(10)
    assert offered(both)


@settings(max_examples=60, deadline=None)
@given(
    bits=st.lists(st.tuples(st.integers(-1, 31), st.integers(-1, 16)), max_size=60),
    seed=st.integers(0, 100),
)
def test_no_bits_and_no_noise_upset_it(bits: list[tuple[int, int]], seed: int) -> None:
    """Any bits on any timeslot and any codes: events and time-outs, never a call that nobody made."""
    noise = np.random.default_rng(seed).integers(0, 256, (31, TICK), np.uint8)
    span = R2Span(R2Settings("cn"))
    for k, (slot, abcd) in enumerate(bits):
        for event in span.tick(k * TICK, noise, {slot: abcd}).events:
            assert not isinstance(event, Answered | Accepted | Ended | Metered)
    assert span.lost_events == 0


def test_a_far_end_may_seize_before_it_was_ever_idle() -> None:
    """The first bits that come are a seizure: it counts, for an end that shows idle for a moment only."""
    span = R2Span(R2Settings("itu"))
    assert [type(event) for event in span.tick(0, QUIET, {1: 0b0001}).events] == [Seized]


def test_a_wrong_answer_is_a_protocol_error() -> None:
    """An answer to a seizure that was never acknowledged ends the attempt with words."""
    span = R2Span(R2Settings("itu"))
    span.tick(0, QUIET, {1: 0b1001})
    span.call(1, "12")
    events = span.tick(TICK, QUIET, {1: 0b0101}).events
    assert [event.text for event in events if isinstance(event, ProtocolError)] == ["Invalid CAS"]


@pytest.mark.parametrize("number", ["", "12#", "１２", "1" * 80])
def test_only_digits_can_be_called(number: str) -> None:
    """R2 has signals for digits only."""
    span = R2Span(R2Settings())
    span.tick(0, QUIET, {1: 0b1011})
    with pytest.raises(ValueError):
        span.call(1, number)


def test_verbs_out_of_turn_are_refused() -> None:
    """Accepting, answering or ending what is not there is an error, not a protocol fault."""
    span = R2Span(R2Settings())
    for verb in (span.accept, span.answer, span.disconnect):
        with pytest.raises(NotPossible):
            verb(1)
    with pytest.raises(NotPossible):
        span.call(1, "12")  # the far end has not shown idle yet
    with pytest.raises(ValueError):
        R2Span(R2Settings(), slots=(1, 1))


def test_the_same_input_gives_the_same_output() -> None:
    """Time is samples: two runs are alike, bit for bit."""

    def run() -> tuple[list[R2Event], bytes]:
        both = pair("cn")
        both.a.call(1, "8001234", "1")
        sound = []
        for _ in range(200):
            both.tick()
            sound.append(both.to_a.tobytes())
        return both.said_b, b"".join(sound)

    assert run() == run()


def test_definitions_override_the_variant() -> None:
    """r2proto.conf's words: another signal for busy on both ends still means busy."""
    other = R2Settings("itu", called=7, definitions={"timers.r2_seize": "4000", "mf_gb_tones.busy_number": "9"})
    both = Pair(other)
    both.on_a = follow
    both.on_b = lambda span, event: (
        span.disconnect(event.slot, R2Cause.BUSY) if isinstance(event, Offered | Disconnected) else None
    )
    both.a.call(1, "8001234", "1")
    both.run(5)
    assert [event.cause for event in both.said_a if isinstance(event, Disconnected)] == [R2Cause.BUSY]


def test_definitions_are_written_signals_first() -> None:
    """The library's reader leaves a time's upper bits in the signal after it."""
    text = definitions_text({"timers.r2_seize": "80000", "mf_gb_tones.busy_number": "9"})
    assert text.splitlines() == ["mf_gb_tones.busy_number=9", "timers.r2_seize=80000"]


def test_a_definitions_file_is_read_with_every_fault(tmp_path: Path) -> None:
    """Faults come with file and line, all at once; -1 keeps a time."""
    file = tmp_path / "r2proto.conf"
    file.write_text("# mine\ntimers.r2_seize=-1\ntimers.r2_answer=80000\nmf_threshold=0\n")
    assert read_definitions(file) == {"timers.r2_answer": "80000", "mf_threshold": "0"}
    file.write_text("timers.r2_siege=1\nmf_gb_tones.busy_number=A\n")
    with pytest.raises(ConfigError) as error:
        read_definitions(file)
    assert [(problem.line, problem.file) for problem in error.value.problems] == [(1, str(file)), (2, str(file))]


def test_debian_s_own_definitions_are_read() -> None:
    """The file that libopenr2 installs has no faults."""
    file = Path("/etc/openr2/r2proto.conf")
    if not file.exists():
        pytest.skip("libopenr2-bin is not installed")
    assert read_definitions(file)["timers.r2_answer"] == "80000"


@pytest.mark.parametrize("bad", [{"variant": "xx"}, {"called": 0}, {"calling": 80}, {"definitions": {"x": "1"}}])
def test_settings_that_cannot_be_are_refused(bad: dict[str, object]) -> None:
    """Unknown variants, impossible lengths, unknown definitions."""
    with pytest.raises(ValueError):
        R2Settings(**bad)  # type: ignore[arg-type]
