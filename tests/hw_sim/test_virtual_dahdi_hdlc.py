"""HDLC on the virtual cards: frames of programs as bits of a timeslot, as dahdi-base.c does it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import g711
from dsp.receiver import TICK, Int16
from hw_sim.dahdi import wire
from hw_sim.dahdi.kernel import abi
from hw_sim.hdlc import Deframer, Framer, fcs
from tests.hw_sim.virtual_dahdi import Client, Descriptor, FakeOffice, FakeTick, served, succeeds

FIRST, SECOND = "/dev/dahdi/16", "/dev/dahdi/47"
"""The D channels of two spans that are wired to each other."""

FILLER = b"\0\0"


class Crossed(FakeOffice):
    """Two E1 spans wired to each other: each row hears what the other span's row sent in this tick.

    spoil: what happens to the octets on the way, by row that hears them.
    """

    spoil: Callable[[int, bytes], bytes] = staticmethod(lambda row, octets: octets)

    def tick(self, tx: Int16) -> FakeTick:
        self.ticks += 1
        self.sent.append(tx.copy())
        rx = np.roll(tx, 31, axis=0)
        for row in (15, 46):
            octets = self.spoil(row, g711.encode(rx[row]).tobytes())
            rx[row] = g711.decode(np.frombuffer(octets, np.uint8))
        return FakeTick(rx)


@pytest.fixture
def office() -> Crossed:
    return Crossed(kinds=("e1", "e1"))


@pytest.fixture
def client(office: Crossed, tmp_path: Path) -> Iterator[Client]:
    with served(office, tmp_path) as made:
        yield made


def opened(client: Client, path: str, block: int = 300, buffers: int = 8) -> Descriptor:
    result, device = client.open(path)
    assert result == 0
    assert device.ioctl("SET_BUFINFO", abi.BUFFERINFO.pack(0, 0, buffers, block, 0, 0))[0] == 0
    return device


def write(device: Descriptor, data: bytes, block: int = 300) -> None:
    """As the preload does it: one frame, filled up to a block."""
    device.sock.send(wire.BLOCK.pack(len(data), 0, block - len(data), 0, 0) + data + bytes(block - len(data)))


def ticks(client: Client, count: int) -> None:
    for _ in range(count):
        client.server.tick()


def test_a_frame_arrives_with_its_check_sequence(client: Client) -> None:
    """The two filler bytes at the end are replaced by it; the reader gets it too."""
    here, there = opened(client, FIRST), opened(client, SECOND)
    write(here, b"\x00\x01\x7f" + FILLER)
    ticks(client, 2)
    assert there.blocks() == [b"\x00\x01\x7f" + fcs(b"\x00\x01\x7f")]
    assert here.blocks() == []


def test_on_the_line_there_are_bits(client: Client, office: Crossed) -> None:
    """Flags while nothing is sent, and a frame that any deframer reads."""
    here = opened(client, FIRST)
    ticks(client, 1)
    write(here, b"hello" + FILLER)
    ticks(client, 1)
    octets = b"".join(g711.encode(sent[15]).tobytes() for sent in office.sent)
    assert octets[:160] == b"\x7e" * 160
    (found,) = Deframer().take(octets)
    assert found.data == b"hello" + fcs(b"hello")


@settings(max_examples=25, deadline=None)
@given(frames=st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=12))
def test_frames_keep_their_boundaries_and_their_order(
    frames: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever their bytes, however many at once; none before its last bit can have come over 64 kbit/s."""
    with served(Crossed(kinds=("e1", "e1")), tmp_path_factory.mktemp("o")) as client:
        here, there = opened(client, FIRST, buffers=32), opened(client, SECOND, buffers=32)
        for frame in frames:
            write(here, frame + FILLER)
        heard: list[bytes] = []
        for tick in range(1, 30):
            ticks(client, 1)
            heard += there.blocks()
            assert sum(len(frame) for frame in heard) <= tick * TICK
        assert heard == [frame + fcs(frame) for frame in frames]


