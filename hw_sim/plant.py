"""The machinery of an office: switch, speech paths, spans, loops, register; and what the switch wants done, done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import assert_never

from drivers.signals import Signal
from dsp import dtmf
from dsp.plans import TonePlan
from dsp.receiver import Float32, Int16
from hw_sim.config import OfficeConfig
from hw_sim.e1.far_ends import MakeSignalling, Surroundings
from hw_sim.e1.spans import Spans
from hw_sim.layout import cards_of, copper_of, lines_of
from hw_sim.line.loop import Loop
from hw_sim.line.speech_path import SpeechPath
from hw_sim.switch.effects import Effect, Inform, Join, Listen, OffHook, Part, Supply, Tell
from hw_sim.switch.numbering import Numbering
from hw_sim.switch.register import Register
from hw_sim.switch.supply import supplied_tones
from hw_sim.wiring import exchange_of, loops_of, spans_of


class Plant:
    """now: the sample it has come to. signals: what the equipment's ports have seen since they were taken away.

    see: told what happens on lines that are not the equipment's.
    """

    def __init__(
        self, config: OfficeConfig, tones: TonePlan, seed: int, far_ends: Mapping[str, MakeSignalling]
    ) -> None:
        self.now = 0
        self.lines = lines_of(config.cards)
        self.cards = cards_of(config.cards)
        self.signals: list[Signal] = []
        self.see: Callable[[Signal], None] = lambda _signal: None
        numbering = Numbering()
        surroundings = Surroundings(tones, numbering.more)
        self.spans = Spans(spans_of(config, self.cards, far_ends, surroundings))
        self.loops = loops_of(config, self.cards)
        self.exchange = exchange_of(config, self.lines, self.spans.by_card, numbering)
        digital = [line.digital for line in self.lines]
        self.path = SpeechPath(digital, copper_of(config.cards), supplied_tones(tones), seed)
        analog = [line.row for line in self.lines if not line.digital]
        self._register = Register(lambda: dtmf.DtmfReceiver(len(analog)), analog)
        self._wire()

    def telephones(self) -> Iterator[tuple[str, Loop]]:
        """Names and loops of the FXS ports that a telephone can be at."""
        for line in self.lines:
            loop = self.loops.get(line.row)
            if loop is not None and loop.far < 0:
                yield line.name, loop

    def tick(self, tx: Int16, spoken: Float32 | None) -> tuple[Int16, Float32]:
        """160 samples: tx int16 (lines, 160) and spoken float32 (ends, 160) or None in, rx int16 (lines, 160) and
        heard float32 (ends, 160) out."""
        rx, heard = self.path.tick(tx, spoken)
        for row, message in self.spans.tick(self.now, tx, rx) if self.spans else ():
            self.apply(self.exchange.message(row, message, self.now))
        return rx, heard

    def listen(self, tx: Int16) -> None:
        """The register hears what the lines send, up to now."""
        if self._register.busy:
            for row, digit in self._register.tick(self.path.analog(tx)):
                self.apply(self.exchange.digit(row, digit, self.now))

    def apply(self, effects: Sequence[Effect]) -> None:
        """Do what the switch wants."""
        for effect in effects:
            match effect:
                case Supply(row, tone):
                    self.path.give(row, tone)
                case Inform(row, sound):
                    self.path.play(row, sound)
                case Join(a, b):
                    self.path.join(a, b)
                case Part(row):
                    self.path.part(row)
                case OffHook(row, off_hook):
                    self.path.hook(row, off_hook)
                case Listen(row, wanted):
                    self._register.listen(row) if wanted else self._register.ignore(row)
                case Tell(row, message):
                    self.spans.by_card[self.lines[row].card].tell(message, self.now)
                case Signal():
                    self._see(effect)
                case _:
                    assert_never(effect)

    def turn(self, card: int) -> None:
        """The carrier of a span may have come or gone: its calls end, and no others come."""
        self.spans.changed = True
        present = self.spans.by_card[card].turned(self.now)
        for row in self.cards[card].rows if present is not None else ():
            self.serve(row, bool(present))

    def serve(self, row: int, in_service: bool) -> None:
        """A line or circuit of the switch is broken, or mended; nothing for a row that is none."""
        if row in self.exchange.parties:
            self.apply(self.exchange.serve(row, in_service, self.now))

    def cut_loop(self, loop: Loop, cut: bool) -> None:
        """The wires of an FXS port are cut, or whole again."""
        ends = [row for row in (loop.fxs, loop.far) if row >= 0]
        self.apply(loop.cut(cut, self.now))
        if cut:
            self.apply([Part(row) for row in ends])
        elif len(ends) > 1 and (loop.off_hook or loop.far < len(self.lines)):
            self.apply([Join(loop.fxs, loop.far)])

    def _see(self, signal: Signal) -> None:
        if signal.line < len(self.lines):
            self.signals.append(signal)
        else:
            self.see(signal)

    def _wire(self) -> None:
        """What is connected once and for all: cards that are wired to each other, the feed of FXS ports."""
        for row, loop in self.loops.items():
            if row == loop.fxs:
                self.path.hook(row, True)
                if loop.far >= 0:
                    self.path.join(row, loop.far)
        for a, b in self.spans.wires():
            self.path.join(a, b)
