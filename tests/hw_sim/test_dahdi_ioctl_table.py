"""Every ioctl of DAHDI's header: who answers it, and what it is refused with where it is not.

Columns: on the control device, on an analog port (FXO), on a telephone port (FXS), on a bearer as it opens, on a D
channel, on a CAS channel, on a pseudo channel. "ok" or an errno, for an argument of zeros.
"""

from __future__ import annotations

import errno

import pytest

from hw_sim.dahdi.kernel import abi, ioctls
from hw_sim.dahdi.kernel.arguments import LOOKED_AT, MEANINGFUL, NAMES, TRAILED, shaped
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.spans import layout
from tests.hw_sim.virtual_dahdi import FakeOffice

DEVICES = ("ctl", "fxo", "fxs", "bearer", "dchannel", "cas", "pseudo")

TABLE = """
GET_BLOCKSIZE        ENOTTY ok     ok     ok     ok     ok     ok
SET_BLOCKSIZE        ENOTTY EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL  too small
FLUSH                ENOTTY ok     ok     ok     ok     ok     ok
SYNC                 ENOTTY ok     ok     ok     ok     ok     ok
GET_PARAMS_V1        EINVAL ok     ok     ok     ok     ok     ok      there is no channel 0
GET_PARAMS           EINVAL ok     ok     ok     ok     ok     ok
SET_PARAMS           EINVAL ok     ok     ok     ok     ok     ok
HOOK                 ENOTTY ok     ok     EINVAL EINVAL EINVAL ENOTTY  clear and CAS channels have no hook
GETEVENT             ENOTTY ok     ok     ok     ok     ok     ok
IOMUX                ENOTTY ok     ok     ok     ok     ok     ok      the preload library waits
SPANSTAT             EINVAL ok     ok     ok     ok     ok     EINVAL  0 is the channel's own span
SPANSTAT_V1          EINVAL ok     ok     ok     ok     ok     EINVAL
MAINT                EINVAL ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  ENOSYS for a span there is
GETCONF_V1           ENOTTY ok     ok     EINVAL EINVAL ok     ok      needs audio
GETCONF              ENOTTY ok     ok     EINVAL EINVAL ok     ok
SETCONF_V1           ENOTTY ok     ok     EINVAL EINVAL ok     ok
SETCONF              ENOTTY ok     ok     EINVAL EINVAL ok     ok
CONFLINK             ENOSYS ENOSYS ENOSYS ENOSYS ENOSYS ENOSYS ENOSYS  not built into Debian's driver
CONFDIAG_V1          ENOTTY ok     ok     EINVAL EINVAL ok     ok
CONFDIAG             ENOTTY ok     ok     EINVAL EINVAL ok     ok
GETGAINS_V1          EINVAL ok     ok     EINVAL EINVAL ok     ok
GETGAINS             EINVAL ok     ok     EINVAL EINVAL ok     ok
SETGAINS             EINVAL ok     ok     EINVAL EINVAL ok     ok
SPANCONFIG           ENXIO  ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  no span 0
CHANCONFIG           EINVAL ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
CONFMUTE             ENOTTY ok     ok     EINVAL EINVAL ok     ok
SENDTONE             ENOTTY ok     ok     ok     ok     ok     ok
GETTONEZONE          ENOTTY ok     ok     ok     ok     ok     ok
SETTONEZONE          ENOTTY ok     ok     ok     ok     ok     ok
DEFAULTZONE          ok     ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
LOADZONE             EINVAL ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  it is loaded
FREEZONE             ok     ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
GET_BUFINFO          ENOTTY ok     ok     ok     ok     ok     ok
SET_BUFINFO          ENOTTY EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL  too small
GET_DIALPARAMS       ok     ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
SET_DIALPARAMS       ok     ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
DIAL                 ENOTTY EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL  no operation 0
AUDIOMODE            ENOTTY EINVAL EINVAL ok     EINVAL EINVAL ENOTTY  bare clear channels only
ECHOCANCEL           ENOTTY ok     ok     EINVAL EINVAL ok     ENOTTY
ECHOCANCEL_PARAMS    ENOTTY ok     ok     EINVAL EINVAL ok     ENOTTY
CHANNO               ENOTTY ok     ok     ok     ok     ok     ok
DIALING              ENOTTY ok     ok     ok     ok     ok     ok
HDLCRAWMODE          ENOTTY EINVAL EINVAL ok     EINVAL EINVAL ENOTTY
HDLCFCSMODE          ENOTTY EINVAL EINVAL ok     EINVAL EINVAL ENOTTY
SPECIFY              ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  only before a channel is named
SETLAW               ENOTTY ok     ok     ok     ok     ok     ok
SETLINEAR            ENOTTY ok     ok     EINVAL EINVAL ok     ok
HDLCPPP              ENOTTY ENOSYS ENOSYS ENOSYS ENOSYS ENOSYS ENOTTY  not built into Debian's driver
SETCADENCE           ENOTTY ok     ok     ok     ok     ok     ok
GETRXBITS            ENOTTY ok     ok     ok     ok     ok     ENOTTY
SETTXBITS            ENOTTY EINVAL EINVAL EINVAL EINVAL ok     ENOTTY
CHANDIAG_V1          EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL  no channel 0
CHANDIAG             EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL
SFCONFIG             EINVAL ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
TIMERCONFIG          ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  /dev/dahdi/timer's
TIMERACK             ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
GETCONFMUTE          ENOTTY ok     ok     EINVAL EINVAL ok     ok
ECHOTRAIN            ENOTTY EINVAL EINVAL EINVAL EINVAL EINVAL ENOTTY  no canceller is on
ONHOOKTRANSFER       ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  the cards cannot
TIMERPING            ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
TIMERPONG            ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
GETSIGFREEZE         ENOTTY ok     ok     ok     ok     ok     ENOTTY
SETSIGFREEZE         ENOTTY ok     ok     ok     ok     ok     ENOTTY
INDIRECT             ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  unwrapped by the preload library
GETVERSION           ok     ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
LOOPBACK             ENOTTY ok     ok     ok     ok     ok     ENOTTY
ATTACH_ECHOCAN       EINVAL ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
DYNAMIC_CREATE       ENOSYS ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  no spans over a network
DYNAMIC_DESTROY      ENOSYS ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
SET_HWGAIN           ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  the cards cannot
TONEDETECT           ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  ok would stop programs from listening
SETPOLARITY          ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
TRANSCODE_OP         ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
TC_ALLOCATE          ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
TC_GETINFO           ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
VMWI                 ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
VMWI_CONFIG          ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
STARTUP              ENXIO  ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY  no span 0
SHUTDOWN             ENXIO  ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
HDLC_RATE            ENOTTY ok     ok     ok     ok     ok     ENOTTY
ECHOCANCEL_FAX_MODE  ENOTTY EINVAL EINVAL EINVAL EINVAL EINVAL ENOTTY  no canceller is on
BUFFER_EVENTS        ENOTTY ok     ok     ok     ok     ok     ENOTTY
RADIO_GETSTAT        ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
RADIO_GETPARAM       ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
RADIO_SETPARAM       ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY ENOTTY
"""
ROWS = {line.split()[0]: line.split()[1 : 1 + len(DEVICES)] for line in TABLE.strip().splitlines()}


