"""One DAHDI channel: what dahdi-base.c keeps of it, without any I/O. Times are samples of the office's clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from drivers.signals import SignalKind
from dsp.g711 import Law
from dsp.plans import TonePlan
from hw_sim.dahdi import abi
from hw_sim.dahdi.sounder import Sounder
from hw_sim.dahdi.spans import Port

RING_TRAILER = 400
"""RINGOFFHOOK comes some 50 ms after the end of a burst: the card must be sure that it has ended."""

Hdlc = Literal["", "raw", "fcs"]
"""Does a channel carry frames, and with a check sequence (FCS) that it makes and checks itself?"""

IDENTITY = bytes(range(256))
MILLISECOND = 8


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


@dataclass(slots=True)
class Channel:
    """number: DAHDI's. port: None for a pseudo channel. sigtype 0: not configured.

    generation counts what makes the blocks on their way to the program stale: a flush, another size of block.
    hooks: what the port must do, in order, as (at, off_hook); the server carries it out.
    """

    number: int
    name: str
    port: Port | None = None
    sigtype: int = abi.SIG_CLEAR
    zone: int | None = None
    plan: TonePlan | None = None
    open: bool = False
    removed: bool = False
    alarmed: bool = False
    ringing: bool = False
    loop: bool = True
    off_hook: bool = False
    buffer_events: bool = False
    busy_until: int = 0
    block: int = abi.BLOCK_DEFAULT
    buffers: int = abi.BUFFERS_DEFAULT
    policy: int = abi.POLICY_IMMEDIATE
    stalled: bool = False
    law: Law = "mulaw"
    linear: bool = False
    audio: bool = True
    hdlc: Hdlc = ""
    rx_gain: bytes = IDENTITY
    tx_gain: bytes = IDENTITY
    echo_taps: int = 0
    confmode: int = abi.CONF_NORMAL
    confno: int = 0
    confmute: int = 0
    sigfreeze: bool = False
    generation: int = 1
    sounder: Sounder | None = None
    times: Times = field(default_factory=Times)
    events: deque[int] = field(default_factory=deque)
    dropped_events: int = 0
    hooks: list[tuple[int, bool]] = field(default_factory=list)
    later: list[tuple[int, int]] = field(default_factory=list)

    @property
    def default_law(self) -> Law:
        return self.port.law if self.port else "mulaw"

    @property
    def block_bytes(self) -> int:
        return self.block * 2 if self.linear else self.block

    def opened(self, now: int, zone: int | None, plan: TonePlan | None) -> None:
        """What an open resets (initialize_channel): everything but BUFFER_EVENTS."""
        self.open = True
        self.resize(abi.BLOCK_DEFAULT, abi.BUFFERS_DEFAULT)
        self.policy, self.stalled = abi.POLICY_IMMEDIATE, False
        self.law, self.linear = self.default_law, False
        self.audio = self.port is None or self.sigtype != abi.SIG_CLEAR
        self.rx_gain = self.tx_gain = IDENTITY
        self.echo_taps = 0
        self.confmode, self.confno, self.confmute = abi.CONF_NORMAL, 0, 0
        self.times = Times()
        self.zone, self.plan = zone, plan
        self.events.clear()
        self.later.clear()
        self.stop_sound()
        self.hang_up(now)

    def closed(self, now: int) -> None:
        """The program has gone: the line is put on hook."""
        self.open = False
        self.stop_sound()
        self.events.clear()
        self.hang_up(now)

    def resize(self, block: int, buffers: int) -> None:
        """New buffers: what was in the old ones is lost. buffers is clamped to what DAHDI allows."""
        self.block = block
        self.buffers = min(max(buffers, abi.BUFFERS_LEAST), abi.BUFFERS_MOST)
        self.renew()

    def renew(self) -> None:
        """Blocks on their way to the program are stale from now on."""
        self.generation = self.generation % 65535 + 1

    def queue(self, event: int) -> None:
        """An event for the program; the newest are dropped when it does not fetch them."""
        if not self.open:
            return
        if len(self.events) >= abi.EVENTS:
            self.dropped_events += 1
        else:
            self.events.append(event)

    def stop_sound(self) -> None:
        """A write, a hook or SENDTONE ends what the channel sends by itself."""
        self.sounder = None

    # -- hook --------------------------------------------------------------------------------------------------------

    def hang_up(self, now: int) -> None:
        self.busy_until = 0
        self._set_hook(now, False)

    def seize(self, now: int) -> None:
        """Off hook. The ring is tripped: its end is not reported."""
        self.later.clear()
        self.ringing = False
        self._set_hook(now, True)

    def flash(self, now: int) -> None:
        """On hook for the flash time; HOOKCOMPLETE when it is over."""
        begin = now + self.times.preflash * MILLISECOND
        self.busy_until = begin + self.times.flash * MILLISECOND
        self.hooks += [(begin, False), (self.busy_until, True)]
        self.later.append((self.busy_until, abi.EV_HOOKCOMPLETE))

    def _set_hook(self, now: int, off_hook: bool) -> None:
        self.off_hook = off_hook
        self.hooks = [(now, off_hook)] if self.port else []

    def due_hooks(self, now: int) -> list[bool]:
        """The hook states that the line must take now, in order."""
        due = [off_hook for at, off_hook in self.hooks if at <= now]
        if due:
            self.hooks = [(at, off_hook) for at, off_hook in self.hooks if at > now]
        return due

    # -- what the line does ------------------------------------------------------------------------------------------

    def signal(self, kind: SignalKind, at: int) -> None:
        """The port saw its line do this. What a card ignores in its present state is not reported."""
        match kind:
            case "ring_on":
                if not self.off_hook:
                    self.ringing = True
                    self.queue(abi.EV_RINGBEGIN)
            case "ring_off":
                if self.ringing and not self.off_hook:
                    self.ringing = False
                    self.later.append((at + RING_TRAILER, abi.EV_RINGOFFHOOK))
            case "loop_open":
                self.loop = False
                if self.off_hook and self.sigtype == abi.SIG_FXSKS:
                    self.queue(abi.EV_ONHOOK)
            case "loop_closed":
                self.loop = True
            case "polarity":
                self.queue(abi.EV_POLARITY)
            case "battery_lost" | "battery_back":
                self._alarm(kind == "battery_lost")
            case "removed":
                self.removed = True

    def _alarm(self, alarmed: bool) -> None:
        if alarmed != self.alarmed:
            self.queue(abi.EV_ALARM if alarmed else abi.EV_NOALARM)
        self.alarmed = alarmed

    def advance(self, now: int) -> None:
        """Queue what was to come by now."""
        if self.later:
            due = [event for at, event in self.later if at <= now]
            self.later = [(at, event) for at, event in self.later if at > now]
            for event in due:
                self.queue(event)

    @property
    def hook_signal(self) -> int:
        """rxhooksig, as the card last reported it."""
        if self.ringing:
            return abi.RX_RING
        return abi.RX_OFFHOOK if self.loop else abi.RX_ONHOOK
