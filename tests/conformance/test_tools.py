"""Debian's tools for DAHDI, unmodified, on both worlds: what they print there is what they print here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.conformance.device import Device, available, settle
from tests.conformance.world import World

BLOCK = 4096
"""Bytes that dahdi_monitor writes at once, at most."""

pytestmark = pytest.mark.skipif(not shutil.which("dahdi_cfg"), reason="Debian package dahdi is not installed")


def tool(*command: str, seconds: float = 20.0) -> tuple[int, str]:
    """Exit status and everything that it printed. What it writes into the folder it stands in, goes with that."""
    with tempfile.TemporaryDirectory() as folder:
        found = subprocess.run(
            command, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL, check=False, cwd=folder
        )
    return found.returncode, (found.stdout + found.stderr).decode("utf-8", "replace")


def stopped(seconds: float, *command: str) -> tuple[int, str]:
    """The same of a program that runs until it is interrupted."""
    return tool("timeout", "-s", "INT", str(seconds), *command)


# -- dahdi_cfg -------------------------------------------------------------------------------------------------------


def test_dahdi_cfg_tells_the_channel_map(world: World, tmp_path: Path) -> None:
    """Every kind of channel, by the names of the tool; configuring what is so already changes nothing."""
    available(world.roles.bearers)
    roles = world.roles
    bearer, dchannel, fxo, fxs = roles.bearers[0][0], roles.dchannel[0], *roles.kewl[0]
    cas, em = roles.cas[0][0], roles.em[0][0]
    conf = tmp_path / "system.conf"
    conf.write_text(
        f"bchan={bearer}\ndchan={dchannel}\nfxsks={fxo}\nfxoks={fxs}\ncas={cas}:1101\ne&m={em}\n"
        f"alaw={bearer},{fxo},{fxs}\nechocanceller=mg2,{bearer}\nloadzone=us\ndefaultzone=us\n"
    )
    status, text = tool("dahdi_cfg", "-vv", "-c", str(conf))
    assert status == 0, text
    expected = {
        bearer: "Clear channel (A-law) (Echo Canceler: mg2)",
        dchannel: "D-channel (Default) (Echo Canceler: none)",
        fxo: "FXS Kewlstart (A-law) (Echo Canceler: none)",
        fxs: "FXO Kewlstart (A-law) (Echo Canceler: none)",
        cas: "CAS / User (Default) (Echo Canceler: none)",
        em: "E & M (Default) (Echo Canceler: none)",
    }
    for number, named in expected.items():
        assert f"Channel {number:02}: {named} (Slaves: {number:02})" in text
    assert "6 channels to configure." in text
    assert not re.search(r"Changing signalling", text), text


@pytest.mark.parametrize(
    ("line", "told"),
    [("fxsks=9999", "Channel must be between 1 and 1023 (not '9999')"), ("nonsense=1", "Unknown keyword 'nonsense'")],
)
def test_dahdi_cfg_refuses(tmp_path: Path, line: str, told: str) -> None:
    """A file with an error."""
    conf = tmp_path / "system.conf"
    conf.write_text(line + "\n")
    status, text = tool("dahdi_cfg", "-c", str(conf))
    assert status == 1
    assert told in text
    assert "1 error(s) detected" in text


def test_dahdi_cfg_and_a_channel_that_is_not(tmp_path: Path) -> None:
    """CHANCONFIG fails, and the tool says which channel it was."""
    conf = tmp_path / "system.conf"
    conf.write_text("fxsks=999\n")
    status, text = tool("dahdi_cfg", "-c", str(conf))
    assert status == 1
    assert "DAHDI_CHANCONFIG failed on channel 999: Invalid argument (22)" in text


# -- what there is ---------------------------------------------------------------------------------------------------


def test_dahdi_scan(world: World) -> None:
    """A section a span, with the same keys in the same order."""
    available(world.roles.spare)
    status, text = tool("dahdi_scan")
    assert status == 0
    span = world.roles.spare_spans[0]
    section = re.split(r"^\[(\d+)\]$", text, flags=re.MULTILINE)
    lines = dict(line.split("=", 1) for line in section[section.index(str(span)) + 1].strip().splitlines())
    assert list(lines)[:12] == [
        *("active", "alarms", "description", "name", "manufacturer", "devicetype", "location"),
        *("basechan", "totchans", "irq", "type", "syncsrc"),
    ]
    assert list(lines)[12:] == ["lbo", "coding_opts", "framing_opts", "coding", "framing"]
    assert (lines["active"], lines["alarms"], lines["basechan"]) == ("yes", "OK", str(world.roles.spare[0]))
    assert lines["totchans"] == str(len(world.roles.spare_channels))
    assert lines["type"].startswith("digital-")


def test_lsdahdi(world: World) -> None:
    """A line a channel, with its signalling by the name the driver has for it."""
    available(world.roles.bearers)
    status, text = tool("lsdahdi")
    assert status == 0
    shown = {int(n): rest.split() for n, rest in re.findall(r"^ *(\d+) \S+ +(.*)$", text, re.MULTILINE)}
    roles = world.roles
    named = {
        roles.bearers[1][0]: "Clear",
        roles.dchannel[0]: "HDLCFCS",
        roles.kewl[0][0]: "FXSKS",
        roles.kewl[0][1]: "FXOKS",
        roles.loop[0][0]: "FXSLS",
        roles.loop[0][1]: "FXOLS",
        roles.ground[0][0]: "FXSGS",
        roles.ground[0][1]: "FXOGS",
        roles.cas[0][0]: "CAS",
        roles.em[0][0]: "E&M",
    }
    assert {number: shown[number][0] for number in named} == named
    assert "(EC: OSLEC - INACTIVE)" in " ".join(shown[roles.bearers[1][0]])


def test_proc_dahdi_says_who_is_in_use(world: World) -> None:
    """One line a channel under the head of the span; an open one is marked."""
    available(world.roles.spare)
    span, number = world.roles.spare_spans[0], world.roles.spare[0]

    def shown() -> list[str]:
        return Path(f"/proc/dahdi/{span}").read_text().splitlines()

    head, empty, *lines = shown()
    assert re.match(rf'Span {span}: \S+ "[^"]*"', head)
    assert empty == ""
    assert [int(line.split()[0]) for line in lines] == list(world.roles.spare_channels)
    assert re.fullmatch(rf"\t *{number} \S+/1 Clear (\(EC: .*\) )?", lines[0])
    device = Device(number)
    settle(0.2)
    assert re.fullmatch(rf"\t *{number} \S+/1 Clear \(In use\) (\(EC: .*\) )?", shown()[2])
    device.close()
    settle(0.2)
    assert shown()[2] == lines[0]


def test_span_assignments(world: World) -> None:
    """LOCAL:SPAN:BASE of every span, by way of /sys/bus/dahdi_devices."""
    available(world.roles.spare)
    status, text = tool("dahdi_span_assignments", "list")
    assert status == 0
    numbers = {int(span): int(base) for span, base in re.findall(r"^\d+:(\d+):(\d+) +\[", text, re.MULTILINE)}
    assert numbers[world.roles.spare_spans[0]] == world.roles.spare[0]
    assert numbers[world.roles.spare_spans[1]] == world.roles.spare[1]


def test_dahdi_tool_draws_its_screen() -> None:
    """Until it is ended."""
    status, text = tool("env", "TERM=linux", "timeout", "2", "dahdi_tool")
    assert status == 124, text
    assert "DAHDI Tool (C)2002-2008 Digium, Inc." in text
    assert "total channels" in text


# -- the clock and the lines -----------------------------------------------------------------------------------------


def test_dahdi_test_finds_a_true_clock() -> None:
    """Better than 99 %, in one of a few runs: what else the machine does counts too."""
    for _ in range(4):
        status, text = tool("dahdi_test", "-c", "1")
        assert status == 0
        found = re.search(r"Average: ([\d.]+)%", text)
        assert found, text
        if float(found[1]) > 99.0:
            return
    pytest.fail(text)


def test_dahdi_maint_shows_the_counters(world: World) -> None:
    """All 0 on a good span."""
    available(world.roles.spare)
    status, text = tool("dahdi_maint", "-s", str(world.roles.spare_spans[0]))
    assert status == 0
    assert [line for line in text.splitlines() if line.startswith(">")] == [
        ">Framing Errors : 0:",
        ">CRC Errors : 0:",
        ">Code Violations : 0:",
        ">E-bit Count : 0:",
        ">General Errored Seconds : 0:",
    ]


def test_dahdi_maint_cannot_make_a_loop(world: World) -> None:
    """These spans have no hardware for it."""
    available(world.roles.spare)
    status, text = tool("dahdi_maint", "-s", str(world.roles.spare_spans[0]), "-l", "localhost")
    assert status == 1
    assert "This type of looping not supported by the driver for this span" in text


def test_fxotune_finds_nothing_to_tune(world: World) -> None:
    """No impedance to set; the dump of the echo runs through."""
    number = str(world.roles.kewl[0][0])
    status, text = tool("fxotune", "-i", "1", "-b", number, "-e", number)
    assert (status, "Unable to set impedance" in text) == (255, True), text
    status, text = tool("fxotune", "-d", "-b", number, "-e", number)
    assert status == 0
    assert f"Dumping module /dev/dahdi/{number}" in text or "Dumping module" in text
    assert "Done!" in text


def test_dahdi_monitor_shows_levels(world: World) -> None:
    """Until it is interrupted."""
    _, text = stopped(1.5, "dahdi_monitor", str(world.roles.kewl[0][0]), "-v")
    assert "Visual Audio Levels." in text
    assert "<----------------(RX)----------------> <----------------(TX)---------------->" in text
    assert "done cleaning up ... exiting." in text


def test_dahdi_monitor_records(world: World, tmp_path: Path) -> None:
    """Both directions as 16 bit samples, and the two of them side by side; it may be ended between two writes."""
    rx, tx, both = (tmp_path / name for name in ("rx", "tx", "both"))
    command = ["dahdi_monitor", str(world.roles.kewl[0][0]), "-r", str(rx), "-t", str(tx), "-s", str(both)]
    _, text = stopped(2.0, *command)
    assert "done cleaning up ... exiting." in text
    assert os.path.getsize(rx) > 16000
    assert abs(os.path.getsize(rx) - os.path.getsize(tx)) <= BLOCK
    assert abs(os.path.getsize(both) - 2 * os.path.getsize(rx)) <= 2 * BLOCK


def test_dahdi_monitor_of_no_channel() -> None:
    """It says so."""
    status, text = tool("dahdi_monitor", "999", "-v")
    assert status == 1
    assert "Unable to monitor: Invalid argument" in text
