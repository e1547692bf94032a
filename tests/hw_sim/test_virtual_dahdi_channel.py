"""What a channel does, by the kernel driver's rules; the test is client and clock, nothing waits."""

import contextlib
import errno
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import g711
from dsp.dtmf.signal import keys
from hw_sim.dahdi import wire
from hw_sim.dahdi.bulk import UNSEEN
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.spans import layout
from hw_sim.dahdi.stream import Stream
from hw_sim.equipment import Alarm
from tests.hw_sim.virtual_dahdi import Client, Descriptor, FakeOffice, served

SETTLED = 100
"""Ticks after an open or a hang-up in which a port hears no ringing."""

DEBOUNCED = 31
"""Ticks after going off hook in which the contact may bounce."""


@pytest.fixture
def office() -> FakeOffice:
    return FakeOffice()


@pytest.fixture
def client(office: FakeOffice, tmp_path: Path) -> Iterator[Client]:
    with served(office, tmp_path) as made:
        yield made


def bufinfo(policy: int, buffers: int, size: int) -> bytes:
    return abi.BUFFERINFO.pack(policy, 0, buffers, size, 0, 0)


def opened(client: Client, path: str = "/dev/dahdi/1", block: int = 160, buffers: int = 8) -> Descriptor:
    result, device = client.open(path)
    assert result == 0
    assert device.ioctl("SET_BUFINFO", bufinfo(0, buffers, block))[0] == 0
    return device


def ticks(client: Client, count: int) -> None:
    for _ in range(count):
        client.server.tick()


# -- opening ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/dev/dahdi/5", errno.ENOENT),
        ("/dev/dahdi/0", errno.ENOENT),
        ("/dev/dahdi/chan/2/1", errno.ENOENT),
        ("/dev/dahdi/chan/1/5", errno.ENOENT),
        ("/dev/dahdi/chan/1/0", errno.ENOENT),
        ("/dev/dahdi/transcode", errno.ENOENT),
        ("/dev/dahdi/", errno.ENOENT),
        ("/dev/dahdi/../../etc/passwd", errno.ENOENT),
    ],
)
def test_what_is_not_there_cannot_be_opened(client: Client, path: str, refusal: int) -> None:
    """ENOENT: udev makes nodes for the channels there are."""
    assert client.open(path)[0] == -refusal


def test_a_channel_belongs_to_one_program(client: Client) -> None:
    """EBUSY for the second, by any of its names, until the first has closed it."""
    first = opened(client)
    assert client.open("/dev/dahdi/1")[0] == -errno.EBUSY
    assert client.open("/dev/dahdi/chan/001/001")[0] == -errno.EBUSY
    _, other = client.open("/dev/dahdi/channel")
    assert other.number("SPECIFY", 1) == -errno.EBUSY
    first.close()
    assert other.number("SPECIFY", 1) == 0
    assert other.number("CHANNO") == 1


def test_a_close_just_before_an_open_counts(client: Client) -> None:
    """The office hears of a close after the request that came later: the new program gets the channel all the same."""
    first = opened(client)
    first.sock.close()
    stream, there = client.server.devices.open("/dev/dahdi/1")  # before the server's loop saw the close
    there.close()
    assert stream.channel is client.server.board.channels[1]


