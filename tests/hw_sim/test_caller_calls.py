"""Whole calls: a caller in the office, and a small voice service at the other end of a line, by sound alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from drivers.speech.book import Book
from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.receiver import RATE, TICK, Int16
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.person import Caller, load_caller
from hw_sim.config import analog_office
from hw_sim.line.presets import PRESETS
from hw_sim.office import Office

Answers = Callable[[str], Sequence[str] | None]
"""All keys so far -> the clips to say now (None: go on with what is being said)."""


class Service:
    """Answers the first line at the first ring; says clips; a key cuts what it says."""

    def __init__(self, office: Office, book: Book, answers: Answers) -> None:
        self.office, self.book, self.answers = office, book, answers
        self.keys = ""
        self._receiver = DtmfReceiver(len(office.lines))
        self._line: int | None = None
        self._speech = np.zeros(0, np.int16)

    def run(self, seconds: float) -> None:
        """Until all callers have finished."""
        tx = self.office.tick(self._silence()).rx * 0
        while self.office.now < seconds * RATE and not all(c.finished for c in self.office.callers):
            done = self.office.tick(tx)
            if self._line is None and any(s.kind == "ring_on" for s in done.signals):
                self._line = done.signals[0].line
                self.office.hook(self._line, True)
                self._say(self.answers("") or ())
            for event in self._receiver(done.rx.astype(np.float32)):
                if isinstance(event, Digit) and event.edge == "began":
                    self._key(event.digit)
            tx = self._next()

    def _key(self, digit: str) -> None:
        self.keys += digit
        self._say(self.answers(self.keys) or ())

    def _say(self, clips: Sequence[str]) -> None:
        self._speech = np.concatenate([np.zeros(0, np.int16), *(self.book.samples(c) for c in clips)])

    def _next(self) -> Int16:
        tx = self._silence()
        if self._line is not None:
            now, self._speech = self._speech[:TICK], self._speech[TICK:]
            tx[self._line, : len(now)] = now
        return tx

    def _silence(self) -> Int16:
        return np.zeros((len(self.office.lines), TICK), np.int16)


def price_line(keys: str) -> Sequence[str] | None:
    """Asks for a code and tells its price."""
    if not keys:
        return ["zh/welcome", "zh/press_one_zh", "zh/menu"]
    if keys == "1":
        return ["zh/ask_code"]
    if keys == "11001#":
        return ["zh/price_is", "zh:四十", "zh:五", "zh:元", "zh:五", "zh:角", "zh/no_such_choice"]
    return None


SCRIPT = """\
spec: 1
who: {{number: "13900001111", {who}}}
script:
  - dial: "96688"
  - hear: welcome
  - press: "1"
    over: {over}
  - hear: ask_code
    through: {through}
  - press: "1001#"
    over: {over}
  - hear: price_is
  - note_number: price
  - hear: no_such_choice
  - hang_up
"""


def call(book: Book, answers: Answers, script: str, **port: object) -> tuple[Caller, Service]:
    caller = Caller(load_caller_config("c.yaml", script, clips=book.clips), book)
    service = Service(Office(analog_office(2, **port), [caller], book), book, answers)  # type: ignore[arg-type]
    service.run(60)
    return caller, service


@pytest.mark.parametrize("who", ["level: -10", "level: -20, snr: 25", "level: -5, noise: -45"])
@pytest.mark.parametrize(("over", "through"), [("false", "true"), ("true", "began")])
def test_a_call_by_sound_alone(book: Book, who: str, over: str, through: str) -> None:
    """Loud or faint, with noise, polite or over the prompts: the caller hears, keys and notes the right things."""
    caller, service = call(book, price_line, SCRIPT.format(who=who, over=over, through=through))
    assert caller.succeeded, caller.report
    assert service.keys == "11001#"
    assert caller.notes == {"price": "45.5"}


def test_a_line_with_loss_echo_and_noise(book: Book) -> None:
    """A long line: 6 dB each way, its own voice back at 12 dB, noise at -50 dBm0."""
    script = SCRIPT.format(who="level: -8", over="true", through="began")
    caller, _ = call(book, price_line, script, loss=6.0, return_loss=12.0, noise=-50.0)
    assert caller.succeeded, caller.report


@pytest.mark.parametrize("line", sorted(PRESETS))
def test_every_line_by_name(book: Book, line: str) -> None:
    """Over any line that the office knows by name a call succeeds, a price told in words is written down."""
    script = SCRIPT.format(who="level: -8", over="false", through="true")
    caller, service = call(book, price_line, script, line=line)
    assert caller.succeeded, caller.report
    assert service.keys == "11001#"
    assert caller.notes == {"price": "45.5"}


def test_a_service_that_says_something_else(book: Book) -> None:
    """The caller gives up, hangs up, and the report tells what it heard instead, by its text."""
    caller, service = call(
        book, lambda keys: ["zh/goodbye"] if not keys else None, SCRIPT.format(who="", over="false", through="true")
    )
    assert not caller.succeeded
    assert caller.report[-2].text == "waited 15 s for 'welcome', heard '谢谢您的来电，再见'"
    assert caller.report[-1].kind == "hung_up"
    assert service.keys == ""


def test_speech_reaches_the_service(book: Book) -> None:
    """The caller listens, speaks, and the call is over when it has been said."""
    script = """\
spec: 1
who: {level: -12}
script:
  - dial: "96688"
  - hear: welcome
  - say: {text: hello there, language: en}
"""
    caller, _ = call(book, lambda keys: ["zh/welcome"] if not keys else None, script)
    assert caller.succeeded
    assert [e.text for e in caller.report if e.kind == "said"] == ["hello there"]


def test_a_caller_from_a_file_with_a_recording(book: Book, tmp_path: Path) -> None:
    """`say: {wav: ...}` beside the script."""
    (tmp_path / "hello.wav").write_bytes((book.folder / book.clip("zh/welcome").file).read_bytes())
    (tmp_path / "c.yaml").write_text('spec: 1\nscript:\n  - dial: "1"\n  - say: {wav: hello.wav}\n    over: true\n')
    caller = load_caller(tmp_path / "c.yaml", book)
    assert [type(a).__name__ for a in caller.advance(0, [])] == ["Dial", "Send"]
