"""Conferences, pseudo channels and monitoring, with sound through them.

Everything is a constant level, so that a sum can be told: 1024, 2048 and their sum 3072 are A-law codes exactly.
"""

from __future__ import annotations

import errno
import struct

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import Device, available, failing
from tests.conformance.world import World

CONF, ANNOUNCE, MONITOR_CONF, ANNOUNCE_MONITOR, REAL_AND_PSEUDO, DIGITAL = 4, 5, 6, 7, 8, 9
LISTENER, TALKER, PSEUDO_LISTENER, PSEUDO_TALKER = 0x100, 0x200, 0x400, 0x800
ONE, TWO = 1024, 2048


class Party:
    """A bearer in audio mode and linear samples, with its far end: what `far` sends, `near` reads."""

    def __init__(self, world: World, pair: int) -> None:
        available(world.roles.bearers)
        near, far = world.roles.bearers[pair]
        self.near, self.far = (linear(Device(number).audio()) for number in (near, far))
        self.number = near


def linear(device: Device) -> Device:
    """Samples in blocks of 160, room for 0.6 s."""
    device.ask("SETLAW", abi.LAW_ALAW)
    device.ask("SETLINEAR", 1)
    return device.buffers(160, 32)


def pseudo() -> Device:
    """A channel without a line."""
    return linear(Device("pseudo"))


def join(device: Device, conference: int, mode: int, channel: int = 0) -> tuple[int, int, int]:
    """SETCONF: (channel, conference, mode) as it was made."""
    return abi.CONFINFO.unpack(device.call("SETCONF", abi.CONFINFO.pack(channel, conference, mode)))


def speak(device: Device, level: int, blocks: int = 30) -> None:
    """So many blocks of one level, queued."""
    for _ in range(blocks):
        device.write(struct.pack("160h", *[level] * 160))


