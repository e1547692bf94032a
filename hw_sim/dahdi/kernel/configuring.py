"""What dahdi_cfg does to channels and zones through /dev/dahdi/ctl."""

from __future__ import annotations

import errno

from dsp.g711 import Law
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.signalling import capable
from hw_sim.dahdi.kernel.zones import define

ECHO_CANCELLERS = ("mg2", "kb1", "sec", "sec2", "jpah", "oslec")
LAWS: dict[int, Law] = {abi.LAW_MULAW: "mulaw", abi.LAW_ALAW: "alaw"}
SHORTEST, LONGEST = 10, 4000


def version(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    return abi.VERSION.pack(b"2.11.1 (loopstart office)", b"MG2, KB1, OSLEC")


def channel_config(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """Also while a program has the channel open. Raises OSError EINVAL for a channel that is none of a card's, for
    signalling that the port has not, for a master or a source that is none; ENOSYS for HDLC as a network interface."""
    number, name, sigtype, law, master, idle_bits, netdev = abi.CHANCONFIG.unpack(argument)
    chosen = board.channel(number)
    bound = board.channel(master) if sigtype == abi.SIG_SLAVE else None
    if bound is not None:
        sigtype = bound.sigtype
    elif sigtype & abi.SIG_ANY_DACS:
        board.channel(idle_bits)
    if sigtype == abi.SIG_HDLCNET:
        raise OSError(errno.ENOSYS, "no network interfaces")
    chosen.master = None
    if chosen.port is None or not capable(chosen.port.sigcap, sigtype):
        raise OSError(errno.EINVAL, "the port has no such signalling")
    chosen.configure(sigtype, board.now, LAWS.get(law), idle_bits)
    chosen.master = bound if bound is not chosen else None
    if sigtype & abi.SIG_ANY_DACS:
        chosen.confmode, chosen.confno = abi.CONF_DIGITALMON, idle_bits
    board.changed = True
    return abi.CHANCONFIG.pack(number, name, sigtype, law, master, idle_bits, netdev)


def load_zone(board: Board, channel: Channel | None, argument: bytes) -> None:
    """struct dahdi_tone_def_header with its definitions. Raises OSError EINVAL, also for one that is loaded."""
    size = abi.ZONE_HEADER.size
    zone = define(argument[:size], argument[size:])
    if any(known.number == zone.number for known in board.zones):
        raise OSError(errno.EINVAL, "the zone is loaded already")
    board.zones.append(zone)


def free_zone(board: Board, channel: Channel | None, argument: bytes) -> None:
    """Channels that use it keep it. One that is not loaded is as good as freed."""
    number = abi.INT.unpack_from(argument)[0]
    board.zones = [zone for zone in board.zones if zone.number != number]


def default_zone(board: Board, channel: Channel | None, argument: bytes) -> None:
    """For the channels that are opened from now on. Raises OSError EINVAL."""
    number = abi.INT.unpack_from(argument)[0]
    if not any(zone.number == number for zone in board.zones):
        raise OSError(errno.EINVAL, "the zone is not loaded")
    board.zones.sort(key=lambda zone: zone.number != number)


def set_dialparams(board: Board, channel: Channel | None, argument: bytes) -> None:
    """Lengths in ms out of range (10 ms to 4 s) are ignored, each for itself."""
    for i, length in enumerate(abi.DIALPARAMS.unpack(argument)[:3]):
        if SHORTEST <= length <= LONGEST:
            board.dialparams[i] = length
            setattr(board.lengths, ("mfr1", "dtmf", "mfr2")[i], length * 8)


def get_dialparams(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """In ms as they were set; until then the kernel driver tells its own defaults in samples."""
    return abi.DIALPARAMS.pack(*board.dialparams, 0, 0, 0)


def attach_echocan(board: Board, channel: Channel | None, argument: bytes) -> None:
    """An empty name takes it away. Raises OSError EINVAL, also for the hardware's: these cards have none."""
    number, name = abi.ATTACH_ECHOCAN.unpack(argument)
    chosen = board.channel(number)
    wanted = name[:15].split(b"\0")[0].decode("ascii", "replace").lower()
    if wanted and wanted not in ECHO_CANCELLERS:
        raise OSError(errno.EINVAL, "no such echo canceller")
    chosen.canceller = wanted.upper()
    board.changed = True


def tone_signalling(board: Board, channel: Channel | None, argument: bytes) -> None:
    """SFCONFIG: for channels signalled by a tone. Raises OSError EINVAL for any other."""
    if board.channel(abi.SFCONFIG.unpack(argument)[0]).sigtype != abi.SIG_SF:
        raise OSError(errno.EINVAL, "not signalled by a tone")


HANDLERS = {
    "GETVERSION": version,
    "CHANCONFIG": channel_config,
    "SFCONFIG": tone_signalling,
    "LOADZONE": load_zone,
    "FREEZONE": free_zone,
    "DEFAULTZONE": default_zone,
    "SET_DIALPARAMS": set_dialparams,
    "GET_DIALPARAMS": get_dialparams,
    "ATTACH_ECHOCAN": attach_echocan,
}
