"""The two roads of a line's sound: many in one C call, or one by one in Python. They must be the same to everybody."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import g711
from hw_sim.dahdi.bulk import Group
from hw_sim.dahdi.kernel import abi
from tests.hw_sim.virtual_dahdi import Client, Descriptor, FakeOffice, served

PACKETS = st.lists(st.lists(st.integers(1, 200), max_size=3), min_size=1, max_size=12)
"""What the program writes before each tick: sizes of its writes."""


def opened(client: Client, number: int, linear: bool) -> Descriptor:
    """Six buffers of a tick, wanting to hear of what is lost."""
    _, device = client.open(f"/dev/dahdi/{number}")
    device.ioctl("SET_BUFINFO", abi.BUFFERINFO.pack(0, 0, 6, 160, 0, 0))
    device.number("BUFFER_EVENTS", 1)
    device.number("SETLINEAR", int(linear))
    return device


def run(folder: Path, slow: bool, linear: bool, packets: list[list[int]], reads: list[bool]) -> list[object]:
    """Everything that a program and its line see of each other."""
    office = FakeOffice()
    seen: list[object] = []
    with served(office, folder) as client:
        device = opened(client, 1, linear)
        stream = client.server.devices.streams[device.handle]
        source = np.random.default_rng(7).bytes(400)
        for tick, sizes in enumerate(packets):
            stream.impaired = slow  # as with a fault that does nothing
            stream.settle()
            client.server.devices.regroup = True
            client.server._ticks._impair = lambda stream: None  # type: ignore[method-assign]
            for size in sizes:
                with contextlib.suppress(BlockingIOError):
                    device.sock.send(source[: size * (2 if linear else 1)])
            client.server.tick()
            assert stream.plain is not slow
            if reads[tick % len(reads)]:
                seen += [device.events(), device.blocks()]
        seen += [sent[0].tolist() for sent in office.sent]
        state = stream.state
        seen += [state.overruns, state.underruns, state.sending, state.late]
    return seen


@settings(max_examples=60, deadline=None)
@given(linear=st.booleans(), packets=PACKETS, reads=st.lists(st.booleans(), min_size=1, max_size=4))
def test_both_roads_lead_to_the_same(
    linear: bool, packets: list[list[int]], reads: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any writes of any size, read or not: the same sound both ways, the same events, the same counts."""
    fast, slow = (run(tmp_path_factory.mktemp("o"), slow, linear, packets, reads) for slow in (False, True))
    assert fast == slow


def test_lines_of_all_formats_go_together(tmp_path: Path) -> None:
    """Linear ones and both laws in one call; each gets its own row."""
    office = FakeOffice(ports=6)
    for line in office.lines[::2]:
        line.law = "mulaw"
    with served(office, tmp_path) as client:
        devices = [opened(client, number, number > 3) for number in range(1, 7)]
        codes = np.arange(160, dtype=np.uint8)
        for i, device in enumerate(devices):
            row = np.roll(codes, i)
            device.sock.send(g711.DECODE["alaw"][row].tobytes() if i > 2 else row.tobytes())
        client.server.tick()
        assert len(client.server._ticks._plain) == 6
        rx = g711.DECODE["alaw"][codes]
        for i, device in enumerate(devices):
            law = office.lines[i].law
            assert device.blocks() == [rx.tobytes() if i > 2 else g711.encode(rx, law).tobytes()]
            wanted = g711.DECODE["alaw" if i > 2 else law][np.roll(codes, i)]
            assert np.array_equal(office.sent[0][i], wanted)


def test_a_line_changes_its_road_and_loses_nothing(tmp_path: Path) -> None:
    """Gains, a tone, a law: one by one while they last, then together again; every sample comes once."""
    with served(FakeOffice(), tmp_path) as client:
        device = opened(client, 1, False)
        stream = client.server.devices.streams[device.handle]
        heard, roads = b"", []
        plain = bytes(range(256))
        for tick in range(12):
            if tick == 3:
                device.ioctl("SETGAINS", abi.GAINS.pack(0, plain[::-1], plain))
            if tick == 6:
                device.ioctl("SETGAINS", abi.GAINS.pack(0, plain, plain))
            client.server.tick()
            roads.append(stream.plain)
            heard += b"".join(device.blocks())
        assert roads == [True] * 3 + [False] * 3 + [True] * 6
        wanted = [n % 256 if not 480 <= n < 960 else 255 - n % 256 for n in range(1920)]
        assert heard == bytes(wanted)


def test_no_lines_are_no_trouble() -> None:
    """An empty group does nothing."""
    group = Group([])
    tx = np.zeros((0, 160), np.int16)
    assert (group.collect(tx), group.deliver(tx), group.behind()) == ([], [], [])
