"""What can go wrong with a card, on demand: for certain channels, for a while, and counted. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal, get_args

from dsp.receiver import TICK
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.board import Board

Kind = Literal["read_error", "write_error", "short_read", "stall", "slow", "drop", "events", "unplug"]
"""read_error, write_error: the call fails with an errno (value, EIO by default), the sound of it is lost.
short_read: a read gives so many bytes (value) of its block. stall: nothing comes and nothing is sent. slow: blocks come
so many samples later (value). drop: blocks are lost, as when the card's own buffer overruns. events: so many events
(value) with every tick. unplug: the card is pulled, and plugged in again at the end."""

DEFAULTS: dict[Kind, int] = {"read_error": 5, "write_error": 5, "short_read": TICK // 2, "slow": 5 * TICK, "events": 20}


@dataclass(frozen=True, slots=True)
class DeviceFault:
    """A fault as it was asked for. until: sample of the office's clock at which it ends, None for never."""

    kind: Kind
    channels: frozenset[int]
    until: int | None
    value: int


@dataclass(frozen=True, slots=True)
class Impairment:
    """All that is wrong with one channel now. short, delay: 0 when nothing is."""

    read_error: int = 0
    write_error: int = 0
    short: int = 0
    delay: int = 0
    stall: bool = False
    drop: bool = False
    events: int = 0

    @property
    def slow_road(self) -> bool:
        """Must its ticks go one by one?"""
        return bool(self.short or self.delay or self.stall or self.drop)


SOUND = Impairment()


@dataclass(slots=True)
class DeviceFaults:
    """The faults of all cards. counts: ticks that each kind has spoilt on each channel, by (kind, channel).
    changed: called when the impairments of channels have changed. plug: pulls a span (False) or plugs it in again."""

    board: Board
    plug: Callable[[int, bool], object]
    changed: Callable[[], object] = lambda: None
    counts: Counter[tuple[Kind, int]] = field(default_factory=Counter)
    _active: list[DeviceFault] = field(default_factory=list)
    _now: dict[int, Impairment] = field(default_factory=dict)

    def inject(
        self,
        kind: Kind,
        *,
        channels: Collection[int] = (),
        span: int | None = None,
        samples: int | None = None,
        value: int | None = None,
    ) -> DeviceFault:
        """Begin a fault on these channels and all of that span, for so many samples of the office's clock (None: until
        `clear`). Raises ValueError for a channel, a span, a kind or a value that there is not."""
        if kind not in get_args(Kind):
            raise ValueError(f"no fault {kind!r}: {', '.join(get_args(Kind))}")
        chosen = self._chosen(channels, span)
        value = DEFAULTS.get(kind, 0) if value is None else value
        if value < 0 or (kind.endswith("_error") and not 0 < value < 256):
            raise ValueError(f"{kind} cannot be of {value}")
        fault = DeviceFault(kind, chosen, None if samples is None else self.board.now + samples, value)
        self._active.append(fault)
        if kind == "unplug":
            self._plug(fault, False)
        self._combine()
        return fault

    def clear(self, fault: DeviceFault) -> None:
        """End a fault before its time."""
        if fault in self._active:
            self._end(fault)
            self._combine()

    def advance(self, now: int) -> None:
        """Once a tick: end what is over, count what goes on, queue the events of a storm."""
        over = [fault for fault in self._active if fault.until is not None and fault.until <= now]
        for fault in over:
            self._end(fault)
        if over:
            self._combine()
        for fault in self._active:
            self._go_on(fault)

    def of(self, channel: int) -> Impairment:
        """What is wrong with a channel now."""
        return self._now.get(channel, SOUND)

    def __bool__(self) -> bool:
        return bool(self._active)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _chosen(self, channels: Collection[int], span: int | None) -> frozenset[int]:
        chosen = set(channels)
        if span is not None:
            if not 1 <= span <= len(self.board.spans):
                raise ValueError(f"no span {span}: there are {len(self.board.spans)}")
            chosen |= {port.channel for port in self.board.spans[span - 1].ports}
        unknown = sorted(chosen - set(self.board.channels))
        if unknown or not chosen:
            raise ValueError(f"no channel {unknown[0]}" if unknown else "a fault of no channel")
        return frozenset(chosen)

    def _go_on(self, fault: DeviceFault) -> None:
        for number in fault.channels:
            channel = self.board.channels.get(number)
            if channel is None or not (channel.open or fault.kind == "unplug"):
                continue
            self.counts[fault.kind, number] += 1
            if fault.kind == "events":
                for _ in range(fault.value):
                    channel.queue(abi.EV_POLARITY)

    def _end(self, fault: DeviceFault) -> None:
        self._active.remove(fault)
        if fault.kind == "unplug":
            self._plug(fault, True)

    def _plug(self, fault: DeviceFault, inside: bool) -> None:
        for place, span in enumerate(self.board.spans, 1):
            if (
                any(port.channel in fault.channels for port in span.ports)
                and (span.assigned and span.leaves is None) != inside
            ):
                self.plug(place, inside)

    def _combine(self) -> None:
        """What is wrong with each channel, all faults together."""
        made: dict[int, dict[str, int | bool]] = {}
        for fault in self._active:
            for number in fault.channels:
                made.setdefault(number, {}).update(_PARTS[fault.kind](fault.value))
        self._now = {number: Impairment(**parts) for number, parts in made.items()}  # type: ignore[arg-type]
        self.changed()


_PARTS: dict[Kind, Callable[[int], dict[str, int | bool]]] = {
    "read_error": lambda value: {"read_error": value},
    "write_error": lambda value: {"write_error": value},
    "short_read": lambda value: {"short": value},
    "stall": lambda value: {"stall": True},
    "slow": lambda value: {"delay": value},
    "drop": lambda value: {"drop": True},
    "events": lambda value: {"events": value},
    "unplug": lambda value: {},
}
