"""The office: switch, copper and people, tick by tick.

Two faces. The equipment's: `tick` and `hook`. The world's: callers, who dial, speak and listen on their own ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from drivers import tone_plans
from drivers.analog import Signal, SignalKind
from drivers.card import Law
from drivers.errors import BadLine
from drivers.events import Ringing
from drivers.speech.book import Book
from dsp import dtmf, tones
from dsp.patient import Patient
from dsp.receiver import TICK, Float32, Int16, Receiver
from hw_sim.caller import CallerProtocol
from hw_sim.caller_events import Action, Dial, HangUp, PickUp, Send
from hw_sim.clip_index import ClipIndex
from hw_sim.config import OfficeConfig, PortConfig
from hw_sim.ends import Ends
from hw_sim.equipment import Alarm, Bits, CardKind, Feed, PortUse, SpanAlarm
from hw_sim.exchange import Exchange
from hw_sim.hearing import Ear
from hw_sim.line_model import Copper, LineModel
from hw_sim.phone import Phone
from hw_sim.reel import Reel
from hw_sim.register import Register
from hw_sim.source import Live
from hw_sim.subscriber import RINGING, Effect, Inform, Join, Listen, OffHook, Part, State, Supply
from hw_sim.supply import caller_id_sound, supplied_tones

END = Copper(loss=0.0, return_loss=20.0, noise=-75.0)
"""A caller's telephone: a good one, next to the office."""

MORE_ENDS = 8

ATTENTION = 8
"""Ticks after which people notice a tone."""

