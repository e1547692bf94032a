"""What T.30 and libspandsp have numbers for: how a session ends, control frames, modems, codings."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Status(IntEnum):
    """How a session ended, as libspandsp counts (spandsp/t30.h)."""

    OK = 0
    CED_TOO_LONG = 1
    T0_EXPIRED = 2
    T1_EXPIRED = 3
    T3_EXPIRED = 4
    HDLC_CARRIER = 5
    CANNOT_TRAIN = 6
    OPERATOR_FAILED = 7
    INCOMPATIBLE = 8
    CANNOT_RECEIVE = 9
    CANNOT_SEND = 10
    NO_SUCH_RESOLUTION = 11
    NO_SUCH_SIZE = 12
    UNEXPECTED = 13
    TX_BAD_DCS = 14
    TX_BAD_PAGE = 15
    TX_ECM_PHASE_D = 16
    TX_GOT_DCN = 17
    TX_INVALID_RESPONSE = 18
    TX_NO_DIS = 19
    TX_PHASE_B_DEAD = 20
    TX_PHASE_D_DEAD = 21
    TX_T5_EXPIRED = 22
    RX_ECM_PHASE_D = 23
    RX_GOT_DCS = 24
    RX_INVALID_COMMAND = 25
    RX_NO_CARRIER = 26
    RX_NO_EOL = 27
    RX_NO_FAX = 28
    RX_T2_DCN = 29
    RX_T2_PHASE_D = 30
    RX_T2_PAGE = 31
    RX_T2_NEXT_PAGE = 32
    RX_T2_RR = 33
    RX_T2 = 34
    RX_DCN_WHY = 35
    RX_DCN_DATA = 36
    RX_DCN_PAGE = 37
    RX_DCN_PHASE_D = 38
    RX_DCN_RR = 39
    RX_DCN_NO_RETRY = 40
    FILE_ERROR = 41
    NO_PAGE = 42
    BAD_TIFF = 43
    BAD_PAGE = 44
    BAD_TAG = 45
    BAD_TIFF_HEADER = 46
    NO_MEMORY = 47
    RETRIES_DCN = 48
    CALL_DROPPED = 49
    NO_POLL = 50
    IDENT_REFUSED = 51
    SUB_REFUSED = 52
    SEP_REFUSED = 53
    PSA_REFUSED = 54
    SID_REFUSED = 55
    PWD_REFUSED = 56
    TSA_REFUSED = 57
    IRA_REFUSED = 58
    CIA_REFUSED = 59
    ISP_REFUSED = 60
    CSA_REFUSED = 61


class Modem(IntFlag):
    """Modems for pages, with their speeds in bit/s."""

    V27TER = 1
    """2400, 4800"""
    V29 = 2
    """7200, 9600"""
    V17 = 4
    """7200 to 14400"""


ALL_MODEMS = Modem.V27TER | Modem.V29 | Modem.V17

FRAMES = {
    0x20: "NSF", 0x40: "CSI", 0x80: "DIS",
    0x21: "NSC", 0x41: "CIG", 0x81: "DTC", 0xC1: "PWD", 0xA1: "SEP", 0x61: "PSA", 0xE1: "CIA", 0x11: "ISP",
    0x22: "NSS", 0x42: "TSI", 0x82: "DCS", 0xC2: "SUB", 0xA2: "SID", 0x12: "CTC", 0x62: "TSA", 0xE2: "IRA",
    0x84: "CFR", 0x44: "FTT", 0xC4: "CTR", 0x24: "CSA",
    0x8E: "EOM", 0x4E: "MPS", 0x2E: "EOP", 0x9E: "PRI-EOM", 0x5E: "PRI-MPS", 0x3E: "PRI-EOP",
    0x1E: "EOS", 0xBE: "PPS", 0xCE: "EOR", 0x6E: "RR",
    0x8C: "MCF", 0xCC: "RTP", 0x4C: "RTN", 0xAC: "PIP", 0x2C: "PIN", 0xBC: "PPR", 0xEC: "RNR", 0x1C: "ERR",
    0xFC: "FDM", 0xFA: "DCN", 0x1A: "CRP", 0xCA: "FNV",
}  # fmt: skip
"""Control frames by their FCF as libspandsp has it: the first bit on the line is the lowest."""

_TO_WHOM = 0x01
"""The bit X: set by who has received a DIS (T.30, 5.3.6.1)."""

CODINGS = {0: "none", 1: "MH", 2: "MR", 3: "MMR"}
"""Codings of a page on the line: T.4 one- and two-dimensional, T.6."""


def frame_name(fcf: int) -> str:
    """The name of a control frame, or its number in hexadecimal."""
    return FRAMES.get(fcf) or FRAMES.get(fcf & ~_TO_WHOM) or f"{fcf:02X}"
