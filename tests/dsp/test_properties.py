"""What every receiver promises: the cut does not matter, a line alone is as in the bank, rows may be permuted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import caller_id, dtmf, tones
from dsp.activity import ActivityReceiver
from dsp.caller_id_signal import FskKind
from dsp.events import Event
from dsp.receiver import Float32, Receiver

LINES = 5
SECONDS = 2
KINDS: list[FskKind] = ["fsk-v23", "fsk-bell202"]
CN = tones.plan("cn")


def keys() -> Float32:
    """Keys of different lengths in noise."""
    rng = np.random.default_rng(1)
    rx = rng.standard_normal((LINES, SECONDS * 8000)) * 30
    for line in range(LINES):
        sound = dtmf.keys("".join(rng.choice(list(dtmf.KEYS), 9)), -10 - line, 400 + 97 * line, 300 + 61 * line)
        at = 311 * line
        rx[line, at : at + len(sound)] += sound[: SECONDS * 8000 - at]
    return rx.astype(np.float32)


def progress() -> Float32:
    """Different tones of the Chinese plan on the lines, in noise."""
    rng = np.random.default_rng(2)
    rx = rng.standard_normal((LINES, SECONDS * 8000)) * 30
    for line, name in enumerate(["busy", "dial", "vacant", "congestion", "howler"]):
        rx[line, 301 * line :] += tones.generate(CN, name, SECONDS * 8000 - 301 * line)
        rx[line, 14000 + 211 * line :] = 0
    return rx.astype(np.float32)


def calls() -> Float32:
    """A caller ID of another kind on every line, in noise."""
    rx = np.random.default_rng(3).standard_normal((LINES, SECONDS * 8000)) * 20
    sounds = [caller_id.fsk_signal(f"555000{i}", kind=KINDS[i % 2], level=-12 - i) for i in range(LINES - 1)]
    for line, sound in enumerate([*sounds, caller_id.dtmf_signal("1234", on=400, off=400)]):
        rx[line, 811 * line : 811 * line + len(sound)] += sound
    return rx.astype(np.float32)


def voices() -> Float32:
    """Bursts of noise of different levels over the noise of the line."""
    rng = np.random.default_rng(4)
    rx = rng.standard_normal((LINES, SECONDS * 8000)) * 30
    for line in range(LINES):
        rx[line, 2000 + 333 * line : 7000 + 555 * line] *= 10 + 10 * line
    return rx.astype(np.float32)


MATERIAL: dict[str, tuple[Callable[[int], Receiver], Callable[[], Float32]]] = {
    "dtmf": (dtmf.DtmfReceiver, keys),
    "activity": (lambda lines: ActivityReceiver(lines, hang=1600), voices),
    "caller id": (caller_id.CallerIdReceiver, calls),
    "tones": (lambda lines: tones.ToneReceiver(lines, CN), progress),
}
CACHE: dict[str, tuple[Float32, list[Event]]] = {}


def whole(kind: str) -> tuple[Float32, list[Event]]:
    """The material of a receiver and what it finds in ticks of 160 samples."""
    if kind not in CACHE:
        rx = MATERIAL[kind][1]()
        CACHE[kind] = (rx, run(kind, rx, [160] * (rx.shape[1] // 160)))
        assert len(CACHE[kind][1]) >= LINES
    return CACHE[kind]


def run(kind: str, rx: Float32, cuts: list[int]) -> list[Event]:
    """The events of a matrix cut like that (what remains comes last), in the order they were given."""
    receiver = MATERIAL[kind][0](len(rx))
    events: list[Event] = []
    at = 0
    for cut in [*cuts, rx.shape[1]]:
        events += receiver(rx[:, at : at + cut])
        at += cut
    return events


@pytest.mark.parametrize("kind", MATERIAL)
@settings(deadline=None, max_examples=15)
@given(cuts=st.lists(st.sampled_from([0, 1, 7, 31, 32, 33, 80, 159, 160, 161, 500, 4001]), max_size=60))
def test_any_cut_of_the_stream_gives_the_same_events(kind: str, cuts: list[int]) -> None:
    """The same events in the same order, whether the stream comes sample by sample or all at once."""
    rx, events = whole(kind)
    assert run(kind, rx, cuts) == events


@pytest.mark.parametrize("kind", MATERIAL)
@pytest.mark.parametrize("line", range(LINES))
def test_a_line_alone_is_as_in_the_bank(kind: str, line: int) -> None:
    """No line hears another one."""
    rx, events = whole(kind)
    alone = run(kind, rx[line : line + 1], [])
    assert [replace(event, line=line) for event in alone] == [event for event in events if event.line == line]


@pytest.mark.parametrize("kind", MATERIAL)
@settings(deadline=None, max_examples=6)
@given(order=st.permutations(range(LINES)))
def test_permuted_rows_permute_the_events(kind: str, order: list[int]) -> None:
    """Row i of the matrix is line i of the events."""
    rx, events = whole(kind)
    permuted = [replace(event, line=order[event.line]) for event in run(kind, rx[order], [])]
    key = lambda event: (event.at, event.line, str(event))  # noqa: E731
    assert sorted(permuted, key=key) == sorted(events, key=key)


@pytest.mark.parametrize("kind", MATERIAL)
@settings(deadline=None, max_examples=10)
@given(lost=st.integers(0, 30000), at=st.integers(0, 8000))
def test_lost_samples_are_time_that_passed_in_silence(kind: str, lost: int, at: int) -> None:
    """skip(n) is as n samples of silence, in the same place and in any cut."""
    rx, _ = whole(kind)
    skipping, silent = MATERIAL[kind][0](LINES), MATERIAL[kind][0](LINES)
    events = [*skipping(rx[:, :at])]
    skipping.skip(lost)
    events += skipping(rx[:, at:])
    wanted = [*silent(rx[:, :at]), *silent(np.zeros((LINES, lost), np.float32)), *silent(rx[:, at:])]
    assert events == wanted
