"""drivers.isdn: two ends of libpri on one wire (ITU-T Q.921, Q.931), by the count of samples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.errors import BadLine, LineClosed
from drivers.isdn import CallGone, IsdnError, Pri
from drivers.isdn.events import (
    ANY,
    Answered,
    Disconnected,
    Incoming,
    LinkDown,
    LinkUp,
    Misconfigured,
    MoreDigits,
    Proceeding,
    Progress,
    Released,
    RestartAcknowledged,
    Restarted,
    Ringing,
    SetupAcknowledged,
)
from drivers.isdn.pri import NATIONAL, SWITCHES
from tests.drivers.isdn_pair import SECOND, Rogue, Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A network and a user side whose data link is up."""
    with Pri("network") as network, Pri("user") as user:
        wire = Wire(network, user)
        assert wire.run(10, lambda: bool(wire.of(network, LinkUp) and wire.of(user, LinkUp)))
        yield wire


def offered(wire: Wire) -> Incoming:
    """The last call that the user side was offered."""
    assert wire.run(10, lambda: bool(wire.of(wire.user, Incoming)))
    return wire.last(wire.user, Incoming)


def talking(wire: Wire, channel: int = 1) -> tuple[int, int]:
    """A call of the network that the user has answered: its numbers at both ends."""
    call = wire.network.setup(channel, "96688")
    there = offered(wire).call
    wire.user.answer(there)
    assert wire.run(10, lambda: bool(wire.of(wire.network, Answered)))
    wire.run(5)
    return call, there


def test_a_call_from_setup_to_release(wire: Wire) -> None:
    """SETUP, ALERTING, CONNECT, DISCONNECT, RELEASE, RELEASE COMPLETE, each told to the other end."""
    call = wire.network.setup(5, "96688", calling="13800001111")
    there = offered(wire)
    wire.user.alerting(there.call, inband=True)
    wire.run(3)
    assert wire.of(wire.network, Proceeding) == [Proceeding(call, 5, False)]
    assert wire.of(wire.network, Ringing) == [Ringing(call, 5, True)]
    wire.user.answer(there.call)
    wire.run(3)
    assert wire.of(wire.network, Answered) == [Answered(call, 5)]
    wire.network.hang_up(call)
    wire.run(3)
    assert wire.of(wire.user, Disconnected) == [Disconnected(there.call, 16)]
    wire.user.hang_up(there.call)
    wire.run(3)
    assert wire.of(wire.network, Released) == [Released(call, 5, 16)]
    assert wire.of(wire.user, Released) == [Released(there.call, 5, 16)]


def test_what_a_setup_says(wire: Wire) -> None:
    """Numbers with their plans, presentation, name, capability and channel arrive as they were given."""
    wire.network.setup(
        31, "96688*#", calling="02512345678", exclusive=False, called_plan=NATIONAL,
        calling_plan=NATIONAL, presentation="restricted", capability="unrestricted digital",
    )  # fmt: skip
    event = offered(wire)
    assert (event.channel, event.flexible, event.called, event.calling) == (31, True, "96688*#", "02512345678")
    assert (event.called_plan, event.calling_plan, event.presentation) == (NATIONAL, NATIONAL, "restricted")
    assert (event.capability, event.complete) == ("unrestricted digital", True)


def test_a_name_is_displayed(wire: Wire) -> None:
    """The caller's name goes in a display element, in Latin-1; with a withheld number it is withheld too."""
    wire.network.setup(1, "96688", calling="1", name="Wáng Fù")
    assert offered(wire).name == "Wáng Fù"
    wire.network.setup(2, "96688", calling="1", name="Wáng Fù", presentation="restricted")
    wire.run(3)
    withheld = wire.last(wire.user, Incoming)
    assert withheld.name == ""


def test_a_call_without_a_calling_number(wire: Wire) -> None:
    """None sends no number at all, which is not the same as one that is withheld."""
    wire.network.setup(1, "96688")
    assert (offered(wire).calling, offered(wire).presentation) == ("", "unavailable")


