"""The files beside the devices, as a generated folder: below /proc/dahdi, /sys/bus/dahdi_*, /etc/dahdi, /dev/dahdi.

The preload library turns the paths; the folder stands for as long as the office runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from hw_sim.dahdi.kernel.board import Board
from hw_sim.dahdi.kernel.system_conf import genconf_parameters, system_conf
from hw_sim.dahdi.kernel.views import channel_attributes, device_attributes, proc, span_attributes
from hw_sim.equipment import CardLike

DEVICES = "sys/bus/dahdi_devices/devices"
SPANS = "sys/bus/dahdi_spans/devices"
CHANNELS = "sys/bus/dahdi_channels/devices"
NODES = ("ctl", "channel", "timer", "pseudo")


def device_name(card: int) -> str:
    """Of a card's folder below dahdi_devices."""
    return f"office:{card + 1}"


def populate(root: Path, board: Board, country: str, cards: tuple[CardLike, ...] = ()) -> None:
    """Write every file below root."""
    _write(root / "etc/dahdi/system.conf", system_conf(board.spans, country))
    _write(root / "etc/dahdi/genconf_parameters", genconf_parameters(board.spans, country))
    for name in NODES:
        _write(root / "dev/dahdi" / name, "")
    for folder in (DEVICES, SPANS, CHANNELS, "proc/dahdi", "dev/dahdi/chan", "etc/asterisk"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    refresh(root, board)


def refresh(root: Path, board: Board) -> None:
    """Write again what has changed: who is in use, alarms, spans that come and go."""
    wanted = _files(board)
    shown = board.shown
    for name in [name for name in shown if name not in wanted]:
        del shown[name]
        _remove(root, name)
    for name, text in wanted.items():
        if shown.get(name) != text:
            _write(root / name, text)
            shown[name] = text


def _files(board: Board) -> Mapping[str, str]:
    """All that stands for cards, spans and channels: path -> text."""
    made: dict[str, str] = {}
    for span in board.spans:
        device = f"{DEVICES}/{device_name(span.card)}"
        made |= {f"{device}/{name}": text for name, text in device_attributes(span).items()}
        if not span.assigned:
            continue
        made[f"proc/dahdi/{span.number}"] = proc(board, span)
        attributes = span_attributes(board, span)
        for folder in (f"{SPANS}/span-{span.number}", f"{device}/span-{span.number}"):
            made |= {f"{folder}/{name}": f"{text}\n" for name, text in attributes.items()}
        for channel in board.of_span(span):
            if channel.port is None or channel.removed:
                continue
            node = f"chan/{span.number:03}/{channel.port.position:03}"
            made |= {f"dev/dahdi/{channel.number}": "", f"dev/dahdi/{node}": ""}
            folder = f"{CHANNELS}/dahdi!{node.replace('/', '!')}"
            made |= {f"{folder}/{name}": f"{text}\n" for name, text in channel_attributes(channel).items()}
    return made


def _remove(root: Path, name: str) -> None:
    """A file, and the folders that are empty without it."""
    (root / name).unlink(missing_ok=True)
    folder = (root / name).parent
    if folder.name.startswith(("span-", "dahdi!")):
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.parent.name == "chan" and not any(folder.iterdir()):
        folder.rmdir()


def _write(file: Path, text: str) -> None:
    """Whole or not at all: a program may be reading."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
