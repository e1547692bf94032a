"""Debian's tools that find out what cards there are and configure them, on every kind of card."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hw_sim.dahdi.kernel.spans import layout
from hw_sim.dahdi.kernel.system_conf import genconf_parameters
from hw_sim.equipment import CardKind
from tests.hw_sim.virtual_dahdi import FakeOffice, output

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(not shutil.which("dahdi_genconf"), reason="Debian package dahdi is not installed"),
]
MIXED: tuple[CardKind, ...] = ("e1", "fxo", "fxs")


def mixed() -> FakeOffice:
    """A span of ISDN on channels 1 to 31, lines on 32 and 33, telephones on 34 and 35."""
    return FakeOffice(kinds=MIXED, ports=6)


def shell(office: FakeOffice, script: str) -> str:
    """All that a script of commands says; it stops at the first one that fails."""
    status, text = output(office, "sh", "-ec", script)
    assert status == 0, text
    return text


def test_genconf_writes_what_cfg_takes() -> None:
    """dahdi_genconf knows ISDN, lines and telephones by themselves; its system.conf configures all of them."""
    text = shell(mixed(), "dahdi_genconf && cat /etc/dahdi/system.conf && dahdi_cfg -vv")
    written, configured = text.split("DAHDI Tools Version", 1)
    assert "span=1,1,0,ccs,hdb3,crc4\n" in written
    assert "bchan=1-15,17-31\ndchan=16\n" in written
    assert re.findall(r"^fx[so]ks=\d+$", written, re.MULTILINE) == ["fxsks=32", "fxsks=33", "fxoks=34", "fxoks=35"]
    assert "loadzone\t= cn\n" in written
    assert "Channel 16: D-channel" in configured
    assert "35 channels to configure." in configured


def test_genconf_of_r2_spans() -> None:
    """No span has a D channel: CAS bits, and a chan_dahdi.conf for MFC-R2."""
    script = "dahdi_genconf && cat /etc/dahdi/system.conf /etc/asterisk/dahdi-channels.conf"
    text = shell(FakeOffice(kinds=("e1",), framing="cas"), script)
    assert "span=1,1,0,cas,hdb3\n" in text
    assert "cas=1-15,17-31:1101\n" in text
    assert "mfcr2_variant=cn\n" in text


def test_the_machines_own_configuration_stays() -> None:
    """What tools write below /etc is the office's: seen again in the office, and never on the machine."""
    before = machine()
    tune = "fxotune -i 4 -b 32 -e 32 >/dev/null 2>&1 || true"
    read = "ls /etc/dahdi/* /etc/fxotune.conf; cat /etc/asterisk/dahdi-channels.conf"
    text = shell(mixed(), f"dahdi_genconf; dahdi_genconf; {tune}; {read}")
    for name in ("system.conf", "system.conf.bak", "assigned-spans.conf", "assigned-spans.conf.bak"):
        assert f"/etc/dahdi/{name}" in text
    assert "/etc/fxotune.conf" in text
    assert "signalling = pri_cpe" in text
    assert machine() == before


def machine() -> dict[str, tuple[int, int]]:
    """Size and time of every file of the machine that such tools would write."""
    places = [Path("/etc/dahdi"), Path("/etc/asterisk"), Path("/etc/fxotune.conf")]
    files = [file for place in places for file in (place, *place.glob("*")) if file.exists()]
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def test_lsdahdi_knows_every_kind_of_port() -> None:
    """By its name alone a port is one of a primary rate; by its signalling a line or a telephone."""
    status, text = output(mixed(), "lsdahdi")
    assert status == 0
    kinds = re.findall(r"^ *(\d+) +(\w+) +(\w+)", text, re.MULTILINE)
    assert ("1", "PRI", "Clear") in kinds
    assert ("16", "PRI", "HDLCFCS") in kinds
    assert ("32", "FXO", "FXSKS") in kinds
    assert ("35", "FXS", "FXOKS") in kinds


def test_span_tools() -> None:
    """Types, assignments and registration, by way of /sys; nothing is left to wait for."""
    text = shell(
        mixed(),
        "dahdi_waitfor_span_assignments assigned; dahdi_span_types list; dahdi_span_types dumpconfig;"
        "dahdi_span_assignments list; dahdi_span_assignments dumpconfig; dahdi_registration",
    )
    assert "assigned: done" in text
    assert re.search(r"^1:E1 +\[office-1\]", text, re.MULTILINE)
    assert re.findall(r"^office-\d +(\S+)$", text, re.MULTILINE) == ["1:1:1", "1:2:32", "1:3:34"]


def test_maint_counts_nothing_and_refuses_loops() -> None:
    """A card that cannot be tested: all counters are 0, loopback and reset are not supported."""
    refused = "dahdi_maint -s 1 --loopback localhost || true; dahdi_maint -s 1 --reset || true"
    text = shell(mixed(), f"dahdi_maint -s 1; {refused}")
    assert "CRC Errors : 0" in text
    assert "looping not supported by the driver" in text
    assert "error counters is not supported by the driver" in text


def test_there_is_no_network_interface() -> None:
    """sethdlc: a channel is no hdlc0 until the kernel makes it one."""
    status, text = output(mixed(), "sethdlc", "hdlc0")
    assert status != 0
    assert "No such device" in text


def test_fxotune_measures_and_cannot_tune(tmp_path: Path) -> None:
    """It dials, plays and records; what only a certain card's registers do is refused."""
    status, text = output(FakeOffice(), "timeout", "60", "fxotune", "-i", "4", "-b", "1", "-e", "1")
    assert status == 255
    assert "Unable to set impedance" in text
    status, text = output(FakeOffice(), "sh", "-c", f"cd {tmp_path} && timeout 60 fxotune -d -b 1 -w 10")
    assert status == 0, text
    assert "echo ratio" in text


def test_the_parameters_of_genconf() -> None:
    """R2 only when no span is for ISDN."""
    isdn, r2 = FakeOffice(kinds=("e1",)), FakeOffice(kinds=("e1",), framing="cas")
    assert "R2" not in genconf_parameters(layout(isdn.cards, isdn.lines), "us")
    assert "lc_country us\n" in genconf_parameters(layout(isdn.cards, isdn.lines), "us")
    assert "pri_connection_type R2\n" in genconf_parameters(layout(r2.cards, r2.lines), "cn")
