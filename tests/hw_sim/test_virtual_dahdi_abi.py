"""Our numbers and layouts against DAHDI's own header, where it is installed."""

import subprocess
from pathlib import Path

import pytest

from hw_sim.dahdi.kernel import abi
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
    "dahdi_tone_def": abi.TONE_DEF,
    "dahdi_ring_cadence": abi.RING_CADENCE,
    "dahdi_spaninfo_v1": abi.SPANINFO_V1,
    "dahdi_maintinfo": abi.MAINT,
    "dahdi_sfconfig": abi.SFCONFIG,
    "dahdi_echocanparams": abi.ECHOCAN_PARAMS,
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
    "DAHDI_SIG_FXOLS": abi.SIG_FXOLS,
    "DAHDI_SIG_FXOGS": abi.SIG_FXOGS,
    "DAHDI_SIG_FXOKS": abi.SIG_FXOKS,
    "DAHDI_SIG_EM": abi.SIG_EM,
    "DAHDI_SIG_EM_E1": abi.SIG_EM_E1,
    "DAHDI_SIG_SF": abi.SIG_SF,
    "DAHDI_SIG_CAS": abi.SIG_CAS,
    "DAHDI_SIG_SLAVE": abi.SIG_SLAVE,
    "DAHDI_SIG_HDLCRAW": abi.SIG_HDLCRAW,
    "DAHDI_SIG_HDLCFCS": abi.SIG_HDLCFCS,
    "DAHDI_SIG_HDLCNET": abi.SIG_HDLCNET,
    "DAHDI_SIG_HARDHDLC": abi.SIG_HARDHDLC,
    "DAHDI_SIG_MTP2": abi.SIG_MTP2,
    "DAHDI_SIG_DACS": abi.SIG_DACS,
    "DAHDI_SIG_DACS_RBS": abi.SIG_DACS_RBS,
    "DAHDI_ABIT": abi.ABIT,
    "DAHDI_BBIT": abi.BBIT,
    "DAHDI_CBIT": abi.CBIT,
    "DAHDI_DBIT": abi.DBIT,
    "DAHDI_CONFIG_AMI": abi.CONFIG_AMI,
    "DAHDI_CONFIG_CCS": abi.CONFIG_CCS,
    "DAHDI_CONFIG_HDB3": abi.CONFIG_HDB3,
    "DAHDI_CONFIG_CRC4": abi.CONFIG_CRC4,
    "DAHDI_CONF_CONF": abi.CONF_CONF,
    "DAHDI_CONF_CONFANN": abi.CONF_CONFANN,
    "DAHDI_CONF_CONFMON": abi.CONF_CONFMON,
    "DAHDI_CONF_CONFANNMON": abi.CONF_CONFANNMON,
    "DAHDI_CONF_REALANDPSEUDO": abi.CONF_REALANDPSEUDO,
    "DAHDI_CONF_LISTENER": abi.CONF_LISTENER,
    "DAHDI_CONF_TALKER": abi.CONF_TALKER,
    "DAHDI_CONF_PSEUDO_LISTENER": abi.CONF_PSEUDO_LISTENER,
    "DAHDI_CONF_PSEUDO_TALKER": abi.CONF_PSEUDO_TALKER,
    "DAHDI_CONF_MONITORBOTH_PREECHO": abi.CONF_MONITORBOTH_PREECHO,
    "DAHDI_EVENT_ABORT": abi.EV_ABORT,
    "DAHDI_EVENT_OVERRUN": abi.EV_OVERRUN,
    "DAHDI_EVENT_BADFCS": abi.EV_BADFCS,
    "DAHDI_EVENT_RINGERON": abi.EV_RINGERON,
    "DAHDI_EVENT_RINGEROFF": abi.EV_RINGEROFF,
    "DAHDI_EVENT_BITSCHANGED": abi.EV_BITSCHANGED,
    "DAHDI_EVENT_PULSE_START": abi.EV_PULSE_START,
    "DAHDI_EVENT_PULSEDIGIT": abi.EV_PULSEDIGIT,
    "DAHDI_EVENT_WINKFLASH": abi.EV_WINKFLASH,
    "DAHDI_TONE_MFR1_BASE": abi.MFR1_BASE,
    "DAHDI_TONE_MFR2_FWD_BASE": abi.MFR2_FWD_BASE,
    "DAHDI_TONE_MFR2_REV_BASE": abi.MFR2_REV_BASE,
    "DAHDI_TONE_MFR2_REV_MAX": abi.MFR2_REV_MAX,
    "DAHDI_TONE_DTMF_MAX": abi.DTMF_MAX,
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