def test_the_news_of_a_close_closes_nobody_else(client: Client, tmp_path: Path) -> None:
    """One program closes and opens again, a second opens, and all of it comes to the server at once: the second has got
    the number of the closed socket, and keeps its line."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as second:
        second.connect(str(tmp_path / "socket"))
        client.attend()
        closed = client.open("/dev/dahdi/1")[1]
        number = client.server.devices.streams[closed.handle].sock.fileno()
        client.control.send(wire.request(wire.OPEN, b"/dev/dahdi/1"))
        second.send(wire.request(wire.OPEN, b"/dev/dahdi/2"))
        closed.sock.close()
        client.attend()
        received = [socket.recv_fds(control, 4096, 1)[1][0] for control in (client.control, second)]
        now_open = {s.channel.number: s.sock.fileno() for s in client.server.devices.streams.values() if s.channel}
        for descriptor in received:
            os.close(descriptor)
    assert set(now_open) == {1, 2}
    assert now_open[2] == number


def test_an_unspecified_channel_knows_only_specify(client: Client) -> None:
    """ENOSYS for the rest, EINVAL for a channel that is not there."""
    _, device = client.open("/dev/dahdi/channel")
    assert device.number("GET_BLOCKSIZE") == -errno.ENOSYS
    assert device.number("SPECIFY", 99) == -errno.EINVAL
    assert device.number("SPECIFY", 4) == 0
    assert device.number("SPECIFY", 3) == -errno.ENOTTY


def test_before_dahdi_cfg_no_channel_can_be_had(office: FakeOffice, tmp_path: Path) -> None:
    """ENXIO, until it has been given signalling; no tones without a zone."""
    with served(office, tmp_path, configured=False) as client:
        assert client.open("/dev/dahdi/1")[0] == -errno.ENXIO
        _, control = client.open("/dev/dahdi/ctl")
        wanted = abi.CHANCONFIG.pack(1, b"", abi.SIG_FXSKS, abi.LAW_ALAW, 0, 0, b"")
        assert control.ioctl("CHANCONFIG", wanted)[0] == 0
        result, device = client.open("/dev/dahdi/1")
        assert result == 0
        assert device.number("SENDTONE", 0) == -errno.ENODATA
        assert device.ioctl("DIAL", abi.DIAL.pack(abi.DIAL_REPLACE, b"T1"))[0] == -errno.ENODATA
        assert device.number("HOOK", abi.START) == -errno.ENODATA


def test_opening_resets_all_but_buffer_events(client: Client, office: FakeOffice) -> None:
    """Size 1024, 2 buffers, default law, no gains, no events, on hook; BUFFER_EVENTS stays."""
    device = opened(client, block=16)
    for name, value in [("SETLAW", abi.LAW_MULAW), ("SETLINEAR", 1), ("BUFFER_EVENTS", 1), ("HOOK", abi.OFFHOOK)]:
        assert device.number(name, value) == 0
    assert office.off_hook(0)
    device.close()
    assert not office.off_hook(0)
    _, again = client.open("/dev/dahdi/1")
    assert abi.BUFFERINFO.unpack(again.ioctl("GET_BUFINFO", bytes(24))[1]) == (0, 0, 2, 1024, -1, -1)
    channel = client.server.board.channels[1]
    assert (channel.law, channel.linear, channel.buffer_events) == ("alaw", False, True)


# -- reading ---------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(block=st.integers(abi.BLOCK_LEAST, 2000), linear=st.booleans(), count=st.integers(1, 30))
def test_blocks_of_any_size_carry_every_sample_once(block: int, linear: bool, count: int) -> None:
    """Whatever the size: the stream cut into blocks, no sample lost or twice, the rest waiting."""
    board = Board(layout(FakeOffice().cards, FakeOffice().lines))
    channel = board.channels[1]
    board.open(channel)
    channel.linear = linear
    channel.resize(block, 2)
    here, there = socket.socketpair()
    with here, there:
        stream = Stream(1, here)
        stream.channel = channel
        stream.settle()
        width = 2 if linear else 1
        data = os.urandom(160 * width * count)
        got = b""
        for tick in range(count):
            for end, made in stream.push(channel, data[tick * 160 * width : (tick + 1) * 160 * width]):
                assert len(made) == channel.block_bytes
                got += made
                assert tick * 160 + end == len(got) // width, "a block is complete at its last sample"
        assert got + bytes(stream.partial) == data


@pytest.mark.parametrize("lost", [True, False])
def test_an_event_whose_byte_was_lost_is_raised_again(lost: bool) -> None:
    """A receive at the wrong moment drops the out-of-band byte; one that is only not fetched yet is not doubled."""
    board = Board(layout(FakeOffice().cards, FakeOffice().lines))
    channel = board.channels[1]
    board.open(channel)
    channel.resize(160, 4)
    here, there = socket.socketpair()
    poll = select.poll()
    poll.register(there, select.POLLPRI)
    with here, there:
        stream = Stream(1, here)
        stream.channel = channel
        stream.settle()
        stream.line.raise_event()
        assert poll.poll(0)
        for _ in range(UNSEEN):
            if lost:
                with contextlib.suppress(BlockingIOError):
                    there.recv(1000, socket.MSG_DONTWAIT)
                assert not poll.poll(0)
            stream.deliver(bytes(160))
        assert poll.poll(0)
        assert there.recv(1, socket.MSG_OOB) == b"!"
        assert not poll.poll(0)


def test_a_program_hears_its_line(client: Client) -> None:
    """160 samples a tick, in A-law; from the moment of the flush."""
    device = opened(client)
    ticks(client, 3)
    assert b"".join(device.blocks()) == bytes(n % 256 for n in range(480))
    ticks(client, 1)
    device.number("FLUSH", abi.FLUSH_READ)
    ticks(client, 1)
    assert [len(b) for b in device.blocks()] == [160, 160], "the preload throws the stale one away by its generation"


def test_linear_mode_gives_int16(client: Client) -> None:
    """Twice the bytes, the samples the codes stand for; only where there is audio."""
    device = opened(client)
    assert device.number("SETLINEAR", 1) == 0
    ticks(client, 1)
    (block,) = device.blocks()
    assert np.array_equal(np.frombuffer(block, np.int16), g711.DECODE["alaw"][np.arange(160)])


def test_law_and_gains_are_applied(client: Client, office: FakeOffice) -> None:
    """A table of law codes, both ways; another law reads the line's codes otherwise, as the driver does."""
    device = opened(client)
    table = bytes(code ^ 0x80 for code in range(256))
    assert device.ioctl("SETGAINS", abi.GAINS.pack(0, table, table))[0] == 0
    device.sock.send(bytes(range(160)))
    ticks(client, 1)
    assert device.blocks() == [bytes(n ^ 0x80 for n in range(160))]
    assert np.array_equal(office.sent[-1][0], g711.DECODE["alaw"][np.arange(160) ^ 0x80])
    plain = bytes(range(256))
    assert device.ioctl("SETGAINS", abi.GAINS.pack(0, plain, plain))[0] == 0
    device.number("SETLAW", abi.LAW_MULAW)
    ticks(client, 1)
    codes = np.arange(160, 320) % 256
    assert device.blocks() == [bytes(codes.astype(np.uint8))], "codes are the line's own"
    device.number("SETLINEAR", 1)
    ticks(client, 1)
    codes = np.arange(320, 480) % 256
    assert device.blocks()[-1] == g711.DECODE["mulaw"][codes].tobytes(), "the law says how they become samples"


