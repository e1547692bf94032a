"""/dev/dahdi/ctl: what dahdi_cfg asks for, and every refusal."""

from __future__ import annotations

import ctypes
import errno
import struct

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import Device, available, failing
from tests.conformance.world import World

SIG_FXOKS, SIG_FXSKS, SIG_CLEAR, SIG_HDLCFCS, SIG_CAS, SIG_EM, SIG_HARDHDLC, SIG_SLAVE = (
    0x1020, 0x2004, 0x80, 0x380, 0x8000, 0x40, 0x80080, 0x800,
)  # fmt: skip


def configure(channel: int, signalling: int, law: int = abi.LAW_ALAW, master: int = 0, idle: int = 0) -> int:
    """CHANCONFIG: the errno, 0 when it was done."""
    argument = abi.CHANCONFIG.pack(channel, b"", signalling, law, master or channel, idle, b"")
    return failing(lambda: Device("ctl").call("CHANCONFIG", argument))


def parameters(channel: int) -> tuple[int, ...]:
    """GET_PARAMS of the control device."""
    return abi.PARAMS.unpack(Device("ctl").call("GET_PARAMS", abi.INT.pack(channel) + bytes(abi.PARAMS.size - 4)))


def test_the_version() -> None:
    """Two texts."""
    version, _ = abi.VERSION.unpack(Device("ctl").call("GETVERSION", bytes(abi.VERSION.size)))
    assert version[:1].isdigit()


# -- CHANCONFIG ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [0, -1, 999, 0x8000])
def test_chanconfig_of_no_channel(channel: int) -> None:
    """EINVAL."""
    assert configure(channel, SIG_CLEAR) == errno.EINVAL


@pytest.mark.parametrize("signalling", [SIG_CLEAR, SIG_HDLCFCS, SIG_CAS, SIG_FXSKS, SIG_FXOKS, SIG_EM])
def test_a_digital_channel_can_be_anything(world: World, signalling: int) -> None:
    """And says so; without signalling it cannot be had again."""
    available((world.roles.unconfigured,))
    channel = world.roles.unconfigured
    assert configure(channel, signalling) == 0
    assert parameters(channel)[3] == signalling
    device = Device("channel")
    device.ask("SPECIFY", channel)
    device.close()
    assert configure(channel, 0) == 0
    assert failing(lambda: Device("channel").ask("SPECIFY", channel)) == errno.ENXIO


def test_what_a_channel_cannot_be(world: World) -> None:
    """EINVAL: hardware HDLC needs hardware."""
    available((world.roles.unconfigured,))
    assert configure(world.roles.unconfigured, SIG_HARDHDLC) == errno.EINVAL


def test_the_law_is_of_the_next_open(world: World) -> None:
    """A channel opens with the law that it was configured with; before that it has the one it had."""
    available((world.roles.unconfigured,))
    channel = world.roles.unconfigured
    for law in (abi.LAW_MULAW, abi.LAW_ALAW):
        assert configure(channel, SIG_CLEAR, law) == 0
        device = Device("channel")
        device.ask("SPECIFY", channel)
        assert parameters(channel)[10] == law
        device.close()
    configure(channel, 0)


def test_a_slave_without_a_master(world: World) -> None:
    """EINVAL."""
    available((world.roles.unconfigured,))
    assert configure(world.roles.unconfigured, SIG_SLAVE, master=999) == errno.EINVAL


def test_an_open_channel_may_be_configured(world: World) -> None:
    """The driver does not ask whether somebody has it."""
    channel = world.roles.kewl[0][0]
    Device(channel)
    assert configure(channel, SIG_FXSKS) == 0


def test_idle_bits_are_of_cas(world: World) -> None:
    """Told by GET_PARAMS; none on any other channel."""
    available(world.roles.cas)
    available((world.roles.unconfigured,))
    channel = world.roles.unconfigured
    assert configure(channel, SIG_CAS, idle=0b1001) == 0
    assert parameters(channel)[11] == 0b1001
    assert configure(channel, SIG_CLEAR, idle=0b1001) == 0
    assert parameters(channel)[11] == 0
    configure(channel, 0)


# -- spans -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["STARTUP", "SHUTDOWN", "MAINT", "SPANCONFIG"])
@pytest.mark.parametrize("span", [0, -1, 999])
def test_no_such_span(name: str, span: int) -> None:
    """ENXIO; MAINT says EINVAL."""
    size = {"MAINT": 8, "SPANCONFIG": abi.LINECONFIG.size}.get(name, 4)
    answer = errno.EINVAL if name == "MAINT" else errno.ENXIO
    assert failing(lambda: Device("ctl").call(name, abi.INT.pack(span) + bytes(size - 4))) == answer


def test_maintenance_without_hardware(world: World) -> None:
    """ENOSYS: these spans have no loops to make."""
    available(world.roles.spare_spans)
    assert (
        failing(lambda: Device("ctl").call("MAINT", struct.pack("ii", world.roles.spare_spans[0], 1))) == errno.ENOSYS
    )


# -- tone zones ------------------------------------------------------------------------------------------------------


