"""Live sound at an end: it is asked for and hears tick by tick, until its caller hangs up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from dsp import levels
from dsp.events import Event
from dsp.receiver import RATE, TICK, Float32
from hw_sim.caller.events import Dial, HangUp, Live
from hw_sim.config import analog_office
from hw_sim.office import Office
from tests.hw_sim.people import Scripted, quiet, run, sine


@dataclass
class Whistler:
    """Whistles, and says so every time it has heard a loud tick."""

    spoken: int = 0
    heard: list[int] = field(default_factory=list)

    def speak(self, samples: int) -> Float32:
        """A sine that goes on from tick to tick."""
        self.spoken += samples
        return sine(self.spoken / RATE)[-samples:]

    def listen(self, heard: Float32, now: int) -> Sequence[Event]:
        """Loud ticks."""
        if float(np.abs(heard).max()) < 1000:
            return []
        self.heard.append(now)
        return [Event(0, now)]


def test_a_source_is_heard_and_hears_until_its_caller_hangs_up() -> None:
    """Level and frequency arrive; what the line sends reaches it, and its events reach the caller in the same tick."""
    source = Whistler()
    caller = Scripted({0.0: [Dial("80001")], 2.0: [Live(source)], 4.0: [HangUp()]})
    office = Office(analog_office(1, caller_id="none"), [caller])
    run(office, 1.5)
    office.hook(0, True)
    run(office, 0.5)
    tx = quiet(office)
    tx[0] = sine(TICK / RATE)
    rx, _ = run(office, 1)
    assert float(levels.dbm0(rx[0, RATE // 2 :])) == pytest.approx(float(levels.dbm0(sine(1.0))) - 3, abs=0.1)
    assert source.heard == []
    run(office, 0.5, np.tile(tx, 25))
    assert len(source.heard) >= 24
    assert [event.at for event in caller.noticed if type(event) is Event] == source.heard
    run(office, 1)
    spoken = source.spoken
    rx, _ = run(office, 0.1)
    assert source.spoken == spoken == 2 * RATE
