"""The contract of tests/contract on the real kernel driver: FXS ports of the same driver are the exchange."""

from __future__ import annotations

import functools

import pytest

from drivers.dahdi import DahdiCard
from tests.contract.behaviours import BEHAVIOURS, Behaviour
from tests.contract.player import Story, lines_for, manners, play
from tests.kernel.exchange import ExchangePort

pytestmark = pytest.mark.kernel

SILENT = [b for b in BEHAVIOURS if not b.sound]
ADDRESS = f"1-{len(SILENT)}"


class Exchange:
    """Rings, connects and hangs up as the behaviours say."""

    def __init__(self) -> None:
        self._ports = [ExchangePort(32 + i) for i in range(len(SILENT))]
        self._acts = sorted((s, i, act) for i, b in enumerate(SILENT) for s, act in b.world)

    def advance(self, now: float) -> None:
        """What is due at this second; a line that goes off hook is connected at once."""
        for port in self._ports:
            if port.answered():
                port.connect()
        while self._acts and self._acts[0][0] <= now:
            _, line, act = self._acts.pop(0)
            if act == "ring":
                self._ports[line].ring()
            else:
                self._ports[line].stop()

    def close(self) -> None:
        """Release the ports."""
        for port in self._ports:
            port.close()


@functools.cache
def story() -> Story:
    """All behaviours in one run."""
    exchange = Exchange()
    try:
        with DahdiCard(ADDRESS, lines=lines_for(SILENT)) as card:
            return play(card, SILENT, exchange.advance)
    finally:
        exchange.close()


@pytest.mark.parametrize("behaviour", SILENT, ids=lambda b: b.name)
def test_the_kernels_card_behaves(behaviour: Behaviour) -> None:
    """The events of the line's whole story are the contract's."""
    assert tuple(story()[behaviour.name]) == behaviour.expected


def test_manners() -> None:
    """Wrong lines, wrong ticks, closing."""
    manners(DahdiCard("1-4"))