def test_full_buffers_drop_the_newest_and_say_so_when_asked(client: Client) -> None:
    """Four buffers, six ticks: the first four blocks stay; one READ_OVERRUN, and only with BUFFER_EVENTS."""
    device = opened(client, buffers=4)
    ticks(client, 6)
    assert b"".join(device.blocks()) == bytes(n % 256 for n in range(640))
    assert device.events() == []
    device.number("BUFFER_EVENTS", 1)
    ticks(client, 7)
    assert device.events() == [abi.EV_READ_OVERRUN]
    device.blocks()
    ticks(client, 1)
    assert len(device.blocks()) == 1


@pytest.mark.parametrize(
    ("size", "count", "result"), [(15, 4, -22), (8193, 2, -22), (8192, 5, -22), (8192, 4, 0), (16, 99, 0)]
)
def test_sizes_of_buffers_have_limits(client: Client, size: int, count: int, result: int) -> None:
    """16 to 8192 samples, 32768 in all; the number of buffers is silently kept within 2 to 32."""
    _, device = client.open("/dev/dahdi/1")
    assert device.ioctl("SET_BUFINFO", bufinfo(0, count, size))[0] == result
    if not result:
        assert abi.BUFFERINFO.unpack(device.ioctl("GET_BUFINFO", bytes(24))[1])[2:4] == (min(count, 32), size)