def hear(*devices: Device, blocks: int = 14) -> list[set[int]]:
    """The levels that each hears for most of the time from now on."""
    for device in devices:
        device.ask("FLUSH", abi.FLUSH_READ)
    heard: list[list[int]] = [[] for _ in devices]
    for _ in range(blocks):
        for device, samples in zip(devices, heard, strict=True):
            samples.extend(struct.unpack("160h", device.block(320)))
    settled = [samples[160 * blocks // 2 :] for samples in heard]
    return [{level for level in set(samples) if samples.count(level) > len(samples) // 4} for samples in settled]


# -- pseudo channels -------------------------------------------------------------------------------------------------


def test_pseudo_channels_have_numbers_of_their_own() -> None:
    """From 0x8000 on, each another."""
    numbers = {Device("pseudo").ask("CHANNO") for _ in range(3)}
    assert len(numbers) == 3
    assert min(numbers) >= 0x8000


def test_a_pseudo_channel_is_silent_and_keeps_time() -> None:
    """Blocks come at the clock's rate, with nothing in them."""
    assert hear(pseudo()) == [{0}]


@pytest.mark.parametrize("name", ["HOOK", "AUDIOMODE", "SETTXBITS", "GETRXBITS", "ECHOCANCEL", "BUFFER_EVENTS"])
def test_a_pseudo_channel_has_no_line(name: str) -> None:
    """What is of a line is ENOTTY."""
    assert failing(lambda: Device("pseudo").ask(name)) == errno.ENOTTY


# -- SETCONF ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conference", "mode", "answer"),
    [
        (0, CONF, 22),
        (5, 0, 22),
        (1025, CONF, 22),
        (-2, CONF, 22),
        (5, CONF, 0),
        (1024, CONF, 0),
        (999, 1, 22),
        (0, 0, 0),
    ],
)
def test_what_setconf_refuses(conference: int, mode: int, answer: int) -> None:
    """A conference without a mode, a mode without one, numbers out of range, a monitored channel that is not."""
    device = pseudo()
    assert failing(lambda: join(device, conference, mode)) == answer


def test_getconf_tells_what_setconf_made() -> None:
    """Channel, conference and the mode with its flags; CONF_NORMAL again after leaving."""
    device = pseudo()
    number = device.ask("CHANNO")
    assert join(device, 7, CONF | LISTENER) == (number, 7, CONF | LISTENER)
    assert abi.CONFINFO.unpack(device.call("GETCONF", abi.CONFINFO.pack(0, 0, 0))) == (number, 7, CONF | LISTENER)
    assert join(device, 0, 0) == (number, 0, 0)
    assert abi.CONFINFO.unpack(device.call("GETCONF", abi.CONFINFO.pack(0, 0, 0))) == (number, 0, 0)


def test_the_first_empty_conference() -> None:
    """Number -1 asks for one that nobody is in."""
    first, second = pseudo(), pseudo()
    one = join(first, -1, CONF | LISTENER)[1]
    two = join(second, -1, CONF | LISTENER)[1]
    assert one >= 1
    assert two >= 1
    assert one != two


def test_another_channel_may_be_put_into_a_conference(world: World) -> None:
    """By its number, from any descriptor."""
    party = Party(world, 2)
    device = pseudo()
    assert join(device, 9, CONF | LISTENER, party.number) == (party.number, 9, CONF | LISTENER)
    assert abi.CONFINFO.unpack(party.near.call("GETCONF", bytes(12)))[1:] == (9, CONF | LISTENER)


def test_bare_bytes_take_no_part(world: World) -> None:
    """EINVAL until AUDIOMODE."""
    available(world.roles.bearers)
    device = Device(world.roles.bearers[2][0])
    assert failing(lambda: join(device, 9, CONF)) == errno.EINVAL


def test_conferences_are_not_linked(world: World) -> None:
    """CONFLINK is not built in."""
    assert failing(lambda: pseudo().call("CONFLINK", abi.CONFINFO.pack(0, 1, 2))) == errno.ENOSYS


def test_a_close_leaves_the_conference(world: World) -> None:
    """The next program finds CONF_NORMAL."""
    party = Party(world, 2)
    join(party.near, 9, CONF | LISTENER | TALKER)
    party.near.close()
    again = Device(party.number).audio()
    assert abi.CONFINFO.unpack(again.call("GETCONF", bytes(12)))[1:] == (0, 0)


# -- sound -----------------------------------------------------------------------------------------------------------


def test_two_lines_in_a_conference_hear_each_other(world: World) -> None:
    """Each the other, and not itself."""
    one, two = Party(world, 2), Party(world, 3)
    join(one.near, 3, CONF | LISTENER | TALKER)
    join(two.near, 3, CONF | LISTENER | TALKER)
    speak(one.far, ONE)
    speak(two.far, TWO)
    assert hear(one.far, two.far) == [{TWO}, {ONE}]


def test_the_program_reads_its_line_only(world: World) -> None:
    """In CONF a read gives what the line says, and a write is sent to the line beside the conference."""
    one, two = Party(world, 2), Party(world, 3)
    join(one.near, 3, CONF | LISTENER | TALKER)
    join(two.near, 3, CONF | LISTENER | TALKER)
    speak(one.far, ONE)
    assert hear(one.near) == [{ONE}]
    speak(two.far, TWO)
    speak(one.near, ONE)
    assert hear(one.far) == [{ONE + TWO}]


def test_a_pseudo_channel_hears_a_conference(world: World) -> None:
    """The sum of all that talk."""
    one, two, ear = Party(world, 2), Party(world, 3), pseudo()
    join(one.near, 3, CONF | LISTENER | TALKER)
    join(two.near, 3, CONF | LISTENER | TALKER)
    join(ear, 3, CONF | LISTENER)
    speak(one.far, ONE)
    speak(two.far, TWO)
    assert hear(ear) == [{ONE + TWO}]


def test_a_pseudo_channel_speaks_to_a_conference(world: World) -> None:
    """All lines hear it; it does not hear itself."""
    one, mouth = Party(world, 2), pseudo()
    join(one.near, 3, CONF | LISTENER | TALKER)
    join(mouth, 3, CONF | LISTENER | TALKER)
    speak(mouth, TWO)
    assert hear(one.far, mouth) == [{TWO}, {0}]


def test_who_is_no_talker_is_not_heard(world: World) -> None:
    """LISTENER alone hears, TALKER alone speaks."""
    one, two = Party(world, 2), Party(world, 3)
    join(one.near, 3, CONF | LISTENER)
    join(two.near, 3, CONF | TALKER)
    speak(one.far, ONE)
    speak(two.far, TWO)
    assert hear(one.far, two.far) == [{TWO}, {0}]


def test_an_announcement_goes_to_the_conference(world: World) -> None:
    """CONFANN: what the program writes is for all, not for its own line alone."""
    one, two = Party(world, 2), Party(world, 3)
    join(one.near, 3, ANNOUNCE | LISTENER | TALKER)
    join(two.near, 3, CONF | LISTENER | TALKER)
    speak(one.near, ONE)
    assert hear(two.far) == [{ONE}]


def test_a_conference_monitor_reads_the_conference(world: World) -> None:
    """CONFMON: the program hears all of it."""
    one, two = Party(world, 2), Party(world, 3)
    join(one.near, 3, MONITOR_CONF | LISTENER | TALKER)
    join(two.near, 3, CONF | LISTENER | TALKER)
    speak(two.far, TWO)
    assert hear(one.near) == [{TWO}]


def test_real_and_pseudo(world: World) -> None:
    """The program is a party of its own: it hears the conference, its line hears the program."""
    one, two = Party(world, 2), Party(world, 3)
    flags = LISTENER | TALKER | PSEUDO_LISTENER | PSEUDO_TALKER
    join(one.near, 3, REAL_AND_PSEUDO | flags)
    join(two.near, 3, CONF | LISTENER | TALKER)
    speak(one.near, ONE)
    speak(two.far, TWO)
    assert hear(one.near, one.far, two.far) == [{TWO}, {ONE + TWO}, {ONE}]


@pytest.mark.parametrize(("mode", "level"), [(1, ONE), (2, TWO), (3, ONE + TWO), (10, 0), (11, TWO), (12, TWO)])
def test_monitoring(world: World, mode: int, level: int) -> None:
    """What a channel receives, what it sends, both. These spans have no sound before the canceller to offer."""
    party, ear = Party(world, 2), pseudo()
    join(ear, party.number, mode)
    speak(party.far, ONE)
    speak(party.near, TWO)
    assert hear(ear) == [{level}]


def test_digital_monitoring(world: World) -> None:
    """DIGITALMON sends to the line what another line says."""
    one, two = Party(world, 2), Party(world, 3)
    join(one.near, two.number, DIGITAL)
    speak(two.far, TWO)
    assert hear(one.far) == [{TWO}]


def test_two_channels_that_monitor_each_other_are_joined(world: World) -> None:
    """DIGITALMON both ways: what a PBX calls a native bridge."""
    one, two = Party(world, 2), Party(world, 3)
    join(one.near, two.number, DIGITAL)
    join(two.near, one.number, DIGITAL)
    speak(one.far, ONE)
    speak(two.far, TWO)
    assert hear(one.far, two.far) == [{TWO}, {ONE}]


def test_confmute(world: World) -> None:
    """The line hears nothing, and the program reads its line still."""
    party = Party(world, 2)
    assert party.near.ask("GETCONFMUTE") == 0
    party.near.ask("CONFMUTE", 1)
    assert party.near.ask("GETCONFMUTE") == 1
    speak(party.near, ONE)
    speak(party.far, TWO)
    assert hear(party.far, party.near) == [{0}, {TWO}]
