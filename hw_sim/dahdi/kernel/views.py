"""Cards, spans and channels as text: what /proc/dahdi and the attributes in /sys say of them."""

from __future__ import annotations

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.signalling import NAMES
from hw_sim.dahdi.kernel.spans import Span, line_words
from hw_sim.equipment import Alarm

ALARMS = (
    (Alarm.BLUE, "BLUE"),
    (Alarm.YELLOW, "YELLOW"),
    (Alarm.RED, "RED"),
    (Alarm.LOOPBACK, "LOOP"),
    (Alarm.RECOVER, "RECOVERING"),
    (Alarm.NOTOPEN, "NOTOPEN"),
)


def alarm_words(alarms: int) -> str:
    """All alarms by name, each with a space after it."""
    return "".join(f"{name} " for bit, name in ALARMS if alarms & bit)


def signalling_name(sigtype: int) -> str:
    return NAMES.get(sigtype, "Unconfigured")


def proc(board: Board, span: Span) -> str:
    """/proc/dahdi/N as the kernel driver writes it."""
    head = f'Span {span.number}: {span.name} "{span.description}"'
    head += " (MASTER)" if span is board.master else ""
    head += f" {line_words(span.lineconfig)}" if span.lineconfig else ""
    head += f" {alarm_words(span.alarms)}"
    head += "ClockSource " if board.sync_source == span.number else ""
    slaves = {c.master.number for c in board.of_span(span) if c.master}
    return f"{head}\n\n" + "".join(_proc_line(channel, channel.number in slaves) for channel in board.of_span(span))


def _proc_line(channel: Channel, is_master: bool) -> str:
    words = f"\t{channel.number:4} {channel.name} "
    if channel.sigtype:
        words += f"{signalling_name(channel.sigtype)} {'Master ' if is_master else ''}"
    elif channel.port and not channel.port.sigcap:
        words += "Reserved "
    words += "(In use) " if channel.open else ""
    words += alarm_words(channel.alarms)
    if channel.canceller:
        words += f"(EC: {channel.canceller} - {'ACTIVE' if channel.echo_taps else 'INACTIVE'}) "
    return f"{words}\n"


def span_attributes(board: Board, span: Span) -> dict[str, str]:
    """Of /sys/bus/dahdi_spans/devices/span-N."""
    compatible = " ".join(name for bit, name in abi.CONFIG_NAMES.items() if span.compatible & 1 << bit)
    return {
        "name": span.name,
        "desc": span.description,
        "spantype": span.type_name,
        "local_spanno": "1",
        "alarms": f"{span.alarms:#x}",
        "lbo": str(span.lbo),
        "syncsrc": str(board.sync_source),
        "is_digital": str(int(span.digital)),
        "is_sync_master": str(int(span is board.master)),
        "basechan": str(span.ports[0].channel),
        "channels": str(len(span.ports)),
        "lineconfig": line_words(span.lineconfig),
        "linecompat": compatible,
    }


def device_attributes(span: Span) -> dict[str, str]:
    """Of a card below /sys/bus/dahdi_devices/devices; what can only be written is empty."""
    return {
        "hardware_id": f"office-{span.card + 1}\n",
        "location": f"{span.location}\n",
        "manufacturer": f"{span.manufacturer}\n",
        "type": f"{span.device}\n",
        "spantype": f"1:{span.type_name}\n",
        "span_count": "1\n",
        "registration_time": "0000000000.000000000\n",
        "auto_assign": "",
        "assign_span": "",
        "unassign_span": "",
    }


def channel_attributes(channel: Channel) -> dict[str, str]:
    """Of /sys/bus/dahdi_channels/devices/dahdi!chan!SSS!CCC."""
    port = channel.port
    sigcap = port.sigcap if port else 0
    active = "" if not channel.canceller else "ACTIVE" if channel.echo_taps else "INACTIVE"
    return {
        "name": channel.name,
        "channo": str(channel.number),
        "chanpos": str(port.position if port else 0),
        "sig": signalling_name(channel.sigtype),
        "sigcap": " ".join(name for sig, name in NAMES.items() if sigcap & sig == sig),
        "alarms": alarm_words(channel.alarms),
        "ec_factory": channel.canceller,
        "ec_state": active,
        "blocksize": str(channel.block),
        "in_use": str(int(channel.open)),
    }
