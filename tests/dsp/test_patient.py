"""A patient receiver finds what the receiver inside finds, a little later."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import dtmf
from dsp.events import Event
from dsp.patient import Patient
from dsp.receiver import TICK, Float32

TICKS = 4


@pytest.fixture(scope="module")
def sound() -> Float32:
    """Two lines with other keys at other times, 1.6 s."""
    rx = np.zeros((2, 80 * TICK), np.float32)
    for line, (keys, at) in enumerate((("12#", 700), ("907", 1111))):
        made = dtmf.keys(keys, level=-10.0)
        rx[line, at : at + len(made)] = made
    return rx


def run(receiver: Patient | dtmf.DtmfReceiver, rx: Float32, cut: int = TICK) -> list[Event]:
    return [event for at in range(0, rx.shape[1], cut) for event in receiver(rx[:, at : at + cut])]


@settings(deadline=None, max_examples=15)
@given(cut=st.sampled_from([1, 77, 160, 161, 640, 641, 5000]), ticks=st.integers(1, 9))
def test_the_events_are_the_same(sound: Float32, cut: int, ticks: int) -> None:
    """However the stream is cut and however long the stretch."""
    found = run(Patient(2, dtmf.DtmfReceiver(2), ticks), sound, cut)
    assert found == run(dtmf.DtmfReceiver(2), sound)
    assert len(found) == 12


def test_they_come_no_later_than_a_stretch(sound: Float32) -> None:
    """Every event is told within the stretch after the tick in which the receiver itself would have told it."""
    patient, plain = Patient(2, dtmf.DtmfReceiver(2), TICKS), dtmf.DtmfReceiver(2)
    told: dict[Event, list[int]] = {}
    for tick in range(80):
        rx = sound[:, tick * TICK : (tick + 1) * TICK]
        for event in [*plain(rx), *patient(rx)]:
            told.setdefault(event, []).append(tick)
    assert {later - first < TICKS for first, later in told.values()} == {True}


def test_a_reset_forgets_what_was_to_be_heard_yet() -> None:
    """A key of the last call, heard in part, is no key of the next one; the other line's is."""
    patient = Patient(2, dtmf.DtmfReceiver(2), TICKS)
    key = dtmf.keys("5", level=-10.0)[: 3 * TICK]
    patient(np.stack([key, key]))
    patient.reset(0)
    assert {event.line for event in run(patient, np.zeros((2, 20 * TICK), np.float32))} == {1}


def test_lost_samples_count(sound: Float32) -> None:
    """What comes after a loss is stamped as without this class, and nothing that came before it is lost."""
    for lost in (50, 4000):
        patient, plain = Patient(2, dtmf.DtmfReceiver(2), TICKS), dtmf.DtmfReceiver(2)
        events = []
        for receiver in (patient, plain):
            first = run(receiver, sound[:, : 41 * TICK])
            receiver.skip(lost)
            events.append(first + run(receiver, np.concatenate([sound, np.zeros_like(sound)], axis=1)))
        assert events[0] == events[1]
