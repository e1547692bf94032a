"""drivers.isdn: bad peers, lossy wires, and everything in any order. Nothing crashes, every call ends once."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.isdn import CallGone, IsdnError, Pri
from drivers.isdn.events import Incoming, Released
from drivers.isdn.lapd import LONGEST, fault
from drivers.isdn.pri import SWITCHES
from tests.drivers.isdn_pair import SECOND, Rogue, Wire, hang_up, random_message


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("", "too short"),
        ("0001", "too short"),
        ("000101", "too short"),
        ("0000" + "7f", "an address of a wrong length"),
        ("0101" + "7f", "an address of a wrong length"),
        ("fe01" + "7f", "not for call control"),
        ("00017f00", "SABME with information"),
        ("000153" + "00", "DISC with information"),
        ("000187" + "00", "FRMR of a wrong length"),
        ("0001bf", "an unknown unnumbered frame"),
        ("0001010000", "a supervisory frame with information"),
        ("00010000", "a message too short"),
        ("00010000" + "0802", "a message too short"),
        ("00010000" + "08020001", "a message too short"),
        ("00010000" + "0803000001" + "05", "a call reference of unknown length"),
        ("00010000" + "08f20001" + "05", "a call reference of unknown length"),
        ("000103" + "08", "a message too short"),
        ("00010000" + "0802000105" + "00" * 300, "too long"),
    ],
)
def test_frames_that_libpri_is_not_shown(frame: str, why: str) -> None:
    """Each is counted by its fault and nothing else happens."""
    with Pri("network") as end:
        end.frames()
        end.receive(bytes.fromhex(frame), 0)
        assert end.refused == {why: 1}
        assert not end.frames()
        assert not end.events()
        assert not end.log()


def test_frames_that_it_is_shown() -> None:
    """The longest there may be, and every kind that a data link sends."""
    for frame in ("00017f", "000173", "00011f", "000153", "00010101", "00010501", "00010901", "0001870001020304"):
        assert fault(bytes.fromhex(frame)) == ""
    assert fault(bytes.fromhex("00010000" + "0802000105") + bytes(LONGEST - 9)) == ""


def use_somehow(end: Pri, dice: random.Random, calls: list[int]) -> None:
    """Any verb on any call; a call that is over may refuse."""
    call = dice.choice(calls) if calls else 1
    channel = dice.randrange(32)
    verbs = (
        lambda: calls.append(end.setup(max(channel, 1), "96688", complete=dice.random() < 0.5)),
        lambda: end.proceeding(call, channel, inband=True),
        lambda: end.alerting(call, channel),
        lambda: end.answer(call),
        lambda: end.setup_acknowledge(call, channel),
        lambda: end.information(call, "12*#"),
        lambda: end.progress(call, dice.choice((-1, 17))),
        lambda: end.restart(max(channel, 1)),
        lambda: end.hang_up(call, dice.randrange(1, 128)),
        lambda: end.hang_up(call),
    )
    with suppress(IsdnError):
        dice.choice(verbs)()


def torment(seed: int, steps: int) -> Counter[str]:
    """A life of one end with a peer that sends whatever it likes."""
    dice = random.Random(seed)
    told: Counter[str] = Counter()
    ended: Counter[int] = Counter()
    with Pri(
        dice.choice(("network", "user")), dice.choice((*SWITCHES, "euroisdn")), inband_disconnect=seed % 2 == 0
    ) as end:
        rogue, now = Rogue(end), 0
        calls: list[int] = []
        end.trace(seed % 3 == 0)
        arriving = [rogue.sabme()]
        for _ in range(steps):
            now += dice.choice((0, 160, 160, 160, 800, SECOND))
            end.advance(now)
            for frame in arriving:
                end.receive(frame, now)
            arriving = rogue.replies(end.frames())
            arriving.append(_any_frame(dice, rogue))
            if dice.random() < 0.4:
                use_somehow(end, dice, calls)
            for event in end.events():
                told[type(event).__name__] += 1
                if isinstance(event, Incoming):
                    calls.append(event.call)
                elif isinstance(event, Released):
                    ended[event.call] += 1
                    if event.call in calls:
                        calls.remove(event.call)
            end.log()
        assert set(ended.values()) <= {1}
    return told


def _any_frame(dice: random.Random, rogue: Rogue) -> bytes:
    kind = dice.random()
    if kind < 0.85:
        return rogue.message(random_message(dice, rogue.references))
    if kind < 0.9:
        return dice.randbytes(dice.randrange(1, 24))
    if kind < 0.95:
        frame = bytearray(rogue.message(random_message(dice, rogue.references)))
        frame[dice.randrange(len(frame))] ^= 1 << dice.randrange(8)
        return bytes(frame)
    return rogue.address(dice.random() < 0.5) + dice.choice(
        (b"\x7f", b"\x53", b"\x1f", b"\x63", b"\x73", b"\x05\x08", b"\x09\x01")
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_bad_peer(seed: int) -> None:
    """Thousands of messages with every fault: nothing crashes, no call ends twice, and calls do come of it."""
    told = torment(seed, 150)
    assert told["Incoming"] + told["Misconfigured"] + told["LinkUp"] > 0


@given(st.lists(st.binary(max_size=300), max_size=30))
def test_random_bytes(frames: list[bytes]) -> None:
    """Frames of noise, which a check sequence lets through once in 65536 times."""
    with Pri("user") as end:
        for at, frame in enumerate(frames):
            end.receive(frame, at)
        end.events()


VERBS = st.tuples(
    st.sampled_from(("setup", "answer", "alert", "hang up", "wait", "cut", "mend", "restart")),
    st.booleans(),
    st.integers(1, 30),
)


@settings(max_examples=60)
@given(st.lists(VERBS, max_size=40), st.floats(0.0, 0.3), st.integers(0, 1000))
def test_every_call_ends_once_at_each_end(steps: list[tuple[str, bool, int]], loss: float, seed: int) -> None:
    """Any order of verbs at both ends, over a wire that loses frames and fails: nothing is left of any call."""
    dice = random.Random(seed)
    with Pri("network") as network, Pri("user") as user:
        wire = Wire(network, user, lambda: dice.random() < loss)
        wire.run(30)
        begun: dict[Pri, set[int]] = {network: set(), user: set()}
        for verb, at_network, number in steps:
            _step(wire, network if at_network else user, verb, number, begun)
        wire.cut = False
        wire.lost = lambda: False
        wire.run(200)
        for end in (network, user):
            for call in _begun(wire, end, begun):
                hang_up(end, call)
        wire.finish()
        wire.run(2500)
        for end in (network, user):
            ended = Counter(event.call for event in wire.of(end, Released))
            assert ended == Counter(_begun(wire, end, begun))
            assert end.counts["blocks"] < 8


def _begun(wire: Wire, end: Pri, begun: dict[Pri, set[int]]) -> set[int]:
    return begun[end] | {event.call for event in wire.of(end, Incoming)}


def _step(wire: Wire, end: Pri, verb: str, number: int, begun: dict[Pri, set[int]]) -> None:
    calls = sorted(_begun(wire, end, begun))
    call = calls[number % len(calls)] if calls else 0
    with suppress(CallGone):
        if verb == "setup":
            begun[end].add(end.setup(number, "96688"))
        elif verb == "answer":
            end.answer(call)
        elif verb == "alert":
            end.alerting(call)
        elif verb == "hang up":
            end.hang_up(call, number)
        elif verb == "restart":
            end.restart(number)
    wire.cut = {"cut": True, "mend": False}.get(verb, wire.cut)
    wire.run(number if verb in ("wait", "cut") else 1)


SOURCES = [f"drivers/isdn/{name}.c" for name in ("isdn", "calls", "events", "verbs", "memory", "queue")]
OURS = ("calloc", "malloc", "free", "gettimeofday", "time", "random")
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g", "-O1"]


def test_under_the_sanitizers(tmp_path: Path) -> None:
    """200 lives of two ends that call each other and hear nonsense: no bad access, no leak."""
    program = tmp_path / "lives"
    wraps = [f"-Wl,--wrap={name}" for name in OURS]
    command = [
        "cc",
        "-std=gnu11",
        "-Wall",
        "-Wextra",
        "-Werror",
        *SANITIZE,
        "-Idrivers/isdn",
        "tests/drivers/isdn_lives.c",
    ]
    built = subprocess.run(
        [*command, *SOURCES, *wraps, "-l:libpri.a", "-o", str(program)], capture_output=True, text=True, check=False
    )
    if "cannot find -lasan" in built.stderr or "libasan" in built.stderr:
        pytest.skip("this machine's compiler has no sanitizers")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[:3000]
    assert done.stdout == "200 lives\n"
