"""hw_sim.isdn: two trunks wired by the octets of their timeslots, tick by tick, as the switch sees them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.isdn.events import Event, Proceeding
from drivers.isdn.events import Released as Ended
from dsp import g711, tones
from dsp.g711 import Codes
from hw_sim.hdlc import Deframer, Framer
from hw_sim.isdn.config import Spoilt
from hw_sim.isdn.dchannel import Faults
from hw_sim.isdn.legs import CIRCUITS
from hw_sim.isdn.messages import kind
from hw_sim.isdn.trunk import IsdnConfig, IsdnTrunk
from hw_sim.trunk import Alerting, Answered, Cause, Digits, Message, Released, Setup
from tests.drivers.isdn_pair import Rogue, random_message
from tests.hw_sim.isdn.pair import TICK, Pair, causes, of

RESTART, RESTART_ACKNOWLEDGE = 0x46, 0x4E
USER = IsdnConfig(side="user", restart=False)
NETWORK = IsdnConfig(restart=False)


def answered(pair: Pair, circuit: int = 1) -> Pair:
    """A call of the far end that the office has answered."""
    pair.say(Setup(circuit, "96688", "8001"))
    pair.tick(5)
    pair.tell(Alerting(circuit), Answered(circuit))
    pair.tick(5)
    assert of(pair.at_far, Answered)[-1] == Answered(circuit)
    return pair


def test_a_call_of_the_equipment() -> None:
    """The switch is offered the numbers, says that it rings and answers; the equipment hangs up."""
    pair = answered(Pair().up())
    assert pair.at_office == [Setup(1, "96688", "8001")]
    assert pair.at_far == [Alerting(1), Answered(1)]
    pair.say(Released(1))
    assert pair.over()
    assert pair.at_office[1:] == [Released(1)]


def test_a_call_of_the_switch() -> None:
    """The same the other way, ended by the office; a caller without a number is a withheld one."""
    pair = Pair().up()
    pair.tell(Setup(31, "96688"))
    pair.tick(5)
    assert pair.at_far == [Setup(31, "96688")]
    pair.say(Alerting(31), Answered(31))
    pair.tick(5)
    assert pair.at_office == [Alerting(31), Answered(31)]
    pair.tell(Released(31))
    assert pair.over()
    assert pair.at_far[1:] == [Released(31)]


@pytest.mark.parametrize("office", [USER, NETWORK])
@pytest.mark.parametrize(
    "cause", [cause for cause in Cause if cause not in (Cause.UNSPECIFIED, Cause.RECOVERY_ON_TIMER)]
)
def test_a_refusal_has_its_cause(office: IsdnConfig, cause: Cause) -> None:
    """Every cause that the switch knows arrives at the other switch, whichever side the office is."""
    pair = Pair(office, NETWORK if office is USER else USER).up()
    pair.say(Setup(1, "96688"))
    pair.tick(5)
    pair.tell(Released(1, cause))
    assert pair.over()
    assert causes(pair.at_far) == [cause]
    assert causes(pair.at_office) == []


def test_the_network_gives_tones_to_a_refused_caller() -> None:
    """After DISCONNECT the circuit carries busy tone, as the plan has it, until the equipment releases the call."""
    pair = Pair(far=IsdnConfig(side="user", restart=False)).up()
    pair.say(Setup(4, "96688"))
    pair.tick(5)
    pair.tell(Released(4, Cause.USER_BUSY))
    pair.tick(1)
    heard = [pair.codes[4]]
    pair.tick(1)
    heard.append(pair.codes[4])
    expected = tones.generate(tones.plan("cn"), "busy", 2 * TICK)
    assert np.array_equal(np.concatenate(heard), g711.encode(np.rint(expected).astype(np.int16)))
    assert pair.over()
    assert set(pair.codes) == {16}


@pytest.mark.parametrize(
    ("office", "cause"), [(NETWORK, Cause.NORMAL), (NETWORK, Cause.OUT_OF_ORDER), (USER, Cause.USER_BUSY)]
)
def test_where_no_tones_are_given(office: IsdnConfig, cause: Cause) -> None:
    """Not after an ordinary end, and never by the user side."""
    pair = Pair(office, NETWORK if office is USER else USER).up()
    pair.say(Setup(4, "96688"))
    pair.tick(5)
    pair.tell(Released(4, cause))
    pair.tick(1)
    assert set(pair.codes) == {16}


def test_an_answered_call_ends_without_a_tone() -> None:
    """Busy as the cause of the end of a call that was answered is no refusal."""
    pair = answered(Pair().up())
    pair.tell(Released(1, Cause.USER_BUSY))
    pair.tick(1)
    assert set(pair.codes) == {16}
    assert pair.over()


def test_digits_one_by_one() -> None:
    """An incomplete number: the office asks for more until its numbering knows no longer number, and says so."""
    pair = Pair(more=lambda digits: len(digits) < 5).up()
    pair.say(Setup(1, "96", complete=False))
    pair.tick(5)
    assert pair.at_office == [Setup(1, "96", complete=False)]
    pair.say(Digits(1, "68"))
    pair.tick(5)
    pair.say(Digits(1, "8"))
    pair.tick(5)
    assert "".join(message.digits for message in of(pair.at_office, Digits)) == "688"
    pair.tell(Alerting(1))
    pair.tick(5)
    assert of(pair.at_far, Alerting) == [Alerting(1)]


def test_the_office_sends_digits_one_by_one() -> None:
    """overlap: so many with the SETUP, the others when the equipment asks for them."""
    pair = Pair(IsdnConfig(restart=False, overlap=2)).up()
    pair.tell(Setup(1, "96688", "13800001111"))
    pair.tick(10)
    [setup] = of(pair.at_far, Setup)
    assert (setup.called, setup.complete) == ("96", False)
    assert "".join(message.digits for message in of(pair.at_far, Digits)) == "688"


def test_circuits_are_restarted_at_first() -> None:
    """All thirty, one at a time, and only once; a call of the office in between is made all the same."""
    frames: list[bytes] = []
    pair = Pair(IsdnConfig(), seen=lambda now, sent, frame: frames.append(frame))
    pair.up()
    pair.tell(Setup(30, "96688"))
    pair.tick(120)
    assert of(pair.at_far, Setup) == [Setup(30, "96688")]
    pair.cut = True
    pair.tick(1500)
    pair.cut = False
    pair.tick(200)
    kinds = Counter(kind(frame) for frame in frames)
    assert kinds[RESTART] == kinds[RESTART_ACKNOWLEDGE] == len(CIRCUITS) - 1  # not of the circuit with the call


@pytest.mark.parametrize(
    ("channel", "exclusive", "busy", "cause"),
    [(5, True, CIRCUITS, 44), (5, False, CIRCUITS, 34), (16, True, (), 82), (16, False, CIRCUITS, 34)],
)
def test_no_circuit(channel: int, exclusive: bool, busy: tuple[int, ...], cause: int) -> None:
    """The circuit is not free, or is none; no other will do, or is free."""
    pair = Pair().up()
    pair.tell(*(Setup(circuit, "1") for circuit in busy))
    pair.tick(30)
    call = pair.far.pri.setup(channel, "96688", exclusive=exclusive)
    ended = [event for event in _told(pair) if isinstance(event, Ended) and event.call == call]
    assert [event.cause for event in ended] == [cause]


def test_another_circuit_for_a_call_that_takes_any() -> None:
    """The one that it would like is busy: the office chooses another, and says which with its first answer."""
    pair = Pair().up()
    pair.tell(Setup(5, "1"))
    pair.tick(10)
    pair.far.pri.setup(5, "96688", exclusive=False)
    chosen = [event.channel for event in _told(pair) if isinstance(event, Proceeding)]
    assert chosen == [setup.circuit for setup in of(pair.at_office, Setup)] == [31]


def _told(pair: Pair) -> list[Event]:
    """What the far end's D channel is told in ten ticks; its trunk hears it too."""
    told: list[Event] = []
    receive = pair.far.channel.receive

    def listening(codes: Codes, now: int) -> list[Event]:
        events = receive(codes, now)
        told.extend(events)
        return events

    pair.far.channel.receive = listening  # type: ignore[method-assign]
    pair.tick(10)
    return told


