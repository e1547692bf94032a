"""DahdiCard on the real kernel driver's FXO state machine (channels 1-8 fxsks, 9-12 fxsls) against its FXS side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from drivers.dahdi import DahdiCard
from drivers.errors import BadLine
from drivers.events import Answered, Event, HungUp, Lost, Ringing, Tone
from tests.kernel.exchange import ExchangePort

pytestmark = pytest.mark.kernel


class Bench:
    """Four kewl-start lines, the exchange's ports behind them, and the tick loop."""

    def __init__(self) -> None:
        self.card = DahdiCard("1-4")
        self.exchange = [ExchangePort(channel) for channel in (32, 33, 34, 35)]
        self.events: list[Event] = []

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Read and write ticks for so long, or until something is so."""
        for _ in range(round(seconds * 50)):
            tick = self.card.read()
            # A starved guest loses samples; that is told, and is not what these tests are about.
            self.events += [e for e in tick.events if not isinstance(e, Lost)]
            self.card.write(self.card.silence())
            if until():
                return True
        return False

    def until_event(self, wanted: type[Event], seconds: float) -> Event:
        """Run until such an event has come, and take it."""
        assert self.run(seconds, lambda: any(isinstance(e, wanted) for e in self.events)), (wanted, self.events)
        found = next(e for e in self.events if isinstance(e, wanted))
        self.events.clear()
        return found

    def close(self) -> None:
        """All ports."""
        self.card.close()
        for port in self.exchange:
            port.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Lines that have been on hook for 2.5 s: before that the kernel hears no ring."""
    made = Bench()
    made.run(2.6)
    made.events.clear()
    yield made
    made.close()


def call(bench: Bench, line: int) -> None:
    """Ring a line, answer it, connect it."""
    bench.exchange[line].ring()
    assert bench.until_event(Ringing, 8).line == line
    bench.card.answer(line)
    assert bench.until_event(Answered, 1).line == line
    assert bench.run(2, bench.exchange[line].answered), "the exchange never saw us off hook"
    bench.exchange[line].connect()
    bench.run(1.5)
    bench.events.clear()


def test_lines_are_what_dahdi_cfg_made_them(bench: Bench) -> None:
    """Signalling, law and device come from the kernel."""
    line = bench.card.lines[0]
    assert (line.device, line.signalling, line.law) == ("/dev/dahdi/1", "fxs_ks", "alaw")


def test_ring_answer_far_end_hangs_up(bench: Bench) -> None:
    """The whole life of a call: Ringing, Answered, HungUp(disconnect) when the exchange opens the loop."""
    call(bench, 2)
    bench.exchange[2].stop()
    hung_up = bench.until_event(HungUp, 3)
    assert (hung_up.line, hung_up.cause) == (2, "disconnect")  # type: ignore[attr-defined]
    bench.run(1.5)
    assert bench.events == []


def test_ring_no_answer(bench: Bench) -> None:
    """Rings are counted; after the caller gives up: HungUp(ring_no_answer)."""
    bench.exchange[0].ring()
    assert bench.run(15, lambda: len(bench.events) >= 2)
    bench.exchange[0].stop()
    rings = [e.ring for e in bench.events if isinstance(e, Ringing)]
    assert rings == [1, 2]
    bench.events.clear()
    assert bench.until_event(HungUp, 12).cause == "ring_no_answer"  # type: ignore[attr-defined]


def test_our_own_hang_up_reaches_the_exchange_and_the_line_rings_again(bench: Bench) -> None:
    """HungUp(local), nothing else; and the next call comes in on the same line."""
    call(bench, 1)
    bench.card.hang_up(1)
    assert bench.until_event(HungUp, 1).cause == "local"  # type: ignore[attr-defined]
    bench.run(1.5)
    bench.exchange[1].stop()
    bench.run(3)
    assert bench.events == []
    call(bench, 1)


def test_busy_tone_hangs_up(bench: Bench) -> None:
    """Without supervision the tone is the far end's hang-up: the kernel's port goes on hook."""
    call(bench, 0)
    made = bench.card.heard([Tone(0, 0, "busy")])
    assert [type(e) for e in made] == [HungUp]
    bench.run(2)
    bench.exchange[0].stop()
    bench.run(3)
    call(bench, 0)


def test_a_phones_port_is_refused() -> None:
    """An FXS channel opened as a line to an exchange: BadLine tells what it is."""
    with pytest.raises(BadLine, match="port for a phone"):
        DahdiCard("36")
