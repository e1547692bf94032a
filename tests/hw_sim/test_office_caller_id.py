"""Caller ID as the office sends it, read by the receiver that a card has."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.caller_id import CallerIdReceiver
from dsp.events import CallerId
from dsp.receiver import RATE
from hw_sim.caller.person import Dial
from hw_sim.config import analog_office
from hw_sim.office import Office
from tests.hw_sim.people import Scripted, run, signals

CALL = {0: [Dial("96688")]}


@pytest.mark.parametrize(("style", "kind"), [("fsk", "fsk-v23"), ("bell", "fsk-bell202")])
def test_fsk_caller_id_comes_between_the_first_and_second_ring(style: str, kind: str) -> None:
    """The port's receiver reads the caller's own number, in the pause."""
    office = Office(analog_office(1, caller_id=style), [Scripted(CALL)])
    rx, _ = run(office, 7)
    found = [e for e in CallerIdReceiver(1)(rx.astype(np.float32)) if isinstance(e, CallerId)]
    assert [(e.number, e.kind) for e in found] == [("13800138000", kind)]
    assert 1.5 < found[0].at / RATE < 5.5


def test_dtmf_caller_id_comes_before_the_first_ring() -> None:
    """The number in DTMF between its marks, and only then ringing and ringback."""
    caller = Scripted(CALL)
    office = Office(analog_office(1, caller_id="dtmf"), [caller])
    rx, ticks = run(office, 6)
    found = [e for e in CallerIdReceiver(1)(rx.astype(np.float32)) if isinstance(e, CallerId)]
    assert [(e.number, e.kind) for e in found] == [("13800138000", "dtmf")]
    assert signals(ticks)[0][2] > found[0].at / RATE - 0.5