def test_the_network_wins_a_circuit() -> None:
    """Both offer a call on one circuit: the user's is refused with cause 44 or given way, the network's goes on."""
    for office in (NETWORK, USER):
        pair = Pair(office, NETWORK if office is USER else USER).up()
        pair.tell(Setup(7, "1"))
        pair.say(Setup(7, "2"))
        pair.tick(10)
        at_user, at_network = (pair.at_office, pair.at_far) if office is USER else (pair.at_far, pair.at_office)
        assert len(of(at_user, Setup)) == 1
        assert of(at_network, Setup) == []
        assert len(causes(at_user)) == 1
        (pair.tell if office is USER else pair.say)(Answered(7))
        pair.tick(10)
        assert of(at_network, Answered) == [Answered(7)]


def test_a_circuit_is_used_again_at_once() -> None:
    """The switch may offer a call on a circuit whose last call the equipment is still releasing: it waits its turn."""
    pair = answered(Pair().up())
    pair.tell(Released(1), Setup(1, "96688"))
    pair.tick(10)
    assert of(pair.at_far, Setup) == [Setup(1, "96688")]
    assert causes(pair.at_far) == [16]


def test_a_call_that_waits_may_be_withdrawn() -> None:
    """Nothing of it is ever sent."""
    pair = answered(Pair().up())
    pair.tell(Released(1), Setup(1, "96688"), Released(1))
    assert pair.over()
    assert of(pair.at_far, Setup) == []


