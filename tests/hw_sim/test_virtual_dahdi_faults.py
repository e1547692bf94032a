"""What goes wrong with the virtual cards on demand, as a program sees it, and as it is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.receiver import TICK
from hw_sim.dahdi.faults import DEFAULTS, DeviceFaults
from hw_sim.dahdi.house import House
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.spans import layout
from tests.hw_sim.virtual_dahdi import Client, Descriptor, FakeOffice, program, served


def opened(client: Client, path: str = "/dev/dahdi/1") -> Descriptor:
    """With ten buffers of a tick, flushed."""
    _, device = client.open(path)
    device.ioctl("SET_BUFINFO", abi.BUFFERINFO.pack(0, 0, 10, 160, 0, 0))
    device.number("FLUSH", 7)
    return device


def ticks(client: Client, count: int) -> None:
    for _ in range(count):
        client.server.tick()


def test_a_short_read_gives_less_than_a_block(tmp_path: Path) -> None:
    """Half of it, from the block that the fault begins with to the one it ends with; the other channels have whole
    ones."""
    with served(FakeOffice(), tmp_path) as client:
        one, two = opened(client), opened(client, "/dev/dahdi/2")
        client.server.faults.inject("short_read", channels=[1], samples=2 * TICK)
        ticks(client, 4)
        assert [len(block) for block in one.blocks()] == [80, 80, 160, 160]
        assert [len(block) for block in two.blocks()] == [160] * 4
        assert client.server.faults.counts == {("short_read", 1): 2}


def test_a_stall_brings_nothing_and_takes_nothing(tmp_path: Path) -> None:
    """The sound of that time is lost both ways; what was written waits."""
    office = FakeOffice()
    with served(office, tmp_path) as client:
        device = opened(client)
        for _ in range(3):
            device.sock.send(bytes([1] * 160))
        client.server.faults.inject("stall", channels=[1], samples=2 * TICK)
        ticks(client, 4)
        assert [block[0] for block in device.blocks()] == [320 % 256, 480 % 256]
        assert [bool(sent[0].any()) for sent in office.sent] == [False, False, True, True]


def test_a_slow_device_brings_its_blocks_later(tmp_path: Path) -> None:
    """Five ticks late, all of them, in order."""
    with served(FakeOffice(), tmp_path) as client:
        device = opened(client)
        client.server.faults.inject("slow", channels=[1], samples=3 * TICK, value=5 * TICK)
        ticks(client, 5)
        assert [block[0] for block in device.blocks()] == [480 % 256, 640 % 256], "those after it come before"
        ticks(client, 3)
        late = [block[0] for block in device.blocks()]
        assert [code for code in late if code in (0, 160, 320 % 256)] == [0, 160, 320 % 256]


def test_dropped_blocks_are_overruns(tmp_path: Path) -> None:
    """Counted, and told once to a program that wants to hear of it."""
    with served(FakeOffice(), tmp_path) as client:
        device = opened(client)
        device.number("BUFFER_EVENTS", 1)
        client.server.faults.inject("drop", channels=[1], samples=3 * TICK)
        ticks(client, 5)
        assert device.events().count(abi.EV_READ_OVERRUN) == 1
        assert client.server.devices.overruns == 3


def test_a_storm_of_events_fills_the_queue(tmp_path: Path) -> None:
    """More than the program can fetch: the newest are dropped."""
    with served(FakeOffice(), tmp_path) as client:
        device = opened(client)
        client.server.faults.inject("events", channels=[1], samples=5 * TICK, value=30)
        ticks(client, 5)
        assert len(device.events()) == abi.EVENTS
        assert client.server.board.channels[1].dropped_events >= 80


def test_a_fault_of_a_span_is_of_all_its_channels(tmp_path: Path) -> None:
    """And of no other's; it ends when it is told to."""
    with served(FakeOffice(ports=4, spans=2), tmp_path) as client:
        first, second = opened(client), opened(client, "/dev/dahdi/3")
        fault = client.server.faults.inject("drop", span=2)
        ticks(client, 2)
        assert (len(first.blocks()), len(second.blocks())) == (2, 0)
        client.server.faults.clear(fault)
        ticks(client, 2)
        assert (len(first.blocks()), len(second.blocks())) == (2, 2)
        client.server.faults.clear(fault)


def test_what_is_opened_during_a_fault_has_it_too(tmp_path: Path) -> None:
    """The card is bad, not the program."""
    with served(FakeOffice(), tmp_path) as client:
        client.server.faults.inject("drop", channels=[1])
        device = opened(client)
        ticks(client, 3)
        assert device.blocks() == []


