"""One DAHDI channel: what dahdi-base.c keeps of it, without any I/O. Times are samples of the office's clock."""

from __future__ import annotations

from drivers.signals import SignalKind
from dsp.g711 import Law
from hw_sim.dahdi.kernel import abi, signalling
from hw_sim.dahdi.kernel.channel_state import IDENTITY, ChannelState, Hdlc
from hw_sim.dahdi.kernel.effects import Effect
from hw_sim.dahdi.kernel.hook_sender import NEVER
from hw_sim.dahdi.kernel.signalling import Tx
from hw_sim.dahdi.kernel.sounder import DialSounder
from hw_sim.dahdi.kernel.wires import Timeslot
from hw_sim.dahdi.kernel.zones import Zone
from hw_sim.equipment import Alarm

__all__ = ["IDENTITY", "Channel", "Hdlc"]

RING_PAUSE = 4000
"""ms between bursts where no zone says otherwise."""

DEAF_AFTER_DIALLING = 400
"""What is received while a channel dials, and 50 ms longer, is silence: it would be its own keys."""


class Channel(ChannelState):
    """A channel, and what may be done to it. Whoever does it carries out `due` effects at the line."""

    __slots__ = ()

    # -- configuring and opening -------------------------------------------------------------------------------------

    def configure(self, sigtype: int, now: int, law: Law | None = None, idle_bits: int = 0) -> None:
        """As CHANCONFIG does: on hook, and nothing known of the line."""
        self.sigtype, self.configured_law = sigtype, law
        self.idle_bits = idle_bits if sigtype == abi.SIG_CAS else 0
        self.audio = not self.clear
        fcs = sigtype & abi.SIG_HDLCFCS == abi.SIG_HDLCFCS or sigtype == abi.SIG_HARDHDLC
        self.hdlc = "fcs" if fcs else "raw" if sigtype & abi.SIG_HDLCRAW == abi.SIG_HDLCRAW else ""
        self.signaller.configured(sigtype)
        self.hang_up(now)
        self.forget_line(now)

    def forget_line(self, now: int) -> None:
        """Whatever the line does is news."""
        if self.digital:
            self.wire.rx_bits = self.idle()[1]
        self.signaller.rx = abi.RX_INITIAL
        self.look(now)

    def idle(self) -> tuple[int, int]:
        """Bits that matter, and their values when the far end is idle; all ones where there are no bits."""
        if self.sigtype == abi.SIG_CAS:
            return 0, self.idle_bits
        return signalling.IDLE.get(self.sigtype, (0, 0xFF)) if self.digital else (0, 0xFF)

    def opened(self, now: int, zone: Zone | None) -> None:
        """What an open resets (initialize_channel): everything but BUFFER_EVENTS."""
        self.open = True
        self._plain(now)
        self.resize(abi.BLOCK_DEFAULT, abi.BUFFERS_DEFAULT)
        self.policy, self.stalled = abi.POLICY_IMMEDIATE, False
        self.audio = self.pseudo or not self.sigtype & abi.SIG_HARDHDLC
        if self.sigtype == abi.SIG_CLEAR:
            self.hdlc = ""
        self.signaller.opened(now)
        self.take_zone(zone)
        self.hang_up(now)

    def closed(self, now: int) -> None:
        """The program has gone: the line is put on hook."""
        self.open = False
        self._plain(now)
        self.zone = None
        self.hang_up(now)

    def _plain(self, now: int) -> None:
        self.law, self.linear, self.looped = self.default_law, False, False
        self.rx_gain = self.tx_gain = IDENTITY
        self.echo_taps = 0
        self.leave_conference()
        self.confmute = 0
        self.digit_mode = "dtmf"
        self.signaller.frozen = False
        self.events.clear()
        self.stop_sound()

    def leave_conference(self) -> None:
        self.confmode, self.confno = abi.CONF_NORMAL, 0

    def take_zone(self, zone: Zone | None) -> None:
        """Tones and ringing of a zone; without one, a plain cadence."""
        self.stop_sound()
        self.zone = zone
        self.ring_with(None)

    def ring_with(self, cadence: tuple[int, ...] | None) -> None:
        """A cadence in ms; None: the zone's."""
        plain = (self.times.start, RING_PAUSE)
        self.signaller.ring_with(cadence if cadence is not None else self.zone.cadence if self.zone else plain)

    def resize(self, block: int, buffers: int) -> None:
        """New buffers: what was in the old ones is lost. buffers is clamped to what DAHDI allows."""
        self.block = block
        self.buffers = min(max(buffers, abi.BUFFERS_LEAST), abi.BUFFERS_MOST)
        self.renew()

    def carry(self, hdlc: Hdlc) -> None:
        """Frames from now on, or none."""
        if hdlc != self.hdlc:
            self.hdlc = hdlc
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

    # -- sound of its own --------------------------------------------------------------------------------------------

    def stop_sound(self) -> None:
        """A write, a hook or SENDTONE ends what the channel sends by itself."""
        if isinstance(self.sounder, DialSounder):
            self.digit_mode = self.sounder.mode
        self.sounder = None
        self.signaller.pulses = 0

    def dial_pulses(self, pulses: int, now: int) -> bool:
        """Begin a digit by opening the loop; only a port that is off hook can."""
        if not self.hooked or self.signaller.tx is not Tx.OFFHOOK:
            return False
        self.signaller.dial_pulses(pulses, now)
        self.agenda.add(self)
        return True

    def dialled(self) -> None:
        """DIALCOMPLETE when the whole number was sent."""
        if self.sounder is None:
            return
        self.agenda.add(self)
        if self.sounder.finished:
            self.stop_sound()
            self.queue(abi.EV_DIALCOMPLETE)

    # -- hook and bits -----------------------------------------------------------------------------------------------

    def hang_up(self, now: int) -> None:
        """On hook; CAS bits are those of an idle line. A clear channel has nothing to hang up."""
        if self.sigtype == abi.SIG_CAS:
            self.send_bits(self.idle_bits)
        elif not self.pseudo and not self.clear:
            self.signaller.hang_up(now)
            self.settle(now)

    def send_bits(self, bits: int) -> None:
        """CAS bits from now on."""
        if isinstance(self.wire, Timeslot):
            self.effects += self.wire.put(bits)
            self.agenda.add(self)

    def settle(self, now: int) -> None:
        """Carry over what the signaller has decided."""
        signaller = self.signaller
        while signaller.changes or signaller.events or signaller.pulsed:
            changes, signaller.changes = signaller.changes, []
            for tx in changes:
                self.effects += self.wire.send(tx, self.sigtype)
            events, signaller.events = signaller.events, []
            for event in events:
                if event != abi.EV_HOOKCOMPLETE or not self.blocking:
                    self.queue(event)
            if signaller.pulsed:
                signaller.pulsed = False
                self._next_digit()
            if changes and not self.off_hook:
                self._watch(now)
        self.agenda.add(self)

    def _next_digit(self) -> None:
        if isinstance(self.sounder, DialSounder):
            self.sounder.resume()
            self.dialled()
        else:
            self.queue(abi.EV_DIALCOMPLETE)  # cancelled in the midst of a digit: the kernel driver says so too

    def look(self, now: int) -> None:
        """What does the line do?"""
        self._watch(now)
        self.settle(now)

    def _watch(self, now: int) -> None:
        if self.signaller.frozen:
            return
        before = self.wire.rx_bits
        rx = self.wire.seen(self.sigtype)
        if self.sigtype == abi.SIG_CAS and self.wire.rx_bits != before:
            self.queue(abi.EV_BITSCHANGED)
        if rx is not None and self.hooked:
            self.signaller.see(rx, now)

    def bits(self, bits: int, at: int) -> None:
        """The timeslot carries these bits."""
        if isinstance(self.wire, Timeslot):
            self.wire.far = bits & 0xF
            self.look(at)

    def signal(self, kind: SignalKind, at: int) -> None:
        """The port saw its line do this. What a card ignores in its present state is not reported."""
        match kind:
            case "polarity":
                self.queue(abi.EV_POLARITY)
            case "battery_lost" | "battery_back":
                self.alarm(Alarm.RED if kind == "battery_lost" else Alarm.NONE)
            case "removed":
                self.removed = True
            case _:
                self.wire.signal(kind)
                self.look(at)

    def alarm(self, alarms: int) -> None:
        """Alarms of the span, or of the port alone."""
        if alarms != self.alarms:
            self.alarms = alarms
            self.queue(abi.EV_ALARM if alarms else abi.EV_NOALARM)

    # -- as time goes ------------------------------------------------------------------------------------------------

    def advance(self, now: int) -> bool:
        """All that happens by itself up to now. False: nothing more will."""
        self.signaller.advance(now)
        self.settle(now)
        self.dialled()
        if self.dials:
            self._deaf_until = now + DEAF_AFTER_DIALLING
        self.deaf = now < self._deaf_until
        return bool(self.sounder or self.effects or self.deaf) or self.signaller.next_due < NEVER

    def due(self, now: int) -> list[Effect]:
        """What the line must be made to do now, in order."""
        due, self.effects = self.effects, []
        return due
