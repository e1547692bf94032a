"""A trunk without signalling for tests of the switch: what it is told is kept, what it is to say is put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsp.g711 import Codes
from hw_sim.card_config import E1Card
from hw_sim.config import OfficeConfig, load_office
from hw_sim.e1.far_ends import Surroundings
from hw_sim.office import Office
from hw_sim.trunk import Message, Sent
from tests.hw_sim.people import Scripted

CIRCUITS = (1, 2, 3)


class Fake:
    """A `hw_sim.trunk.Signalling` with three circuits."""

    def __init__(self) -> None:
        self.told: list[Message] = []
        self.heard = b""
        self.bits: list[tuple[int, int]] = []
        self.carriers: list[bool] = []
        self.sends = Sent()
        self._says: list[Message] = []

    @property
    def circuits(self) -> Sequence[int]:
        """Three of the slots."""
        return CIRCUITS

    def say(self, *messages: Message) -> None:
        """Tell the switch at the next tick."""
        self._says += messages

    def tell(self, message: Message, now: int) -> None:
        """Kept."""
        del now
        self.told.append(message)

    def tick(self, now: int, codes: Codes, bits: Mapping[int, int]) -> Sent:
        """Slot 16 is kept."""
        del now
        self.heard = codes[15].tobytes()
        self.bits += bits.items()
        says, self._says = self._says, []
        sent, self.sends = self.sends, Sent()
        return Sent(says, sent.codes, sent.bits)

    def carrier(self, present: bool, now: int) -> None:
        """Kept."""
        del now
        self.carriers.append(present)


def office(cards: str, rest: str = "", people: Sequence[Scripted] = (), **seats: Scripted) -> tuple[Office, list[Fake]]:
    """An office of these cards, in YAML, with fakes at the ends of its trunks in the order of the cards.

    seats: people at the telephones of FXS ports.
    """
    fakes: list[Fake] = []

    def make(card: E1Card, surroundings: Surroundings) -> Fake:
        del card, surroundings
        fakes.append(Fake())
        return fakes[-1]

    config: OfficeConfig = load_office("office.yaml", f"spec: 1\ncards: [{cards}]\n{rest}")
    made = Office(config, list(people), far_ends={"isdn": make, "r2": make})
    for port, person in seats.items():
        made.add_caller(person, 0, port)
    return made, fakes