def test_overlap_sending(wire: Wire) -> None:
    """An incomplete number is asked for more digits, which come one by one until it is taken."""
    call = wire.user.setup(2, "96", complete=False)
    assert wire.run(10, lambda: bool(wire.of(wire.network, Incoming)))
    event = wire.last(wire.network, Incoming)
    assert (event.called, event.complete) == ("96", False)
    wire.network.setup_acknowledge(event.call, inband=True)
    wire.run(3)
    assert wire.of(wire.user, SetupAcknowledged) == [SetupAcknowledged(call, 2, True)]
    wire.user.information(call, "688")
    wire.run(3)
    assert wire.of(wire.network, MoreDigits) == [MoreDigits(event.call, digit, False) for digit in "688"]
    wire.network.proceeding(event.call)
    wire.run(3)
    assert wire.of(wire.user, Proceeding) == [Proceeding(call, 2, False)]


@pytest.mark.parametrize("cause", [1, 3, 17, 18, 21, 27, 28, 34, 41, 42, 44, 82, 88])
def test_a_refusal_tells_its_cause(wire: Wire, cause: int) -> None:
    """Whatever the cause, and whatever libpri does with it, the caller is told it and both calls end."""
    call = wire.network.setup(1, "96688")
    wire.user.hang_up(offered(wire).call, cause)
    wire.finish()
    told = {event.cause for event in wire.of(wire.network, Disconnected)}
    told |= {event.cause for event in wire.of(wire.network, Released)}
    assert cause in told
    assert [event.call for event in wire.of(wire.network, Released)] == [call]
    assert len(wire.of(wire.user, Released)) == 1


def test_another_channel_for_a_flexible_call(wire: Wire) -> None:
    """The side that is called may choose another channel; the caller is told it with the first answer."""
    call = wire.user.setup(1, "96688", exclusive=False)
    assert wire.run(10, lambda: bool(wire.of(wire.network, Incoming)))
    event = wire.last(wire.network, Incoming)
    wire.network.proceeding(event.call, 9)
    wire.run(3)
    assert wire.of(wire.user, Proceeding) == [Proceeding(call, 9, False)]


def test_both_ends_want_the_same_channel(wire: Wire) -> None:
    """Glare: both SETUPs arrive, each is told the channel; who gives way is not libpri's to decide."""
    mine, theirs = wire.network.setup(7, "1"), wire.user.setup(7, "2")
    wire.run(3)
    at_network, at_user = wire.last(wire.network, Incoming), wire.last(wire.user, Incoming)
    assert (at_network.channel, at_user.channel) == (7, 7)
    wire.network.hang_up(at_network.call, 44)
    wire.user.answer(at_user.call)
    wire.run(5)
    assert wire.of(wire.user, Released) == [Released(theirs, 7, 44)]
    assert wire.of(wire.network, Answered) == [Answered(mine, 7)]


def test_both_hang_up_at_once(wire: Wire) -> None:
    """DISCONNECTs that cross end the call once at each end."""
    call, there = talking(wire)
    wire.network.hang_up(call)
    wire.user.hang_up(there)
    wire.finish()
    assert len(wire.of(wire.network, Released)) == len(wire.of(wire.user, Released)) == 1


def test_a_disconnect_with_tones_may_be_listened_to() -> None:
    """With inband_disconnect, what PROGRESS says of tones before the answer is told, and its cause."""
    with Pri("network") as network, Pri("user", inband_disconnect=True) as user:
        wire = Wire(network, user)
        wire.run(5)
        call = user.setup(1, "96688")
        wire.run(3)
        event = wire.last(network, Incoming)
        network.proceeding(event.call)
        network.progress(event.call, 17)
        wire.run(3)
        assert wire.of(user, Progress) == [Progress(call, True, 17)]


def test_nobody_answers_a_setup(wire: Wire) -> None:
    """T303: SETUP twice, 4 s each; then the call is over with cause 18."""
    call = wire.network.setup(1, "96688")
    wire.run(3)
    began = wire.now
    assert wire.run(600, lambda: bool(wire.of(wire.network, Released)))
    assert wire.of(wire.network, Released) == [Released(call, 1, 18)]
    assert 7.5 <= (wire.now - began) / SECOND <= 8.5


