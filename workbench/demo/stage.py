"""What a demo call needs: files, prompts, products, and the command that serves."""

from __future__ import annotations

import fcntl
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
FLOW = ROOT / "flows" / "tobacco"
OFFICE = ROOT / "hw_sim" / "offices" / "four_fxo.yaml"
CALLER = FLOW / "callers" / "order_and_message.yaml"

CARDS = """\
# The virtual card of the demo: what `loopstart serve --cards` reads.
spec: 1
cards:
  - name: hotline
    device: "dahdi:1-4"
    lines: [{name: line-1}, {name: line-2}, {name: line-3, signalling: fxs_ks}, {name: line-4}]
"""

MARK = ".loopstart-demo"
"""Stands in a folder that a demo made: only such a one is emptied for the next."""


class StageError(Exception):
    """The demo cannot begin. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder of a demo and what stands in it."""

    folder: Path
    lock: IO[str]

    @property
    def book(self) -> Path:
        """All prompts, for the caller's ear."""
        return self.folder / "book"

    @property
    def cards(self) -> Path:
        """cards.yaml."""
        return self.folder / "cards.yaml"

    @property
    def log(self) -> Path:
        """The log of `loopstart serve`."""
        return self.folder / "serve.log"

    @property
    def report(self) -> Path:
        """What the caller did and heard."""
        return self.folder / "caller.jsonl"

    @property
    def picture(self) -> Path:
        """The picture of the call."""
        return self.folder / "call.png"

    def serve(self) -> list[str]:
        """The command that answers."""
        return [
            sys.executable, "-m", "workbench.cli", "serve", str(FLOW / "flow.yaml"), "--cards", str(self.cards),
            "--data", str(self.folder), "--log", str(self.log), "--log-level", "debug",
        ]  # fmt: skip

    def office(self, office: Path, caller: Path) -> list[str]:
        """The command that runs the office with one caller, and the server on its card."""
        return [
            sys.executable, "-m", "hw_sim", "run", str(office), "--caller", f"{caller}@open",
            "--book", str(self.book), "--report", str(self.report), "--", *self.serve(),
        ]  # fmt: skip


def make(folder: Path) -> Stage:
    """An empty stage: a folder of an earlier demo is emptied, any other that holds something is refused.

    Raises StageError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise StageError(f"{folder} holds other things: name an empty folder with --data")
        stage = Stage(folder.resolve(), _locked(folder / MARK))
        for old in folder.iterdir():
            if old.name != MARK:
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        stage.cards.write_text(CARDS, encoding="utf-8")
    except OSError as error:
        raise StageError(f"{error.filename or folder}: {error.strerror}: name another folder with --data") from error
    return stage


def _locked(mark: Path) -> IO[str]:
    """The mark, held until this process ends: two demos in one folder would empty it under each other."""
    held = mark.open("w", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise StageError(f"another demo is running in {mark.parent}: name another folder with --data") from None
    return held


def furnish(stage: Stage) -> int:
    """Make the prompts and put the sample products into the records; how many prompts there are.

    Raises DriverError (no synthesiser), RecordsError.
    """
    from ivr_runtime import startup
    from ivr_runtime.flow.load import load
    from ivr_runtime.records.setup import setup

    setup(stage.folder)
    from ivr_runtime.catalogue import import_products, spoken_names  # tables can be imported when Django is ready

    import_products(FLOW / "products.csv")
    speech = startup.speak(load(FLOW / "flow.yaml"), stage.book, spoken_names())
    return len(speech.arena)
