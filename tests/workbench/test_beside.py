"""Our server on FXO ports while programs of other people use the E1 spans of the same office. Real processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbench.served import Furnished, caller, kept, served

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(not Path("/usr/include/dahdi/user.h").exists(), reason="Debian package dahdi-source is missing"),
    pytest.mark.skipif(not shutil.which("r2test"), reason="Debian package libopenr2-bin is not installed"),
]

OFFICE = """
spec: 1
cards:
  - {type: e1, name: pri, signalling: isdn, side: network}
  - {type: e1, name: r2, signalling: r2, variant: itu, crc4: false}
  - type: analog-fxo
    name: hotline
    ports: [{number: "80001"}, {number: "80002"}]
hunt:
  - {number: "96688", ports: ["80001", "80002"]}
phones:
  - {number: "10086", rings: 1, talk: 5s}
numbers: {"10001": busy}
"""
R2TEST = """
loglevel=error
variant=itu
caller=yes
dnid=10001
cid=82001001
maxani=10
maxdnis=5
mfbacktimeout=-1
playaudio=yes
audiofile=/dev/null
channel=32-32
"""
ASKS_TWICE = """\
  - {press: "11001#", over: true}
  - {hear: {text: 每条价格}, through: began}
  - {wait: 12s}
  - {press: "#"}
  - hang_up
"""


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """A libpri program, built as anybody would build it."""
    program = tmp_path / "pri_phone"
    command = ["cc", "-std=gnu11", "-O1", "tests/hw_sim/isdn/pri_phone.c", "-o", str(program), "-lpri", "-lm"]
    subprocess.run(command, check=True)
    return program


def attached(*command: str) -> str:
    """What a program of another shell prints on the cards of this office, until it ends."""
    line = [sys.executable, "-m", "hw_sim", "attach", "beside", "--", *command]
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return done.stdout


def called(phone: Path) -> str:
    """A call of the libpri program. One that comes while the exchange restarts its circuit is refused with cause 44."""
    said = [attached(str(phone), "call", "10086", "2")]
    while "cause 44" in said[-1] and len(said) < 4:
        said.append(attached(str(phone), "call", "10086", "2"))
    return said[-1]


def test_isdn_and_r2_programs_beside_our_server(furnished: Furnished, phone: Path, tmp_path: Path) -> None:
    """A caller asks for a price while a libpri program talks and r2test meets a busy line: each gets what is right."""
    office, conf = tmp_path / "office.yaml", tmp_path / "r2test.conf"
    office.write_text(OFFICE)
    conf.write_text(R2TEST)
    data = furnished.copy(tmp_path / "data")
    cards = data / "cards.yaml"
    cards.write_text(
        'spec: 1\ncards: [{name: hotline, device: "dahdi:63-64", lines: [{name: line-1}, {name: line-2}]}]\n'
    )
    people = [(caller(tmp_path / "asks.yaml", ASKS_TWICE), "open")]
    with served(furnished, data, people, office=office, name="beside") as running:
        running.until(lambda: running.event("call.answered"))
        isdn = called(phone)
        r2 = attached("sh", "-c", f"exec timeout 20 stdbuf -oL r2test -c {conf}")
        assert running.end(90) == 0, running
    assert "answered" in isdn, isdn
    assert "cause 16" in isdn, isdn
    assert "Busy Number" in r2, r2
    assert running.failed() == []
    (call,) = kept(data, "calls", "list")
    assert call["end_reason"] == "disconnect"
