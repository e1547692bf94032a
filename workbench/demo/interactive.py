"""`loopstart demo --interactive`: a person is the caller. Keys are typed, prompts are shown as text and kept as WAV."""

from __future__ import annotations

import sys

from rich.console import Console

from drivers.speech.book import load_book
from dsp.receiver import RATE
from hw_sim.caller.config import Person
from hw_sim.caller.interactive import InteractiveCaller
from hw_sim.config import load_office
from hw_sim.dahdi.run import run
from hw_sim.office import Office
from hw_sim.people.ends import WHEN_OPEN
from hw_sim.report.lines import SoundFile
from hw_sim.view.terminal import keys_at_once, typed
from workbench.demo.show import kept_things
from workbench.demo.stage import OFFICE, Stage
from workbench.demo.transcript import CALLER_WORDS
from workbench.demo.verdict import Kept

PAD = "0123456789*#"
HANG_UP = "hq\x03\x04"
"""h, q, Ctrl-C, Ctrl-D."""


class Conversation:
    """Between a person at a terminal and a caller of the office: asked after every tick."""

    def __init__(self, console: Console, caller: InteractiveCaller, keyboard: int) -> None:
        self._console = console
        self._caller = caller
        self._keyboard = keyboard
        self._shown = 0

    def tick(self, _tick: object) -> bool:
        """Pass on what was typed, show what was heard; True when the person has hung up."""
        for key in self._typed():
            if key in PAD:
                self._caller.press(key)
            elif key in HANG_UP:
                self._caller.hang_up()
        for entry in self._caller.report[self._shown :]:
            word, style = CALLER_WORDS.get(entry.kind, (entry.kind, ""))
            self._console.print(f"{entry.at / RATE:8.2f}  {word:<8} {entry.text}", style=style, highlight=False)
        self._shown = len(self._caller.report)
        return self._caller.finished

    def _typed(self) -> str:
        text = typed(self._keyboard)
        return HANG_UP[-1] if text is None else text  # the end of a piped input is the end of the call


def converse(console: Console, stage: Stage) -> int:
    """Be the caller until one side hangs up; the server's exit status. Raises ConfigError, BookError, OSError."""
    book = load_book(stage.book)
    caller = InteractiveCaller("96688", Person(number="13812345678"), book)
    office = Office(load_office(OFFICE), book=book)
    office.add_caller(caller, WHEN_OPEN)
    sound = SoundFile(stage.folder / "caller.wav")
    office.tap = sound
    console.print(
        f"keys: [bold]{' '.join(PAD)}[/]   hang up: [bold]h[/]   what you hear: {stage.folder / 'caller.wav'}"
    )
    try:
        with keys_at_once(sys.stdin.fileno()) as keyboard:
            status = run(office, stage.serve(), on_tick=Conversation(console, caller, keyboard).tick)
    finally:
        sound.close()
    kept = Kept.read(stage.folder)
    if kept is not None:
        kept_things(console, stage, kept)
    return status
