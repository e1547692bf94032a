"""The files beside the devices, as a generated folder: below /proc/dahdi, /sys/bus/dahdi_*, /etc/dahdi, /dev/dahdi.

The preload library turns the paths; the folder stands for as long as the office runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from hw_sim.dahdi import abi
from hw_sim.dahdi.board import Board
from hw_sim.dahdi.channel import Channel
from hw_sim.dahdi.spans import Port, Span

CONF_WORDS = {abi.SIG_FXSKS: "fxsks", abi.SIG_FXSLS: "fxsls", abi.SIG_FXSGS: "fxsgs", abi.SIG_CLEAR: "clear"}


def populate(root: Path, board: Board, country: str) -> None:
    """Write every file below root."""
    _write(root / "etc/dahdi/system.conf", system_conf(board.spans, country))
    for name in ["ctl", "channel", "timer", "pseudo", *map(str, board.channels)]:
        _write(root / "dev/dahdi" / name, "")
    for span in board.spans:
        for port in span.ports:
            _write(root / f"dev/dahdi/chan/{span.number:03}/{port.position:03}", "")
        _write(root / f"proc/dahdi/{span.number}", proc(span, board.channels))
        for name, text in _span_attributes(span).items():
            _write(root / f"sys/bus/dahdi_spans/devices/span-{span.number}" / name, text + "\n")
            _write(root / _device(span) / f"span-{span.number}" / name, text + "\n")
        for name, text in _device_attributes(span).items():
            _write(root / _device(span) / name, text + "\n")


def refresh(root: Path, board: Board) -> None:
    """Write again what changes: who is in use, alarms."""
    for span in board.spans:
        _write(root / f"proc/dahdi/{span.number}", proc(span, board.channels))


def system_conf(spans: Sequence[Span], country: str) -> str:
    """The configuration dahdi_cfg reads: signalling and law of every channel, the tone zone."""
    ports = [port for span in spans for port in span.ports]
    lines = ["# Written by the office for its own cards.\n"]
    for sigtype, group in groupby(ports, key=lambda p: p.sigtype):
        lines.append(f"{CONF_WORDS[sigtype]}={_range(list(group))}\n")
    for law, of_law in groupby(ports, key=lambda p: p.law):
        lines.append(f"{'alaw' if law == 'alaw' else 'mulaw'}={_range(list(of_law))}\n")
    return "".join([*lines, f"loadzone={country}\n", f"defaultzone={country}\n"])


def proc(span: Span, channels: Mapping[int, Channel]) -> str:
    """/proc/dahdi/N as the kernel driver writes it."""
    head = f'Span {span.number}: {span.name} "{span.description}"{" (MASTER)" if span.number == 1 else ""} \n\n'
    return head + "".join(_proc_line(channels[port.channel]) for port in span.ports)


def _proc_line(channel: Channel) -> str:
    words = [f"\t{channel.number:4} {channel.name}", abi.SIG_NAMES.get(channel.sigtype, "")]
    words += ["(In use)"] if channel.open else []
    words += ["RED"] if channel.alarmed else []
    return " ".join(word for word in words if word) + " \n"


def _range(ports: Sequence[Port]) -> str:
    first, last = ports[0].channel, ports[-1].channel
    return str(first) if first == last else f"{first}-{last}"


def _span_attributes(span: Span) -> dict[str, str]:
    return {
        "name": span.name,
        "desc": span.description,
        "spanno": str(span.number),
        "local_spanno": "1",
        "basechan": str(span.ports[0].channel),
        "channels": str(len(span.ports)),
        "alarms": "",
        "spantype": span.kind,
        "is_digital": "0",
        "is_sync_master": str(int(span.number == 1)),
        "lbo": "0",
        "lineconfig": "0x0",
        "linecompat": "",
        "syncsrc": "0",
    }


def _device(span: Span) -> str:
    return f"sys/bus/dahdi_devices/devices/office:{span.number}"


def _device_attributes(span: Span) -> dict[str, str]:
    return {
        "hardware_id": f"office-{span.number}",
        "location": span.location,
        "manufacturer": span.manufacturer,
        "type": span.device,
        "spantype": f"1:{span.kind}",
        "span_count": "1",
        "auto_assign": "",
        "registration_time": "0000000000.000000000",
    }


def _write(file: Path, text: str) -> None:
    """Whole or not at all: a program may be reading."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
