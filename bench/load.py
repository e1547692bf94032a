"""What callers who hear cost: the office with all of them in calls, prompts and keys (`python -m bench.load [N...]`).

So many callers at once on as many lines; each listens to a prompt, presses a key, listens again, hangs up and is
replaced by another. The equipment is a few numpy operations, whose time is not counted. Goal: 480 within half a core.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.hearing import clips
from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.receiver import RATE, TICK
from hw_sim.config import analog_office
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.office import Office
from hw_sim.report.folder import RunFolder
from hw_sim.traffic.cast import Cast
from hw_sim.traffic.config import always
from hw_sim.traffic.load import Load

SIZES = (30, 120, 480)
SECONDS = 40
SCRIPT = """\
spec: 1
script:
  - dial: "96688"
  - {hear: "*", within: 20s}
  - press: "1"
  - hear: "*"
  - press: "12#"
    over: true
  - hear: "*"
  - hang_up
"""


class Clock:
    """Processor time of the parts, in seconds."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def run(self, part: str, work: Callable[..., Any], *given: Any) -> Any:
        """Do it, and count its time."""
        begin = time.process_time()
        made = work(*given)
        self.spent[part] = self.spent.get(part, 0.0) + time.process_time() - begin
        return made


class Equipment:
    """Answers every line, says a random prompt then and after each key."""

    def __init__(self, office: Office, sounds: list[np.ndarray[Any, Any]]) -> None:
        self.office, self._sounds = office, sounds
        self._rng = np.random.default_rng(1)
        self._receiver = DtmfReceiver(len(office.lines))
        self._left = [np.zeros(0, np.int16)] * len(office.lines)
        self.tx = np.zeros((len(office.lines), TICK), np.int16)

    def hear(self, done: Any) -> None:
        """What a tick brought."""
        for signal in done.signals:
            if signal.kind == "ring_on":
                self.office.hook(signal.line, True)
                self._say(signal.line)
            elif signal.kind == "loop_open":
                self.office.hook(signal.line, False)
                self._left[signal.line] = self._left[signal.line][:0]
        for event in self._receiver(done.rx.astype(np.float32)):
            if isinstance(event, Digit) and event.edge == "began" and event.digit in "1#":
                self._say(event.line)
        self.tx[:] = 0
        for row, speech in enumerate(self._left):
            self.tx[row, : min(TICK, len(speech))] = speech[:TICK]
            self._left[row] = speech[TICK:]

    def _say(self, line: int) -> None:
        self._left[line] = self._sounds[int(self._rng.integers(len(self._sounds)))]


def measure(
    callers: int, index: ClipIndex | None, sounds: list[Any], folder: Path, hearing: bool, keep: bool
) -> tuple[float, float, Load]:
    """Microseconds a tick of the office with its callers, and of the load."""
    office = Office(analog_office(callers), book=index, hearing=hearing)
    traffic = always([folder / "call.yaml"], callers, SECONDS * RATE)
    kept = RunFolder(folder / "run", office) if keep else None
    load = Load(office, traffic, Cast(traffic), (lambda n, c, _: kept.finished(n, c)) if kept else None)
    equipment, clock = Equipment(office, sounds), Clock()
    for _ in range(SECONDS * RATE // TICK):
        clock.run("load", load.advance, office.now)
        equipment.hear(clock.run("office", office.tick, equipment.tx))
    load.stop()
    ticks = SECONDS * RATE / TICK
    return clock.spent["office"] / ticks * 1e6, clock.spent["load"] / ticks * 1e6, load


def main(sizes: tuple[int, ...]) -> None:
    """Print the table."""
    words, prompts = clips()
    index = ClipIndex((str(i), sound) for i, sound in enumerate([*words, *prompts]))
    heads = ("callers", "deaf us/tick", "hearing us/tick", "load us/tick", "sounds kept us/tick", "of a core")
    made = Table(*heads, "calls", "succeeded", "failed", title="the office with callers who hear")
    for callers in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "call.yaml").write_text(SCRIPT)
            deaf, _, _ = measure(callers, None, prompts, folder, False, False)
            office, load, run = measure(callers, index, prompts, folder, True, False)
            kept, _, _ = measure(callers, index, prompts, folder, True, True)
        facts = run.summary()["all"]
        numbers = (f"{deaf:.0f}", f"{office:.0f}", f"{load:.0f}", f"{kept:.0f}", f"{(office + load) / 20000:.0%}")
        made.add_row(
            str(callers),
            *numbers,
            str(facts["offered"]),
            str(facts["succeeded"]),
            str(facts["failed"] + facts["blocked"]),
        )
    Console(width=140).print(made)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
