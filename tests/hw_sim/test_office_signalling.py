"""The office with the real far ends of its trunks: the equipment of these tests speaks ISDN and MFC-R2 itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from drivers.r2.settings import R2Settings
from dsp import g711
from dsp.receiver import TICK
from hw_sim.caller.person import Dial, HangUp
from hw_sim.config import load_office
from hw_sim.equipment import Alarm
from hw_sim.isdn.trunk import IsdnConfig, IsdnTrunk
from hw_sim.office import Office
from hw_sim.r2.trunk import R2Trunk
from hw_sim.switch.subscriber import State
from hw_sim.trunk import Alerting, Answered, Cause, Message, Released, Setup, Signalling
from tests.hw_sim.people import Scripted

OFFICE = """
spec: 1
cards: [{type: e1, name: t, signalling: %s, side: %s, numbers: ['8200xx']}]
phones: [{number: '10086', rings: 1, talk: 3s}]
numbers: {'5550': busy, '5551': vacant}
"""


class Equipment:
    """A program on the span: the same signalling from the other side."""

    def __init__(self, office: Office, signalling: Signalling) -> None:
        self.office = office
        self.signalling = signalling
        self.heard: list[Message] = []
        self._rx = np.full((31, TICK), 0xD5, np.uint8)
        self._bits: dict[int, int] = {}

    def run(self, seconds: float, until: Callable[[], object] = lambda: False) -> None:
        """Ticks, both sides."""
        for _ in range(round(seconds * 50)):
            sent = self.signalling.tick(self.office.now, self._rx, self._bits)
            self.heard += sent.messages
            tx = np.full((31, TICK), 0xD5, np.uint8)
            for slot, codes in sent.codes.items():
                tx[slot - 1] = codes
            for slot, bits in sent.bits.items():
                self.office.send_bits(slot - 1, bits)
            done = self.office.tick(g711.decode(tx))
            self._rx = g711.encode(done.rx)
            self._bits = {bits.row + 1: bits.bits for bits in done.bits}
            if until():
                return

    def wait(self, kind: type[Message], seconds: float = 20.0) -> Message:
        """The next message of a kind."""

        def come() -> list[Message]:
            return [message for message in self.heard if isinstance(message, kind)]

        self.run(seconds, come)
        message = come()[0]
        self.heard.remove(message)
        return message

    def tell(self, message: Message) -> None:
        """As the program's switch would."""
        self.signalling.tell(message, self.office.now)


def equipment(kind: str, side: str = "network", people: tuple[Scripted, ...] = ()) -> Equipment:
    """A span that is up."""
    office = Office(load_office("o.yaml", OFFICE % (kind, side)), people)
    if kind == "isdn":
        made = Equipment(office, IsdnTrunk(IsdnConfig("user" if side == "network" else "network")))
    else:
        made = Equipment(office, R2Trunk(R2Settings("cn", called=6)))
    made.run(8)
    return made


@pytest.fixture(params=[("isdn", "network"), ("isdn", "user"), ("r2", "network")], ids=str)
def far(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Each signalling, and the side that the office is."""
    kind, side = request.param
    return kind, side


def test_a_person_calls_the_equipment(far: tuple[str, str]) -> None:
    """The number and who calls arrive; it rings, is answered, and is released when the person hangs up."""
    person = Scripted({9: [Dial("820012")], 25: [HangUp()]}, number="13800138")
    made = equipment(*far, people=(person,))
    setup = made.wait(Setup)
    assert isinstance(setup, Setup)
    assert (setup.called, setup.calling) == ("820012", "13800138")
    made.tell(Alerting(setup.circuit))
    made.run(1)
    made.tell(Answered(setup.circuit))
    made.run(1)
    assert made.office.state(setup.circuit - 1) is State.TALKING
    assert made.wait(Released) == Released(setup.circuit, Cause.NORMAL)
    made.run(3)
    assert made.office.idle


def test_the_equipment_refuses(far: tuple[str, str]) -> None:
    """The office's line is free again, and the person hears why."""
    person = Scripted({9: [Dial("820012")]}, number="13800138")
    made = equipment(*far, people=(person,))
    setup = made.wait(Setup)
    made.tell(Released(setup.circuit, Cause.USER_BUSY))
    made.run(4)
    assert made.office.state(setup.circuit - 1) is State.IDLE
    assert "busy" in [getattr(event, "tone", "") for event in person.noticed]


def test_the_equipment_calls_a_person(far: tuple[str, str]) -> None:
    """It rings, is answered, and is released when the person hangs up."""
    made = equipment(*far)
    made.tell(Setup(7, "10086", "82000001"))
    assert made.wait(Alerting) == Alerting(7)
    assert made.wait(Answered) == Answered(7)
    assert made.wait(Released) == Released(7, Cause.NORMAL)
    made.run(3)
    assert made.office.idle


@pytest.mark.parametrize(("number", "cause"), [("5550", Cause.USER_BUSY), ("5551", Cause.UNALLOCATED_NUMBER)])
def test_the_equipment_calls_a_number_that_is_refused(far: tuple[str, str], number: str, cause: Cause) -> None:
    """With the cause."""
    made = equipment(*far)
    made.tell(Setup(7, number, "82000001"))
    assert made.wait(Released) == Released(7, cause)
    made.run(2)
    assert made.office.idle


def test_the_equipment_hangs_up(far: tuple[str, str]) -> None:
    """Before the answer, where the signalling can tell that, and after it: the office's line is free again."""
    for answered in (False, True) if far[0] == "isdn" else (True,):
        person = Scripted({9: [Dial("820012")]}, number="13800138")
        made = equipment(*far, people=(person,))
        setup = made.wait(Setup)
        made.tell(Alerting(setup.circuit))
        made.run(1)
        if answered:
            made.tell(Answered(setup.circuit))
            made.run(1)
        made.tell(Released(setup.circuit))
        made.run(4)
        assert made.office.state(setup.circuit - 1) is State.IDLE
        assert "busy" in [getattr(event, "tone", "") for event in person.noticed]


def test_a_lost_signal_and_its_return(far: tuple[str, str]) -> None:
    """The call ends on both sides; later calls are possible again."""
    person = Scripted({9: [Dial("820012")], 30: [HangUp()], 60: [Dial("820013")]}, number="13800138")
    made = equipment(*far, people=(person,))
    setup = made.wait(Setup)
    made.tell(Answered(setup.circuit))
    made.run(1)
    made.office.span_alarm(0, Alarm.RED)
    made.signalling.carrier(False, made.office.now)
    made.tell(Released(setup.circuit))
    made.run(10)
    assert made.office.state(setup.circuit - 1) is State.IDLE
    made.office.span_alarm(0, Alarm.NONE)
    made.signalling.carrier(True, made.office.now)
    made.heard.clear()
    again = made.wait(Setup, 60)
    assert isinstance(again, Setup)
    assert again.called == "820013"


@pytest.mark.parametrize("side", ["network", "user"])
def test_a_lost_d_channel(side: str) -> None:
    """No new calls while it is lost; when it is back there are calls again."""
    person = Scripted({20: [Dial("820012")], 60: [HangUp()], 70: [Dial("820013")]}, number="13800138")
    made = equipment("isdn", side, people=(person,))
    made.office.lose_d_channel(0, True)
    made.run(50)
    assert not [message for message in made.heard if isinstance(message, Setup)]
    made.office.lose_d_channel(0, False)
    setup = made.wait(Setup, 30)
    assert isinstance(setup, Setup)
    assert setup.called == "820013"
