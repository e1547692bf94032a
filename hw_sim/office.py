"""The office: switch, copper and people, tick by tick.

Two faces. The equipment's: `tick`, and what its ports do (`hw_sim.equipment.OfficeLike`). The world's: callers, who
dial, speak and listen on their own ends; and what can happen to lines and spans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from drivers import tone_plans
from drivers.errors import BadLine
from drivers.signals import Signal, SignalKind
from drivers.speech.book import Book
from dsp import tones
from dsp.patient import Patient
from dsp.receiver import TICK, Float32, Int16, Receiver
from hw_sim.caller.events import CallerProtocol
from hw_sim.config import OfficeConfig
from hw_sim.e1.far_ends import SIGNALLINGS, MakeSignalling
from hw_sim.e1.span import Span
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.ear.hearing import Ear
from hw_sim.equipment import Alarm, Bits, Feed, SpanAlarm
from hw_sim.layout import OfficeCard, OfficeLine
from hw_sim.line.loop import Loop
from hw_sim.people.automatic import automatic
from hw_sim.people.seats import People
from hw_sim.plant import Plant
from hw_sim.switch.effects import OffHook
from hw_sim.switch.subscriber import State
from hw_sim.trunk import Signalling

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
        self.callers: tuple[CallerProtocol, ...] = ()
        self.automatic: tuple[CallerProtocol, ...] = ()  # those who only answer
        self.tap: Tap | None = None
        self._index = ClipIndex.of(book) if book and not isinstance(book, ClipIndex) else book
        self._hearing = hearing
        self._tones = tone_plans.load(config.tones or config.country)
        self._plant = Plant(config, self._tones, config.seed if seed is None else seed, far_ends)
        self.lines, self.cards = self._plant.lines, self._plant.cards
        plant, ports = self._plant, dict(self._plant.telephones())
        self._people = People(len(self.lines), plant.path, plant.exchange, ports, self._receivers, plant.apply)
        plant.see = self._people.see
        self._populate(list(callers))

    @property
    def now(self) -> int:
        """The sample it has come to."""
        return self._plant.now

    def tick(self, tx: Int16) -> OfficeTick:
        """Advance 20 ms. tx: int16 (lines, 160), what the equipment sends; what it sends on hook is lost."""
        plant = self._plant
        plant.apply(plant.exchange.advance(plant.now))
        spoken = self._people.speak(plant.now)
        rx, heard = plant.tick(tx, spoken)
        if self.tap is not None:
            self.tap(spoken, heard)
        bits, alarms = plant.spans.news(plant.now) if plant.spans else ((), ())
        plant.now += TICK
        plant.listen(tx)
        self._people.read(tx)
        signals, plant.signals = plant.signals, []
        self._people.listen(heard, plant.now)
        return OfficeTick(rx, signals, bits, alarms)

    # -- what the equipment does -------------------------------------------------------------------------------------

    def hook(self, line: int, off_hook: bool) -> None:
        """The equipment takes an FXO port off hook or puts it on hook. Raises BadLine."""
        if self._known(line).use != "fxo":
            raise BadLine(f"line {line} is no FXO port")
        loop = self._plant.loops.get(line)
        if loop is None:
            self._plant.apply(self._plant.exchange.hook(line, off_hook, self.now))
        else:
            self._plant.apply([OffHook(line, off_hook), *loop.hook(off_hook, self.now)])

    def ring(self, line: int, on: bool) -> None:
        """An FXS port begins or ends a burst of ringing. Raises BadLine."""
        self._plant.apply(self._fxs(line).ring(on, self.now))

    def feed(self, line: int, feed: Feed) -> None:
        """An FXS port feeds its loop otherwise. Raises BadLine."""
        self._plant.apply([*self._fxs(line).feed(feed, self.now), OffHook(line, feed != "open")])

    def send_bits(self, line: int, bits: int) -> None:
        """A timeslot sends other CAS bits. Raises BadLine."""
        card = self._known(line).card
        if self.cards[card].kind != "e1":
            raise BadLine(f"line {line} has no bits")
        self._plant.spans.by_card[card].send_bits(self.lines[line].port + 1, bits)

    def send_alarm(self, card: int, alarms: Alarm) -> None:
        """A span sends an alarm, or none. Raises BadLine."""
        self._span(card).send(alarms)
        self._plant.turn(card)

    def opened(self) -> None:
        """The equipment has opened a line; the first time, callers who waited for that begin."""
        self._people.open(self.now)

    # -- what happens to lines and spans -----------------------------------------------------------------------------

    def cut(self, line: int) -> None:
        """The wire is cut: the battery is gone, a call on the line ends, and no other reaches it. Raises BadLine."""
        self._known(line)
        if line in self._plant.loops:
            self._plant.cut_loop(self._plant.loops[line], True)
        else:
            self._out_of_service(line, "battery_lost")

    def mend(self, line: int) -> None:
        """The wire is whole again. Raises BadLine."""
        self._known(line)
        if line in self._plant.loops:
            self._plant.cut_loop(self._plant.loops[line], False)
            return
        self._plant.serve(line, True)
        self._plant.signals.append(Signal(line, self.now, "battery_back"))

    def remove(self, line: int) -> None:
        """The port is pulled out of the machine. Raises BadLine."""
        self._out_of_service(line, "removed")

    def remove_card(self, card: int) -> None:
        """A whole card is pulled out of the machine. Raises BadLine."""
        for row in self._card(card).rows:
            self.remove(row)
        if card in self._plant.spans.by_card:
            self._plant.spans.by_card[card].send(Alarm.NOTOPEN)
            self._plant.turn(card)

    def replug(self, card: int) -> None:
        """The card is plugged in again: its lines are as new. Raises BadLine."""
        for row in self._card(card).rows:
            self._plant.serve(row, True)
            self._plant.signals.append(Signal(row, self.now, "plugged"))
        if card in self._plant.spans.by_card:
            self._plant.spans.by_card[card].send(Alarm.NONE)
            self._plant.turn(card)

    def span_alarm(self, card: int, alarms: Alarm) -> None:
        """What the equipment receives of a span has these alarms, or none any more. Raises BadLine."""
        self._span(card).fail(alarms)
        self._plant.turn(card)

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

    @property
    def seated(self) -> Mapping[int, CallerProtocol]:
        """Who is calling now, by their row in what the tap is told."""
        return self._people.seated

    def make_room(self, people: int) -> None:
        """Places for so many at once, however they come: those who have their places together are heard together."""
        self._people.room(people)

    def state(self, line: int) -> State:
        """Where a line is in the life of a call, as the switch knows it (for tests and displays)."""
        party = self._plant.exchange.parties.get(line)
        return party.state if party else State.IDLE

    def talks_with(self, line: int) -> str:
        """The number of whom a line calls, is called by or talks with; empty when there is none."""
        parties = self._plant.exchange.parties
        party = parties.get(line)
        other = parties.get(party.peer) if party else None
        return other.number if other else ""

    @property
    def idle(self) -> bool:
        """Is every line on hook and free of ringing?"""
        return self._plant.exchange.idle() and not any(loop.off_hook for loop in self._plant.loops.values())

    # -- building ----------------------------------------------------------------------------------------------------

    def _receivers(self, ends: int) -> list[Receiver]:
        ears: list[Receiver] = [Patient(ends, tones.ToneReceiver(ends, self._tones), ATTENTION)]
        if not self._hearing:
            return []
        if self._index is not None:
            ears.append(Ear(ends, self._index))
        return ears

    def _populate(self, callers: list[CallerProtocol]) -> None:
        seats = list(automatic(self.config))
        self.automatic = tuple(seat.who for seat in seats if not seat.calls)
        self.callers = tuple(seat.who for seat in seats if seat.calls)
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
        return self._plant.loops[line]

    def _span(self, card: int) -> Span:
        self._card(card)
        if card not in self._plant.spans.by_card:
            raise BadLine(f"card {card} is no E1")
        return self._plant.spans.by_card[card]

    def _out_of_service(self, line: int, kind: SignalKind) -> None:
        self._known(line)
        self._plant.serve(line, False)
        self._plant.signals.append(Signal(line, self.now, kind))