def test_without_a_data_link_no_call_begins() -> None:
    """The switch is told cause 27 at once."""
    pair = Pair()
    pair.cut = True
    pair.tell(Setup(1, "96688"))
    pair.tick(2)
    assert pair.at_office == [Released(1, Cause.OUT_OF_ORDER)]


def test_a_lost_d_channel_comes_back() -> None:
    """Six seconds without it and calls are over (T309); the link comes up again when the wire is whole."""
    pair = answered(Pair().up())
    pair.cut = True
    pair.tick(2000)
    assert not pair.office.up
    assert causes(pair.at_office) == [27]
    assert causes(pair.at_far) == [27]
    pair.cut = False
    pair.tick(200)
    assert pair.office.up
    answered(pair)


def test_the_carrier_is_lost_and_back() -> None:
    """What was half received is void; a short loss costs nothing but time."""
    pair = answered(Pair().up())
    pair.office.carrier(False, pair.now)
    pair.cut = True
    pair.tick(20)
    pair.cut = False
    pair.office.carrier(True, pair.now)
    pair.tick(100)
    pair.say(Released(1))
    assert pair.over()
    assert pair.office.up


def test_thirty_calls_at_once() -> None:
    """A full span, both directions mixed: every call its own circuit, each is answered, each ends."""
    pair = Pair().up()
    ours, theirs = CIRCUITS[:15], CIRCUITS[15:]
    pair.tell(*(Setup(circuit, f"7{circuit}") for circuit in ours))
    pair.say(*(Setup(circuit, f"8{circuit}") for circuit in theirs))
    pair.tick(30)
    assert {(setup.circuit, setup.called) for setup in of(pair.at_far, Setup)} == {(c, f"7{c}") for c in ours}
    assert {(setup.circuit, setup.called) for setup in of(pair.at_office, Setup)} == {(c, f"8{c}") for c in theirs}
    pair.tell(*map(Answered, theirs))
    pair.say(*map(Answered, ours))
    pair.tick(30)
    assert {message.circuit for message in of(pair.at_office, Answered)} == set(ours)
    pair.tell(*map(Released, CIRCUITS))
    assert pair.tick(200, lambda: pair.office.idle and pair.far.idle)
    assert Counter(message.circuit for message in of(pair.at_far, Released)) == Counter(CIRCUITS)