Tap = Callable[[Float32 | None, Float32], None]
"""Told each tick what all callers say (None: nothing) and what they hear, float32 (callers, 160), used again later."""


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """A line of the equipment. row: of every matrix. card and port count from 0."""

    card: int
    port: int
    number: str
    row: int
    name: str = ""
    law: Law = "alaw"
    use: PortUse = "fxo"


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """A card of the equipment (`hw_sim.equipment.CardLike`)."""

    name: str
    kind: CardKind = "fxo"
    crc4: bool = False
    coding: str = ""
    framing: str = ""


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
    """

    def __init__(
        self,
        config: OfficeConfig,
        callers: Iterable[CallerProtocol] = (),
        book: Book | ClipIndex | None = None,
        seed: int | None = None,
        hearing: bool = True,
    ) -> None:
        self.config = config
        self.now = 0
        self.lines = _lines(config)
        self.cards = tuple(OfficeCard(card.name) for card in config.cards)
        self.callers: tuple[CallerProtocol, ...] = ()
        self.tap: Tap | None = None
        self._index = ClipIndex.of(book) if book and not isinstance(book, ClipIndex) else book
        self._hearing = hearing
        self._tones = tone_plans.load(config.tones or config.country)
        self._exchange = Exchange(caller_id_sound, RINGING[config.country])
        self._copper = LineModel([_copper(port) for port in config.ports], seed=config.seed if seed is None else seed)
        self._supply = Reel(len(self.lines))
        self._spans = {name: self._supply.keep(tone) for name, tone in supplied_tones(self._tones).items()}
        self._peers = np.full(len(self.lines), -1, np.intp)
        self._register = Register(lambda: dtmf.DtmfReceiver(len(self.lines)))
        self._ends = Ends(self._receivers, self._act)
        self._signals: list[Signal] = []
        for port in config.ports:
            self._exchange.add(port.number, port.disconnect, port.caller_id, port.reversal)
        self._hunt()
        self._populate(list(callers))

    def tick(self, tx: Int16) -> OfficeTick:
        """Advance 20 ms. tx: int16 (lines, 160), what the equipment sends; what it sends on hook is lost."""
        self._apply(self._exchange.advance(self.now))
        supply, _ = self._supply.tick()
        spoken = self._ends.speak(self.now)
        rx, heard = self._copper.tick(tx, spoken, self._peers, supply)
        if self.tap is not None:
            self.tap(spoken, heard)
        pressed = self._register.tick(tx)
        self.now += TICK
        for row, digit in pressed:
            self._apply(self._exchange.digit(row, digit, self.now))
        signals, self._signals = self._signals, []
        self._ends.listen(heard, self.now)
        return OfficeTick(rx, signals)

    def hook(self, line: int, off_hook: bool) -> None:
        """The equipment takes a line off hook or puts it on hook. Raises BadLine."""
        self._known(line)
        self._apply(self._exchange.hook(line, off_hook, self.now))

    def ring(self, line: int, on: bool) -> None:
        """An FXS port begins or ends a burst of ringing. Raises BadLine."""
        raise BadLine(f"line {line} is no FXS port")

    def feed(self, line: int, feed: Feed) -> None:
        """An FXS port feeds its loop otherwise. Raises BadLine."""
        raise BadLine(f"line {line} is no FXS port")

    def send_bits(self, line: int, bits: int) -> None:
        """A timeslot sends other CAS bits. Raises BadLine."""
        raise BadLine(f"line {line} has no bits")

    def send_alarm(self, card: int, alarms: Alarm) -> None:
        """A span sends an alarm, or none. Raises BadLine."""
        raise BadLine(f"card {card} is no E1")

    def cut(self, line: int) -> None:
        """The wire is cut: the battery is gone, a call on the line ends, and no other reaches it. Raises BadLine."""
        self._out_of_service(line, "battery_lost")

    def mend(self, line: int) -> None:
        """The wire is whole again. Raises BadLine."""
        self._known(line)
        self._apply(self._exchange.serve(line, True, self.now))
        self._signals.append(Signal(line, self.now, "battery_back"))

    def remove(self, line: int) -> None:
        """The port is pulled out of the machine, for good. Raises BadLine."""
        self._out_of_service(line, "removed")

    def opened(self) -> None:
        """The equipment has opened a line; the first time, callers who waited for that begin."""
        self._ends.open(self.now)

    def add_caller(self, caller: CallerProtocol, at: int | None = None) -> None:
        """A person who begins at a sample, WHEN_OPEN, or now. A place whose caller has finished is used again."""
        self.add_callers([(caller, self.now if at is None else at)])

    def add_callers(self, callers: Sequence[tuple[CallerProtocol, int]]) -> None:
        """People who begin at these samples. Those who come together are heard together, which is much faster."""
        free = self._ends.free()
        if len(free) < len(callers):
            self._grow(max(MORE_ENDS, len(callers) - len(free)))
            free = self._ends.free()
        for index, (caller, at) in zip(free, callers, strict=False):
            self._seat(index, caller, at)
            self.callers += (caller,)

    def state(self, line: int) -> State:
        """Where a line is in the life of a call, as the switch knows it (for tests and displays)."""
        return self._exchange.subscribers[line].state

    @property
    def idle(self) -> bool:
        """Is every line on hook and free of ringing?"""
        return self._exchange.idle()

    # -- building ----------------------------------------------------------------------------------------------------

    def _receivers(self, ends: int) -> list[Receiver]:
        ears: list[Receiver] = [Patient(ends, tones.ToneReceiver(ends, self._tones), ATTENTION)]
        if not self._hearing:
            return []
        if self._index is not None:
            ears.append(Ear(ends, self._index))
        return ears

    def _hunt(self) -> None:
        rows = {line.number: line.row for line in self.lines}
        for group in self.config.hunt:
            self._exchange.numbering.add(group.number, [rows[number] for number in group.ports])

    def _populate(self, callers: list[CallerProtocol]) -> None:
        phones = [Phone(config) for config in self.config.phones]
        if callers or phones:
            self._grow(len(callers) + len(phones))
        for index, phone in enumerate(phones):
            self._seat(index, phone, 0)
        self.add_callers([(caller, 0) for caller in callers])

    def _grow(self, ends: int) -> None:
        self._ends.add(ends, self.now)
        self._copper.add([END] * ends)
        self._supply.resize(len(self.lines) + len(self._ends))
        self._peers = np.append(self._peers, np.full(ends, -1, np.intp))
        for _ in range(ends):
            self._exchange.add("")

    def _seat(self, index: int, caller: CallerProtocol, starts: int) -> None:
        row = len(self.lines) + index
        self._exchange.rename(row, caller.number)
        self._copper.set_noise(row, END.noise if caller.noise is None else caller.noise)
        self._ends.seat(index, caller, starts)

    def _known(self, line: int) -> None:
        if not 0 <= line < len(self.lines):
            raise BadLine(f"there is no line {line}: the office has lines 0 to {len(self.lines) - 1}")

    def _out_of_service(self, line: int, kind: SignalKind) -> None:
        self._known(line)
        self._apply(self._exchange.serve(line, False, self.now))
        self._signals.append(Signal(line, self.now, kind))

    # -- what happens ------------------------------------------------------------------------------------------------

    def _act(self, index: int, action: Action) -> None:
        row = len(self.lines) + index
        match action:
            case Dial(number):
                self._apply(self._exchange.dial(row, number, self.now))
            case Send():
                self._ends.say(index, action)
            case Live(source):
                self._ends.live(index, source)
            case HangUp():
                self._hang_up(index)
            case PickUp():
                self._apply(self._exchange.hook(row, True, self.now))
            case _:
                assert_never(action)

    def _hang_up(self, index: int) -> None:
        self._ends.hush(index)
        self._apply(self._exchange.hook(len(self.lines) + index, False, self.now))

    def _apply(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Supply(row, tone):
                    self._give(row, tone)
                case Inform(row, sound):
                    self._supply.play(row, sound)
                case Join(a, b):
                    self._peers[a], self._peers[b] = b, a
                case Part(row):
                    self._peers[row] = -1
                case OffHook(row, off_hook):
                    self._copper.hook(row, off_hook)
                case Listen(row, wanted):
                    self._listen(row, wanted)
                case Signal():
                    self._see(effect)
                case _:
                    assert_never(effect)

    def _give(self, row: int, tone: str) -> None:
        if tone in self._spans:
            self._supply.turn(row, self._spans[tone])
        else:
            self._supply.stop(row)

    def _listen(self, row: int, wanted: bool) -> None:
        """Only the equipment dials with keys; a caller gives the whole number at once."""
        if row < len(self.lines) and wanted:
            self._register.listen(row)
        else:
            self._register.ignore(row)

    def _see(self, signal: Signal) -> None:
        """A port sees its line; a person only hears the bell."""
        if signal.line < len(self.lines):
            self._signals.append(signal)
        elif signal.kind == "ring_on":
            index = signal.line - len(self.lines)
            self._ends.tell(index, Ringing(index, signal.at, self._exchange.subscribers[signal.line].rings))


def _lines(config: OfficeConfig) -> tuple[OfficeLine, ...]:
    places = [(c, p, port, card.name) for c, card in enumerate(config.cards) for p, port in enumerate(card.ports)]
    return tuple(
        OfficeLine(card, port, config.number, row, f"{name}-{port + 1}", config.law)
        for row, (card, port, config, name) in enumerate(places)
    )


def _copper(port: PortConfig) -> Copper:
    return Copper(port.loss, port.return_loss, port.noise, port.hum, port.law)