def board() -> Board:
    """An FXO, an FXS and an E1 card, one of whose timeslots has CAS bits."""
    office = FakeOffice(12, kinds=("fxo", "fxs", "e1"))
    made = Board(layout(office.cards, office.lines), "us")
    made.channels[10].configure(abi.SIG_CAS, 0)
    return made


def device(made: Board, kind: str) -> Channel | None:
    """The channel of a column."""
    if kind in ("ctl", "pseudo"):
        return made.pseudo() if kind == "pseudo" else None
    channel = made.channels[{"fxo": 1, "fxs": 5, "bearer": 9, "cas": 10, "dchannel": 24}[kind]]
    made.open(channel)
    return channel


def answer(kind: str, name: str, payload: bytes) -> str:
    """ "ok" or the name of the errno."""
    made = board()
    channel = device(made, kind)
    table = {"ctl": ioctls.CONTROL, "pseudo": ioctls.PSEUDO}.get(kind, ioctls.CHANNEL)
    try:
        ioctls.answer(table, made, channel, abi.IOCTLS[name], shaped(abi.IOCTLS[name], payload))
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "ok"


def test_the_table_is_of_all_ioctls() -> None:
    """85, no more and no less, each with a column for every device."""
    assert set(ROWS) == set(abi.IOCTLS)
    assert len(ROWS) == 85
    assert {len(row) for row in ROWS.values()} == {len(DEVICES)}


@pytest.mark.parametrize("kind", DEVICES)
def test_every_ioctl_is_answered_as_the_table_says(kind: str) -> None:
    """Whole arguments of zeros."""
    column = DEVICES.index(kind)
    got = {name: answer(kind, name, bytes(cmd >> 16 & 0x3FFF)) for name, cmd in abi.IOCTLS.items()}
    assert got == {name: row[column] for name, row in ROWS.items()}


@pytest.mark.parametrize("kind", DEVICES)
def test_a_null_pointer_is_refused_only_where_it_is_looked_at(kind: str) -> None:
    """EFAULT there; anywhere else what zeros would be, also for arguments that are too short."""
    column = DEVICES.index(kind)
    for name, row in ROWS.items():
        size = abi.IOCTLS[name] >> 16 & 0x3FFF
        if name in MEANINGFUL or not size or name in ("DEFAULTZONE", "FREEZONE"):
            continue
        expected = "EFAULT" if name in LOOKED_AT and row[column] not in ("ENOTTY", "ENOSYS") else row[column]
        assert answer(kind, name, b"") == expected, name
        assert answer(kind, name, bytes(size - 1)) == expected, name


def test_what_trails_a_struct_is_kept_only_where_something_does() -> None:
    """LOADZONE and ECHOCANCEL_PARAMS; other ioctls do not see what a program sends beyond."""
    for cmd, name in NAMES.items():
        size = cmd >> 16 & 0x3FFF
        assert len(shaped(cmd, bytes(size + 44))) == size + 44 * (name in TRAILED), name


def test_no_argument_is_the_zones_own_cadence() -> None:
    """SETCADENCE with a null pointer; ECHOCANCEL_PARAMS looks at audio first."""
    assert answer("fxs", "SETCADENCE", b"") == "ok"
    assert answer("bearer", "ECHOCANCEL_PARAMS", b"") == "EINVAL"
    assert answer("fxo", "ECHOCANCEL_PARAMS", b"") == "EFAULT"