def test_calls_outlive_a_short_loss_of_the_d_channel(wire: Wire) -> None:
    """The data link is re-established within T309 and the answered call goes on."""
    call, there = talking(wire)
    wire.cut = True
    assert wire.run(1500, lambda: bool(wire.of(wire.network, LinkDown)))
    wire.cut = False
    before = len(wire.of(wire.network, LinkUp))
    assert wire.run(150, lambda: len(wire.of(wire.network, LinkUp)) > before)
    wire.run(500)
    assert wire.of(wire.network, Released) == []
    wire.network.hang_up(call)
    wire.finish()
    assert [event.call for event in wire.of(wire.user, Released)] == [there]


def test_a_long_loss_of_the_d_channel_ends_calls(wire: Wire) -> None:
    """T309 runs out at both ends: cause 27, once each."""
    call, there = talking(wire)
    wire.cut = True
    wire.run(2000)
    assert wire.of(wire.network, Released) == [Released(call, 1, 27)]
    assert wire.of(wire.user, Released) == [Released(there, 1, 27)]
    assert wire.network.counts["blocks"] < 8


def test_a_restarted_channel_has_no_call(wire: Wire) -> None:
    """RESTART ends the call on the channel, and is acknowledged; other channels are not touched."""
    talking(wire, 3)
    other, _ = talking(wire, 4)
    wire.network.restart(3)
    wire.run(5)
    assert wire.of(wire.user, Restarted) == [Restarted(3)]
    assert wire.of(wire.network, RestartAcknowledged) == [RestartAcknowledged(3)]
    assert [event.channel for event in wire.of(wire.user, Released)] == [3]
    wire.network.hang_up(other)


def test_timers_are_set_by_name() -> None:
    """T303 of 1 s gives up after 2 s; a timer nobody knows is refused with its name."""
    with Pri("network", timers={"T303": 1000}) as network, Pri("user") as user:
        wire = Wire(network, user)
        wire.run(5)
        network.setup(1, "96688")
        wire.run(120)
        assert wire.of(network, Released) == [Released(1, 1, 18)]
    with pytest.raises(IsdnError, match="'T999'"):
        Pri("network", timers={"T999": 1})
    with pytest.raises(IsdnError, match="-5"):
        Pri("network", timers={"T303": -5})


def test_the_deadline_is_the_next_timer(wire: Wire) -> None:
    """Nothing is sent before it without a reason, and something happens at it."""
    wire.run(50)
    at = wire.network.deadline
    assert at is not None
    wire.network.advance(at - 1)
    assert wire.network.frames() == []
    wire.network.advance(at)
    assert wire.network.frames() != []


def test_two_networks_are_told_so() -> None:
    """Both ends of the same side: said in libpri's words, and the link does not come up."""
    with Pri("network") as one, Pri("network") as other:
        wire = Wire(one, other)
        wire.run(50)
        event = wire.last(one, Misconfigured)
        assert "network" in event.text
        assert wire.of(one, LinkUp) == []


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_type_makes_a_call(switch: str) -> None:
    """A call is answered and ended in each dialect of libpri."""
    with Pri("network", switch) as network, Pri("user", switch) as user:  # type: ignore[arg-type]
        wire = Wire(network, user)
        wire.run(5)
        call, _ = talking(wire)
        network.hang_up(call)
        wire.finish()
        assert len(wire.of(network, Released)) == len(wire.of(user, Released)) == 1


def test_thirty_calls_at_once(wire: Wire) -> None:
    """All channels of a span in both directions; every one is answered and ended, and libpri keeps nothing of them."""
    channels = [channel for channel in range(1, 32) if channel != 16]
    before = wire.network.counts["blocks"]
    calls = {wire.network.setup(channel, f"8000{channel}"): channel for channel in channels}
    wire.run(20)
    for event in wire.of(wire.user, Incoming):
        assert event.called == f"8000{event.channel}"
        wire.user.answer(event.call)
    wire.run(20)
    assert {event.call for event in wire.of(wire.network, Answered)} == set(calls)
    for call in calls:
        wire.network.hang_up(call)
    wire.finish()
    assert {event.call for event in wire.of(wire.network, Released)} == set(calls)
    assert wire.network.counts["blocks"] == before


