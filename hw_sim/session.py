"""A run of the office with a command on its virtual cards: who calls when, what is written down, when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path
from typing import Any

from drivers.speech.book import Book, load_book
from drivers.yaml_source import ConfigError, Problem
from dsp.receiver import RATE
from hw_sim.caller.check import hears_prompts
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.events import CallerProtocol
from hw_sim.caller.interactive import InteractiveCaller
from hw_sim.caller.outcome import GOOD, outcome
from hw_sim.caller.person import Caller, Entry
from hw_sim.config import CallerEntry, load_office
from hw_sim.office import Office
from hw_sim.people.ends import WHEN_OPEN
from hw_sim.report.cost import Cost
from hw_sim.report.folder import Draw, Keep, RunFolder
from hw_sim.report.lines import Report, SoundFile
from hw_sim.report.pictures import Tell, unheard
from hw_sim.traffic.cast import Cast
from hw_sim.traffic.config import Traffic, load_traffic
from hw_sim.traffic.load import Doorbell, Finished, Load
from hw_sim.yaml_types import samples

MOST_TOLD = 20
"""So many failures are told on the terminal."""

PATIENCE = 10 * RATE
"""After so long it is told that callers still wait for the equipment."""

LAST_WORDS = 10 * RATE
"""How long the equipment may take to notice that the last caller has gone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for on the command line. length: samples after which the command is ended, None for never.

    traffic: callers without end (`hw_sim.traffic`), who begin when the command opens a line. folder: for the report
    of the run, with the sound of the calls that are to be kept (`hw_sim.report.folder`).
    """

    office: Path
    callers: tuple[CallerEntry, ...] = ()
    book: Path | None = None
    report: Path | None = None
    wav: Path | None = None
    length: int | None = None
    traffic: Path | Traffic | None = None
    folder: Path | None = None
    keep: Keep = "failed"


def caller_entry(text: str) -> CallerEntry:
    """CALLER.yaml, CALLER.yaml@2.5 (seconds after the start) or CALLER.yaml@open (when the command opens a line).

    Raises ValueError.
    """
    file, at, second = text.rpartition("@")
    if not at or isfile(text):
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
    """Looks after a running office. draw: makes the pictures of the folder, at the end. tell: how far that is.

    Calls made by hand at the view are kept in the folder too, but nobody waits for them, and they do not fail.

    Raises ConfigError, SpeechError: faults of the traffic and its scripts; OSError when a file cannot be written.
    """

    def __init__(self, office: Office, plan: Plan, draw: Draw | None = None, tell: Tell = unheard) -> None:
        self.office = office
        self.load: Load | None = None
        self._length = plan.length
        self._book = plan.book or office.config.book
        entries = sorted((*office.config.callers, *plan.callers), key=lambda entry: bool(entry.port))
        seats = zip(reversed(office.callers), reversed(entries), strict=False)
        self._at_open = [caller for caller, entry in seats if entry.at == WHEN_OPEN]
        self._hinted = False
        self._files = ExitStack()
        self._report: Report | None = None
        self._folder: RunFolder | None = None
        self._finished: int | None = None
        self._ended = False
        self._calling: dict[int, CallerProtocol] = {}
        self._known = 0
        self._names = _names(office, plan)
        self._facts: dict[str, Any] = {}
        self._machine: list[str] = []
        if plan.traffic:
            self.load = _load(office, plan, plan.traffic, self._call_over)
        if plan.report:
            self._report = Report(self._files.enter_context(plan.report.open("w", encoding="utf-8")))
        if plan.wav:
            sound = SoundFile(plan.wav)
            self._files.callback(sound.close)
            office.tap = sound
        if plan.folder:
            self._folder = RunFolder(plan.folder, office, plan.keep, draw, tell)
            if self._report is None:
                self._report = Report(
                    self._files.enter_context((plan.folder / "report.jsonl").open("w", encoding="utf-8"))
                )

    def over(self, *_: object) -> bool:
        """To be asked after each tick: is there no reason to go on?"""
        if self._report:
            self._report.write(self.office.callers, self.office.now)
        if self.load:  # after the report: of calls that are over it keeps the essence only
            self.load.advance(self.office.now)
        if self._folder:
            self._tell_folder(False)
        self._ended = self._ended or self._done()
        return self._ended

    def _tell_folder(self, at_the_end: bool) -> None:
        """Of those who have hung up; at the end of everybody. A load tells of its own callers."""
        callers = self.office.callers
        for i in range(self._known, len(callers)):
            if i in self._names or isinstance(callers[i], InteractiveCaller):
                self._calling[i] = callers[i]
        self._known = len(callers)
        for i, caller in list(self._calling.items()):
            if caller.finished or at_the_end:
                del self._calling[i]
                self._call_over(self._names.get(i, "by hand"), caller)

    def _call_over(self, name: str, caller: CallerProtocol, _: object = None) -> None:
        if self._folder:
            self._folder.finished(name, caller)

    def _done(self) -> bool:
        if self._length is not None and self.office.now >= self._length:
            return True
        under_way = self.load is not None and not self.load.finished
        scripted = () if under_way else self._scripted()
        if under_way or not scripted or not all(caller.finished for caller in scripted):
            self._finished = None
            return False
        self._finished = self._finished or self.office.now
        return self.office.idle or self.office.now - self._finished >= LAST_WORDS

    def _scripted(self) -> Sequence[CallerProtocol]:
        others = (InteractiveCaller, Doorbell)
        return [caller for caller in self.office.callers if not isinstance(caller, others)]

    def cost(self, cost: Cost) -> None:
        """What the run took of the machine, at its end."""
        self._facts, self._machine = cost.summary(), cost.lines()

    def close(self) -> None:
        """Everything that was written is whole."""
        if self._report:
            self._report.write(self.office.callers, self.office.now)
        if self.load:
            self.load.stop()
        if self._folder:
            self._tell_folder(True)
            self._folder.close(self._facts, self._machine)
        self._files.close()

    def status(self, command: int) -> int:
        """The exit status: of the command, or of the callers when it was ended because they had finished."""
        if not self._ended:
            return command
        return 1 if any(outcome(caller) not in GOOD for caller in self._scripted()) else 0

    def hint(self) -> str:
        """To be asked after each tick: something that the person should know now; mostly empty."""
        if self._hinted or self.office.now < PATIENCE:
            return ""
        self._hinted = True
        begun = self.load.begun if self.load else all(caller.report for caller in self._at_open)
        return "" if begun else "callers wait until a program opens a line: none has yet"

    def warning(self) -> str:
        """What will go wrong for sure; empty: nothing that could be known."""
        if self._book:
            return ""
        scripts = [caller.config.script for caller in self.office.callers if isinstance(caller, Caller)]
        if not self.load and not any(map(hears_prompts, scripts)):
            return ""
        return "without a book callers hear tones, and no prompt: give --book DIR, or book: in OFFICE.yaml"

    def summary(self) -> list[str]:
        """One line for each caller whose script failed: who, why, when; and the figures of a load."""
        failures = [
            f"caller {caller.number or i + 1}: {_failure(caller.report)}"
            for i, caller in enumerate(self._scripted())
            if outcome(caller) not in GOOD
        ]
        if len(failures) > MOST_TOLD:
            failures[MOST_TOLD:] = [f"and {len(failures) - MOST_TOLD} more"]
        if self.load and not self.load.begun:
            failures.append("no call was made: no program has opened a line")
        return failures + ([*self.load.lines(), *self._machine] if self.load else [])


def _names(office: Office, plan: Plan) -> dict[int, str]:
    """Whom a file names, by their place: fax machines that dial, scripts, scripts at telephones."""
    entries = (*office.config.callers, *plan.callers)
    scripts = [entry.script.stem for entry in sorted(entries, key=lambda entry: bool(entry.port))]
    machines = len(office.callers) - len(scripts)
    return dict(enumerate(["fax"] * machines + scripts))


def _load(office: Office, plan: Plan, traffic: Path | Traffic, finished: Finished) -> Load:
    traffic = traffic if isinstance(traffic, Traffic) else load_traffic(traffic)
    folder = plan.book or office.config.book
    return Load(office, traffic, Cast(traffic, load_book(folder) if folder else None), finished, when_open=True)


def _failure(report: Sequence[Entry]) -> str:
    failed = [entry for entry in report if entry.kind == "failed"]
    if not failed:
        return "did not come to the end of the script" if report else "never began"
    return f"{failed[-1].text} (at {failed[-1].at / RATE:.1f} s)"
