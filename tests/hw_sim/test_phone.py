"""A telephone that answers by itself: what it does about its bell and about tones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.events import Ringing, Tone
from drivers.speech.wav import to_wav
from dsp import levels
from dsp.dtmf import keys
from dsp.receiver import RATE
from hw_sim.caller.events import HangUp, PickUp, Send
from hw_sim.config import PhoneConfig, analog_office
from hw_sim.office import Office
from hw_sim.people.phone import Phone
from tests.hw_sim.people import run, sine


def phone(**more: object) -> Phone:
    """Answers at the second ring for two seconds."""
    return Phone(PhoneConfig.model_validate({"number": "10086", "rings": 2, "talk": "2s", **more}))


def test_it_picks_up_at_its_ring_and_hangs_up_after_its_time() -> None:
    """Not before; and it is ready for the next call."""
    it = phone()
    for _ in range(2):
        assert it.advance(0, [Ringing(0, 0, 1)]) == []
        assert it.wake is None
        assert it.advance(100, [Ringing(0, 100, 2)]) == [PickUp()]
        assert it.wake == 100 + 2 * RATE
        assert it.advance(200, []) == []
        assert it.advance(100 + 2 * RATE, []) == [HangUp()]
    assert [entry.kind for entry in it.report] == ["said", "hung_up"] * 2


def test_it_hangs_up_when_nobody_is_there() -> None:
    """A tone of the office says so; tones heard before it picked up mean nothing."""
    it = phone()
    assert it.advance(0, [Tone(0, 0, "busy")]) == []
    it.advance(0, [Ringing(0, 0, 2)])
    assert it.advance(50, [Tone(0, 40, "busy", "ended")]) == []
    assert it.advance(100, [Tone(0, 90, "busy")]) == [HangUp()]


def test_its_sound_is_sent_at_its_level(tmp_path: Path) -> None:
    """When it picks up, and it is heard where the call came from."""
    file = tmp_path / "hello.wav"
    file.write_bytes(to_wav(sine(1.0, peak=3000).astype(np.int16)))
    it = phone(sound=file, level=-20)
    _, send = it.advance(0, [Ringing(0, 0, 2)])
    assert isinstance(send, Send)
    assert float(levels.dbm0(send.sound)) == pytest.approx(-20, abs=0.1)
    config = PhoneConfig.model_validate({"number": "1", "rings": 1, "sound": file, "level": -20})
    office = Office(analog_office(1, loss=2.0).model_copy(update={"phones": (config,)}))
    office.hook(0, True)
    tx = np.zeros((1, 3 * RATE), np.int16)
    tx[0, :1600] = keys("1").astype(np.int16)
    rx, _ = run(office, 3, tx)
    loudest = max(float(levels.dbm0(rx[0, i : i + RATE // 2])) for i in range(RATE // 4, 2 * RATE, 800))
    assert loudest == pytest.approx(-22, abs=0.3)