# -- writing ---------------------------------------------------------------------------------------------------------


def test_the_line_hears_what_the_program_wrote(client: Client, office: FakeOffice) -> None:
    """Blocks end to end, then silence; WRITE_UNDERRUN once, and only with BUFFER_EVENTS."""
    device = opened(client)
    device.number("BUFFER_EVENTS", 1)
    device.sock.send(bytes(range(160)))
    device.sock.send(bytes(range(80)))
    ticks(client, 4)
    sent = np.concatenate([t[0] for t in office.sent])
    expected = g711.DECODE["alaw"][[*range(160), *range(80)]]
    assert np.array_equal(sent[:240], expected)
    assert not sent[240:].any()
    assert device.events() == [abi.EV_WRITE_UNDERRUN]


def test_linear_samples_go_out_as_they_are(client: Client, office: FakeOffice) -> None:
    """int16 in linear mode."""
    device = opened(client)
    device.number("SETLINEAR", 1)
    wanted = np.arange(-80, 80, dtype=np.int16) * 100
    device.sock.send(wanted.tobytes())
    ticks(client, 1)
    assert np.array_equal(office.sent[-1][0], wanted)


def test_flush_write_takes_back_what_was_not_sent(client: Client, office: FakeOffice) -> None:
    """Nothing of it reaches the line."""
    device = opened(client)
    for _ in range(4):
        device.sock.send(b"\x01" * 160)
    ticks(client, 1)
    device.number("FLUSH", abi.FLUSH_WRITE)
    ticks(client, 1)
    assert office.sent[-2][0].any()
    assert not office.sent[-1][0].any()


def test_a_transmitter_can_wait_until_it_is_full(client: Client, office: FakeOffice) -> None:
    """Policy WHEN_FULL: silence until all buffers are written, and again after an underrun."""
    _, device = client.open("/dev/dahdi/1")
    device.ioctl("SET_BUFINFO", bufinfo(abi.POLICY_WHEN_FULL, 4, 160))
    for _ in range(3):
        device.sock.send(b"\x01" * 160)
    ticks(client, 2)
    assert not office.sent[-1].any()
    device.sock.send(b"\x01" * 160)
    ticks(client, 4)
    assert all(t[0].all() for t in office.sent[-4:])
    ticks(client, 1)
    device.sock.send(b"\x01" * 160)
    ticks(client, 1)
    assert not office.sent[-1].any()


def test_a_short_write_ends_no_block_early_for_the_others(client: Client, office: FakeOffice) -> None:
    """Channels are independent: what one does not send leaves the others alone."""
    one, two = opened(client), opened(client, "/dev/dahdi/2")
    two.sock.send(bytes(range(160)))
    one.sock.send(b"\x01" * 16)
    ticks(client, 1)
    assert np.array_equal(office.sent[-1][1], g711.DECODE["alaw"][np.arange(160)])
    assert np.count_nonzero(office.sent[-1][0]) == 16


# -- the line --------------------------------------------------------------------------------------------------------


def test_a_ring_is_two_events(client: Client, office: FakeOffice) -> None:
    """RINGBEGIN at the start of the burst, RINGOFFHOOK some 50 ms after its end."""
    office.script = {SETTLED + 2: [(0, "ring_on")], SETTLED + 10: [(0, "ring_off")]}
    device = opened(client)
    ticks(client, SETTLED)
    device.blocks()
    found = []
    for tick in range(1, 16):
        ticks(client, 1)
        found += [(tick, event) for event in device.events()]
    assert [event for _, event in found] == [abi.EV_RINGBEGIN, abi.EV_RINGOFFHOOK]
    assert found[0][0] == 2
    assert 12 <= found[1][0] <= 13