def zone(number: int, name: bytes = b"test") -> bytes:
    """A zone that has no tones."""
    return abi.ZONE_HEADER.pack(0, number, 1000, 4000, *[0] * 14, name)


def test_a_zone_comes_and_goes() -> None:
    """LOADZONE, EINVAL for a second, FREEZONE, also of what is not there."""
    control = Device("ctl")
    assert failing(lambda: control.call("LOADZONE", zone(77))) == 0
    assert failing(lambda: control.call("LOADZONE", zone(77))) == errno.EINVAL
    assert failing(lambda: control.ask("FREEZONE", 77)) == 0
    assert failing(lambda: control.ask("FREEZONE", 77)) == 0
    assert failing(lambda: control.call("LOADZONE", zone(77))) == 0
    assert failing(lambda: control.ask("FREEZONE", 77)) == 0


@pytest.mark.parametrize(("number", "answer"), [(-1, 22), (255, 0), (256, 22), (1000, 22)])
def test_zone_numbers(number: int, answer: int) -> None:
    """0 to 255."""
    control = Device("ctl")
    assert failing(lambda: control.call("LOADZONE", zone(number))) == answer
    failing(lambda: control.ask("FREEZONE", number))


def test_the_default_zone() -> None:
    """EINVAL for one that is not loaded."""
    assert failing(lambda: Device("ctl").ask("DEFAULTZONE", 99)) == errno.EINVAL
    assert failing(lambda: Device("ctl").ask("DEFAULTZONE", 0)) == 0


def test_a_channels_zone(world: World) -> None:
    """SETTONEZONE takes a loaded one, or -1 for the default; ENODATA for others."""
    device = Device(world.roles.kewl[0][0])
    assert failing(lambda: device.ask("SETTONEZONE", 99)) == errno.ENODATA
    assert failing(lambda: device.ask("SETTONEZONE", 0)) == 0
    assert device.ask("GETTONEZONE") == 0
    assert failing(lambda: device.ask("SETTONEZONE", -1)) == 0
    assert failing(lambda: device.ask("SETTONEZONE", 1000)) == errno.ENODATA


# -- dialling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "given"), [(9, 100), (10, 10), (4000, 4000), (4001, 100), (-1, 100), (0, 100)])
def test_the_length_of_keys(length: int, given: int) -> None:
    """10 ms to 4 s; what is out of range is not taken."""
    control = Device("ctl")
    control.call("SET_DIALPARAMS", abi.DIALPARAMS.pack(100, 100, 100, 0, 0, 0))
    failing(lambda: control.call("SET_DIALPARAMS", abi.DIALPARAMS.pack(length, length, length, 0, 0, 0)))
    told = abi.DIALPARAMS.unpack(control.call("GET_DIALPARAMS", bytes(abi.DIALPARAMS.size)))
    control.call("SET_DIALPARAMS", abi.DIALPARAMS.pack(100, 100, 100, 0, 0, 0))
    assert told[:3] == (given, given, given)


# -- echo cancellers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "answer"), [(b"", 0), (b"nonesuch", 22)])
def test_a_canceller_is_attached(world: World, name: bytes, answer: int) -> None:
    """By a name that is known."""
    argument = abi.ATTACH_ECHOCAN.pack(world.roles.kewl[0][0], name)
    assert failing(lambda: Device("ctl").call("ATTACH_ECHOCAN", argument)) == answer


def test_a_canceller_needs_a_channel() -> None:
    """EINVAL."""
    assert failing(lambda: Device("ctl").call("ATTACH_ECHOCAN", abi.ATTACH_ECHOCAN.pack(999, b""))) == errno.EINVAL


def test_a_channel_without_a_canceller(world: World) -> None:
    """ECHOCANCEL is EINVAL-free: 0 ends it; training and fax mode need a running one (EINVAL)."""
    device = Device(world.roles.kewl[0][0])
    assert failing(lambda: device.ask("ECHOCANCEL", 0)) == 0
    assert failing(lambda: device.ask("ECHOTRAIN", 100)) == errno.EINVAL
    assert failing(lambda: device.ask("ECHOCANCEL_FAX_MODE", 1)) == errno.EINVAL


# -- INDIRECT --------------------------------------------------------------------------------------------------------


def test_an_ioctl_for_another_channel(world: World) -> None:
    """INDIRECT on the control device asks any channel, open or not; EINVAL for one that is not."""
    channel = world.roles.kewl[0][0]
    there = ctypes.c_int(0)
    control = Device("ctl")

    def ask(number: int, name: str) -> int:
        argument = struct.pack("iIQ", number, abi.IOCTLS[name], ctypes.addressof(there))
        return failing(lambda: control.call("INDIRECT", argument))

    assert ask(channel, "GET_BLOCKSIZE") == 0
    device = Device(channel).buffers(240, 4)
    assert ask(channel, "GET_BLOCKSIZE") == 0
    assert there.value == 240
    assert ask(channel, "GETVERSION") == errno.ENOTTY
    assert ask(999, "GET_BLOCKSIZE") == errno.EINVAL
    device.close()
