"""The office's end of an ISDN primary rate span: network or user side, for the switch a trunk like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from drivers.isdn.events import Event, LinkDown, LinkUp, RestartAcknowledged
from drivers.isdn.pri import Pri, Side, Switch
from dsp import tones
from dsp.g711 import Codes
from dsp.plans import TonePlan
from dsp.receiver import TICK
from hw_sim.isdn.calls import Calls, More
from hw_sim.isdn.dchannel import DChannel, Seen
from hw_sim.isdn.legs import CIRCUITS, D_SLOT
from hw_sim.isdn.restarts import Restarts
from hw_sim.isdn.tones import RefusalTones
from hw_sim.trunk import Cause, Message, Sent


@dataclass(frozen=True, slots=True)
class IsdnConfig:
    """side: the office's. plan: of the tones in the channel.

    overlap: digits of a number that go with the SETUP when the others follow one by one; 0: all go with it.
    restart: circuits are restarted when the span comes up. timers: of libpri, in ms. seed: of bit errors.
    """

    side: Side = "network"
    switch: Switch = "euroisdn"
    plan: TonePlan = field(default_factory=partial(tones.plan, "cn"))
    overlap: int = 0
    restart: bool = True
    timers: Mapping[str, int] = field(default_factory=dict)
    seed: int = 1


class IsdnTrunk:
    """A `hw_sim.trunk.Signalling`. now: of its birth. seen: told of every frame of the D channel, for a capture.
    more: may these digits be the beginning of a longer number?

    channel: the D channel, where faults are made. The tick's sound of a circuit that is refused before the answer is
    the exchange's tone, until the equipment releases it: a network tells so with progress indicator 8.
    """

    def __init__(self, config: IsdnConfig, now: int = 0, seen: Seen | None = None, more: More | None = None) -> None:
        self.config = config
        self.pri = Pri(config.side, config.switch, now=now, timers=config.timers)
        self.channel = DChannel(self.pri, config.seed, seen)
        self.up = False
        self._restarts = Restarts(self.pri.restart)
        self._to_restart = config.restart and config.side == "network"
        self._calls = Calls(self.pri, lambda circuit: circuit == self._restarts.current, config.overlap, more)
        self._tones = RefusalTones(config.plan)

    @property
    def circuits(self) -> Sequence[int]:
        """All timeslots but the D channel's."""
        return CIRCUITS

    @property
    def idle(self) -> bool:
        """Is there no call, not even one that is ending?"""
        return not self._calls.legs.all()

    def tell(self, message: Message, now: int) -> None:
        """What the switch has to say; its effect comes with the next tick."""
        self._calls.tell(message)

    def carrier(self, present: bool, now: int) -> None:
        """The span's signal is lost or back. Q.921 finds out by itself."""
        self.channel.carrier()

    def tick(self, now: int, codes: Codes, bits: Mapping[int, int]) -> Sent:
        """Frames of the tick in, what they and the switch lead to out."""
        for event in self.channel.receive(codes[D_SLOT - 1], now):
            self._link(event)
            self._calls.happened(event)
        self._restarts.advance(now, lambda circuit: self._calls.legs.on(circuit) is None)
        self._calls.set_up(self.up)
        refused = self._refused()
        made = {D_SLOT: self.channel.send(TICK, now), **self._tones.codes(refused, now)}
        messages, self._calls.messages = self._calls.messages, []
        return Sent(messages, made)

    def _link(self, event: Event) -> None:
        if isinstance(event, LinkUp):
            self.up = True
            if self._to_restart:
                self._to_restart = False
                self._restarts.begin(list(CIRCUITS))
        elif isinstance(event, LinkDown):
            self.up = False
            self._restarts.stop()
        elif isinstance(event, RestartAcknowledged):
            self._restarts.acknowledged(event.channel)

    def _refused(self) -> dict[int, Cause]:
        """Circuits with a tone, and why; their DISCONNECT says that there is one."""
        legs = [leg for leg in self._calls.legs.all() if self._tone(leg.refused)]
        self.channel.inband = {leg.reference for leg in legs}
        return {leg.circuit: leg.refused for leg in legs if leg.refused is not None}

    def _tone(self, cause: Cause | None) -> str:
        return self._tones.tone_of(cause) if self.config.side == "network" else ""
