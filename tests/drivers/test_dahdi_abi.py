"""The numbers and layouts in drivers/dahdi/abi.h and codes.py against the kernel driver's own header, where it is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from drivers.dahdi import codes

ABI = Path("drivers/dahdi/abi.h")
HEADER = Path("/usr/include/dahdi/user.h")

pytestmark = pytest.mark.skipif(not HEADER.exists(), reason="needs dahdi/user.h (Debian package dahdi-source)")

OURS = {
    "FLUSH": "DAHDI_FLUSH", "GET_PARAMS": "DAHDI_GET_PARAMS", "HOOK": "DAHDI_HOOK", "GETEVENT": "DAHDI_GETEVENT",
    "GET_BUFINFO": "DAHDI_GET_BUFINFO", "SET_BUFINFO": "DAHDI_SET_BUFINFO", "AUDIOMODE": "DAHDI_AUDIOMODE",
    "SPECIFY": "DAHDI_SPECIFY", "SETLAW": "DAHDI_SETLAW", "BUFFER_EVENTS": "DAHDI_BUFFER_EVENTS",
    "FLUSH_READ": "DAHDI_FLUSH_READ", "FLUSH_WRITE": "DAHDI_FLUSH_WRITE", "ELAST": "ELAST",
    "EVENT_REMOVED": "DAHDI_EVENT_REMOVED", "EVENT_READ_OVERRUN": "DAHDI_EVENT_READ_OVERRUN",
    "EVENT_WRITE_UNDERRUN": "DAHDI_EVENT_WRITE_UNDERRUN", "LAW_MULAW": "DAHDI_LAW_MULAW",
    "LAW_ALAW": "DAHDI_LAW_ALAW", "SIG_CLEAR": "DAHDI_SIG_CLEAR",
}  # fmt: skip
FIELDS = ["sigtype", "rxisoffhook", "curlaw", "name", "chan_alarms", "spanno"]


def compiles(tmp_path: Path, *claims: str) -> None:
    """Let the compiler check claims about both headers at once."""
    source = tmp_path / "abi.c"
    lines = [f'_Static_assert({claim}, "claim");' for claim in claims]
    source.write_text("\n".join(["#include <stddef.h>", "#include <dahdi/user.h>", '#include "abi.h"', *lines]))
    command = ["cc", "-std=gnu11", "-fsyntax-only", f"-I{ABI.parent.absolute()}", str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_number_is_the_kernels(tmp_path: Path) -> None:
    """Each #define of abi.h is compared; a new one must be added to the table here."""
    defined = set(re.findall(r"#define DAHDI_ABI_(\w+) ", ABI.read_text()))
    assert defined == set(OURS)
    compiles(tmp_path, *(f"(unsigned long)DAHDI_ABI_{ours} == (unsigned long){its}" for ours, its in OURS.items()))


def test_structs_have_the_kernels_layout(tmp_path: Path) -> None:
    """Sizes, and the offsets of every field that is read."""
    params, info = "struct dahdi_abi_params", "struct dahdi_abi_bufferinfo"
    claims = [
        f"sizeof({params}) == sizeof(struct dahdi_params)", f"sizeof({info}) == sizeof(struct dahdi_bufferinfo)"
    ]  # fmt: skip
    claims += [f"offsetof({params}, {name}) == offsetof(struct dahdi_params, {name})" for name in FIELDS]
    claims += [
        f"offsetof({info}, {name}) == offsetof(struct dahdi_bufferinfo, {name})" for name in ("numbufs", "bufsize")
    ]
    compiles(tmp_path, *claims)


def test_events_and_signalling_are_the_kernels(tmp_path: Path) -> None:
    """The numbers that Python knows."""
    events = {
        18: "RINGBEGIN", 2: "RINGOFFHOOK", 1: "ONHOOK", 17: "POLARITY", 4: "ALARM", 5: "NOALARM", 20: "REMOVED"
    }  # fmt: skip
    assert set(codes.FXO_SIGNALS) == set(events)
    claims = [f"{number} == DAHDI_EVENT_{name}" for number, name in events.items()]
    names = {"fxs_ks": "FXSKS", "fxs_ls": "FXSLS", "fxo_ks": "FXOKS", "fxo_ls": "FXOLS", "clear": "CLEAR"}
    claims += [f"{number} == DAHDI_SIG_{names[signalling]}" for number, signalling in codes.SIGNALLING.items()]
    compiles(tmp_path, *claims)


def test_a_wrong_number_would_be_seen(tmp_path: Path) -> None:
    """The comparison can fail."""
    with pytest.raises(AssertionError, match="static assertion failed"):
        compiles(tmp_path, "DAHDI_ABI_SIG_CLEAR == DAHDI_SIG_FXSKS")