def test_answering_trips_the_ring(client: Client, office: FakeOffice) -> None:
    """No RINGOFFHOOK once the port is off hook, and no ringing is reported."""
    office.script = {n + SETTLED: [(0, k)] for n, k in ((1, "ring_on"), (6, "ring_off"), (7, "ring_on"))}
    device = opened(client)
    ticks(client, SETTLED + 2)
    assert device.number("HOOK", abi.OFFHOOK) == 0
    assert office.off_hook(0)
    ticks(client, 12)
    assert device.events() == [abi.EV_RINGBEGIN]


def test_an_open_loop_is_a_hang_up_only_off_hook(client: Client, office: FakeOffice) -> None:
    """Kewl start: ONHOOK while we are off hook, nothing while we are on hook."""
    office.script = {1: [(0, "loop_open")], 2: [(0, "loop_closed")], 4: [(0, "loop_open")], 5: [(0, "loop_closed")]}
    office.script[40] = [(0, "loop_open")]
    device = opened(client)
    ticks(client, 3)
    assert device.events() == []
    device.number("HOOK", abi.OFFHOOK)
    ticks(client, 36)
    assert device.events() == [], "within 600 ms of going off hook the contact may bounce"
    ticks(client, 1)
    assert device.events() == [abi.EV_ONHOOK]


def test_the_other_signals_are_events_too(client: Client, office: FakeOffice) -> None:
    """POLARITY; ALARM and NOALARM once each, also shown by the parameters."""
    office.script = {1: [(0, "polarity"), (0, "battery_lost")], 2: [(0, "battery_lost")], 3: [(0, "battery_back")]}
    device = opened(client)
    ticks(client, 2)
    assert device.events() == [abi.EV_POLARITY, abi.EV_ALARM]
    assert abi.PARAMS.unpack(device.ioctl("GET_PARAMS", bytes(136))[1])[-1] == Alarm.RED
    ticks(client, 1)
    assert device.events() == [abi.EV_NOALARM]


def test_a_pulled_card_is_gone(client: Client, office: FakeOffice) -> None:
    """GETEVENT gives REMOVED and ENODEV, all else ENODEV; the other lines live on."""
    office.script = {1: [(0, "removed")]}
    device, other = opened(client), opened(client, "/dev/dahdi/2")
    ticks(client, 2)
    result, event = device.ioctl("GETEVENT", 0)
    assert (result, abi.INT.unpack(event)[0]) == (-errno.ENODEV, abi.EV_REMOVED)
    assert device.number("HOOK", abi.OFFHOOK) == -errno.ENODEV
    assert device.sock.recv(1 << 16) == b"", "end of file"
    assert client.open("/dev/dahdi/1")[0] == -errno.ENODEV
    assert len(other.blocks()) == 2


def test_the_newest_events_are_dropped(client: Client, office: FakeOffice) -> None:
    """The queue is a ring of 64 places that holds 63; what is dropped is counted."""
    office.script = {1: [(0, "polarity")] * 100}
    device = opened(client)
    ticks(client, 1)
    assert len(device.events()) == 63
    assert client.server.board.channels[1].dropped_events == 37


def test_flush_event_empties_the_queue(client: Client, office: FakeOffice) -> None:
    """And the next event is seen again."""
    office.script = {1: [(0, "polarity")] * 3, 3: [(0, "polarity")]}
    device = opened(client)
    ticks(client, 1)
    assert device._take()
    device.ioctl("FLUSH", abi.INT.pack(abi.FLUSH_EVENT), 1)
    ticks(client, 2)
    assert device.events() == [abi.EV_POLARITY]


