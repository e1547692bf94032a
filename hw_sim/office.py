"""The office: switch, copper and people, tick by tick.

Two faces. The equipment's: `tick`, and what its ports do (`hw_sim.equipment.OfficeLike`). The world's: callers, who
dial, speak and listen on their own ends; and what can happen to lines and spans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from drivers import tone_plans
from drivers.errors import BadLine
from drivers.signals import Signal, SignalKind
from drivers.speech.book import Book
from dsp import dtmf, tones
from dsp.patient import Patient
from dsp.receiver import TICK, Float32, Int16, Receiver
from hw_sim.automatic import automatic
from hw_sim.caller_events import CallerProtocol
from hw_sim.clip_index import ClipIndex
from hw_sim.config import OfficeConfig
from hw_sim.effects import Effect, Inform, Join, Listen, OffHook, Part, Supply, Tell
from hw_sim.equipment import Alarm, Bits, Feed, SpanAlarm
from hw_sim.far_ends import SIGNALLINGS, MakeSignalling, Surroundings
from hw_sim.hearing import Ear
from hw_sim.layout import OfficeCard, OfficeLine, cards_of, copper_of, lines_of
from hw_sim.loop import Loop
from hw_sim.people import People
from hw_sim.register import Register
from hw_sim.span import Span
from hw_sim.spans import Spans
from hw_sim.speech_path import SpeechPath
from hw_sim.subscriber import State
from hw_sim.supply import supplied_tones
from hw_sim.trunk import Signalling
from hw_sim.wiring import exchange_of, loops_of, spans_of

__all__ = ["Office", "OfficeCard", "OfficeLine", "OfficeTick", "Tap"]

ATTENTION = 8
"""Ticks after which people notice a tone."""

Tap = Callable[[Float32 | None, Float32], None]
"""Told each tick what all callers say (None: nothing) and what they hear, float32 (callers, 160), used again later."""


@dataclass(frozen=True, slots=True)
class OfficeTick:
    """160 samples of every line of the equipment.

    rx: int16 (lines, 160), what each line's codec gives; used again at the next tick.
    signals: what the lines' ports saw up to the end of this tick, in order. bits, alarms: the same of E1 cards.
    """

    rx: Int16
    signals: Sequence[Signal] = ()
    bits: Sequence[Bits] = ()
    alarms: Sequence[SpanAlarm] = ()


class Office:
    """A telephone office of OFFICE.yaml. Same configuration, seed, callers and equipment: same run, bit for bit.

    callers: people who begin at sample 0 (`add_callers` for later ones). book: the clips they can recognise by ear,
    or the index of them, made once for several offices; without one they hear tones only. seed: instead of the
    configuration's. hearing: off for those who measure the office alone: then nobody out there hears anything.
    far_ends: the signalling of trunks, by the name that cards give it.
    """

    def __init__(
        self,
        config: OfficeConfig,
        callers: Iterable[CallerProtocol] = (),
        book: Book | ClipIndex | None = None,
        seed: int | None = None,
        hearing: bool = True,
        far_ends: Mapping[str, MakeSignalling] = SIGNALLINGS,
    ) -> None:
        self.config = config
        self.now = 0
        self.lines = lines_of(config.cards)
        self.cards = cards_of(config.cards)
        self.callers: tuple[CallerProtocol, ...] = ()
        self.automatic: tuple[CallerProtocol, ...] = ()
        self.tap: Tap | None = None
        self._index = ClipIndex.of(book) if book and not isinstance(book, ClipIndex) else book
        self._hearing = hearing
        self._tones = tone_plans.load(config.tones or config.country)
        digital = [line.digital for line in self.lines]
        seed = config.seed if seed is None else seed
        self._path = SpeechPath(digital, copper_of(config.cards), supplied_tones(self._tones), seed)
        surroundings = Surroundings(self._tones, lambda digits: self._exchange.numbering.more(digits))
        self._spans = Spans(spans_of(config, self.cards, far_ends, surroundings))
        self._loops = loops_of(config, self.cards)
        self._exchange = exchange_of(config, self.lines, self._spans.by_card)
        analog = [line.row for line in self.lines if not line.digital]
        self._register = Register(lambda: dtmf.DtmfReceiver(len(analog)), analog)
        self._signals: list[Signal] = []
        self._wire()
        ports = {line.name: loop for line in self.lines if (loop := self._telephone(line))}
        self._people = People(len(self.lines), self._path, self._exchange, ports, self._receivers, self._apply)
        self._populate(list(callers))

    def tick(self, tx: Int16) -> OfficeTick:
        """Advance 20 ms. tx: int16 (lines, 160), what the equipment sends; what it sends on hook is lost."""
        self._apply(self._exchange.advance(self.now))
        spoken = self._people.speak(self.now)
        rx, heard = self._path.tick(tx, spoken)
        if self.tap is not None:
            self.tap(spoken, heard)
        pressed = self._register.tick(self._path.analog(tx)) if self._register.busy else ()
        bits: Sequence[Bits] = ()
        alarms: Sequence[SpanAlarm] = ()
        if self._spans:
            for row, message in self._spans.tick(self.now, tx, rx):
                self._apply(self._exchange.message(row, message, self.now))
            bits, alarms = self._spans.bits(), self._spans.alarms(self.now)
        self.now += TICK
        for row, digit in pressed:
            self._apply(self._exchange.digit(row, digit, self.now))
        signals, self._signals = self._signals, []
        self._people.listen(heard, self.now)
        return OfficeTick(rx, signals, bits, alarms)

    # -- what the equipment does -------------------------------------------------------------------------------------

    def hook(self, line: int, off_hook: bool) -> None:
        """The equipment takes an FXO port off hook or puts it on hook. Raises BadLine."""
        if self._known(line).use != "fxo":
            raise BadLine(f"line {line} is no FXO port")
        loop = self._loops.get(line)
        if loop is None:
            self._apply(self._exchange.hook(line, off_hook, self.now))
        else:
            self._apply([OffHook(line, off_hook), *loop.hook(off_hook, self.now)])

    def ring(self, line: int, on: bool) -> None:
        """An FXS port begins or ends a burst of ringing. Raises BadLine."""
        self._apply(self._fxs(line).ring(on, self.now))

    def feed(self, line: int, feed: Feed) -> None:
        """An FXS port feeds its loop otherwise. Raises BadLine."""
        self._apply([*self._fxs(line).feed(feed, self.now), OffHook(line, feed != "open")])

    def send_bits(self, line: int, bits: int) -> None:
        """A timeslot sends other CAS bits. Raises BadLine."""
        card = self._known(line).card
        if self.cards[card].kind != "e1":
            raise BadLine(f"line {line} has no bits")
        self._spans.by_card[card].send_bits(self.lines[line].port + 1, bits)

    def send_alarm(self, card: int, alarms: Alarm) -> None:
        """A span sends an alarm, or none. Raises BadLine."""
        self._span(card).sent = alarms
        self._turn(card)

    def opened(self) -> None:
        """The equipment has opened a line; the first time, callers who waited for that begin."""
        self._people.open(self.now)

    # -- what happens to lines and spans -----------------------------------------------------------------------------

    def cut(self, line: int) -> None:
        """The wire is cut: the battery is gone, a call on the line ends, and no other reaches it. Raises BadLine."""
        self._out_of_service(line, "battery_lost")

    def mend(self, line: int) -> None:
        """The wire is whole again. Raises BadLine."""
        self._serve(line, True)
        self._signals.append(Signal(line, self.now, "battery_back"))

    def remove(self, line: int) -> None:
        """The port is pulled out of the machine. Raises BadLine."""
        self._out_of_service(line, "removed")

    def remove_card(self, card: int) -> None:
        """A whole card is pulled out of the machine. Raises BadLine."""
        for row in self._card(card).rows:
            self.remove(row)
        if card in self._spans.by_card:
            self._spans.by_card[card].sent |= Alarm.NOTOPEN
            self._turn(card)

    def replug(self, card: int) -> None:
        """The card is plugged in again: its lines are as new. Raises BadLine."""
        for row in self._card(card).rows:
            self._serve(row, True)
        if card in self._spans.by_card:
            self._spans.by_card[card].sent = Alarm.NONE
            self._turn(card)

    def span_alarm(self, card: int, alarms: Alarm) -> None:
        """What the equipment receives of a span has these alarms, or none any more. Raises BadLine."""
        self._span(card).fault = alarms
        self._turn(card)

    def lose_d_channel(self, card: int, lost: bool) -> None:
        """Nothing passes in a span's slot 16, or it does again. Raises BadLine."""
        self._span(card).no_d_channel = lost

    def signalling(self, card: int) -> Signalling | None:
        """The office's end of a span's signalling, for faults and captures; None when there is none. Raises BadLine."""
        return self._span(card).signalling

    # -- people ------------------------------------------------------------------------------------------------------

    def add_caller(self, caller: CallerProtocol, at: int | None = None, port: str = "") -> None:
        """A person who begins at a sample, WHEN_OPEN, or now; at the telephone of an FXS port when one is named.

        A place whose caller has finished is used again. Raises BadLine: no such telephone, or somebody sits there.
        """
        if not port:
            self.add_callers([(caller, self.now if at is None else at)])
            return
        self._people.seat_at(port, caller, self.now if at is None else at)
        self.callers += (caller,)

    def add_callers(self, callers: Sequence[tuple[CallerProtocol, int]]) -> None:
        """People who begin at these samples. Those who come together are heard together, which is much faster."""
        self._people.seat(callers)
        self.callers += tuple(caller for caller, _ in callers)

    def make_room(self, people: int) -> None:
        """Places for so many at once, however they come: those who have their places together are heard together."""
        self._people.room(people)

    def state(self, line: int) -> State:
        """Where a line is in the life of a call, as the switch knows it (for tests and displays)."""
        party = self._exchange.parties.get(line)
        return party.state if party else State.IDLE

    @property
    def idle(self) -> bool:
        """Is every line on hook and free of ringing?"""
        return self._exchange.idle() and not any(loop.off_hook for loop in self._loops.values())

    # -- building ----------------------------------------------------------------------------------------------------

    def _receivers(self, ends: int) -> list[Receiver]:
        ears: list[Receiver] = [Patient(ends, tones.ToneReceiver(ends, self._tones), ATTENTION)]
        if not self._hearing:
            return []
        if self._index is not None:
            ears.append(Ear(ends, self._index))
        return ears

    def _wire(self) -> None:
        """What is connected once and for all: cards that are wired to each other, the feed of FXS ports."""
        for row, loop in self._loops.items():
            if row == loop.fxs:
                self._path.hook(row, True)
                if loop.far >= 0:
                    self._path.join(row, loop.far)
        for a, b in self._spans.wires():
            self._path.join(a, b)

    def _telephone(self, line: OfficeLine) -> Loop | None:
        loop = self._loops.get(line.row)
        return loop if loop is not None and loop.far < 0 else None

    def _populate(self, callers: list[CallerProtocol]) -> None:
        seats = list(automatic(self.config))
        self.automatic = tuple(seat.who for seat in seats)
        self._people.room(len(callers) + len(seats))
        self._people.seat([(seat.who, seat.at) for seat in seats if not seat.port])
        for seat in seats:
            if seat.port:
                self._people.seat_at(seat.port, seat.who, seat.at)
        self.add_callers([(caller, 0) for caller in callers])

    # -- what is there -----------------------------------------------------------------------------------------------

    def _known(self, line: int) -> OfficeLine:
        if not 0 <= line < len(self.lines):
            raise BadLine(f"there is no line {line}: the office has lines 0 to {len(self.lines) - 1}")
        return self.lines[line]

    def _card(self, card: int) -> OfficeCard:
        if not 0 <= card < len(self.cards):
            raise BadLine(f"there is no card {card}: the office has cards 0 to {len(self.cards) - 1}")
        return self.cards[card]

    def _fxs(self, line: int) -> Loop:
        if self._known(line).use != "fxs":
            raise BadLine(f"line {line} is no FXS port")
        return self._loops[line]

    def _span(self, card: int) -> Span:
        self._card(card)
        if card not in self._spans.by_card:
            raise BadLine(f"card {card} is no E1")
        return self._spans.by_card[card]

    # -- what happens ------------------------------------------------------------------------------------------------

    def _turn(self, card: int) -> None:
        """The carrier of a span may have come or gone: its calls end, and no others come."""
        present = self._spans.by_card[card].turned(self.now)
        for row in self.cards[card].rows if present is not None else ():
            if row in self._exchange.parties:
                self._apply(self._exchange.serve(row, bool(present), self.now))

    def _out_of_service(self, line: int, kind: SignalKind) -> None:
        self._serve(line, False)
        self._signals.append(Signal(line, self.now, kind))

    def _serve(self, line: int, in_service: bool) -> None:
        self._known(line)
        if line in self._exchange.parties:
            self._apply(self._exchange.serve(line, in_service, self.now))

    def _apply(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Supply(row, tone):
                    self._path.give(row, tone)
                case Inform(row, sound):
                    self._path.play(row, sound)
                case Join(a, b):
                    self._path.join(a, b)
                case Part(row):
                    self._path.part(row)
                case OffHook(row, off_hook):
                    self._path.hook(row, off_hook)
                case Listen(row, wanted):
                    self._listen(row, wanted)
                case Tell(row, message):
                    self._spans.by_card[self.lines[row].card].tell(message, self.now)
                case Signal():
                    self._see(effect)
                case _:
                    assert_never(effect)

    def _listen(self, row: int, wanted: bool) -> None:
        """Only the equipment dials with keys; a caller gives the whole number at once."""
        if wanted:
            self._register.listen(row)
        else:
            self._register.ignore(row)

    def _see(self, signal: Signal) -> None:
        """A port sees its line; a person only hears the bell."""
        if signal.line < len(self.lines):
            self._signals.append(signal)
        else:
            self._people.see(signal)