def test_eight_d_channels_know_nothing_of_each_other() -> None:
    """Calls of eight pairs in one process, made in turn: each hears only its own, all count from 1."""
    wires = [Wire(Pri("network"), Pri("user")) for _ in range(8)]
    for wire in wires:
        wire.run(5)
    for number, wire in enumerate(wires):
        assert wire.network.setup(1, str(number)) == 1
    for wire in wires:
        wire.run(3)
    for number, wire in enumerate(wires):
        assert [event.called for event in wire.of(wire.user, Incoming)] == [str(number)]


def test_the_same_calls_give_the_same_frames() -> None:
    """Nothing depends on the machine's clock, its memory or its random numbers."""

    def life() -> list[bytes]:
        with Pri("network") as network, Pri("user") as user:
            wire = Wire(network, user)
            wire.run(5)
            call, _ = talking(wire)
            network.hang_up(call)
            wire.finish()
        return wire.carried

    assert life() == life()


def test_a_second_hanging_up_does_nothing(wire: Wire) -> None:
    """The other side is given its time (T305) however often the call is hung up."""
    call, _ = talking(wire)
    wire.network.hang_up(call)
    wire.network.hang_up(call)
    wire.run(50)
    assert wire.of(wire.user, Released) == wire.of(wire.network, Released) == []


def test_a_call_that_is_over_is_gone(wire: Wire) -> None:
    """Every verb on it raises CallGone; its number is not given to another call."""
    call, _ = talking(wire)
    wire.network.hang_up(call)
    wire.finish()
    for verb in (wire.network.answer, wire.network.alerting, wire.network.hang_up, wire.network.proceeding):
        with pytest.raises(CallGone, match=f"call {call} is over"):
            verb(call)
    assert wire.network.setup(1, "96688") != call


def test_what_cannot_be_is_refused(wire: Wire) -> None:
    """Channels, numbers and causes that do not exist: BadLine, and nothing is sent."""
    for channel in (0, 32, -1):
        with pytest.raises(BadLine, match="timeslot"):
            wire.network.setup(channel, "96688")
    for number in ("12a", "1" * 32, "一"):
        with pytest.raises(BadLine, match="number"):
            wire.network.setup(1, number)
    call, _ = talking(wire)
    for cause in (0, 128):
        with pytest.raises(BadLine, match="cause"):
            wire.network.hang_up(call, cause)
    assert wire.network.frames() == []


def test_a_number_is_not_required_to_be_short(wire: Wire) -> None:
    """31 digits of both numbers arrive whole; a long name is cut where libpri would cut it."""
    wire.network.setup(1, "1" * 31, calling="2" * 31, name="N" * 80)
    event = offered(wire)
    assert (event.called, event.calling, event.name) == ("1" * 31, "2" * 31, "N" * 49)


def test_closed_is_closed() -> None:
    """After close every use is LineClosed; a second close is allowed."""
    end = Pri("network")
    end.close()
    end.close()
    for use in (
        end.frames,
        end.events,
        end.log,
        lambda: end.advance(1),
        lambda: end.setup(1, "1"),
        lambda: end.deadline,
    ):
        with pytest.raises(LineClosed):
            use()


def test_libpri_says_what_it_does_when_it_is_traced(wire: Wire) -> None:
    """The log is empty of ordinary calls, and full of states when traced."""
    talking(wire)
    assert wire.network.log() == []
    wire.network.trace(True)
    wire.network.restart(1)
    talking(wire, 2)
    assert any("enters state" in line for line in wire.network.log())
    assert wire.network.log() == []


@pytest.mark.parametrize(
    ("element", "channel", "flexible"),
    [("1803a1838a", 10, True), ("1803a9838a", 10, False), ("1801a3", ANY, True), ("", ANY, True)],
)
def test_the_channel_that_a_setup_asks_for(wire: Wire, element: str, channel: int, flexible: bool) -> None:
    """Preferred, exclusive, any, or not a word about it."""
    rogue = Rogue(wire.network)
    wire.network.receive(rogue.sabme(), wire.now)
    setup = bytes.fromhex("080200010504039090a3" + element + "7006813936363838a1")
    wire.network.receive(rogue.message(setup), wire.now)
    [event] = [event for event in wire.network.events() if isinstance(event, Incoming)]
    assert (event.channel, event.flexible) == (channel, flexible)
