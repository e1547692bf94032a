"""The folder of a run: every call's outcome, and of those that are kept the transcript, the sound and the picture.

summary.json, report.html, report.jsonl; calls/12-13900001111.{json,wav,png}; calls/12-NAME.wav of `record: NAME`.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from dsp.receiver import RATE, Float32
from hw_sim.caller.events import CallerProtocol, Entry
from hw_sim.caller.outcome import GOOD, Outcome, failed
from hw_sim.office import Office, Tap
from hw_sim.report.call_sound import CallSounds, Tape, forget, write_sound
from hw_sim.report.page import Shown, page
from hw_sim.report.pictures import Draw, KeptCall, Pictures, Tell, unheard
from hw_sim.traffic.figures import Tally, table

__all__ = ["Draw", "Keep", "KeptCall", "RunFolder"]

Keep = Literal["all", "failed", "none"]
MOST_SHOWN = 500
"""So many calls are kept at most; the figures count all."""


class RunFolder:
    """Writes the folder. keep: of which calls the sound and the picture are kept ("failed": those that failed or were
    blocked). draw: makes pictures, when all is over. tell: how far they are. Raises OSError where the disk does.
    """

    def __init__(
        self, folder: Path, office: Office, keep: Keep = "failed", draw: Draw | None = None, tell: Tell = unheard
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "calls").mkdir(exist_ok=True)
        self.folder, self._office, self._keep, self._tell = folder, office, keep, tell
        self._pictures = Pictures(draw)
        self._spool = Path(tempfile.mkdtemp(prefix="calls-", dir=folder)) if keep != "none" else None
        self._sounds: CallSounds | None = None
        self._tallies: dict[str, Tally] = {}
        self._shown: list[Shown] = []
        self._count = 0
        if self._spool is not None:
            self._sounds = CallSounds(self._spool, lambda: office.seated, office.now)
            office.tap = _both(office.tap, self._sounds)

    def finished(self, name: str, caller: CallerProtocol) -> Outcome:
        """A call is over. name: of its script. How it came out."""
        tally = self._tallies.setdefault(name, Tally())
        tally.offered += 1
        result = tally.add(caller)
        self._count += 1
        tape = self._sounds.finished(caller) if self._sounds else None
        records = list(_recordings(caller.report))
        wanted = self._keep == "all" or result not in GOOD
        if (wanted or records) and len(self._shown) < MOST_SHOWN:
            self._show(name, caller, result, tape, records, wanted)
        if tape is not None:
            forget(tape)
        return result

    def _show(
        self, name: str, caller: CallerProtocol, result: Outcome, tape: Tape | None,
        records: Sequence[tuple[str, int, int]], wanted: bool,
    ) -> None:  # fmt: skip
        stem = f"{self._count}-{re.sub('[^0-9]', '', caller.number) or 'withheld'}"
        shown = Shown(stem, name, caller.number, result, failed(caller), tuple(caller.report))
        lines = [asdict(entry) for entry in caller.report]
        told = {"script": name, "number": caller.number, "outcome": result, "report": lines}
        self._write(f"calls/{stem}.json", told)
        if tape is not None:
            samples = tape.samples()
            for record, since, until in records:
                part = samples[max(since - tape.began, 0) : max(until - tape.began, 0) if until >= 0 else None]
                write_sound(self.folder / f"calls/{self._count}-{record}.wav", part)
            if wanted and len(samples):
                sound = self.folder / f"calls/{stem}.wav"
                write_sound(sound, samples)
                self._pictures.add(f"{name}  {caller.number}", tape.began, sound, shown.entries)
                shown = shown.kept(tape.began)
        self._shown.append(shown)

    def close(self, facts: dict[str, Any] | None = None, told: Sequence[str] = ()) -> list[str]:
        """Write the summary, draw, write the page. facts: of the run, for the summary; told: the same in lines, for the
        page. The summary of the calls in lines, for a terminal."""
        total = Tally()
        for tally in self._tallies.values():
            total = total.merged(tally)
        calls = {name: tally.summary() for name, tally in self._tallies.items()} | {"all": total.summary()}
        self._write("summary.json", {**(facts or {}), "seconds": self._office.now / RATE, "calls": calls})
        if self._spool is not None:
            with suppress(OSError):
                shutil.rmtree(self._spool)
        self._pictures.make(self._tell)
        shown = [call.with_picture((self.folder / f"calls/{call.stem}.png").exists()) for call in self._shown]
        (self.folder / "report.html").write_text(page(calls, shown, told), encoding="utf-8")
        return table(calls)

    def _write(self, name: str, told: dict[str, Any]) -> None:
        (self.folder / name).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _recordings(report: Sequence[Entry]) -> Iterator[tuple[str, int, int]]:
    """What the script had recorded: name, from, to (-1: the end)."""
    begun: tuple[str, int] | None = None
    for entry in report:
        if entry.kind == "recording":
            if begun:
                yield (*begun, entry.at)
            begun = None if entry.text == "ended" else (entry.name, entry.at)
    if begun:
        yield (*begun, -1)


def _both(first: Tap | None, second: Tap) -> Tap:
    """Two taps as one."""
    if first is None:
        return second

    def tap(spoken: Float32 | None, heard: Float32) -> None:
        first(spoken, heard)
        second(spoken, heard)

    return tap