def test_a_deaf_office_answers_no_setup() -> None:
    """It acknowledges the frame and not the call: the equipment gives up by itself (T303), twice four seconds."""
    pair = Pair().up()
    pair.office.channel.faults = Faults(deaf=True)
    pair.say(Setup(1, "96688"))
    assert pair.tick(450, lambda: bool(causes(pair.at_far)))
    assert causes(pair.at_far) == [18]
    assert pair.at_office == []


def test_a_late_office() -> None:
    """A SETUP is dealt with only after so long; the equipment has repeated it by then, and gets one call."""
    pair = Pair().up()
    pair.office.channel.faults = Faults(late=5 * 8000)
    pair.say(Setup(1, "96688"))
    pair.tick(240)
    assert pair.at_office == []
    pair.tick(60)
    assert pair.at_office == [Setup(1, "96688")]
    pair.tell(Answered(1))
    pair.tick(5)
    assert of(pair.at_far, Answered) == [Answered(1)]


@pytest.mark.parametrize("how", ["malformed", "unknown-message", "wrong-reference"])
def test_a_spoilt_message_ends_no_link(how: Spoilt) -> None:
    """The equipment survives it, and the next call is made as ever."""
    pair = Pair().up()
    pair.office.channel.spoil(how)
    pair.tell(Setup(1, "96688"))
    pair.tick(600)
    assert pair.office.up
    if not pair.office.idle:
        pair.tell(Released(1))
        assert pair.over()
    answered(pair, 2)


def test_bit_errors_cost_time_and_no_calls() -> None:
    """One bit in ten thousand is wrong, both ways: frames are sent again, and the call is made and ended."""
    pair = Pair(IsdnConfig(restart=False, seed=3)).up()
    pair.office.channel.faults = Faults(bit_errors=1e-4)
    for circuit in range(1, 11):
        pair.say(Setup(circuit, "96688"))
        assert pair.tick(400, lambda circuit=circuit: any(s.circuit == circuit for s in of(pair.at_office, Setup)))  # type: ignore[misc]
        pair.say(Released(circuit))
        assert pair.tick(1000, lambda: pair.office.idle and pair.far.idle)
    assert pair.office.channel.counts["fcs"] + pair.office.channel.counts["abort"] > 0


@given(st.lists(st.binary(min_size=TICK, max_size=TICK), max_size=12), st.integers(0, 1))
def test_a_timeslot_of_noise(ticks: list[bytes], side: int) -> None:
    """Any octets in slot 16: nothing comes of them, and nothing breaks."""
    pair = Pair([NETWORK, USER][side])
    codes = np.full((31, TICK), 0xD5, np.uint8)
    for at, octets in enumerate(ticks):
        codes[15] = np.frombuffer(octets, np.uint8)
        assert pair.office.tick(at * TICK, codes, {}).messages == []


class Switch:
    """A switch that does only what it may, and holds its trunk to the same: one call a circuit."""

    def __init__(self, trunk: IsdnTrunk) -> None:
        self._trunk = trunk
        self._calls: dict[int, str] = {}
        self.offered = 0
        self.met = 0

    def say(self, verb: str, circuit: int, now: int) -> None:
        """Say something about a circuit, if it makes sense there."""
        message: Message | None = None
        call = self._calls.get(circuit)
        if verb == "setup" and call is None:
            self._calls[circuit] = "ours"
            message = Setup(circuit, "96688")
        elif verb == "release" and call is not None:
            del self._calls[circuit]
            message = Released(circuit)
        elif call == "theirs" and verb == "alert":
            message = Alerting(circuit)
        elif call == "theirs" and verb == "answer":
            self._calls[circuit] = "answered"
            message = Answered(circuit)
        elif call == "ours" and verb == "digits":
            message = Digits(circuit, "5")
        if message is not None:
            self._trunk.tell(message, now)

    def hear(self, messages: Sequence[Message]) -> None:
        """What the trunk says must make sense too."""
        for message in messages:
            call = self._calls.get(message.circuit)
            self.met += 1
            match message:
                case Setup():
                    assert call is None, message
                    self.offered += 1
                    self._calls[message.circuit] = "theirs"
                case Released():
                    assert call is not None, message
                    del self._calls[message.circuit]
                case Digits():
                    assert call == "theirs", message
                case _:
                    assert call == "ours", message

    @property
    def idle(self) -> bool:
        """Has it no call?"""
        return not self._calls


