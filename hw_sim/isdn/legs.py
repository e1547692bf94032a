"""The calls of an ISDN trunk, by circuit and by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hw_sim.trunk import SLOTS, Cause

D_SLOT = 16
CIRCUITS = tuple(slot for slot in range(1, SLOTS + 1) if slot != D_SLOT)


@dataclass(slots=True)
class Leg:
    """One call. outgoing: the office has set it up. reference: of its messages, for one that came in.

    called: the digits so far, of one that came in. to_send: digits that wait until the SETUP is acknowledged.
    settled: the other side has answered our SETUP in some way. answered: CONNECT has gone or come. told: nothing more
    passes between it and the switch.
    refused: why no call came of it; a tone tells the caller so.
    """

    circuit: int
    call: int
    outgoing: bool
    reference: int = 0
    called: str = ""
    to_send: str = ""
    settled: bool = False
    answered: bool = False
    told: bool = False
    refused: Cause | None = None

    @property
    def pending(self) -> bool:
        """Is it our own SETUP, and nothing has come of it yet?"""
        return self.outgoing and not self.settled and not self.told


class Legs:
    """Calls as they are now. A circuit has one call at most; a call that lost its circuit still has its number."""

    def __init__(self) -> None:
        self._by_call: dict[int, Leg] = {}
        self._by_circuit: dict[int, Leg] = {}

    def add(self, leg: Leg) -> Leg:
        """A new call has the circuit now."""
        self._by_call[leg.call] = self._by_circuit[leg.circuit] = leg
        return leg

    def remove(self, leg: Leg) -> None:
        """The call is over."""
        del self._by_call[leg.call]
        self.unseat(leg)

    def unseat(self, leg: Leg) -> None:
        """The call has no circuit any more."""
        if self._by_circuit.get(leg.circuit) is leg:
            del self._by_circuit[leg.circuit]

    def of_call(self, call: int) -> Leg | None:
        """The call of that number."""
        return self._by_call.get(call)

    def on(self, circuit: int) -> Leg | None:
        """The call that has the circuit."""
        return self._by_circuit.get(circuit)

    def all(self) -> Sequence[Leg]:
        """Every call, in the order in which they began."""
        return tuple(self._by_call.values())

    def free(self) -> Sequence[int]:
        """Circuits without a call, highest first: the equipment is likely to begin with the lowest."""
        return [circuit for circuit in reversed(CIRCUITS) if circuit not in self._by_circuit]
