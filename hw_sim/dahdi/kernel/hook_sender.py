"""The sending half of a channel's hook: off hook, ringing, flash, wink, pulses, and the times between.

The states are those of dahdi-base.c. What it signals goes out as `changes`, what a program must know as `events`;
whoever calls drains both.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import Enum, auto

from dsp.receiver import TICK
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.signalling import FXS_TYPES, Tx

MILLISECOND = 8
NEVER = 1 << 62

RING_DEBOUNCE = 2000 * MILLISECOND
"""After a port was put on hook, what it sees as ringing is the line settling."""
AFTER_START, KEWL, AFTER_KEWL = 500, 500, 300

State = Enum(
    "State",
    "ONHOOK OFFHOOK START PREWINK WINK PREFLASH FLASH DEBOUNCE AFTERSTART RINGON RINGOFF KEWL AFTERKEWL "
    "PULSEBREAK PULSEMAKE PULSEAFTER",
)
"""What the transmitter of a hook is doing."""

BUSY = frozenset({State.PREWINK, State.WINK, State.PREFLASH, State.FLASH})


class Timer(Enum):
    """What is waited for: the transmitter's next state, the receiver's window, the end of a ring, of a pulsed digit."""

    OUT = auto()
    WINDOW = auto()
    RING = auto()
    PULSES = auto()


@dataclass(slots=True)
class Times:
    """Hook times a program can set, in ms: the defaults of dahdi/kernel.h."""

    prewink: int = 50
    preflash: int = 50
    wink: int = 150
    flash: int = 750
    start: int = 1500
    rxwink: int = 300
    rxflash: int = 1250
    debounce: int = 600
    pulse_break: int = 50
    pulse_make: int = 50
    pulse_after: int = 750


class Sender:
    """sigtype: SIG_*. cadence: ms of ringing and pause in turn; repeat: where it begins again.

    rx: what the line was last seen to do. pulses: left of the digit being dialled; pulsed: its pause is over.
    """

    def __init__(self, sigtype: int = 0) -> None:
        self.sigtype = sigtype
        self.times = Times()
        self.cadence: tuple[int, ...] = ()
        self.repeat = 0
        self.tx = Tx.ONHOOK
        self.state = State.ONHOOK
        self.rx = abi.RX_INITIAL
        self.pulses = 0
        self.events: list[int] = []
        self.changes: list[Tx] = []
        self.pulsed = False
        self._due: dict[Timer, int] = {}
        self._window_began = 0
        self._deaf_until = 0
        self._place = 0
        self._opened_at = -TICK
        self._seized = False
        self._hung_up_in_kewl = False

    @property
    def busy(self) -> bool:
        """Is a flash or a wink being sent?"""
        return self.state in BUSY

    @property
    def next_due(self) -> int:
        """The sample of the next thing that happens by itself."""
        return min(self._due.values(), default=NEVER)

    def opened(self, now: int) -> None:
        """A program has opened the channel: the times are DAHDI's own again, nothing is waited for."""
        self._opened_at = now
        ring = self.sigtype & abi.SIG_ANY_FXO
        self.times = Times(start=2000 if ring else 1500)
        self._due.clear()
        self._deaf_until = 0
        self._seized = False
        self.repeat = 0

    def configured(self, sigtype: int) -> None:
        """Another signalling: the state of the line is not known."""
        self.sigtype = sigtype
        self.rx = abi.RX_INITIAL

    def ring_with(self, cadence: tuple[int, ...]) -> None:
        """A ring cadence; the first negative burst is where it begins again."""
        self.repeat = next((i for i in range(0, len(cadence), 2) if cadence[i] < 0), 0)
        self.cadence = tuple(abs(ms) if i == self.repeat else ms for i, ms in enumerate(cadence))

    # -- what the program wants --------------------------------------------------------------------------------------

    def hang_up(self, now: int) -> None:
        """On hook; a kewlstart telephone port drops its battery first, unless the telephone is on hook already."""
        self._hung_up_in_kewl = False
        if self.sigtype in FXS_TYPES:
            self._deaf_until = now + RING_DEBOUNCE
        over = self.rx == abi.RX_ONHOOK and Timer.WINDOW not in self._due
        if self.sigtype == abi.SIG_FXOKS and self.state is not State.ONHOOK and not over:
            self._send(now, Tx.KEWL, State.KEWL, KEWL)
        else:
            self._send(now, Tx.ONHOOK, State.ONHOOK)

    def seize(self, now: int) -> None:
        """Off hook. Raises OSError EBUSY while the battery is dropped."""
        self._free(self.state not in (State.KEWL, State.AFTERKEWL))
        self._send(now, Tx.OFFHOOK, State.DEBOUNCE, self.times.debounce)

    def start(self, now: int) -> None:
        """Ring the telephone with the cadence, or seize the trunk. Raises OSError EBUSY when not on hook."""
        self._free(self.state is State.ONHOOK)
        if self.sigtype & abi.SIG_ANY_FXO:
            self._place = 0
            self._send(now, Tx.START, State.RINGON, self._burst())
        else:
            self._send(now, Tx.START, State.START, self.times.start)

    def wink(self, now: int) -> None:
        """Off hook for the wink time. Raises OSError EBUSY when not on hook."""
        self._free(self.state is State.ONHOOK)
        self._send(now, Tx.ONHOOK, State.PREWINK, self.times.prewink)

    def flash(self, now: int) -> None:
        """On hook for the flash time. Raises OSError EBUSY when not off hook, and settled."""
        self._free(self.state is State.OFFHOOK)
        self._send(now, Tx.OFFHOOK, State.PREFLASH, self.times.preflash)

    def stop_ringing(self, now: int) -> None:
        """On hook, at once."""
        self._send(now, Tx.ONHOOK, State.ONHOOK)

    def dial_pulses(self, pulses: int, now: int) -> None:
        """One digit, by opening the loop so many times; `pulsed` is true when its pause is over."""
        self.pulses = pulses
        self._send(now, Tx.ONHOOK, State.PULSEBREAK, self.times.pulse_break)

    @staticmethod
    def _free(condition: bool) -> None:
        if not condition:
            raise OSError(errno.EBUSY, "the hook is not in that state")

    def _send(self, now: int, tx: Tx, state: State, ms: int = 0) -> None:
        self.tx, self.state = tx, state
        self.changes.append(tx)
        self._wait(Timer.OUT, now, ms * MILLISECOND)

    def _wait(self, timer: Timer, now: int, samples: int) -> None:
        if samples > 0:
            self._due[timer] = now + samples
        else:
            self._due.pop(timer, None)

    def _burst(self) -> int:
        return self.cadence[self._place] if self._place < len(self.cadence) else 0

    # -- as time goes ------------------------------------------------------------------------------------------------

    def advance(self, now: int) -> None:
        """All that happens by itself up to now, in its order."""
        while self._due and (due := min(self._due.items(), key=lambda item: item[1]))[1] <= now:
            timer, at = due
            del self._due[timer]
            self._expired(timer, at)

    def _expired(self, timer: Timer, at: int) -> None:
        """What the other half waits for is its own."""
        if timer is Timer.OUT:
            self._next_state(at)

    def _next_state(self, at: int) -> None:
        times = self.times
        match self.state:
            case State.RINGOFF | State.RINGON:
                self._next_burst(at)
            case State.START:
                self._send(at, Tx.OFFHOOK, State.AFTERSTART, AFTER_START)
            case State.PREWINK:
                self._send(at, Tx.OFFHOOK, State.WINK, times.wink)
            case State.PREFLASH:
                self._send(at, Tx.ONHOOK, State.FLASH, times.flash)
            case State.WINK:
                self._complete(at, Tx.ONHOOK, State.ONHOOK)
            case State.FLASH | State.AFTERSTART:
                self._complete(at, Tx.OFFHOOK, State.OFFHOOK)
            case State.KEWL:
                self._complete(at, Tx.ONHOOK, State.AFTERKEWL, AFTER_KEWL)
            case State.DEBOUNCE:
                self._settled(at)
            case State.AFTERKEWL:
                self._battery_back()
            case _:
                self._next_pulse(at)

    def _complete(self, at: int, tx: Tx, state: State, ms: int = 0) -> None:
        self._send(at, tx, state, ms)
        self.events.append(abi.EV_HOOKCOMPLETE)

    def _next_burst(self, at: int) -> None:
        rings = self.state is State.RINGOFF
        self._place += 1
        if not self._burst():
            self._place = self.repeat if rings else 0
        if rings:
            self._send(at, Tx.START, State.RINGON, self._burst())
        else:
            self._send(at, Tx.OFFHOOK, State.RINGOFF, self._burst())
        self.events.append(abi.EV_RINGERON if rings else abi.EV_RINGEROFF)

    def _settled(self, at: int) -> None:
        """The telephone may have been put down while its contact was debounced."""
        self._send(at, Tx.OFFHOOK, State.OFFHOOK)
        if self.rx == abi.RX_ONHOOK and self.times.rxflash > 2:
            self._open_window(at, self.times.rxflash)

    def _open_window(self, now: int, ms: int) -> None:
        """A flash or a wink ends within it, or is none."""
        self._window_began = now
        self._wait(Timer.WINDOW, now, ms * MILLISECOND)

    def _battery_back(self) -> None:
        if self._hung_up_in_kewl:
            self.events.append(abi.EV_ONHOOK)
        self.state = State.ONHOOK
        self._seized = False

    def _next_pulse(self, at: int) -> None:
        match self.state:
            case State.PULSEBREAK:
                self._send(at, Tx.OFFHOOK, State.PULSEMAKE, self.times.pulse_make)
            case State.PULSEMAKE:
                self.pulses = max(self.pulses - 1, 0)
                if self.pulses:
                    self._send(at, Tx.ONHOOK, State.PULSEBREAK, self.times.pulse_break)
                else:
                    self.state = State.PULSEAFTER
                    self._wait(Timer.OUT, at, self.times.pulse_after * MILLISECOND)
            case State.PULSEAFTER:
                self.state = State.OFFHOOK
                self.pulsed = True