def test_a_flash_is_a_short_hang_up(client: Client, office: FakeOffice) -> None:
    """EINPROGRESS, on hook for the flash time, then HOOKCOMPLETE; EBUSY on hook and while it lasts."""
    device = opened(client)
    assert device.number("HOOK", abi.FLASH) == -errno.EBUSY
    device.number("HOOK", abi.OFFHOOK)
    assert device.number("HOOK", abi.FLASH) == -errno.EBUSY, "the contact still settles"
    ticks(client, DEBOUNCED)
    office.hooks.clear()
    assert device.number("HOOK", abi.FLASH) == -errno.EINPROGRESS
    assert device.number("HOOK", abi.FLASH) == -errno.EBUSY
    ticks(client, 45)
    (down, _, first), (up, _, second) = office.hooks
    assert (first, second) == (False, True)
    assert up - down == pytest.approx(750 / 20, abs=1)
    assert device.events() == [abi.EV_HOOKCOMPLETE]


@pytest.mark.parametrize("state", [-1, 7, 1000])
def test_there_are_seven_hook_states(client: Client, state: int) -> None:
    """EINVAL for the rest."""
    assert opened(client).number("HOOK", state) == -errno.EINVAL


# -- sounds of its own -----------------------------------------------------------------------------------------------


def test_dial_sends_dtmf_and_says_when_it_is_done(client: Client, office: FakeOffice) -> None:
    """100 ms keys, 100 ms gaps, appended digits behind; DIALING until DIALCOMPLETE."""
    device = opened(client)
    device.ioctl("DIAL", abi.DIAL.pack(abi.DIAL_REPLACE, b"T12"))
    device.ioctl("DIAL", abi.DIAL.pack(abi.DIAL_APPEND, b"#"))
    ticks(client, 10)
    assert device.number("DIALING") == 1
    ticks(client, 21)
    assert device.events() == [abi.EV_DIALCOMPLETE]
    assert device.number("DIALING") == 0
    sent = np.concatenate([t[0] for t in office.sent])[: 3 * 1600]
    assert np.abs(sent - keys("12#")).max() <= 1


def test_what_was_written_before_a_dial_is_sent_first(client: Client, office: FakeOffice) -> None:
    """A key in the middle of a call: it comes behind the speech that waits, whole; only a later write would end it."""
    device = opened(client)
    device.sock.send(b"\x55" * 160 * 4)
    ticks(client, 1)
    device.ioctl("DIAL", abi.DIAL.pack(abi.DIAL_APPEND, b"T1"))
    ticks(client, 20)
    assert device.events() == [abi.EV_DIALCOMPLETE]
    speech = np.concatenate([t[0] for t in office.sent[:4]])
    assert (speech == g711.DECODE["alaw"][0x55]).all()
    assert np.abs(np.concatenate([t[0] for t in office.sent[4:14]]) - keys("1")).max() <= 1
    device.ioctl("DIAL", abi.DIAL.pack(abi.DIAL_APPEND, b"T1"))
    device.sock.send(b"\x55" * 160)
    ticks(client, 2)
    assert device.number("DIALING") == 0


def test_a_key_sounds_until_it_is_stopped(client: Client, office: FakeOffice) -> None:
    """SENDTONE of a DTMF key; -1 ends it. Tones the zone has not: ENOSYS; numbers that are no tones: EINVAL."""
    device = opened(client)
    assert device.number("SENDTONE", abi.DTMF_BASE + 11) == 0
    ticks(client, 60)
    sent = np.concatenate([t[0] for t in office.sent])
    assert np.abs(sent - np.resize(keys("#", on=8000, off=0), len(sent))).max() <= 1
    assert device.number("SENDTONE", -1) == 0
    ticks(client, 1)
    assert not office.sent[-1].any()
    assert device.number("SENDTONE", 12) == -errno.ENOSYS
    assert device.number("SENDTONE", 17) == -errno.EINVAL


