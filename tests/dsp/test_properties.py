"""What every receiver promises: the cut does not matter, a line alone is as in the bank, rows may be permuted.

And what every generator promises: its receiver hears what it made, at any level, with any twist and offset, in noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dsp import caller_id, dtmf, levels, tones
from dsp.bridge import Bridge
from dsp.caller_id.signal import FskKind
from dsp.echo import EchoCanceller
from dsp.events import CallerId, Digit, Event, Tone
from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.receiver import RATE, Float32, Int16
from tests.dsp.bank import LINES, SUBJECTS, hear, of, sound

KINDS = list(SUBJECTS)
CUTS = st.lists(st.sampled_from([0, 1, 7, 31, 32, 33, 80, 159, 160, 161, 500, 4001]), max_size=60)
QUICK = (Phase.explicit, Phase.generate)
"""A round trip that fails says enough as it is; making it smaller takes minutes."""
CACHE: dict[str, list[Event]] = {}


def whole(kind: str) -> list[Event]:
    """What a receiver finds in its material, in ticks of 160 samples: something on every line."""
    if kind not in CACHE:
        CACHE[kind] = hear(SUBJECTS[kind].make(LINES), sound(kind))
        assert {event.line for event in CACHE[kind]} == set(range(LINES))
    return CACHE[kind]


def run(kind: str, rx: Float32, cuts: Sequence[int] = ()) -> list[Event]:
    """The events of a matrix cut like that, what remains all at once."""
    return hear(SUBJECTS[kind].make(len(rx)), rx, [*cuts, max(rx.shape[1] - sum(cuts), 0)])


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=12)
@given(cuts=CUTS)
def test_any_cut_of_the_stream_gives_the_same_events(kind: str, cuts: list[int]) -> None:
    """The same events in the same order, whether the stream comes sample by sample or all at once."""
    assert run(kind, sound(kind), cuts) == whole(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", range(LINES))
def test_a_line_alone_is_as_in_the_bank(kind: str, line: int) -> None:
    """No line hears another one."""
    alone = run(kind, sound(kind)[line : line + 1])
    assert [replace(event, line=line) for event in alone] == of(line, whole(kind))


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=6)
@given(order=st.permutations(range(LINES)))
def test_permuted_rows_permute_the_events(kind: str, order: list[int]) -> None:
    """Row i of the matrix is line i of the events."""
    permuted = [replace(event, line=order[event.line]) for event in run(kind, sound(kind)[order])]
    key = lambda event: (event.at, event.line, str(event))  # noqa: E731
    assert sorted(permuted, key=key) == sorted(whole(kind), key=key)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=10)
@given(lost=st.integers(0, 30000), at=st.integers(0, 8000))
def test_lost_samples_are_time_that_passed_in_silence(kind: str, lost: int, at: int) -> None:
    """skip(n) is as n samples of silence, in the same place and in any cut.

    A cadence is not believed across a hole of 60 ms and more: that much of tones is tested in test_tones.
    """
    lost = lost % 480 if kind == "tones" else lost
    rx = sound(kind)
    skipping, silent = SUBJECTS[kind].make(LINES), SUBJECTS[kind].make(LINES)
    events = [*skipping(rx[:, :at])]
    skipping.skip(lost)
    events += skipping(rx[:, at:])
    rest = np.zeros((LINES, 800), np.float32)  # one of the receivers is patient, and tells the end later
    events += skipping(rest)
    wanted = [*silent(rx[:, :at]), *silent(np.zeros((LINES, lost), np.float32)), *silent(rx[:, at:]), *silent(rest)]
    assert events == wanted


def echoes() -> tuple[Float32, Float32]:
    """What four lines hear and say: noise of different levels, and its echo after another time on each."""
    rng = np.random.default_rng(7)
    tx = rng.standard_normal((4, 12000)).astype(np.float32) * np.float32([[500], [1000], [2000], [4000]])
    rx = rng.standard_normal((4, 12000)).astype(np.float32) * 20
    for line in range(4):
        delay = 5 + 17 * line
        rx[line, delay:] += np.float32(0.2 + 0.1 * line) * tx[line, :-delay]
    return rx, tx


def left(rx: Float32, tx: Float32, cuts: Sequence[int] = ()) -> Float32:
    """What a canceller leaves of a stream cut like that, what remains in ticks."""
    canceller, parts, at = EchoCanceller(len(rx)), list[Float32](), 0
    while at < rx.shape[1]:
        cut = cuts[len(parts)] if len(parts) < len(cuts) else 160
        parts.append(canceller(rx[:, at : at + cut], tx[:, at : at + cut]).copy())
        at += cut
    return np.concatenate(parts, axis=1)


@settings(deadline=None, max_examples=8)
@given(cuts=CUTS)
def test_the_canceller_leaves_the_same_of_any_cut(cuts: list[int]) -> None:
    """To rounding: 80 dB below what came."""
    rx, tx = echoes()
    assert np.abs(left(rx, tx, cuts) - left(rx, tx)).max() < 0.2


@settings(deadline=None, max_examples=6)
@given(order=st.permutations(range(4)))
def test_the_canceller_hears_no_line_in_another(order: list[int]) -> None:
    """Permuted rows give permuted rows, and a line alone what it gives in the bank."""
    rx, tx = echoes()
    bank = left(rx, tx)
    assert np.abs(left(rx[order], tx[order]) - bank[order]).max() < 0.2
    alone = order[0]
    assert np.abs(left(rx[alone : alone + 1], tx[alone : alone + 1])[0] - bank[alone]).max() < 0.2


def conferred(rx: Int16, cuts: Sequence[int], order: Sequence[int]) -> Int16:
    """What five lines hear, the first three in a conference, the others in a call, each line at its place."""
    bridge, parts, at = Bridge(5), list[Int16](), 0
    bridge.connect([order.index(line) for line in (0, 1, 2)], gain_db=-3)
    bridge.connect([order.index(line) for line in (3, 4)])
    while at < rx.shape[1]:
        cut = cuts[len(parts)] if len(parts) < len(cuts) else 160
        tx = np.zeros_like(rx[:, at : at + cut])
        bridge.add(tx, rx[:, at : at + cut])
        parts.append(tx)
        at += cut
    return np.concatenate(parts, axis=1)


@settings(deadline=None, max_examples=15)
@given(cuts=CUTS, order=st.permutations(range(5)))
def test_a_bridge_gives_the_same_for_any_cut_and_order(cuts: list[int], order: list[int]) -> None:
    """To rounding, as long as nobody must be made softer."""
    rx = np.random.default_rng(8).integers(-6000, 6000, (5, 4000)).astype(np.int16)
    wanted = conferred(rx, [], list(range(5)))
    heard = conferred(rx[order], cuts, order)
    assert np.abs(heard.astype(int) - wanted[order]).max() <= 1


def noisy(signal: Float32, noise: float, seed: int, lead: int = 4000, tail: int = 8000) -> Float32:
    """On a line of its own (1, n), with white noise of that level in dBm0 before, in and after it."""
    x = np.pad(signal, (lead, tail))
    x = x + np.random.default_rng(seed).standard_normal(len(x)) * np.sqrt(levels.power(noise))
    return np.asarray(x[None], np.float32)


@settings(deadline=None, max_examples=10, phases=QUICK)
@given(
    digits=st.text(dtmf.KEYS, min_size=1, max_size=12),
    level=st.floats(-25, 0),
    twist=st.floats(-8, 4),
    offset=st.tuples(st.floats(-0.015, 0.015), st.floats(-0.015, 0.015)),
    on=st.integers(360, 1600),
    off=st.integers(360, 1600),
    snr=st.floats(18, 60),
    seed=st.integers(0, 10**6),
)
def test_keys_come_back(
    digits: str, level: float, twist: float, offset: tuple[float, float], on: int, off: int, snr: float, seed: int
) -> None:
    """Every key of the pad, at the limits of Q.24, in its order, once, with begin and end."""
    pause = np.zeros(off, np.float32)
    signal = np.concatenate([part for d in digits for part in (dtmf.key(d, level, twist, on, offset), pause)])
    softer = level - abs(twist) / 2
    events = list(dtmf.DtmfReceiver(1)(noisy(signal, softer - snr, seed)))
    assert "".join(e.digit for e in events if isinstance(e, Digit) and e.edge == "began") == digits
    for i, event in enumerate(e for e in events if isinstance(e, Digit) and e.edge == "ended"):
        assert event.at == pytest.approx(4000 + i * (on + off) + on, abs=120)
        assert event.length == pytest.approx(on, abs=160)


TONES = [(plan, tone.name) for plan in PLANS for tone in PLANS[plan].tones]


def moved(tone: PlanTone, hertz: float, pace: float, level: float) -> TonePlan:
    """A plan of that tone alone, off by so many hertz and by that share of its cadence."""
    cadence = tuple((on * (1 + pace), off * (1 + pace)) for on, off in tone.cadence)
    sequence = tuple(tuple(f + hertz for f in sound) for sound in tone.sequence)
    frequencies = tuple(f + hertz for f in tone.frequencies)
    return TonePlan("", (replace(tone, frequencies=frequencies, cadence=cadence, sequence=sequence, level=level),))


@pytest.mark.parametrize("country", PLANS)
@settings(deadline=None, max_examples=4, phases=QUICK)
@given(data=st.data())
def test_tones_of_every_plan_come_back(country: str, data: st.DataObject) -> None:
    """Named as what they are, wherever in its cadence the recording begins: no other name in a minute of each."""
    plan = tones.plan(country)
    tone = data.draw(st.sampled_from(plan.tones))
    level, snr = data.draw(st.floats(-35, -8)), data.draw(st.floats(20, 60))
    hertz = data.draw(st.floats(-15, 15))
    pace = data.draw(st.floats(-0.08, 0.08))
    at = data.draw(st.integers(0, 40000)) if not tone.rise else 0
    made = tones.generate(moved(tone, hertz, pace, level), tone.name, 40 * RATE, at, None)
    events = list(tones.ToneReceiver(1, plan)(noisy(made, level - snr, data.draw(st.integers(0, 10**6)), tail=16000)))
    named = [event.tone for event in events if isinstance(event, Tone) and event.edge == "began"]
    assert tone.name in named


@settings(deadline=None, max_examples=10, phases=QUICK)
@given(
    number=st.text("0123456789", min_size=1, max_size=16),
    kind=st.sampled_from(["fsk-v23", "fsk-bell202"]),
    form=st.sampled_from(["sdmf", "mdmf"]),
    level=st.floats(-32, -8),
    snr=st.floats(15, 50),
    clock=st.floats(-0.01, 0.01),
    tilt=st.floats(-6, 6),
    seed=st.integers(0, 10**6),
)
def test_fsk_caller_id_comes_back(
    number: str, kind: FskKind, form: str, level: float, snr: float, clock: float, tilt: float, seed: int
) -> None:
    """To the digit, and with its kind."""
    signal = caller_id.fsk_signal(
        number,
        when="01312359",
        kind=kind,
        form="sdmf" if form == "sdmf" else "mdmf",
        level=level,
        clock=clock,
        tilt=tilt,
    )
    events = list(caller_id.CallerIdReceiver(1)(noisy(signal, level - snr, seed)))
    assert [(e.number, e.kind) for e in events if isinstance(e, CallerId)] == [(number, kind)]


@settings(deadline=None, max_examples=10, phases=QUICK)
@given(
    number=st.text("0123456789", min_size=3, max_size=16),
    marks=st.sampled_from(["DC", "AC", "D#", "A#"]),
    level=st.floats(-25, -5),
    twist=st.floats(-6, 3),
    on=st.integers(360, 640),
    off=st.integers(400, 640),
    snr=st.floats(18, 50),
    seed=st.integers(0, 10**6),
)
def test_dtmf_caller_id_comes_back(
    number: str, marks: str, level: float, twist: float, on: int, off: int, snr: float, seed: int
) -> None:
    """Between the marks of any exchange."""
    signal = caller_id.dtmf_signal(number, marks[0], marks[1], level, on, off, twist)
    events = list(caller_id.CallerIdReceiver(1)(noisy(signal, level - snr, seed)))
    assert [(e.number, e.kind) for e in events if isinstance(e, CallerId)] == [(number, "dtmf")]
