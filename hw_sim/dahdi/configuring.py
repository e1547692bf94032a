"""What dahdi_cfg does through /dev/dahdi/ctl."""

from __future__ import annotations

import errno

from hw_sim.dahdi import abi
from hw_sim.dahdi.board import Board
from hw_sim.dahdi.channel import Channel

ECHO_CANCELLERS = ("", "mg2", "kb1", "sec", "sec2", "jpah", "oslec", "hwec")


def version(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    return abi.VERSION.pack(b"2.11.1 (loopstart office)", b"MG2, KB1, OSLEC")


def span_config(board: Board, channel: Channel | None, argument: bytes) -> None:
    """An analog card has no line build-out to set; the span must exist."""
    board.span(abi.LINECONFIG.unpack(argument)[0])


def span_exists(board: Board, channel: Channel | None, argument: bytes) -> None:
    board.span(abi.INT.unpack_from(argument)[0])


def channel_config(board: Board, channel: Channel | None, argument: bytes) -> None:
    """Raises OSError EINVAL for signalling that the port has not, or a channel that is none of a card's."""
    number, _, sigtype, law, _, _, _ = abi.CHANCONFIG.unpack(argument)
    chosen = board.channel(number)
    if chosen.port is None or (sigtype and not _capable(chosen.port.sigcap, sigtype)):
        raise OSError(errno.EINVAL, "the port has no such signalling")
    if chosen.open:
        raise OSError(errno.EBUSY, "in use")
    if law not in (abi.LAW_DEFAULT, abi.LAW_MULAW, abi.LAW_ALAW):
        raise OSError(errno.EINVAL, "no such law")
    chosen.sigtype = sigtype


def _capable(sigcap: int, sigtype: int) -> bool:
    return sigtype & sigcap == sigtype and sigtype != abi.SIG_SLAVE


def load_zone(board: Board, channel: Channel | None, argument: bytes) -> None:
    """struct dahdi_tone_def_header. Raises OSError EINVAL, also for one that is loaded."""
    count, zone = abi.ZONE_HEADER.unpack_from(argument)[:2]
    if not 0 <= zone < 256 or not 0 <= count <= 128:
        raise OSError(errno.EINVAL, "no such zone")
    if zone in board.zones:
        raise OSError(errno.EINVAL, "the zone is loaded already")
    board.load_zone(zone)


def free_zone(board: Board, channel: Channel | None, argument: bytes) -> None:
    zone = abi.INT.unpack_from(argument)[0]
    board.zones.pop(zone, None)
    if board.zone == zone:
        board.zone = next(iter(board.zones), None)


def default_zone(board: Board, channel: Channel | None, argument: bytes) -> None:
    zone = abi.INT.unpack_from(argument)[0]
    if zone not in board.zones:
        raise OSError(errno.EINVAL, "the zone is not loaded")
    board.zone = zone


def set_dialparams(board: Board, channel: Channel | None, argument: bytes) -> None:
    """Lengths out of range (10 ms to 4 s) are ignored, each for itself."""
    for i, length in enumerate(abi.DIALPARAMS.unpack(argument)[:3]):
        if 10 <= length <= 4000:
            board.dialparams[i] = length
    board.key_length = board.dialparams[1] * 8


def get_dialparams(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    return abi.DIALPARAMS.pack(*board.dialparams, 0, 0, 0)


def attach_echocan(board: Board, channel: Channel | None, argument: bytes) -> None:
    number, name = abi.ATTACH_ECHOCAN.unpack(argument)
    board.channel(number)
    if name.split(b"\0")[0].decode("ascii", "replace").lower() not in ECHO_CANCELLERS:
        raise OSError(errno.EINVAL, "no such echo canceller")


def maintenance(board: Board, channel: Channel | None, argument: bytes) -> None:
    board.span(abi.INT.unpack_from(argument)[0])
    raise OSError(errno.ENOSYS, "an analog card has no maintenance modes")


HANDLERS = {
    "GETVERSION": version,
    "SPANCONFIG": span_config,
    "STARTUP": span_exists,
    "SHUTDOWN": span_exists,
    "CHANCONFIG": channel_config,
    "LOADZONE": load_zone,
    "FREEZONE": free_zone,
    "DEFAULTZONE": default_zone,
    "SET_DIALPARAMS": set_dialparams,
    "GET_DIALPARAMS": get_dialparams,
    "ATTACH_ECHOCAN": attach_echocan,
    "MAINT": maintenance,
}