def test_a_card_pulled_for_a_while(tmp_path: Path) -> None:
    """Its channels are gone while it is out."""
    with served(FakeOffice(ports=4, spans=2), tmp_path) as client:
        device, other = opened(client), opened(client, "/dev/dahdi/3")
        client.server.faults.inject("unplug", span=1, samples=200 * TICK)
        ticks(client, 150)
        device.blocks()
        assert client.open("/dev/dahdi/1")[0] < 0
        other.blocks()
        ticks(client, 3)
        assert len(other.blocks()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "melt", "channels": [1]}, "no fault 'melt': read_error"),
        ({"kind": "drop", "channels": [9]}, "no channel 9"),
        ({"kind": "drop", "span": 2}, "no span 2: there are 1"),
        ({"kind": "drop"}, "of no channel"),
        ({"kind": "read_error", "channels": [1], "value": 0}, "cannot be of 0"),
        ({"kind": "write_error", "channels": [1], "value": 256}, "cannot be of 256"),
        ({"kind": "slow", "channels": [1], "value": -1}, "cannot be of -1"),
    ],
)
def test_faults_of_nothing_are_refused(tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    """With what there is instead."""
    with served(FakeOffice(), tmp_path) as client, pytest.raises(ValueError, match=message):
        client.server.faults.inject(**arguments)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(set(DEFAULTS) - {"events"})), st.integers(0, 9), st.integers(1, 9)),
        max_size=6,
    )
)
def test_faults_overlap_and_all_end(planned: list[tuple[Any, int, int]]) -> None:
    """Whatever begins when, for how long: a channel has exactly the faults that last, and none is left over."""
    board = Board(layout(FakeOffice().cards, FakeOffice().lines))
    faults = DeviceFaults(board, lambda span, inside: None)
    now = {kind: 0 for kind, _, _ in planned}
    for tick in range(20):
        for kind, begin, length in planned:
            if begin == tick:
                faults.inject(kind, channels=[1], samples=length * TICK)
        faults.advance(board.now)
        lasting = {kind for kind, begin, length in planned if begin <= tick < begin + length}
        state = faults.of(1)
        shown = {"read_error": state.read_error, "write_error": state.write_error}
        shown |= {"short_read": state.short, "slow": state.delay}
        assert {kind for kind, value in shown.items() if value} == lasting
        for kind in lasting:
            now[kind] += 1
        board.now += TICK
    assert not faults


@pytest.mark.realtime
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("read_error", "fails(errno.EIO, os.read, fd, 160); assert os.write(fd, bytes(160)) == 160"),
        ("write_error", "assert len(os.read(fd, 160)) == 160; fails(errno.EIO, os.write, fd, bytes(160))"),
    ],
)
def test_errors_of_read_and_write(kind: Any, code: str) -> None:
    """Only the one that is asked for fails, with EIO; when the fault is over, both are well again."""
    with House(FakeOffice()) as house:
        child = house.start(
            program(
                f"""
                fd = opened(1)
                block(fd)
                print("goes", flush=True)
                while ready(fd, select.POLLIN):
                    try:
                        {code}
                        break
                    except AssertionError: pass
                def well():
                    try: return len(block(fd)) == os.write(fd, bytes(160)) == 160
                    except OSError: return False
                while not well(): pass
                """
            ),
            stdout=-1,
        )
        injected = _when_open(house, lambda: house.server.faults.inject(kind, channels=[1], samples=100 * TICK))
        house.serve(child, stopped=injected)
        assert child.wait() == 0


def _when_open(house: House, inject: Callable[[], object]) -> Callable[[], bool]:
    """For `stopped`: inject once, when the program has read its first blocks."""
    done = []

    def asked() -> bool:
        channel = house.server.board.channels[1]
        if channel.open and not done and house.server.board.now > 3200:
            done.append(inject())
        return False

    return asked


def test_a_broken_card_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    """All faults at once on one channel; the other has every sample."""
    with served(FakeOffice(), tmp_path) as client:
        bad, good = opened(client), opened(client, "/dev/dahdi/2")
        for kind in ("stall", "short_read", "drop", "slow", "read_error", "write_error", "events"):
            client.server.faults.inject(kind, channels=[1], samples=3 * TICK)
        heard = b""
        for _ in range(20):
            ticks(client, 1)
            bad.blocks()
            heard += b"".join(good.blocks())
        assert np.array_equal(np.frombuffer(heard, np.uint8), np.arange(3200) % 256)