def test_a_tone_of_the_zone_keeps_its_cadence(client: Client, office: FakeOffice) -> None:
    """Busy in China: 350 ms of 450 Hz, 350 ms of nothing."""
    device = opened(client)
    assert device.number("SENDTONE", 1) == 0
    ticks(client, 70)
    sounding = np.array([np.abs(t[0]).max() > 100 for t in office.sent])
    assert sounding[:17].all()
    assert not sounding[18:35].any()
    assert sounding[36:52].all()


@pytest.mark.parametrize("how", ["write", "hook", "stop"])
def test_a_write_ends_the_tone(client: Client, office: FakeOffice, how: str) -> None:
    """As does a hook ioctl, and SENDTONE -1."""
    device = opened(client)
    device.number("SENDTONE", 0)
    ticks(client, 2)
    assert office.sent[-1].any()
    if how == "write":
        device.sock.send(b"\xd5" * 160)
    else:
        device.number("HOOK", abi.OFFHOOK) if how == "hook" else device.number("SENDTONE", -1)
    ticks(client, 2)
    assert np.abs(office.sent[-1][0]).max() <= 8
    assert not client.server.board.channels[1].sounder


# -- telling and configuring -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["TONEDETECT", "VMWI", "SETPOLARITY", "VMWI_CONFIG", "SET_HWGAIN", "ONHOOKTRANSFER"])
def test_what_the_card_cannot_do_is_refused(client: Client, name: str) -> None:
    """ENOTTY: a 0 would tell a program that the card detects DTMF, and it would stop listening."""
    device = opened(client)
    assert device.ioctl(name, bytes(8))[0] == -errno.ENOTTY


def test_audio_mode_is_for_b_channels(client: Client) -> None:
    """EINVAL on an analog port, which always carries audio."""
    device = opened(client)
    assert device.number("AUDIOMODE", 1) == -errno.EINVAL
    assert device.number("HDLCFCSMODE", 1) == -errno.EINVAL
    assert device.number("SETTXBITS", 1) == -errno.EINVAL


def test_parameters_of_a_port(client: Client, office: FakeOffice) -> None:
    """An FXO port is signalled FXS; the control device asks by number, with the master on demand."""
    office.script = {1: [(2, "ring_on")]}
    ticks(client, 1)
    _, control = client.open("/dev/dahdi/ctl")
    result, made = control.ioctl("GET_PARAMS", abi.INT.pack(3 | abi.RETURN_MASTER) + bytes(132))
    fields = abi.PARAMS.unpack(made)
    assert result == 0
    assert fields[:5] == (3 | 3 << 16, 1, 3, abi.SIG_FXSKS, 0x2007)
    assert fields[9] == abi.RX_RING
    assert fields[10] == abi.LAW_ALAW
    assert fields[12].rstrip(b"\0") == b"WCTDM/0/3"
    assert control.ioctl("GET_PARAMS", abi.INT.pack(9) + bytes(132))[0] == -errno.EINVAL


def test_spans_of_several_cards(tmp_path: Path) -> None:
    """One span a card, channels numbered through; 314 bytes; EINVAL behind the last."""
    with served(FakeOffice(8, spans=2), tmp_path) as client:
        _, control = client.open("/dev/dahdi/ctl")
        result, made = control.ioctl("SPANSTAT", abi.INT.pack(2) + bytes(310))
        assert (result, len(made)) == (0, 314)
        fields = abi.SPANINFO.unpack(made)
        assert fields[0] == 2
        assert fields[17:20] == (4, 4, 2)
        assert fields[-1].rstrip(b"\0") == b"FXO"
        assert control.ioctl("SPANSTAT", abi.INT.pack(3) + bytes(310))[0] == -errno.EINVAL
        assert abi.PARAMS.unpack(control.ioctl("GET_PARAMS", abi.INT.pack(5) + bytes(132))[1])[1:3] == (2, 1)


