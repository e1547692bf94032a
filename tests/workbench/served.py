"""The hotline as it is in real life: an office process, `loopstart serve` as its command, and callers who hear."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time  # noqa: TID251 - a real process keeps the time of the world
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path
from typing import IO, Any, BinaryIO

from ivr_runtime.records import setup
from ivr_runtime.records.database import DATABASE_FILE
from workbench.demo import stage
from workbench.demo.follow import Follow

ROOT = Path(__file__).parents[2]
LOOK = 0.05

QUICK = """\
  - dial: "96688"
  - {hear: welcome, within: 40s, through: began}
  - {press: "1", over: true}
  - {hear: main_menu, through: began}
"""
"""To the main menu without waiting for the end of anything."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Furnished:
    """Prompts, products and cards.yaml, made once for all tests."""

    folder: Path

    def copy(self, folder: Path) -> Path:
        """A data folder of one's own."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in (DATABASE_FILE, "cards.yaml"):
            shutil.copy(self.folder / name, folder / name)
        return folder


def furnish(folder: Path) -> Furnished:
    """What the demo prepares."""
    made = stage.make(folder)
    stage.furnish(made)
    setup.close()
    return Furnished(folder)


def caller(file: Path, steps: str, *, quick: bool = True, **who: Any) -> Path:
    """A caller's script in a file."""
    told = json.dumps({"number": "13812345678", "level": -10, **who})
    file.write_text(f"spec: 1\nwho: {told}\npatience: 20s\nscript:\n{QUICK if quick else ''}{steps}", encoding="utf-8")
    return file


@dataclass
class Served:
    """A running office with a server. log: what the server wrote. told: what callers did and heard, by number."""

    office: subprocess.Popen[bytes]
    data: Path
    log: list[Record] = field(default_factory=list)
    told: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._log = Follow(self.data / "serve.log")
        self._report = Follow(self.data / "caller.jsonl")

    @property
    def server(self) -> int:
        """The process of the server."""
        children = Path(f"/proc/{self.office.pid}/task/{self.office.pid}/children").read_text().split()
        return int(children[0])

    def look(self) -> None:
        """Read what is new."""
        self.log += self._log.new()
        self.told += self._report.new()

    def until(self, found: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait for it, and fail with what happened instead."""
        deadline = time.monotonic() + seconds
        self.look()
        while not found():
            assert self.office.poll() is None, f"the office has ended:\n{self}"
            assert time.monotonic() < deadline, f"not within {seconds} s:\n{self}"
            time.sleep(LOOK)
            self.look()

    def event(self, name: str, **facts: Any) -> bool:
        """Is this in the log?"""
        return bool(self.events(name, **facts))

    def events(self, name: str, **facts: Any) -> list[Record]:
        """All records of that name."""
        return [r for r in self.log if r["event"] == name and facts.items() <= r.items()]

    def heard(self, text: str, number: str | None = None) -> bool:
        """Has a caller heard that?"""
        return any(
            e["kind"] in ("heard", "cut") and text in e["text"] and number in (None, e["caller"]) for e in self.told
        )

    def failed(self) -> list[Record]:
        """What callers waited for in vain."""
        return [e for e in self.told if e["kind"] == "failed"]

    def end(self, seconds: float = 60.0) -> int:
        """Wait until the callers have gone and the server has stopped; the exit status."""
        status = self.office.wait(seconds)
        self.look()
        return status

    def kill(self) -> None:
        """As power loss would end the server."""
        os.kill(self.server, signal.SIGKILL)

    def __str__(self) -> str:
        said = [f"{e['at'] / 8000:8.2f} {e['caller']} {e['kind']} {e['text']}" for e in self.told]
        return "\n".join([*said, (self.data / "serve.log").read_text(encoding="utf-8")])


@contextmanager
def served(
    furnished: Furnished,
    data: Path,
    callers: Sequence[tuple[Path, float | str]] = (),
    *,
    office: Path = stage.OFFICE,
    options: Sequence[str] = (),
    name: str = "",
) -> Iterator[Served]:
    """The office with these people (script, and the second of their call or "open"), serving with this data folder.

    name: under which other programs find the office. The log comes through a pipe: a server that may not write any
    file still has one.
    """
    people = [word for script, at in callers for word in ("--caller", f"{script}@{at}")]
    serve = [
        *(sys.executable, "-m", "workbench.cli", "serve", str(stage.FLOW / "flow.yaml")),
        *("--cards", str(data / "cards.yaml"), "--data", str(data), *options),
    ]
    command = [
        *(sys.executable, "-m", "hw_sim", "run", str(office), *people, "--book", str(furnished.folder / "book")),
        *(("--name", name) if name else ()),
        *("--report", str(data / "caller.jsonl"), "--", *serve),
    ]
    with (
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process,
        (data / "serve.log").open("wb", buffering=0) as log,
        _copied(process.stderr, log),
    ):
        try:
            yield Served(process, data)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()


@contextmanager
def _copied(source: IO[bytes] | None, to: BinaryIO | RawIOBase) -> Iterator[None]:
    """Line by line, until it ends."""
    assert source is not None
    thread = threading.Thread(target=to.writelines, args=(source,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(20)


def kept(data: Path, *words: str) -> Any:
    """What a command of the records shows: `kept(data, "orders", "list")`."""
    command = [sys.executable, "-m", "ivr_runtime.cli", *words, "--data", str(data), "--json"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
