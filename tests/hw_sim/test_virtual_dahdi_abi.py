"""Our numbers and layouts against DAHDI's own header, where it is installed."""

import subprocess
from pathlib import Path

import pytest

from hw_sim.dahdi import abi
from tests.hw_sim.virtual_dahdi import compiled

STRUCTS = {
    "dahdi_params": abi.PARAMS,
    "dahdi_spaninfo": abi.SPANINFO,
    "dahdi_bufferinfo": abi.BUFFERINFO,
    "dahdi_chanconfig": abi.CHANCONFIG,
    "dahdi_lineconfig": abi.LINECONFIG,
    "dahdi_confinfo": abi.CONFINFO,
    "dahdi_dialparams": abi.DIALPARAMS,
    "dahdi_dialoperation": abi.DIAL,
    "dahdi_gains": abi.GAINS,
    "dahdi_versioninfo": abi.VERSION,
    "dahdi_tone_def_header": abi.ZONE_HEADER,
    "dahdi_attach_echocan": abi.ATTACH_ECHOCAN,
}
CONSTANTS = {
    "DAHDI_SIG_FXSKS": abi.SIG_FXSKS,
    "DAHDI_SIG_FXSLS": abi.SIG_FXSLS,
    "DAHDI_SIG_FXSGS": abi.SIG_FXSGS,
    "DAHDI_SIG_CLEAR": abi.SIG_CLEAR,
    "DAHDI_EVENT_ONHOOK": abi.EV_ONHOOK,
    "DAHDI_EVENT_RINGOFFHOOK": abi.EV_RINGOFFHOOK,
    "DAHDI_EVENT_ALARM": abi.EV_ALARM,
    "DAHDI_EVENT_NOALARM": abi.EV_NOALARM,
    "DAHDI_EVENT_DIALCOMPLETE": abi.EV_DIALCOMPLETE,
    "DAHDI_EVENT_HOOKCOMPLETE": abi.EV_HOOKCOMPLETE,
    "DAHDI_EVENT_TIMER_EXPIRED": abi.EV_TIMER_EXPIRED,
    "DAHDI_EVENT_TIMER_PING": abi.EV_TIMER_PING,
    "DAHDI_EVENT_POLARITY": abi.EV_POLARITY,
    "DAHDI_EVENT_RINGBEGIN": abi.EV_RINGBEGIN,
    "DAHDI_EVENT_REMOVED": abi.EV_REMOVED,
    "DAHDI_EVENT_READ_OVERRUN": abi.EV_READ_OVERRUN,
    "DAHDI_EVENT_WRITE_UNDERRUN": abi.EV_WRITE_UNDERRUN,
    "DAHDI_FLASH": abi.FLASH,
    "DAHDI_RINGOFF": abi.RINGOFF,
    "DAHDI_TONE_DTMF_BASE": abi.DTMF_BASE,
    "DAHDI_CONF_DIGITALMON": abi.CONF_DIGITALMON,
    "DAHDI_POLICY_HALF_FULL": abi.POLICY_HALF_FULL,
}


@pytest.mark.skipif(not Path("/usr/include/dahdi/user.h").exists(), reason="the header package is not installed")
def test_numbers_and_sizes_are_the_headers(tmp_path: Path) -> None:
    """Every ioctl number, every struct's size, every constant we use."""
    names = [f"DAHDI_{name}" for name in abi.IOCTLS]
    known = subprocess.run(
        ["gcc", "-dM", "-E", "-x", "c", "-"],
        input="#include <dahdi/user.h>",
        text=True,
        capture_output=True,
        check=True,
    ).stdout
    defined = {line.split()[1] for line in known.splitlines() if line.startswith("#define DAHDI_")}
    assert set(names) <= defined, sorted(set(names) - defined)
    wanted = [f"(unsigned long){name}" for name in [*names, *CONSTANTS]] + [
        f"sizeof(struct {name})" for name in STRUCTS
    ]
    lines = "".join(f'printf("%lu\\n", {value});' for value in wanted)
    source = f"#include <stdio.h>\n#include <dahdi/user.h>\nint main(void) {{ {lines} return 0; }}"
    client = compiled(source, tmp_path / "numbers")
    found = [int(line) for line in subprocess.run([client], capture_output=True, text=True, check=True).stdout.split()]
    expected = [*abi.IOCTLS.values(), *CONSTANTS.values(), *(s.size for s in STRUCTS.values())]
    assert dict(zip(wanted, found, strict=True)) == dict(zip(wanted, expected, strict=True))
