"""The scripted demo: prepare, play the call live, show what was kept, and say whether all of it is there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from drivers.speech.book import load_book
from workbench.demo.follow import Follow
from workbench.demo.stage import CALLER, OFFICE, Stage, furnish
from workbench.demo.transcript import LogReader, Told, Transcript, from_caller
from workbench.demo.verdict import Claim, Kept, claims
from workbench.kept import draw_call

LOOK = 0.1
"""Seconds between two looks at what is new."""

LONGEST = 420.0
"""Seconds after which a demo that does not end is ended."""


def prepare(console: Console, stage: Stage) -> None:
    """Prompts and products. Raises DriverError, RecordsError."""
    with console.status("preparing prompts (the first time takes half a minute)"):
        clips = furnish(stage)
    console.print(f"[dim]{clips} prompts are ready; everything of this demo is in {stage.folder}[/]")


def play(console: Console, stage: Stage, office: Path = OFFICE, caller: Path = CALLER) -> int:
    """Play the call with a live transcript; the exit status of the office: 0 when the caller heard everything."""
    transcript = Transcript(console)
    transcript.head()
    report, log, reader = Follow(stage.report), Follow(stage.log), LogReader(texts(stage.book))
    deadline = time.monotonic() + LONGEST
    with _running(stage.office(office, caller)) as process:
        while process.poll() is None:
            time.sleep(LOOK)
            transcript.add(new_lines(report, log, reader))
            if time.monotonic() > deadline:
                process.terminate()
                deadline += LONGEST
    transcript.add(new_lines(report, log, reader))
    return process.returncode


def texts(book: Path) -> dict[str, str]:
    """What each clip of a book says. Raises BookError."""
    return {clip.id: clip.text for clip in load_book(book).clips}


def new_lines(report: Follow, log: Follow, reader: LogReader) -> list[Told]:
    """What both sides have told since the last look."""
    return [from_caller(e) for e in report.new()] + [told for r in log.new() if (told := reader(r)) is not None]


def results(console: Console, stage: Stage, heard_all: bool) -> bool:
    """Show the order, the message, the recording and the picture out of the database; True when nothing is missing."""
    kept = Kept.read(stage.folder)
    if kept is None:
        console.print("[bold red]No call was kept.[/] Look at " + str(stage.log))
        return False
    kept_things(console, stage, kept)
    found = claims(kept, notes(stage.report), heard_all)
    _show_claims(console, found)
    return all(claim.holds for claim in found)


def kept_things(console: Console, stage: Stage, kept: Kept) -> None:
    """Orders, messages, the recording, the picture, and the command that shows more."""
    _show_orders(console, kept.orders)
    _show_messages(console, kept.messages)
    if kept.call.recording is not None and kept.call.recording.is_file():
        draw_call(kept.call, stage.picture)
        console.print(f"recording  {kept.call.recording}", soft_wrap=True)
        console.print(f"picture    {stage.picture}", soft_wrap=True)
    folder = os.path.relpath(stage.folder) if stage.folder.is_relative_to(Path.cwd()) else stage.folder
    console.print(f"more       {own_command()} calls show {kept.call.id} --data {folder}", soft_wrap=True)


def own_command() -> str:
    """How `loopstart` is typed from here: its path, unless the shell finds it by name."""
    own = Path(sys.prefix, "bin", "loopstart")
    if shutil.which("loopstart") == str(own) or not own.exists():
        return "loopstart"
    return os.path.relpath(own) if own.is_relative_to(Path.cwd()) else str(own)


def notes(report: Path) -> dict[str, str]:
    """What the caller wrote down, by name."""
    entries = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()] if report.exists() else []
    return {e["name"]: str(e["text"]).rpartition(" ")[2] for e in entries if e["kind"] == "noted"}


@contextmanager
def _running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not outlive us: told to end first, killed when that does not help."""
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _table(
    title: str, columns: Mapping[str, Callable[[Mapping[str, Any]], object]], rows: Sequence[Mapping[str, Any]]
) -> Table:
    made = Table(*columns, title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for row in rows:
        made.add_row(*(str(cell(row)) for cell in columns.values()))
    return made


def yuan(fen: int) -> str:
    """Money for people."""
    return f"¥{fen / 100:,.2f}"


def _show_orders(console: Console, orders: Sequence[Mapping[str, Any]]) -> None:
    for order in orders:
        console.print()
        console.print(
            _table(
                f"order {order['number']} of {order['caller']}, {yuan(order['total'])}",
                {
                    "code": lambda line: line["code"],
                    "product": lambda line: f"{line['name_zh']} ({line['name_en']})",
                    "cartons": lambda line: line["quantity"],
                    "amount": lambda line: yuan(line["amount"]),
                },
                order["lines"],
            )
        )


def _show_messages(console: Console, messages: Sequence[Mapping[str, Any]]) -> None:
    for message in messages:
        console.print(
            f"\n[bold]message {message['id']}[/] about {message['topic']}, call back {message['callback']}, "
            f"{message['seconds']:.1f} s\n           {message['file']}",
            soft_wrap=True,
        )


def _show_claims(console: Console, found: Sequence[Claim]) -> None:
    console.print()
    for claim in found:
        mark = "[green]yes[/]" if claim.holds else "[bold red]NO [/]"
        console.print(f"  {mark}  {claim.text}")
