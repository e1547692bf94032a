"""What spans tell of themselves, and what becomes of their channels when a card is taken out."""

from __future__ import annotations

import errno
import os
import select
import signal
from typing import Any

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import EVENT, Device, available, failing, settle
from tests.conformance.world import World

ALARM, NOALARM, REMOVED = 4, 5, 20


def status(span: int) -> tuple[Any, ...]:
    """SPANSTAT of the control device."""
    return abi.SPANINFO.unpack(Device("ctl").call("SPANSTAT", abi.INT.pack(span) + bytes(abi.SPANINFO.size - 4)))


def alarms(span: int) -> int:
    """The alarms of a span."""
    return int(status(span)[3])


def gone(device: Device) -> bool:
    """Does a read say ENODEV within 3 s?"""
    for _ in range(30):
        if failing(device.read) == errno.ENODEV:
            return True
        settle(0.1)
    return False


def test_a_span_tells_of_itself(world: World) -> None:
    """Number, alarms, the channels it has and those that are configured, how many spans there are."""
    available(world.roles.spare_spans)
    span = world.roles.spare_spans[0]
    fields = status(span)
    assert fields[0] == span
    assert fields[3] == 0
    assert fields[17] == fields[18] == len(world.roles.spare_channels)  # numchans, totalchans
    assert fields[19] >= 2


@pytest.mark.parametrize("span", [-1, 999])
def test_no_such_span(span: int) -> None:
    """EINVAL."""
    assert failing(lambda: status(span)) == errno.EINVAL


def test_a_channel_tells_of_its_own_span(world: World) -> None:
    """Span 0 is the channel's; on the control device it is EINVAL."""
    available(world.roles.spare)
    device = Device(world.roles.spare[0])
    fields = abi.SPANINFO.unpack(device.call("SPANSTAT", bytes(abi.SPANINFO.size)))
    assert fields[0] == world.roles.spare_spans[0]
    assert failing(lambda: status(0)) == errno.EINVAL


def test_parameters_by_number(world: World) -> None:
    """GET_PARAMS on the control device: channel, span and position."""
    available(world.roles.spare)
    number = world.roles.spare[0]
    fields = abi.PARAMS.unpack(Device("ctl").call("GET_PARAMS", abi.INT.pack(number) + bytes(abi.PARAMS.size - 4)))
    assert fields[:4] == (number, world.roles.spare_spans[0], 1, abi.SIG_CLEAR)


def test_the_wire_is_cut_at_the_other_end(world: World) -> None:
    """The other card is taken out: ALARM here, RED in the span's status; NOALARM when it is back."""
    available(world.roles.spare)
    here, away = world.roles.spare_spans
    device = Device(world.roles.spare[0]).buffers()
    device.ask("BUFFER_EVENTS", 0)
    device.events()
    world.unplug(away)
    try:
        assert device.until(ALARM, 6.0) == [ALARM]
        assert alarms(here) == 8
        assert device.write(bytes(160)) == 160
    finally:
        world.plug(away)
    assert NOALARM in device.until(NOALARM, 12.0)
    assert alarms(here) == 0


def test_poll_of_a_card_that_was_taken_out(world: World) -> None:
    """It reports POLLERR, and does not wait."""
    available(world.roles.spare)
    device = Device(world.roles.spare[0]).buffers()
    world.unplug(world.roles.spare_spans[0])
    try:
        settle(0.2)
        assert device.ready(select.POLLIN | select.POLLPRI, 1.0) & select.POLLERR
        device.close()
    finally:
        world.plug(world.roles.spare_spans[0])


def test_a_card_is_taken_out_under_a_program(world: World) -> None:
    """Every call is ENODEV from then on and poll does not wait; the card comes back with its numbers."""
    available(world.roles.spare)
    number, span = world.roles.spare[0], world.roles.spare_spans[0]
    device = Device(number).buffers()
    world.unplug(span)
    try:
        settle(0.2)
        assert device.ready(select.POLLIN | select.POLLPRI, 1.0)
        assert gone(device)
        assert failing(device.read) == errno.ENODEV
        assert failing(lambda: device.write(bytes(160))) == errno.ENODEV
        assert failing(lambda: device.ask("GET_BLOCKSIZE")) == errno.ENODEV
        assert failing(lambda: device.ask("GETEVENT")) == errno.ENODEV
        assert failing(lambda: status(span)) == errno.EINVAL
        assert not os.path.exists(f"/dev/dahdi/chan/{span:03}/001")
        assert failing(lambda: Device("channel").ask("SPECIFY", number)) == errno.EINVAL
        device.close()
    finally:
        world.plug(span)
    again = Device(number).buffers()
    assert len(again.block()) == 160


def test_a_blocking_read_ends_when_the_card_goes(world: World) -> None:
    """errno 500 for the event of the removal, ENODEV from then on: no wait without an end."""
    available(world.roles.spare)
    number, span = world.roles.spare[0], world.roles.spare_spans[0]
    device = Device(number, blocking=True).buffers(8000, 2)
    child = os.fork()
    if not child:
        signal.alarm(10)
        answer = abi.ELAST
        while answer in (0, abi.ELAST):
            answer = failing(lambda: device.read(8000))
        os._exit(answer)
    try:
        settle(0.3)
        world.unplug(span)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == errno.ENODEV
        device.close()
    finally:
        world.plug(span)


def test_the_nodes_of_channels(world: World) -> None:
    """/dev/dahdi/chan/SPAN/POSITION is the same channel as its number."""
    available(world.roles.spare)
    device = Device(f"chan/{world.roles.spare_spans[0]:03}/001")
    assert device.ask("CHANNO") == world.roles.spare[0]
    assert not device.ready(EVENT, 0)
