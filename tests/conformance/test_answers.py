"""Every ioctl on every kind of device: the answer to an argument of zeros and to a null pointer.

`answers.txt` was written by the kernel driver: CONFORMANCE_RECORD=1 in the virtual machine writes it anew.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import Device, available, failing
from tests.conformance.world import World

FILE = Path(__file__).with_name("answers.txt")
DEVICES = ["ctl", "channel", "timer", "pseudo", "fxo", "fxs", "bearer", "dchannel", "cas"]
BESIDE = {"FREEZONE", "SHUTDOWN", "STARTUP", "DYNAMIC_CREATE", "DYNAMIC_DESTROY", "INDIRECT", "GETVERSION"}
"""Not asked: with zeros these change what other tests stand on, or are asked elsewhere."""
NO_NULL = {"DEFAULTZONE", "SETTONEZONE", "HDLC_RATE"}
"""Not asked with a null pointer: the driver goes on with whatever the register held."""

NAMES = sorted(set(abi.IOCTLS) - BESIDE)


def path(world: World, kind: str) -> str | int:
    """The device to open; skips when the world has none."""
    roles = world.roles
    numbers = {
        "fxo": roles.kewl[0][0],
        "fxs": roles.kewl[0][1],
        "bearer": roles.bearers[0][0] if roles.bearers else 0,
        "dchannel": roles.dchannel[0],
        "cas": roles.cas[0][0] if roles.cas else 0,
    }
    available((numbers.get(kind, 1),))
    return numbers.get(kind, kind)


def answer(device: Device, name: str, argument: bytes | None) -> str:
    """ "ok" or the errno's name."""
    code = failing(lambda: device.null(name) if argument is None else device.call(name, argument))
    return errno.errorcode.get(code, str(code)) if code else "ok"


def asked(world: World, kind: str, name: str, argument: bytes | None) -> str:
    """The answer of a device that was just opened."""
    device = Device(path(world, kind))
    given = answer(device, name, argument)
    device.close()
    return given


def recorded() -> dict[tuple[str, str, str], str]:
    """(device, argument, ioctl) -> answer, from the file."""
    found = {}
    for line in FILE.read_text().splitlines():
        kind, argument, name, told = line.split()
        found[kind, argument, name] = told
    return found


def compare(got: dict[tuple[str, str, str], str]) -> None:
    """All differences from what the kernel driver said, at once."""
    if os.environ.get("CONFORMANCE_RECORD"):
        kept = recorded() if FILE.exists() else {}
        FILE.write_text("".join(f"{' '.join(asked)} {told}\n" for asked, told in sorted((kept | got).items())))
    expected = recorded()
    wrong = [asked for asked, told in got.items() if told != expected.get(asked)]
    told = "\n".join(f"{' '.join(asked)}: {got[asked]}, the kernel {expected.get(asked)}" for asked in wrong)
    if wrong:
        pytest.fail(told)


@pytest.mark.parametrize("kind", DEVICES)
def test_the_answer_to_zeros(world: World, kind: str) -> None:
    """A whole argument of the right size, in which nothing is set."""
    compare({(kind, "zeros", name): asked(world, kind, name, bytes(abi.IOCTLS[name] >> 16 & 0x3FFF)) for name in NAMES})


@pytest.mark.parametrize("kind", DEVICES)
def test_the_answer_to_a_null_pointer(world: World, kind: str) -> None:
    """Some look at it, some do not."""
    compare({(kind, "null", name): asked(world, kind, name, None) for name in NAMES if name not in NO_NULL})


@pytest.mark.parametrize("size", [0, 4, 135, 137, 1000])
def test_the_size_is_part_of_the_number(world: World, size: int) -> None:
    """GET_PARAMS with another size of argument is an unknown ioctl."""
    number = abi.IOCTLS["GET_PARAMS"] & ~(0x3FFF << 16) | size << 16
    device = Device(world.roles.kewl[0][0])
    assert failing(lambda: fcntl.ioctl(device.fd, number, bytearray(max(size, 1)))) == errno.ENOTTY
