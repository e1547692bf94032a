"""HDLC of one timeslot: ISO/IEC 13239 4.2 to 4.4 (flags, transparency, abort), ITU-T X.25 2.2.7 (check sequence)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.hdlc import Deframer, Framer, Received, fcs

FLAG = "01111110"
PAYLOADS = st.lists(st.binary(min_size=1, max_size=40), max_size=6)


def bits_of(octets: bytes) -> str:
    """As they go over the line."""
    return "".join(f"{octet:08b}" for octet in octets)


def octets_of(bits: str) -> bytes:
    """Whole octets; what is left over is filled with the beginning of a flag."""
    bits += FLAG[: -len(bits) % 8]
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def stuffed(data: bytes) -> str:
    """An independent model of the transparency rule, on text."""
    plain = "".join(f"{byte:08b}"[::-1] for byte in data)
    return plain.replace("11111", "111110")


def crc(data: bytes) -> bytes:
    """X.25's check sequence by long division, bit by bit."""
    register = 0xFFFF
    for byte in data:
        for i in range(8):
            register, bit = register >> 1, (register ^ byte >> i) & 1
            register ^= 0x8408 * bit
    return (register ^ 0xFFFF).to_bytes(2, "little")


def line(*frames: bytes) -> bytes:
    """Frames with one flag between them, as the model makes them."""
    return octets_of(FLAG + "".join(stuffed(frame) + FLAG for frame in frames))


def test_check_sequence_of_the_catalogue() -> None:
    """CRC-16/X-25 of "123456789" is 906E, and goes out low byte first."""
    assert fcs(b"123456789") == bytes([0x6E, 0x90])


def test_a_ua_as_it_stands_on_the_line() -> None:
    """A Q.921 UA, octet for octet as worked out by hand: flags stand on octets while no zero was inserted."""
    framer = Framer()
    framer.send(bytes([0x00, 0x01, 0x73]))
    assert (
        framer.next(8)
        == bytes.fromhex("7e 00 80 ce") + bytes(int(f"{b:08b}"[::-1], 2) for b in crc(b"\0\1\x73")) + b"~~"
    )


