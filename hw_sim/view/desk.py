"""What the person at the view does to the office: a telephone of their own, and hands at the wires."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from dsp.receiver import RATE
from hw_sim.caller.events import Entry
from hw_sim.caller.interactive import InteractiveCaller
from hw_sim.caller.model import Person
from hw_sim.caller.person import Contents
from hw_sim.caller.script_of import script_of
from hw_sim.office import Office
from hw_sim.view.keyboard import Command

REMEMBERED = 12
PERSON = Person(number="13900000000")
WORDS = {"hung_up": "hung up"}

Keep = Callable[[Sequence[Entry]], str]
"""Makes a caller's script of what was done and heard, and says where it was put."""


def keep_scripts(file: Path) -> Keep:
    """The first call becomes this file, the next ones file-2, file-3. What the disk refuses is told."""
    count = 0

    def keep(report: Sequence[Entry]) -> str:
        nonlocal count
        count += 1
        here = file if count == 1 else file.with_name(f"{file.stem}-{count}{file.suffix}")
        try:
            here.write_text(script_of(report, PERSON), encoding="utf-8")
        except OSError as error:
            return f"{here}: {error.strerror}"
        return f"the call is now a script: {here}"

    return keep


class Desk:
    """office: where the telephone stands. book: the prompts it can name. keep: what to do with a recorded call; calls
    are recorded from the start when there is one. plug: pulls a card (False) or plugs it in again.

    calls: how many were made. quit: has the person asked for the end? kept: what `keep` said of each call.
    """

    def __init__(
        self,
        office: Office,
        book: Contents | None = None,
        keep: Keep | None = None,
        plug: Callable[[int, bool], object] | None = None,
    ) -> None:
        self.quit = False
        self.calls = 0
        self.recording = keep is not None
        self.told: deque[str] = deque(maxlen=REMEMBERED)
        self.kept: list[str] = []
        self._office = office
        self._book = book
        self._keep = keep
        self._plug = plug
        self._pulled: set[int] = set()
        self._phone: InteractiveCaller | None = None
        self._seen = 0
        self._cut: set[int] = set()

    def do(self, command: Command) -> None:
        """Carry out what was asked for; what cannot be done is told."""
        match command.word:
            case "dial":
                self._dial(command.text)
            case "press":
                self._with_phone(lambda phone: phone.press(command.text))
            case "hang_up":
                self._with_phone(lambda phone: phone.hang_up())
            case "record":
                self._record()
            case "cut":
                self._tongs(int(command.text))
            case "unplug":
                self._pull(self._office.lines[int(command.text)].card)
            case "quit":
                self.quit = True

    def look(self) -> list[str]:
        """What the telephone's user did and heard lately, as sentences."""
        if self._phone is not None:
            for entry in self._phone.report[self._seen :]:
                self.told.append(f"{entry.at / RATE:7.1f}  {WORDS.get(entry.kind, entry.kind)} {entry.text}".rstrip())
            self._seen = len(self._phone.report)
            if self._phone.finished:
                self._finish(self._phone)
        return list(self.told)

    def close(self) -> None:
        """The run is over: who has not hung up yet does it now, so that the call is kept."""
        if self._phone is not None and self._keep is not None and self.recording:
            self._kept([*self._phone.report, Entry(self._office.now, "hung_up", "")])
            self._phone = None

    def _dial(self, number: str) -> None:
        if self._phone is not None:
            self.told.append("the receiver is off already: h puts it down")
            return
        self._phone, self._seen = InteractiveCaller(number, PERSON, self._book), 0
        self._office.add_caller(self._phone)
        self.calls += 1

    def _with_phone(self, act: Callable[[InteractiveCaller], None]) -> None:
        if self._phone is None:
            self.told.append("no call: d and a number make one")
        else:
            act(self._phone)

    def _record(self) -> None:
        if self._keep is None:
            self.told.append("nowhere to record to: give --record FILE")
            return
        self.recording = not self.recording
        self.told.append("the next call becomes a script" if self.recording else "recording is off")

    def _finish(self, phone: InteractiveCaller) -> None:
        self._phone = None
        if self.recording:
            self._kept(phone.report)

    def _kept(self, report: Sequence[Entry]) -> None:
        if self._keep is not None:
            self.kept.append(self._keep(report))
            self.told.append(self.kept[-1])

    def _tongs(self, line: int) -> None:
        if line in self._cut:
            self._cut.discard(line)
            self._office.mend(line)
        else:
            self._cut.add(line)
            self._office.cut(line)

    def _pull(self, card: int) -> None:
        if self._plug is None:
            self.told.append("this office has no devices to pull")
            return
        inside = card in self._pulled
        self._pulled ^= {card}
        self._plug(card, inside)
        self.told.append(f"{self._office.cards[card].name} is {'plugged in again' if inside else 'pulled out'}")
