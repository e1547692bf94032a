"""A run of the office with a command on its virtual cards: who calls when, what is written down, when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from drivers.speech.book import Book, load_book
from drivers.yaml_source import ConfigError, Problem
from dsp.receiver import RATE
from hw_sim.caller import Caller, Entry
from hw_sim.caller_config import load_caller_config
from hw_sim.config import CallerEntry, load_office
from hw_sim.ends import WHEN_OPEN
from hw_sim.office import Office
from hw_sim.report import Report, SoundFile
from hw_sim.yaml_types import samples

LAST_WORDS = 10 * RATE
"""How long the equipment may take to notice that the last caller has gone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for on the command line. length: samples after which the command is ended, None for never."""

    office: Path
    callers: tuple[CallerEntry, ...] = ()
    book: Path | None = None
    report: Path | None = None
    wav: Path | None = None
    length: int | None = None


def caller_entry(text: str) -> CallerEntry:
    """CALLER.yaml, CALLER.yaml@2.5 (seconds after the start) or CALLER.yaml@open (when the command opens a line).

    Raises ValueError.
    """
    file, at, second = text.rpartition("@")
    if not at or Path(text).is_file():
        return CallerEntry(script=Path(text))
    return CallerEntry.model_construct(script=Path(file), at=WHEN_OPEN if second == "open" else samples(second))


def set_up(plan: Plan) -> Office:
    """The office of a plan with its callers. Raises ConfigError, BookError, SpeechError: faults of its files."""
    config = load_office(plan.office)
    folder = plan.book or config.book
    book = load_book(folder) if folder else None
    entries = (*config.callers, *plan.callers)
    office = Office(config, book=book)
    people = _people(entries, book)
    seated = list(zip(entries, people, strict=True))
    office.add_callers([(caller, entry.at) for entry, caller in seated if not entry.port])
    for entry, caller in seated:
        if entry.port:
            office.add_caller(caller, entry.at, entry.port)
    return office


def _people(entries: Sequence[CallerEntry], book: Book | None) -> list[Caller]:
    """Everybody, or the faults of all their files."""
    people: list[Caller] = []
    problems: list[Problem] = []
    for entry in entries:
        try:
            people.append(Caller(load_caller_config(entry.script, clips=book.clips if book else None), book))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return people


class Session:
    """Looks after a running office. Raises OSError when report or sound file cannot be written."""

    def __init__(self, office: Office, plan: Plan) -> None:
        self.office = office
        self._length = plan.length
        self._files = ExitStack()
        self._report: Report | None = None
        self._finished: int | None = None
        self._ended = False
        if plan.report:
            self._report = Report(self._files.enter_context(plan.report.open("w", encoding="utf-8")))
        if plan.wav:
            sound = SoundFile(plan.wav)
            self._files.callback(sound.close)
            office.tap = sound

    def over(self, *_: object) -> bool:
        """To be asked after each tick: is there no reason to go on?"""
        if self._report:
            self._report.write((*self.office.automatic, *self.office.callers), self.office.now)
        self._ended = self._ended or self._done()
        return self._ended

    def _done(self) -> bool:
        if self._length is not None and self.office.now >= self._length:
            return True
        if not self.office.callers or not all(c.finished for c in self.office.callers):
            self._finished = None
            return False
        self._finished = self._finished or self.office.now
        return self.office.idle or self.office.now - self._finished >= LAST_WORDS

    def close(self) -> None:
        """Everything that was written is whole."""
        if self._report:
            self._report.write((*self.office.automatic, *self.office.callers), self.office.now)
        self._files.close()

    def status(self, command: int) -> int:
        """The exit status: of the command, or of the callers when it was ended because they had finished."""
        failed = [c for c in self.office.callers if not c.succeeded]
        if not self._ended:
            return command
        return 1 if failed else 0

    def summary(self) -> list[str]:
        """One line for each caller whose script failed: who, why, when."""
        return [
            f"caller {caller.number or i + 1}: {_failure(caller.report)}"
            for i, caller in enumerate(self.office.callers)
            if not caller.succeeded
        ]


def _failure(report: Sequence[Entry]) -> str:
    failed = [entry for entry in report if entry.kind == "failed"]
    if not failed:
        return "did not come to the end of the script" if report else "never began"
    return f"{failed[-1].text} (at {failed[-1].at / RATE:.1f} s)"
