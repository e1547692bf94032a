"""Faults of the office's end of signalling on a schedule: who can have them, when they begin and end."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.r2.span import R2Fault
from drivers.yaml_source import ConfigError
from dsp.receiver import RATE, TICK
from hw_sim.config import load_office
from hw_sim.faults import signalling
from hw_sim.faults.breaker import Breaker
from hw_sim.faults.load import load_faults
from hw_sim.isdn.dchannel import Faults
from hw_sim.isdn.trunk import IsdnTrunk
from hw_sim.office import Office
from hw_sim.r2.trunk import R2Trunk

CARDS = """
spec: 1
cards:
  - {type: e1, name: pri, signalling: isdn, isdn: {late: 1s}}
  - {type: e1, name: trunk, signalling: r2}
  - {type: e1, name: bare, signalling: clear}
  - {type: analog-fxs, name: desks, ports: [{name: front}]}
faults:
"""

IDLE = 0b1011
"""The equipment's circuits are idle (China No.1)."""


class Run:
    """An office with these faults."""

    def __init__(self, *faults: str) -> None:
        self.office = Office(load_office("office.yaml", CARDS + "".join(f"  - {fault}\n" for fault in faults)))
        self.breaker = Breaker(self.office, self.office.config.faults)
        self._tx = np.zeros((len(self.office.lines), TICK), np.int16)
        pri, trunk = (self.office.signalling(card) for card in (0, 1))
        assert isinstance(pri, IsdnTrunk)
        assert isinstance(trunk, R2Trunk)
        self.pri, self.trunk = pri, trunk
        for row in self.office.cards[1].rows:
            if self.office.lines[row].port != 15:
                self.office.send_bits(row, IDLE)

    def until(self, second: float) -> Run:
        """Let time pass."""
        while self.office.now < second * RATE:
            self.breaker.tick()
            self.office.tick(self._tx)
        return self


def test_every_kind_that_the_manual_names_is_read() -> None:
    """The example of the docstring."""
    text = signalling.__doc__ or ""
    example = text[text.index("faults:") : text.index("At its end")]
    kinds = [fault.fault for fault in load_faults("f", {"pri": "isdn", "trunk": "r2"}, [], example)]
    assert kinds == [
        "isdn_deaf", "isdn_late", "isdn_bit_errors", "isdn_spoil", "r2_spoil", "r2_block", "r2_congested",
    ]  # fmt: skip


def test_faults_of_a_d_channel_come_and_go_beside_each_other() -> None:
    """What the card is like by itself is back afterwards."""
    run = Run(
        "{at: 100ms, fault: isdn_deaf, card: pri, for: 400ms}",
        "{at: 200ms, fault: isdn_late, card: pri, delay: 6s, for: 200ms}",
        "{at: 300ms, fault: isdn_bit_errors, card: pri, share: 0.01, for: 400ms}",
    )
    seen = [run.until(second).pri.channel.faults for second in (0.1, 0.15, 0.25, 0.35, 0.45, 0.55, 0.75)]
    assert seen == [
        Faults(late=RATE), Faults(True, RATE), Faults(True, 6 * RATE), Faults(True, 6 * RATE, 0.01),
        Faults(True, RATE, 0.01), Faults(False, RATE, 0.01), Faults(late=RATE),
    ]  # fmt: skip
    assert run.breaker.told[0] == (800, "isdn deaf on pri for 0.4 s begins")


def test_the_next_messages_are_spoilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many, once."""
    spoilt: list[str] = []
    run = Run("{at: 0s, fault: isdn_spoil, card: pri, how: unknown-message, messages: 2}")
    monkeypatch.setattr(run.pri.channel, "spoil", spoilt.append)
    run.until(0.2)
    assert spoilt == ["unknown-message", "unknown-message"]


def test_faults_of_r2_circuits_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that are named, or of all; congestion of every call."""
    spoilt: list[tuple[int, R2Fault]] = []
    run = Run(
        "{at: 0s, fault: r2_spoil, card: trunk, circuits: [3, 17], level: -20, deaf: true, for: 100ms}",
        "{at: 0s, fault: r2_congested, card: trunk, for: 100ms}",
        "{at: 200ms, fault: r2_block, card: trunk, for: 1s}",
    )
    monkeypatch.setattr(run.trunk, "spoil", lambda slot, fault: spoilt.append((slot, fault)))
    assert run.until(0.1).trunk.congested
    run.until(0.2)
    wrong = R2Fault(level=-20.0, deaf=True)
    assert spoilt == [(3, wrong), (17, wrong), (3, R2Fault()), (17, R2Fault())]
    assert not run.trunk.congested
    assert run.trunk.free(5)
    assert not any(run.until(0.3).trunk.free(slot) for slot in run.trunk.circuits)
    assert all(run.until(2).trunk.free(slot) for slot in run.trunk.circuits)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            "{fault: isdn_deaf, card: trunk}",
            "the card 'trunk' is r2: it has no fault 'isdn_deaf'  (such a card is pri)",
        ),
        ("{fault: r2_block, card: pri}", "such a card is trunk"),
        ("{fault: alarm, card: desks}", "the card 'desks' is analog-fxs"),
        ("{fault: d_channel, card: bare}", "the card 'bare' is clear"),
        ("{fault: r2_block, card: trunk, circuits: [16]}", "timeslot 16"),
        ("{fault: r2_spoil, card: trunk}", "say what is wrong"),
        ("{fault: isdn_spoil, card: pri, how: malformd}", "did you mean 'malformed'?"),
        ("{fault: cut, line: fornt}", "did you mean 'front'"),
    ],
)
def test_a_card_that_cannot_have_a_fault_is_told(fault: str, words: str) -> None:
    """With those that can, before anything begins."""
    with pytest.raises(ConfigError) as caught:
        Run(fault)
    assert words in str(caught.value)
    assert "office.yaml:9:" in str(caught.value)


def test_a_telephone_is_named_by_its_port_or_its_place() -> None:
    """Both are the same wire."""
    run = Run("{at: 0s, fault: cut, line: front, for: 1s}", "{at: 2s, fault: cut, line: desks-1, for: 1s}")
    run.until(4)
    assert [text for _, text in run.breaker.told][::2] == [
        "cut on front for 1 s begins",
        "cut on desks-1 for 1 s begins",
    ]