@pytest.mark.parametrize(("called", "cause"), [("96A", 28), ("1" * 40, 28)])
def test_a_number_that_isdn_has_not(called: str, cause: int) -> None:
    """Keys A to D, or too many digits: no call comes of it, and the switch is told."""
    pair = Pair().up()
    pair.tell(Setup(1, called))
    pair.tick(2)
    assert causes(pair.at_office) == [cause]


def test_an_international_number() -> None:
    """A plus is the type of a number, not a digit of it."""
    pair = Pair().up()
    pair.tell(Setup(1, "+8696688", "+8613800001111"))
    pair.tick(5)
    assert pair.at_far == [Setup(1, "8696688", "8613800001111")]


class Bad:
    """Equipment that speaks HDLC and Q.921 rightly, and any nonsense above them."""

    def __init__(self, trunk: IsdnTrunk, dice: random.Random) -> None:
        self.switch = Switch(trunk)
        self._trunk = trunk
        self._dice = dice
        self._rogue = Rogue(trunk.pri)
        self._framer = Framer()
        self._deframer = Deframer()
        self._framer.send(self._rogue.sabme())

    def tick(self, now: int) -> None:
        """160 samples."""
        codes = np.full((31, TICK), 0xD5, np.uint8)
        codes[15] = np.frombuffer(self._framer.next(TICK), np.uint8)
        sent = self._trunk.tick(now, codes, {})
        self.switch.hear(sent.messages)
        frames = [frame.data[:-2] for frame in self._deframer.take(sent.codes[16].tobytes())]
        for reply in self._rogue.replies(frames):
            self._framer.send(reply)
        if self._framer.frames < 3 and self._dice.random() < 0.5:
            self._framer.send(self._rogue.message(random_message(self._dice, self._rogue.references)))


@pytest.mark.parametrize("seed", range(16))
def test_bad_equipment(seed: int) -> None:
    """Whatever it says, the switch hears of calls that make sense, and the office goes on."""
    dice = random.Random(seed)
    trunk = IsdnTrunk([NETWORK, USER][seed % 2], more=lambda digits: len(digits) < 5)
    bad = Bad(trunk, dice)
    for at in range(600):
        bad.tick(at * TICK)
        if dice.random() < 0.3:
            verb = dice.choice(("setup", "alert", "answer", "release", "digits"))
            bad.switch.say(verb, dice.choice((1, 2, 3, 30)), at * TICK)
    assert bad.switch.met > 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("setup", "setup", "alert", "answer", "release", "digits")),
        st.booleans(),
        st.sampled_from((1, 2, 3)),
        st.integers(0, 6),
    ),
    max_size=60,
)


@settings(max_examples=80)
@given(STEPS, st.sampled_from((0, 1, 3)))
def test_the_switches_agree_on_every_call(steps: list[tuple[str, bool, int, int]], overlap: int) -> None:
    """Anything two switches may say in any order, glare and all: each hears one call a circuit, and its end once."""
    pair = Pair(IsdnConfig(restart=False, overlap=overlap)).up()
    ends = {True: Switch(pair.office), False: Switch(pair.far)}

    def run(ticks: int) -> None:
        for _ in range(ticks):
            pair.at_office, pair.at_far = [], []
            pair.tick()
            ends[True].hear(pair.at_office)
            ends[False].hear(pair.at_far)

    for verb, at_office, circuit, ticks in steps:
        ends[at_office].say(verb, circuit, pair.now)
        run(ticks)
    run(20)
    for circuit in (1, 2, 3):
        for end in ends.values():
            end.say("release", circuit, pair.now)
    run(50)
    assert ends[True].idle
    assert ends[False].idle
    assert pair.office.idle
    assert pair.far.idle
    assert pair.office.pri.counts["blocks"] < 8
