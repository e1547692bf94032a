"""MFC-R2 as the signalling of one E1 span of the office (`hw_sim.trunk.Signalling`): network or user side alike.

Register signals take the place of speech until a call is accepted. A call that ends between acceptance and answer can
only be ended by its caller, for clear-back looks like the acknowledgement of seizure: until then it hears busy tone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from drivers.r2.events import Blocked, Category, Metered, Mode, ProtocolError, R2Event, Seized, Unblocked
from drivers.r2.settings import R2Settings
from drivers.r2.span import CIRCUITS, SOUND, R2Fault, R2Span
from dsp.g711 import Codes, silence
from dsp.receiver import TICK
from hw_sim.r2.circuit import Circuit, Phase
from hw_sim.trunk import Message, Sent

More = Callable[[str], bool]
"""May these digits be the beginning of a longer number?"""

CONGESTION = "4"
"""A-4: the number need not be heard to its end."""


class R2Trunk:
    """more: of the switch's numbering; without it a number ends at its greatest length or after a silence.

    busy: A-law codes of busy tone, played round and round. congested: answer every seizure with congestion.
    Counters: `failures` are protocol errors, by their text.
    """

    def __init__(
        self,
        settings: R2Settings | None = None,
        more: More | None = None,
        busy: Codes | None = None,
        category: Category = Category.SUBSCRIBER,
        mode: Mode = Mode.CHARGE,
    ) -> None:
        complete = None if more is None else lambda _slot, digits: not more(digits)
        self.span = R2Span(_patient(settings or R2Settings()), CIRCUITS, complete)
        self.congested = False
        self.blocked: set[int] = set()
        self.failures: dict[str, int] = {}
        self._messages: list[Message] = []
        self._busy = np.full(TICK, silence("alaw"), np.uint8) if busy is None else busy
        self._circuits = {
            slot: Circuit(slot, self.span, self._messages.append, category, mode) for slot in self.span.slots
        }
        self._active: set[int] = set()
        self._carrier = True
        self._resend = False

    @property
    def circuits(self) -> Sequence[int]:
        """The timeslots that carry calls."""
        return self.span.slots

    def free(self, circuit: int) -> bool:
        """Could a call begin there?"""
        return self._carrier and self._circuits[circuit].phase is Phase.IDLE and self.span.free(circuit)

    def tell(self, message: Message, now: int) -> None:
        """What the switch has to say; its effect comes with the next tick."""
        self._active.add(message.circuit)
        self._circuits[message.circuit].tell(message, now)

    def tick(self, now: int, codes: Codes, bits: Mapping[int, int]) -> Sent:
        """codes: uint8 (31, 160), A-law as the equipment sent them. bits: CAS bits that have changed, by timeslot."""
        for slot in self._active:
            self._circuits[slot].due(now)
        heard = self.span.tick(now, codes, bits)
        for event in heard.events:
            self._happened(event)
        self._active -= {slot for slot in self._active if self._circuits[slot].phase is Phase.IDLE}
        messages, self._messages[:] = list(self._messages), []
        return Sent(messages, {**self._tones(now), **heard.codes}, self._bits(heard.bits))

    def carrier(self, present: bool, now: int) -> None:
        """The span's signal is lost (a red or blue alarm at either end), or back."""
        if present == self._carrier:
            return
        self._carrier = present
        self._resend = present
        self.span.alarm(not present, now)
        for circuit in self._circuits.values():
            if not present and circuit.phase is not Phase.IDLE:
                circuit.lose()

    # -- on demand ---------------------------------------------------------------------------------------------------

    def block(self, circuit: int) -> None:
        """The office takes no calls on the circuit; one that is there is lost."""
        self._circuits[circuit].lose()
        self.span.block(circuit)

    def unblock(self, circuit: int) -> None:
        """The circuit is in use again."""
        self.span.reset(circuit)

    def spoil(self, circuit: int, fault: R2Fault = SOUND) -> None:
        """From now on what the office sends on the circuit is wrong in this way; without one it is sound again."""
        self.span.spoil(circuit, fault)

    # -- within ------------------------------------------------------------------------------------------------------

    def _happened(self, event: R2Event) -> None:
        match event:
            case Blocked(slot):
                self.blocked.add(slot)
            case Unblocked(slot):
                self.blocked.discard(slot)
            case Metered():
                pass
            case _:
                self._count(event)
                self._active.add(event.slot)
                self._circuits[event.slot].happened(event)

    def _count(self, event: R2Event) -> None:
        if isinstance(event, Seized) and self.congested:
            self.span.say_instead(event.slot, CONGESTION)
        elif isinstance(event, ProtocolError):
            self.failures[event.text] = self.failures.get(event.text, 0) + 1

    def _bits(self, changed: Mapping[int, int]) -> Mapping[int, int]:
        """After a loss the equipment has forgotten them all."""
        if not self._resend:
            return changed
        self._resend = False
        return {slot: self.span.sent_bits(slot) for slot in self.circuits}

    def _tones(self, now: int) -> dict[int, Codes]:
        toning = [slot for slot in sorted(self._active) if self._circuits[slot].toning]
        if not toning:
            return {}
        piece = np.take(self._busy, np.arange(now, now + TICK), mode="wrap")
        return dict.fromkeys(toning, piece)


def _patient(settings: R2Settings) -> R2Settings:
    """How long it may ring is the switch's to say."""
    return replace(settings, definitions={"timers.r2_answer": "600000", **settings.definitions})
