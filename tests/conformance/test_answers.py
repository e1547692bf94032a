"""Every ioctl on every kind of device: the answer to an argument of zeros and to a null pointer.

`answers.txt` was written by the kernel driver: CONFORMANCE_RECORD=1 in the virtual machine writes it anew.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hw_sim.dahdi import abi
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


def asked(world: World, kind: str, name: str) -> str:
    """Both answers of a device that was just opened."""
    zeros = bytes(abi.IOCTLS[name] >> 16 & 0x3FFF)
    got = []
    for argument in [zeros] if name in NO_NULL else [zeros, None]:
        device = Device(path(world, kind))
        got.append(answer(device, name, argument))
        device.close()
    return "/".join(got)


def recorded() -> dict[tuple[str, str], str]:
    """(device, ioctl) -> answers, from the file."""
    found = {}
    for line in FILE.read_text().splitlines():
        kind, name, told = line.split()
        found[kind, name] = told
    return found


@pytest.mark.parametrize("kind", DEVICES)
def test_every_answer_is_the_drivers(world: World, kind: str) -> None:
    """All differences at once."""
    got = {(kind, name): asked(world, kind, name) for name in NAMES}
    if os.environ.get("CONFORMANCE_RECORD"):
        kept = recorded() if FILE.exists() else {}
        FILE.write_text("".join(f"{k} {n} {told}\n" for (k, n), told in sorted((kept | got).items())))
    expected = recorded()
    told = [
        f"{name}: {got[kind, name]}, the kernel {expected.get((kind, name))}"
        for name in NAMES
        if got[kind, name] != expected.get((kind, name))
    ]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("size", [0, 4, 135, 137, 1000])
def test_the_size_is_part_of_the_number(world: World, size: int) -> None:
    """GET_PARAMS with another size of argument is an unknown ioctl."""
    import fcntl

    number = abi.IOCTLS["GET_PARAMS"] & ~(0x3FFF << 16) | size << 16
    device = Device(world.roles.kewl[0][0])
    assert failing(lambda: fcntl.ioctl(device.fd, number, bytearray(max(size, 1)))) == errno.ENOTTY
