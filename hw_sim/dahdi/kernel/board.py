"""All that the office's cards have in common: spans, channels by number, tone zones, timers. No I/O."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from drivers.signals import Signal
from dsp.tones.signal import plan
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.effects import Effect, SendAlarm
from hw_sim.dahdi.kernel.signaller import Signaller
from hw_sim.dahdi.kernel.sounder import Lengths
from hw_sim.dahdi.kernel.spans import Port, Span
from hw_sim.dahdi.kernel.system_conf import CANCELLER, carries_speech
from hw_sim.dahdi.kernel.wires import wire_of
from hw_sim.dahdi.kernel.zones import Zone, of_plan
from hw_sim.equipment import Alarm, Bits, SpanAlarm

PSEUDO_MOST = 512

ALARM_SETTLES = 5 * 8000
"""An E1 card is sure that an alarm is over when it has been for so long; until then it is RECOVERING."""

READ_REMOVED = 8000
"""Programs get a second to hear that a span goes, before it does."""

ZONES = {"us": 0, "uk": 3, "jp": 11, "cn": 16, "tw": 20, "hk": 21, "mo": 37, "eu": 8}
"""libtonezone's numbers of the office's countries; for a country of its own "eu" one that sounds alike."""


class Board:
    """now: sample of the office's clock. configured: has dahdi_cfg been run (signalling, tone zone) at the start?

    zones: the first is the default. changed: is what /proc and /sys show still to be written? shown: what they show.
    """

    def __init__(self, spans: Sequence[Span], country: str = "cn", *, configured: bool = True) -> None:
        self.spans = tuple(spans)
        self.now = 0
        self.zones: list[Zone] = []
        self.lengths = Lengths()
        self.dialparams = [544, 800, 800]
        self.channels: dict[int, Channel] = {}
        self.by_row: dict[int, Channel] = {}
        self.changed = False
        self.shown: dict[str, str] = {}
        self.agenda: set[Channel] = set()
        self._span_effects: list[Effect] = []
        self._moved: dict[str, set[int]] = {}
        for span in self.spans:
            self._register(span)
        if configured:
            self._configure(country)

    def _register(self, span: Span) -> None:
        for port in span.ports:
            signaller, wire = Signaller(), wire_of(port)
            channel = Channel(port.channel, port.name, port, 0, self.agenda, signaller=signaller, wire=wire)
            channel.law = channel.default_law
            self.channels[port.channel] = self.by_row[port.row] = channel

    def _configure(self, country: str) -> None:
        """As after boot: dahdi_cfg has been run."""
        for timing, span in enumerate((span for span in self.spans if span.digital), 1):
            span.sync = timing
        for span in self.spans:
            self._configure_span(span)
        self.zones.append(of_plan(ZONES.get(country, 16), plan(country)))

    def _configure_span(self, span: Span) -> None:
        span.lineconfig, span.running = span.wanted, True
        for port in span.ports:
            channel = self.channels[port.channel]
            channel.configure(port.sigtype, self.now, idle_bits=port.idle_bits)
            channel.canceller = CANCELLER.upper() if carries_speech(port) else ""

    # -- finding -----------------------------------------------------------------------------------------------------

    @property
    def zone(self) -> Zone | None:
        """The default zone."""
        return self.zones[0] if self.zones else None

    @property
    def present(self) -> list[Span]:
        """The spans that are assigned, by number."""
        return sorted((span for span in self.spans if span.assigned), key=lambda span: span.number)

    @property
    def master(self) -> Span | None:
        """Whose clock the others follow."""
        return next((s for s in self.present if not s.alarms), next(iter(self.present), None))

    @property
    def sync_source(self) -> int:
        """The span that gives the clock, by what SPANCONFIG has asked for; 0 when none does."""
        given = [s for s in self.present if s.digital and s.running and s.sync and not s.alarms]
        return min(given, key=lambda span: span.sync).number if given else 0

    def channel(self, number: int) -> Channel:
        """Raises OSError EINVAL."""
        try:
            return self.channels[number]
        except KeyError:
            raise OSError(errno.EINVAL, f"no channel {number}") from None

    def span(self, number: int, refusal: int = errno.EINVAL) -> Span:
        """Raises OSError: EINVAL, or what some ioctls say instead."""
        found = next((span for span in self.spans if span.assigned and span.number == number), None)
        if found is None:
            raise OSError(refusal, f"no span {number}")
        return found

    def of_span(self, span: Span) -> list[Channel]:
        """Its channels, by position."""
        return [self.channels[port.channel] for port in span.ports if port.channel in self.channels]

    # -- opening -----------------------------------------------------------------------------------------------------

    def open(self, channel: Channel) -> None:
        """One program at a time has a channel. Raises OSError ENXIO (not configured), EBUSY, ENODEV."""
        if channel.removed:
            raise OSError(errno.ENODEV, "the card was pulled")
        if not channel.sigtype:
            raise OSError(errno.ENXIO, "not configured")
        bound = channel.master is not None or channel.sigtype & abi.SIG_ANY_DACS
        if channel.open or bound:
            raise OSError(errno.EBUSY, "in use")
        channel.opened(self.now, self.zone)

    def close(self, channel: Channel) -> None:
        """The last descriptor of a channel was closed."""
        channel.closed(self.now)
        if channel.pseudo:
            del self.channels[channel.number]

    def pseudo(self) -> Channel:
        """A new channel without a line. Raises OSError ENOMEM when there are too many."""
        number = next((n for n in range(abi.FIRST_PSEUDO, abi.FIRST_PSEUDO + PSEUDO_MOST) if n not in self.channels), 0)
        if not number:
            raise OSError(errno.ENOMEM, "no more pseudo channels")
        channel = Channel(number, f"Pseudo/{number - abi.FIRST_PSEUDO + 1}", agenda=self.agenda)
        self.channels[number] = channel
        self.open(channel)
        return channel

    # -- what the office does ----------------------------------------------------------------------------------------

    def signal(self, signal: Signal) -> None:
        """A port saw its line do something."""
        if signal.kind in ("removed", "plugged"):
            self._moved.setdefault(signal.kind, set()).add(signal.line)
        elif channel := self.by_row.get(signal.line):
            channel.signal(signal.kind, signal.at)
            self.changed |= signal.kind in ("battery_lost", "battery_back")

    def bits(self, bits: Bits) -> None:
        """A timeslot carries other CAS bits."""
        if channel := self.by_row.get(bits.row):
            channel.bits(bits.bits, bits.at)

    def alarm(self, alarm: SpanAlarm) -> None:
        """A span's alarms. When they are over, it is RECOVERING for a while."""
        span = next(span for span in self.spans if span.card == alarm.card)
        if not span.assigned or span.leaves is not None:
            return
        blind = span.blind
        if alarm.alarms or not span.alarms:
            span.recovers = None
            self._alarmed(span, int(alarm.alarms))
        elif span.recovers is None:
            span.recovers = alarm.at + ALARM_SETTLES
            self._alarmed(span, Alarm.RECOVER)
        if span.digital and span.blind != blind:
            self._span_effects.append(SendAlarm(span.card, Alarm.YELLOW if span.blind else Alarm.NONE))

    def _alarmed(self, span: Span, alarms: int) -> None:
        """The channels hear of it only when alarms begin, and when all are over (dahdi_alarm_notify)."""
        self.changed |= span.alarms != alarms
        span.alarms = alarms
        if bool(alarms) != bool(span.notified):
            span.notified = alarms
            for channel in self.of_span(span):
                channel.alarm(alarms)

    def advance(self, now: int) -> list[Effect]:
        """All that happens by itself up to now; what the lines must be made to do."""
        self.now = now
        if self._moved:
            self._move()
        for span in self.spans:
            self._advance_span(span, now)
        due, self._span_effects = self._span_effects, []
        for channel in sorted(self.agenda, key=lambda c: c.number):
            going_on = channel.advance(now)
            due += channel.due(now)
            if not going_on or channel.removed:
                self.agenda.discard(channel)
        return due

    def _move(self) -> None:
        """Whole cards come and go as spans, single ports for themselves."""
        moved, self._moved = self._moved, {}
        pulled, plugged = moved.get("removed", set()), moved.get("plugged", set())
        for span in self.spans:
            rows = {port.row for port in span.ports}
            if rows <= pulled and span.assigned and span.leaves is None:
                self.unassign(span)
            elif rows & plugged and (not span.assigned or span.leaves is not None):
                self.plug(span)
            else:
                for row in rows & pulled & self.by_row.keys():
                    self.by_row[row].signal("removed", self.now)
                    self.changed = True

    def _advance_span(self, span: Span, now: int) -> None:
        if span.recovers is not None and now >= span.recovers:
            span.recovers = None
            self._alarmed(span, Alarm.NONE)
        if span.leaves is not None and now >= span.leaves:
            self._leave(span)

    # -- coming and going --------------------------------------------------------------------------------------------

    def unassign(self, span: Span) -> None:
        """The span goes; programs that have its channels open get a second to hear of it. Raises OSError EINVAL."""
        if not span.assigned or span.leaves is not None:
            raise OSError(errno.EINVAL, "the span is not assigned")
        channels = self.of_span(span)
        span.kept = tuple((c.sigtype, c.configured_law, c.idle_bits, c.canceller) for c in channels)
        for channel in channels:
            channel.queue(abi.EV_REMOVED)
        self._alarmed(span, Alarm.NOTOPEN)
        if any(channel.open for channel in channels):
            span.leaves = self.now + READ_REMOVED
        else:
            self._leave(span)

    def _leave(self, span: Span) -> None:
        span.assigned, span.running, span.leaves, span.recovers = False, False, None, None
        for port in span.ports:
            gone = self.channels.pop(port.channel)
            self.by_row.pop(port.row)
            gone.hang_up(self.now)
            gone.removed = True
        self._release(span.ports)
        self.changed = True

    def _release(self, ports: Sequence[Port]) -> None:
        """Nobody listens to, or is bound to, a channel that has gone."""
        numbers = {port.channel for port in ports}
        for channel in self.channels.values():
            if channel.confmode and abi.CONF_MODE & channel.confmode in MONITORS and channel.confno in numbers:
                channel.leave_conference()
            if channel.master is not None and channel.master.number in numbers:
                channel.master = None

    def plug(self, span: Span) -> None:
        """A card that was pulled is there again, and udev has had it configured as before. Raises OSError EINVAL."""
        if span.leaves is not None:
            self._leave(span)
        self.assign(span)
        span.running = True
        for port, (sigtype, law, idle_bits, canceller) in zip(span.ports, span.kept, strict=False):
            self.channels[port.channel].configure(sigtype, self.now, law, idle_bits)
            self.channels[port.channel].canceller = canceller

    def assign(self, span: Span, number: int = 0, base: int = 0) -> None:
        """The span is there again, not configured; number 0: with the numbers it had.

        Raises OSError EINVAL when it is there already, or when the numbers are another's.
        """
        number, base = (number, base) if number else (span.number, span.ports[0].channel)
        wanted = set(range(base, base + len(span.ports)))
        taken = any(s.number == number for s in self.present) or wanted & set(self.channels)
        if span.assigned or taken or base < 1 or max(wanted) >= abi.CHANNELS:
            raise OSError(errno.EINVAL, "the span is assigned, or the numbers are in use")
        span.placed(number, base)
        span.assigned, span.alarms, span.notified = True, 0, 0
        self._register(span)
        self.changed = True


MONITORS = (
    abi.CONF_MONITOR,
    abi.CONF_MONITORTX,
    abi.CONF_MONITORBOTH,
    abi.CONF_DIGITALMON,
    abi.CONF_MONITOR_RX_PREECHO,
    abi.CONF_MONITOR_TX_PREECHO,
    abi.CONF_MONITORBOTH_PREECHO,
)
"""Modes of a conference in which one channel listens to another; confno is that channel's number."""
