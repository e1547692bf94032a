"""Two ends of a bearer: bytes as they are, what is sent without data, linear samples of either law, gain tables."""

from __future__ import annotations

import struct

import pytest

from hw_sim.dahdi.kernel import abi
from tests.conformance.device import Device, available, settle
from tests.conformance.world import World


def bare(world: World) -> tuple[Device, Device]:
    """Both ends of a bearer, as bare bytes, in blocks of 160."""
    available(world.roles.bearers)
    here, there = world.roles.bearers[0]
    return Device(here).buffers(160, 16), Device(there).buffers(160, 16)


def flow(device: Device, samples: int, size: int = 160) -> bytes:
    """So many samples as they come."""
    got = b""
    while len(got) < samples:
        got += device.block(size)
    return got


def test_bytes_arrive_as_they_are(world: World) -> None:
    """Every value, in order, without one lost."""
    here, there = bare(world)
    sent = bytes(range(256)) * 5
    for at in range(0, len(sent), 160):
        here.send(sent[at : at + 160])
    assert sent in flow(there, 6400)


def test_a_law_does_not_touch_bare_bytes(world: World) -> None:
    """SETLAW is for linear samples."""
    here, there = bare(world)
    here.ask("SETLAW", abi.LAW_MULAW)
    sent = bytes(range(160))
    here.send(sent)
    assert sent in flow(there, 3200)


def test_a_short_write_is_sent_as_long_as_it_is(world: World) -> None:
    """40 bytes, and the next follow at once: no block is filled up."""
    here, there = bare(world)
    here.buffers(160, 16, abi.POLICY_HALF_FULL)
    sent = bytes(range(200))
    for at in range(0, 200, 40):
        here.write(sent[at : at + 40])
    for _ in range(8):
        here.write(b"\x11" * 160)
    assert sent in flow(there, 4800)


def test_what_is_sent_without_data(world: World) -> None:
    """A channel of bare bytes sends ones, an audio channel silence of its law."""
    here, there = bare(world)
    flow(there, 1600)
    assert set(flow(there, 480)) == {0xFF}
    here.audio()
    flow(there, 1600)
    assert set(flow(there, 480)) == {0xD5}


def test_half_full_waits_for_half(world: World) -> None:
    """Nothing of four blocks in buffers of ten; all of five."""
    here, there = bare(world)
    here.buffers(160, 10, abi.POLICY_HALF_FULL)
    for _ in range(4):
        here.write(b"\x42" * 160)
    assert b"\x42" not in flow(there, 3200)
    here.write(b"\x42" * 160)
    assert b"\x42" * 800 in flow(there, 4800)


def test_the_oldest_blocks_are_kept(world: World) -> None:
    """Full receive buffers: what is read afterwards is what came first."""
    here, there = bare(world)
    here.buffers(160, 32)
    flow(there, 160)
    there.buffers(160, 4)
    for n in range(20):
        here.send(bytes([n + 1]) * 160)
    settle(0.6)
    got = b"".join(there.drain())
    assert len(got) == 640
    assert max(got.replace(b"\xff", b"\0")) < 8


def alaw(code: int) -> int:
    """What the driver makes of an A-law code: the lower edge of its interval, not the middle as G.711 has it."""
    inverted = code ^ 0x55
    segment, step = inverted >> 4 & 7, inverted & 15
    magnitude = (16 + step) << 4 + segment - 1 if segment else step << 4
    return magnitude if inverted & 0x80 else -magnitude


def mulaw(code: int) -> int:
    """G.711, scaled to 16 bits."""
    inverted = code ^ 0xFF
    magnitude = ((2 * (inverted & 15) + 33 << (inverted >> 4 & 7)) - 33) * 4
    return -magnitude if inverted & 0x80 else magnitude


@pytest.mark.parametrize("law", [abi.LAW_ALAW, abi.LAW_MULAW])
def test_linear_samples_received(world: World, law: int) -> None:
    """Every code of either law, as int16."""
    here, there = bare(world)
    there.audio()
    there.ask("SETLAW", law)
    there.ask("SETLINEAR", 1)
    sent = bytes(range(256))
    here.buffers(256, 16)
    here.send(sent)
    expected = struct.pack("256h", *((alaw if law == abi.LAW_ALAW else mulaw)(code) for code in sent))
    assert expected in flow(there, 9600, 320)


def test_linear_samples_sent_in_alaw(world: World) -> None:
    """What was decoded is encoded to the same code; of the two zeros it is the positive one."""
    assert sent_as(world, abi.LAW_ALAW, [alaw(code) for code in range(256)]) == [
        0xD5 if code == 0x55 else code for code in range(256)
    ]


def test_linear_samples_sent_in_mulaw(world: World) -> None:
    """The same, but 0 is sent as 0x7F and the loudest negative sample as 0x02: no byte is all zeros."""
    expected = {0x00: 0x02, 0xFF: 0x7F}
    assert sent_as(world, abi.LAW_MULAW, [mulaw(code) for code in range(256)]) == [
        expected.get(code, code) for code in range(256)
    ]


def sent_as(world: World, law: int, samples: list[int]) -> list[int]:
    """The codes that the other end reads for 256 linear samples."""
    here, there = bare(world)
    here.audio()
    here.ask("SETLAW", law)
    here.ask("SETLINEAR", 1)
    here.buffers(512, 2, abi.POLICY_WHEN_FULL)
    mark = [mulaw(0x10) if law == abi.LAW_MULAW else alaw(0x10)] * 256
    here.send(struct.pack("512h", *mark, *samples))
    here.send(struct.pack("512h", *mark, *mark))
    got = flow(there, 9600)
    begin = got.index(b"\x10" * 256) + 256
    return list(got[begin : begin + 256])


def test_gain_tables(world: World) -> None:
    """The receive table maps what comes, the transmit table what goes."""
    here, there = bare(world)
    there.audio()
    here.audio()
    channel = there.ask("CHANNO")
    up = bytes((n ^ 0x40) for n in range(256))
    there.call("SETGAINS", abi.GAINS.pack(channel, up, bytes(range(256))))
    for _ in range(16):
        here.send(b"\x95" * 160)
    assert b"\xd5" * 160 in flow(there, 6400)
    there.call("SETGAINS", abi.GAINS.pack(channel, bytes(range(256)), up))
    here.ask("FLUSH", abi.FLUSH_READ)
    for _ in range(16):
        there.send(b"\x95" * 160)
    assert b"\xd5" * 160 in flow(here, 6400)
