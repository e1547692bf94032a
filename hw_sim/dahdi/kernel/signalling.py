"""Types of signalling as tables: names, what a port may be configured as, and the bits of a hook on a timeslot.

The bits are those of dahdi-base.c (dahdi_rbs_sethook, dahdi_q_sig): robbed-bit signalling, carried in slot 16 of an E1.
"""

from __future__ import annotations

from enum import IntEnum

from hw_sim.dahdi.kernel import abi

_A, _B, _C, _D = abi.ABIT, abi.BBIT, abi.CBIT, abi.DBIT
_ABCD, _BD, _AC, _ABD, _BCD = _A | _B | _C | _D, _B | _D, _A | _C, _A | _B | _D, _B | _C | _D

FXS_TYPES = (abi.SIG_FXSLS, abi.SIG_FXSGS, abi.SIG_FXSKS)
FXO_TYPES = (abi.SIG_FXOLS, abi.SIG_FXOGS, abi.SIG_FXOKS)
EM_TYPES = (abi.SIG_EM, abi.SIG_EM_E1)


class Tx(IntEnum):
    """What a channel signals towards its line. KEWL: the battery is dropped, which tells the far end to hang up."""

    ONHOOK = 0
    OFFHOOK = 1
    START = 2
    KEWL = 3


NAMES = {
    abi.SIG_FXSLS: "FXSLS",
    abi.SIG_FXSGS: "FXSGS",
    abi.SIG_FXSKS: "FXSKS",
    abi.SIG_FXOLS: "FXOLS",
    abi.SIG_FXOGS: "FXOGS",
    abi.SIG_FXOKS: "FXOKS",
    abi.SIG_EM: "E&M",
    abi.SIG_EM_E1: "E&M-E1",
    abi.SIG_CLEAR: "Clear",
    abi.SIG_HDLCRAW: "HDLCRAW",
    abi.SIG_HDLCFCS: "HDLCFCS",
    abi.SIG_HDLCNET: "HDLCNET",
    abi.SIG_HARDHDLC: "Hardware-assisted HDLC",
    abi.SIG_MTP2: "MTP2",
    abi.SIG_SLAVE: "Slave",
    abi.SIG_CAS: "CAS",
    abi.SIG_DACS: "DACS",
    abi.SIG_DACS_RBS: "DACS+RBS",
    abi.SIG_SF: "SF (ToneOnly)",
}
"""As /proc/dahdi calls them."""

CONF_WORDS = {
    abi.SIG_FXSLS: "fxsls",
    abi.SIG_FXSGS: "fxsgs",
    abi.SIG_FXSKS: "fxsks",
    abi.SIG_FXOLS: "fxols",
    abi.SIG_FXOGS: "fxogs",
    abi.SIG_FXOKS: "fxoks",
    abi.SIG_EM: "e&m",
    abi.SIG_EM_E1: "e&me1",
    abi.SIG_CLEAR: "bchan",
    abi.SIG_HDLCFCS: "dchan",
    abi.SIG_HARDHDLC: "hardhdlc",
    abi.SIG_CAS: "cas",
}
"""As system.conf calls them."""

FXO_PORT = abi.SIG_FXSLS | abi.SIG_FXSGS | abi.SIG_FXSKS
"""What a port to an exchange can be."""

FXS_PORT = abi.SIG_FXOLS | abi.SIG_FXOGS | abi.SIG_FXOKS
"""What a port for a telephone can be."""

TIMESLOT = FXO_PORT | FXS_PORT | abi.SIG_EM | abi.SIG_EM_E1 | abi.SIG_SF
TIMESLOT |= abi.SIG_CLEAR | abi.SIG_HARDHDLC | abi.SIG_MTP2 | abi.SIG_CAS | abi.SIG_DACS_RBS
"""What a timeslot of an E1 can be: everything that the kernel's crossed spans and a card of this age can, together."""

BITS: dict[int, dict[Tx, int]] = {
    0: {Tx.ONHOOK: _A | _C | _D},
    abi.SIG_EM: {Tx.OFFHOOK: _ABCD, Tx.START: _ABCD},
    abi.SIG_EM_E1: {Tx.ONHOOK: _D, Tx.OFFHOOK: _ABD, Tx.START: _ABD, Tx.KEWL: _D},
    abi.SIG_FXSLS: {Tx.ONHOOK: _BD, Tx.OFFHOOK: _ABCD, Tx.START: _ABCD},
    abi.SIG_FXSGS: {Tx.ONHOOK: _BD, Tx.OFFHOOK: _ABCD, Tx.START: _AC},
    abi.SIG_FXSKS: {Tx.ONHOOK: _BD, Tx.OFFHOOK: _ABCD, Tx.START: _ABCD},
    abi.SIG_FXOLS: {Tx.ONHOOK: _BD, Tx.OFFHOOK: _BD},
    abi.SIG_FXOGS: {Tx.ONHOOK: _ABCD, Tx.OFFHOOK: _BD},
    abi.SIG_FXOKS: {Tx.ONHOOK: _BD, Tx.OFFHOOK: _BD, Tx.KEWL: _ABCD},
    abi.SIG_SF: {Tx.ONHOOK: _BCD, Tx.OFFHOOK: _ABCD, Tx.START: _ABCD, Tx.KEWL: _BCD},
}
"""What a timeslot sends for each state of its hook; 0 where a state is not named."""

IDLE: dict[int, tuple[int, int]] = {
    0: (0, 0),
    abi.SIG_EM: (_A, 0),
    abi.SIG_EM_E1: (_A | _D, _D),
    abi.SIG_FXSLS: (_B, _B),
    abi.SIG_FXSGS: (_A | _B, _A | _B),
    abi.SIG_FXSKS: (_A | _B, _B),
    abi.SIG_FXOLS: (_A, 0),
    abi.SIG_FXOGS: (_A | _B, _B),
    abi.SIG_FXOKS: (_A, 0),
    abi.SIG_SF: (0, 0),
}
"""What an idle far end sends, for each type: (bits that matter, their values)."""


def received(sigtype: int, bits: int, before: int) -> int | None:
    """The hook that received bits stand for, RX_*; None when they say nothing. before: the bits until now."""
    if sigtype == abi.SIG_EM:
        return None if (bits ^ before) & _A == 0 else abi.RX_OFFHOOK if bits & _A else abi.RX_ONHOOK
    if sigtype == abi.SIG_FXOGS and not bits & _B:
        return abi.RX_START
    if sigtype == abi.SIG_EM_E1 or sigtype in FXO_TYPES:
        return abi.RX_OFFHOOK if bits & _A else abi.RX_ONHOOK
    if sigtype in FXS_TYPES:
        if not bits & _B:
            return abi.RX_RING
        return abi.RX_ONHOOK if sigtype != abi.SIG_FXSLS and bits & _A else abi.RX_OFFHOOK
    return None


def capable(sigcap: int, sigtype: int) -> bool:
    """May a port be configured so? Whatever can be clear can also carry HDLC."""
    if sigcap & abi.SIG_CLEAR:
        sigcap |= abi.SIG_HDLCRAW | abi.SIG_HDLCFCS | abi.SIG_HDLCNET | abi.SIG_DACS
    return sigcap & sigtype == sigtype