def test_a_raw_channel_has_no_check_sequence_of_its_own(client: Client) -> None:
    """HDLCRAWMODE on a B channel: what is written is the frame, what is read is the frame."""
    here, there = opened(client, "/dev/dahdi/1"), opened(client, "/dev/dahdi/32")
    for device in (here, there):
        assert device.number("HDLCRAWMODE", 1) == 0
    write(here, b"raw")
    ticks(client, 2)
    assert there.blocks() == [b"raw"]


def test_a_b_channel_can_carry_frames_and_sound_again(client: Client) -> None:
    """HDLCFCSMODE on, then off: bytes are bytes again."""
    here, there = opened(client, "/dev/dahdi/1"), opened(client, "/dev/dahdi/32")
    for device in (here, there):
        assert device.number("HDLCFCSMODE", 1) == 0
    write(here, b"data" + FILLER)
    ticks(client, 2)
    assert there.blocks() == [b"data" + fcs(b"data")]
    for device in (here, there):
        device.number("HDLCFCSMODE", 0)
        device.number("SET_BLOCKSIZE", 160)
        device.number("FLUSH", 7)
    there.blocks()
    here.sock.send(bytes(range(160)))
    ticks(client, 1)
    assert there.blocks() == [bytes(range(160))]


def test_a_b_channel_is_transparent(client: Client) -> None:
    """All 256 values, both ways, whatever law the program has asked for."""
    here, there = opened(client, "/dev/dahdi/3", block=160), opened(client, "/dev/dahdi/34", block=160)
    for law in (abi.LAW_DEFAULT, abi.LAW_MULAW, abi.LAW_ALAW):
        here.number("SETLAW", law)
        for start in (0, 96):
            data = bytes(range(start, start + 160))
            here.sock.send(data)
            ticks(client, 1)
            assert there.blocks()[-1] == data


def test_an_idle_b_channel_sends_ones_until_it_has_sound(client: Client, office: Crossed) -> None:
    """FF, so that no exchange takes it for one in use; in audio mode silence."""
    here = opened(client, "/dev/dahdi/3", block=160)
    ticks(client, 1)
    assert g711.encode(office.sent[-1][2]).tobytes() == b"\xff" * 160
    here.number("AUDIOMODE", 1)
    ticks(client, 1)
    assert g711.encode(office.sent[-1][2]).tobytes() == b"\xd5" * 160
    here.close()
    ticks(client, 1)
    assert not office.sent[-1][2].any()


@pytest.mark.parametrize(
    ("name", "spoil", "event"),
    [
        ("BADFCS", lambda octets: octets.replace(b"\x7e\x00", b"\x7e\x80", 1), abi.EV_BADFCS),
        ("ABORT", lambda octets: octets[:6] + b"\xff" * 2 + octets[8:], abi.EV_ABORT),
    ],
)
def test_spoilt_frames_are_events(
    client: Client, office: Crossed, name: str, spoil: Callable[[bytes], bytes], event: int
) -> None:
    """The frame is lost, the event is there, the next frame is read."""
    here, there = opened(client, FIRST), opened(client, SECOND)
    office.spoil = lambda row, octets: spoil(octets)  # type: ignore[method-assign]
    write(here, bytes(20) + FILLER)
    ticks(client, 1)
    assert there.events() == [event]
    office.spoil = lambda row, octets: octets  # type: ignore[method-assign]
    write(here, b"next" + FILLER)
    ticks(client, 1)
    assert there.blocks() == [b"next" + fcs(b"next")]


@pytest.mark.parametrize(("size", "fits"), [(97, True), (98, False), (200, False)])
def test_a_frame_that_fills_a_block_is_an_overrun(client: Client, size: int, fits: bool) -> None:
    """A frame with its check sequence must be shorter than the block, as in the kernel driver."""
    here, there = opened(client, FIRST), opened(client, SECOND, block=100)
    write(here, bytes(size) + FILLER)
    ticks(client, 3)
    assert there.events() == ([] if fits else [abi.EV_OVERRUN])
    assert len(there.blocks()) == fits


def test_frames_nobody_reads_are_lost_when_the_buffers_are_full(client: Client) -> None:
    """Two buffers: the first two frames."""
    here, there = opened(client, FIRST, buffers=32), opened(client, SECOND, buffers=2)
    for n in range(5):
        write(here, bytes([n]) * 10 + FILLER)
    ticks(client, 2)
    assert [block[0] for block in there.blocks()] == [0, 1]
    assert client.server.devices.overruns == 3