@given(PAYLOADS, st.booleans())
def test_framer_sends_what_the_standard_says(payloads: list[bytes], raw: bool) -> None:
    """Zero insertion, check sequence and one shared flag, as an independent model makes them; flags afterwards."""
    framer = Framer()
    for payload in payloads:
        framer.send(payload, raw=raw)
    wanted = FLAG + "".join(stuffed(p if raw else p + crc(p)) + FLAG for p in payloads)
    sent = bits_of(framer.next(len(wanted) // 8 + 5))
    assert sent.startswith(wanted)
    assert (FLAG * 6).startswith(sent[len(wanted) :])


@given(PAYLOADS, st.lists(st.integers(1, 50), min_size=1), st.booleans())
def test_what_is_sent_is_received_through_any_cut(payloads: list[bytes], cuts: list[int], raw: bool) -> None:
    """The stream may be taken and given in pieces of any size: the same frames come, whole and in order."""
    framer, deframer = Framer(), Deframer(raw=raw)
    for payload in payloads:
        framer.send(payload, raw=raw)
    received: list[Received] = []
    turn = 0
    while framer.waiting:
        received += deframer.take(framer.next(cuts[turn % len(cuts)]))
        turn += 1
    received += deframer.take(framer.next(2))
    assert received == [Received(p if raw else p + crc(p)) for p in payloads]


@given(st.binary(max_size=400), st.integers(1, 60))
def test_garbage_gives_no_more_than_it_holds(octets: bytes, longest: int) -> None:
    """Noise on the line: no frame is longer than allowed, nothing is invented, and a good frame after it is read."""
    deframer = Deframer(longest)
    noise = deframer.take(octets)
    assert all(len(found.data) <= longest for found in noise)
    assert sum(len(found.data) for found in noise) <= len(octets)
    good = b"x" + fcs(b"x")
    if longest >= len(good):
        assert deframer.take(b"\x7e" + line(good))[-1] == Received(good)


@given(PAYLOADS.filter(bool), st.data())
def test_a_wrong_bit_never_passes(payloads: list[bytes], data: st.DataObject) -> None:
    """One bit in error: no frame that was not sent is given as good, whatever the bit did to flags and insertions."""
    octets = bytearray(line(*(p + crc(p) for p in payloads)))
    at = data.draw(st.integers(0, len(octets) * 8 - 1))
    octets[at // 8] ^= 128 >> at % 8
    for found in Deframer().take(bytes(octets)):
        assert found.fault or found.data in [p + crc(p) for p in payloads]


def test_a_spoilt_check_sequence_is_told() -> None:
    """The frame is given with its fault, and the next one is good."""
    good = b"after" + crc(b"after")
    assert Deframer().take(line(b"spoilt" + bytes(2), good)) == [
        Received(b"spoilt" + bytes(2), "fcs"),
        Received(good),
    ]


def test_an_abort_is_told_once() -> None:
    """Seven ones within a frame; ones for ever after are an idle line, and say nothing."""
    deframer = Deframer()
    started = octets_of(FLAG + stuffed(b"half a frame") + "1" * 60)
    assert deframer.take(started) == [Received(b"half a frame", "abort")]
    assert deframer.take(b"\xff" * 100) == []
    good = b"x" + crc(b"x")
    assert deframer.take(line(good)) == [Received(good)]


def test_bits_that_make_no_bytes_are_an_abort() -> None:
    """Flags at a distance that is no multiple of eight bits; the second flag may begin a good frame."""
    good = b"good" + crc(b"good")
    bits = FLAG + stuffed(b"abc") + "010" + FLAG + stuffed(good) + FLAG
    assert [found.fault for found in Deframer().take(octets_of(bits))] == ["abort", ""]


@pytest.mark.parametrize("size", [4, 5, 6])
def test_longer_than_the_longest_is_an_overrun(size: int) -> None:
    """Told once, at the first byte too many; the rest of the frame is skipped."""
    data = bytes(range(size - 2))
    found = Deframer(5).take(line(data + crc(data), b"\x01" + crc(b"\x01")))
    assert [each.fault for each in found] == (["", ""] if size <= 5 else ["overrun", ""])


def test_flags_of_any_kind_are_silence() -> None:
    """Flags that share their zero, flags off the octets, ones: no frame, no fault."""
    for bits in (FLAG * 8, "0111111" * 16 + "0", "000" + FLAG * 7, "1" * 64):
        assert Deframer().take(octets_of(bits)) == []


def test_waiting_counts_frames_and_octets_until_they_are_sent() -> None:
    """Idle flags are not waiting; a frame waits until its last octet is out."""
    framer = Framer()
    assert (framer.waiting, framer.frames) == (0, 0)
    framer.next(160)
    framer.send(b"one")
    framer.send(b"two")
    assert framer.frames == 2
    assert framer.waiting >= 12
    framer.next(8)
    assert framer.frames == 1
    framer.next(160)
    assert (framer.waiting, framer.frames) == (0, 0)


def test_clearing_aborts_the_frame_that_is_being_sent() -> None:
    """A flush: the far end sees an abort, and frames after it are good."""
    framer, deframer = Framer(), Deframer()
    framer.send(bytes(50))
    deframer.take(framer.next(20))
    framer.clear()
    framer.send(b"next")
    found = deframer.take(framer.next(40))
    assert [(each.fault, each.data[:4]) for each in found] == [("abort", bytes(4)), ("", b"next")]


@pytest.mark.parametrize("payload", [b"", bytes(65537)])
def test_frames_of_no_length_are_refused(payload: bytes) -> None:
    """An empty frame would be two flags; 65536 bytes is more than any card sends."""
    with pytest.raises(ValueError, match="frame of"):
        Framer().send(payload)


def test_a_day_of_noise_lets_through_what_the_check_sequence_must() -> None:
    """Random octets: of the frames found by chance about one in 65536 passes, not more."""
    noise = random.Random(5).randbytes(400_000)
    found = Deframer(8192).take(noise)
    assert len(found) > 1000
    assert sum(not each.fault for each in found) <= 3