def test_the_control_device_reaches_a_channel_by_number(client: Client) -> None:
    """Another channel's ioctls go by INDIRECT, from the control device only."""
    _, control = client.open("/dev/dahdi/ctl")
    device = opened(client)
    assert control.number("GET_BLOCKSIZE") == -errno.ENOTTY
    assert device.ioctl("GET_BLOCKSIZE", 0, 2)[0] == -errno.ENOTTY


def test_a_pseudo_channel_can_listen_in(client: Client, office: FakeOffice) -> None:
    """MONITOR what a line hears, MONITORTX what it sends."""
    line = opened(client)
    _, ear = client.open("/dev/dahdi/pseudo")
    ear.ioctl("SET_BUFINFO", bufinfo(0, 4, 160))
    ear.number("SETLAW", abi.LAW_ALAW)
    assert ear.ioctl("SETCONF", abi.CONFINFO.pack(0, 1, abi.CONF_MONITOR))[0] == 0
    ticks(client, 1)
    assert ear.blocks() == [bytes(range(160))]
    ear.ioctl("SETCONF", abi.CONFINFO.pack(0, 1, abi.CONF_MONITORTX))
    line.sock.send(bytes(range(50, 210)))
    ticks(client, 1)
    assert ear.blocks() == [bytes(range(50, 210))]
    assert ear.ioctl("SETCONF", abi.CONFINFO.pack(0, 99, abi.CONF_MONITOR))[0] == -errno.EINVAL
    assert ear.ioctl("SETCONF", abi.CONFINFO.pack(0, 0, 1))[0] == -errno.EINVAL


def test_pseudo_channels_come_and_go(client: Client) -> None:
    """Each open is a new one; its number is free again after the close."""
    devices = [client.open("/dev/dahdi/pseudo")[1] for _ in range(3)]
    assert [d.number("CHANNO") for d in devices] == [0x8000, 0x8001, 0x8002]
    devices[1].close()
    assert client.open("/dev/dahdi/pseudo")[1].number("CHANNO") == 0x8001


def test_a_timer_trips_until_it_is_acknowledged(client: Client) -> None:
    """Every so many samples; POLLPRI as long as one is unacknowledged; a ping is an event of its own."""
    _, timer = client.open("/dev/dahdi/timer")
    timer.number("TIMERCONFIG", 320)
    ticks(client, 5)
    assert timer._take()
    assert timer.number("GETEVENT") == abi.EV_TIMER_EXPIRED
    timer.ioctl("TIMERACK", abi.INT.pack(1), 1)
    assert timer._take(), "the second expiry still waits"
    timer.ioctl("TIMERACK", abi.INT.pack(1), 1)
    assert timer.number("GETEVENT") == abi.EV_NONE
    timer.ioctl("TIMERPING")
    assert timer._take()
    assert timer.number("GETEVENT") == abi.EV_TIMER_PING
    assert timer.ioctl("HOOK", 1)[0] == -errno.ENOTTY


def test_zones_can_be_freed_and_loaded(client: Client) -> None:
    """As dahdi_cfg does: a zone twice is EINVAL, a default must be loaded."""
    _, control = client.open("/dev/dahdi/ctl")
    header = abi.ZONE_HEADER.pack(0, 3, *([0] * 16), b"uk")
    assert control.number("DEFAULTZONE", 3) == -errno.EINVAL
    assert control.ioctl("LOADZONE", header)[0] == 0
    assert control.ioctl("LOADZONE", header)[0] == -errno.EINVAL
    assert control.number("DEFAULTZONE", 3) == 0
    assert opened(client).number("GETTONEZONE") == 3
    assert control.number("FREEZONE", 3) == 0


def test_a_program_that_ends_puts_its_line_on_hook(client: Client, office: FakeOffice) -> None:
    """However it ended: the kernel closes its descriptors."""
    device = opened(client)
    device.number("HOOK", abi.OFFHOOK)
    device.close()
    assert not office.off_hook(0)
    assert not client.server.board.channels[1].open
