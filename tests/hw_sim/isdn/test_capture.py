"""hw_sim.isdn.capture: what tshark makes of D channels, as another's reading of Q.921 and Q.931."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hw_sim.isdn.capture import Capture
from hw_sim.isdn.trunk import IsdnConfig
from hw_sim.trunk import Alerting, Answered, Cause, Digits, Released, Setup
from tests.hw_sim.isdn.pair import Pair

BEGAN = 1_700_000_000_000_000
RATE = 8000


def rows(path: Path, *fields: str, only: str = "") -> list[list[str]]:
    """Fields of frames as tshark decodes them. Several values of one field are joined by commas."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    command = ["tshark", "-r", str(path), "-T", "json", *(part for field in fields for part in ("-e", field))]
    done = subprocess.run([*command, "-Y", only] if only else command, capture_output=True, text=True, check=True)
    layers = [packet["_source"]["layers"] for packet in json.loads(done.stdout)]
    return [[",".join(layer.get(field, [])) for field in fields] for layer in layers]


def busy(pair: Pair) -> None:
    """A caller who is refused."""
    pair.say(Setup(2, "96600", "8002"))
    pair.tick(5)
    pair.tell(Released(2, Cause.USER_BUSY))
    assert pair.over()


def answered(pair: Pair) -> None:
    """A call that is answered and cleared."""
    pair.say(Setup(1, "96688", "8001"))
    pair.tick(5)
    pair.tell(Alerting(1), Answered(1))
    pair.tick(5)
    pair.say(Released(1))
    assert pair.over()


def overlap(pair: Pair) -> None:
    """A call with digits one by one, that nobody answers."""
    pair.say(Setup(3, "9", complete=False))
    pair.tick(5)
    pair.say(Digits(3, "6688"))
    pair.tick(5)
    pair.tell(Alerting(3))
    pair.tick(5)
    pair.tell(Released(3, Cause.NO_ANSWER))
    assert pair.over()


def withheld(pair: Pair) -> None:
    """A call to the equipment from a number that is withheld; there is nobody of that number."""
    pair.tell(Setup(4, "80001"))
    pair.tick(5)
    pair.say(Released(4, Cause.UNALLOCATED_NUMBER))
    assert pair.over()


def lost(pair: Pair) -> None:
    """The D channel is lost and comes back."""
    pair.cut = True
    pair.tick(700)
    pair.cut = False
    pair.tick(200)
    assert pair.office.up


@pytest.mark.parametrize("side", ["network", "user"])
def test_it_is_clean(tmp_path: Path, side: str) -> None:
    """Every kind of call, restarts and a loss: tshark finds nothing malformed and has nothing to remark."""
    network = side == "network"
    with Capture(tmp_path / "d.pcapng", BEGAN) as capture:
        office, far = IsdnConfig(), IsdnConfig(side="user", restart=False)
        pair = Pair(*(office, far) if network else (far, office), seen=capture.span("trunk", network)).up()
        pair.tick(150)
        for call in (answered, busy, overlap, withheld, lost):
            call(pair)
    assert rows(tmp_path / "d.pcapng", "frame.number", only="_ws.expert or _ws.malformed or data") == []
    assert len(rows(tmp_path / "d.pcapng", "frame.number")) > 150


def test_calls_can_be_read(tmp_path: Path) -> None:
    """Messages, numbers, channels and causes, in their order and of the right side."""
    with Capture(tmp_path / "d.pcapng", BEGAN) as capture:
        pair = Pair(seen=capture.span("trunk")).up()
        answered(pair)
        busy(pair)
    path = tmp_path / "d.pcapng"
    kinds = [row[0] for row in rows(path, "q931.message_type", only="q931")]
    assert kinds == [
        "0x05",
        "0x02",
        "0x01",
        "0x07",
        "0x0f",
        "0x45",
        "0x4d",
        "0x5a",
        "0x05",
        "0x02",
        "0x45",
        "0x4d",
        "0x5a",
    ]
    setups = rows(
        path, "q931.called_party_number.digits", "q931.calling_party_number.digits", only="q931.message_type == 5"
    )
    assert setups == [["96688", "8001"], ["96600", "8002"]]
    disconnects = rows(path, "q931.cause_value", "q931.progress_indicator.location", only="q931.message_type == 0x45")
    assert [bool(location) for _, location in disconnects] == [False, True]
    assert [int(cause, 0) for cause, _ in disconnects] == [Cause.NORMAL, Cause.USER_BUSY]
    assert {row[0] for row in rows(path, "q931.channel.number", only="q931.channel.number")} == {"1", "2"}


def test_times_and_spans(tmp_path: Path) -> None:
    """The office's own microseconds, an interface for each span, and who sent the frame."""
    with Capture(tmp_path / "d.pcapng", BEGAN) as capture:
        for name in ("east", "west"):
            capture.span(name)
        capture.frame(3 * RATE, 1, True, bytes.fromhex("02017f"))
        capture.frame(3 * RATE + 1, 0, False, bytes.fromhex("020173"))
    found = rows(tmp_path / "d.pcapng", "frame.time_epoch", "frame.interface_name", "frame.packet_flags_direction")
    assert [row[1] for row in found] == ["west", "east"]
    assert [int(row[2], 0) for row in found] == [2, 1]
    assert [row[0][:17].replace("T", " ") for row in found] == ["1700000003.000000", "1700000003.000125"]


def test_every_frame_is_in_the_file_at_once(tmp_path: Path) -> None:
    """Somebody who reads the file while it is written sees all that has happened."""
    path = tmp_path / "d.pcapng"
    with Capture(path) as capture:
        see: Callable[[int, bool, bytes], None] = capture.span("trunk")
        for at in range(3):
            before = path.stat().st_size
            see(at, True, b"\x02\x01\x7f")
            assert path.stat().st_size > before
            assert path.stat().st_size % 4 == 0
