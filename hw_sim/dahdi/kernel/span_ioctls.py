"""What spans tell of themselves, and may be told: SPANSTAT, SPANCONFIG, STARTUP, SHUTDOWN, MAINT."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.spans import Span


@dataclass(frozen=True, slots=True)
class Texts:
    """A span's strings, cut to fit. long: description, line build-out, location, manufacturer, device."""

    name: bytes
    long: tuple[bytes, ...]
    kind: bytes


def _texts(span: Span) -> Texts:
    lbo = abi.LBO_NAMES[span.lbo] if 0 <= span.lbo < len(abi.LBO_NAMES) else "Unknown"
    long = [text.encode()[:39] for text in (span.description, lbo, span.location, span.manufacturer, span.device)]
    return Texts(span.name.encode()[:19], tuple(long), span.type_name.encode()[:5])


def _asked(board: Board, channel: Channel | None, argument: bytes) -> Span:
    """The span the argument names; 0 is the channel's own. Raises OSError EINVAL."""
    number = abi.INT.unpack_from(argument)[0]
    if not number:
        number = channel.port.span if channel and channel.port else 0
    return board.span(number)


def _totals(board: Board, span: Span) -> tuple[int, ...]:
    """Channels configured, channels, spans, line build-out and configuration."""
    channels = board.of_span(span)
    configured = sum(1 for c in channels if c.sigtype)
    return configured, len(channels), len(board.present), span.lbo, span.lineconfig


def span_stat(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_spaninfo, 314 bytes. No errors are ever counted: the office's spans have none."""
    span = _asked(board, channel, argument)
    texts = _texts(span)
    counters = (0,) * 4 + (0,) * 5 + (0,)
    return abi.SPANINFO.pack(
        span.number,
        texts.name,
        texts.long[0],
        *(span.alarms, span.lbo, 0),
        *counters,
        board.sync_source,
        *_totals(board, span),
        *texts.long[1:],
        *(0, span.compatible),
        texts.kind,
    )


def span_stat_v1(board: Board, channel: Channel | None, argument: bytes) -> bytes:
    """struct dahdi_spaninfo_v1, 296 bytes."""
    span = _asked(board, channel, argument)
    texts = _texts(span)
    return abi.SPANINFO_V1.pack(
        span.number,
        texts.name,
        texts.long[0],
        *(span.alarms, span.lbo, 0),
        *(0,) * 5,
        board.sync_source,
        *_totals(board, span),
        *texts.long[1:],
        *(0, span.compatible),
        texts.kind,
    )


def span_config(board: Board, channel: Channel | None, argument: bytes) -> None:
    """struct dahdi_lineconfig. Raises OSError ENXIO without such a span, EINVAL for what the card cannot."""
    number, _, lbo, lineconfig, sync = abi.LINECONFIG.unpack(argument)
    span = board.span(number, errno.ENXIO)
    asked = lineconfig & abi.CONFIG_CHECKED
    if asked & span.compatible != asked:
        raise OSError(errno.EINVAL, "the card has no such framing or coding")
    if span.digital:
        span.lineconfig, span.lbo, span.sync = lineconfig, lbo, sync
        board.changed = True


def startup(board: Board, channel: Channel | None, argument: bytes) -> None:
    """The channels are put on hook, and what their lines do is news. Raises OSError ENXIO."""
    span = board.span(abi.INT.unpack_from(argument)[0], errno.ENXIO)
    if span.running:
        return
    span.running = True
    for each in board.of_span(span):
        each.hang_up(board.now)
        each.forget_line(board.now)
    board.changed = True


def shutdown(board: Board, channel: Channel | None, argument: bytes) -> None:
    """The channels are not configured any more. Raises OSError ENXIO."""
    span = board.span(abi.INT.unpack_from(argument)[0], errno.ENXIO)
    span.running = False
    for each in board.of_span(span):
        each.sigtype = 0
    board.changed = True


def maintenance(board: Board, channel: Channel | None, argument: bytes) -> None:
    """Raises OSError EINVAL without such a span, ENOSYS: the cards have no loops."""
    board.span(abi.MAINT.unpack(argument)[0])
    raise OSError(errno.ENOSYS, "the card has no maintenance modes")


STATUS = {"SPANSTAT": span_stat, "SPANSTAT_V1": span_stat_v1}
HANDLERS = {"SPANCONFIG": span_config, "STARTUP": startup, "SHUTDOWN": shutdown, "MAINT": maintenance}