def test_a_flush_of_what_was_written(client: Client) -> None:
    """What has not begun is not sent; the frame on its way is aborted; the next one arrives."""
    here, there = opened(client, FIRST), opened(client, SECOND)
    for _ in range(5):
        write(here, bytes(290) + FILLER)
    ticks(client, 1)
    here.number("FLUSH", abi.FLUSH_WRITE)
    write(here, b"after" + FILLER)
    ticks(client, 3)
    assert there.events() == [abi.EV_ABORT]
    assert there.blocks() == [b"after" + fcs(b"after")]


def test_frames_too_short_to_be_any_are_not_sent(client: Client) -> None:
    """Nothing but filler: the line stays idle."""
    here, there = opened(client, FIRST), opened(client, SECOND)
    write(here, FILLER)
    write(here, b"\0")
    write(here, b"x" + FILLER)
    ticks(client, 2)
    assert there.blocks() == [b"x" + fcs(b"x")]


@pytest.mark.realtime
def test_programs_send_frames_by_read_and_write() -> None:
    """Through the preload library: poll, one frame a read and a write, a short read throws the rest away."""
    succeeds(
        Crossed(kinds=("e1", "e1")),
        """
        a, b = opened(16, block=300, buffers=8), opened(47, block=300, buffers=8)
        frames = [bytes([n]) * (n * 40 + 1) for n in range(7)]
        for frame in frames:
            assert os.write(a, frame + bytes(2)) == len(frame) + 2
        for frame in frames:
            assert ready(b, select.POLLIN) & select.POLLIN
            got = os.read(b, 300)
            assert got[:-2] == frame, (got, frame)
        os.write(a, b"a long frame" + bytes(2)); os.write(a, b"and one more" + bytes(2))
        assert ready(b, select.POLLIN) and os.read(b, 6) == b"a long"
        assert ready(b, select.POLLIN) and os.read(b, 300)[:-2] == b"and one more"
        fails(errno.EAGAIN, os.read, b, 300)
        """,
    )


@pytest.mark.realtime
def test_pollout_counts_frames_as_buffers() -> None:
    """Eight buffers take eight frames, however short; then the line makes room at its own pace."""
    succeeds(
        Crossed(kinds=("e1", "e1")),
        """
        a = opened(16, block=1000, buffers=8)
        def fill(size):
            count = 0
            try:
                while True: os.write(a, bytes(size)); count += 1
            except BlockingIOError: return count
        fcntl.ioctl(a, SYNC)
        on_time(lambda: fcntl.ioctl(a, FLUSH, struct.pack("i", 7)) and False or 8 <= fill(900) <= 10)
        assert not ready(a, select.POLLOUT, 0) & select.POLLOUT
        began = time.monotonic()
        assert ready(a, select.POLLOUT) & select.POLLOUT
        """,
    )


def test_noise_on_the_line_never_stops_the_office(client: Client, office: Crossed) -> None:
    """Random octets for a while: events, perhaps, and then a good frame."""
    noise = np.random.default_rng(4)
    here, there = opened(client, FIRST), opened(client, SECOND)
    office.spoil = lambda row, octets: noise.bytes(len(octets))  # type: ignore[method-assign]
    ticks(client, 50)
    office.spoil = lambda row, octets: octets  # type: ignore[method-assign]
    there.blocks()
    ticks(client, 1)
    there.number("FLUSH", 7)
    write(here, b"good" + FILLER)
    ticks(client, 1)
    assert there.blocks()[-1] == b"good" + fcs(b"good")


def test_an_isdn_far_end_reads_what_the_card_sends(client: Client, office: Crossed) -> None:
    """The office's own framer and a card's are each other's far end: the same bits."""
    here = opened(client, FIRST)
    far = Framer()
    office.spoil = lambda row, octets: far.next(TICK) if row == 15 else octets  # type: ignore[method-assign]
    far.send(struct.pack(">HB", 0x0001, 0x7F))
    ticks(client, 1)
    assert here.blocks() == [b"\x00\x01\x7f" + fcs(b"\x00\x01\x7f")]
