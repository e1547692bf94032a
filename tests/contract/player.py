"""Plays the behaviours on a card and writes down what happened on each line; as a program it prints that as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence

import numpy as np

from drivers import open_card
from drivers.card import Card, Line
from drivers.errors import BadLine, LineClosed
from drivers.events import Answered, Digit, Event, HungUp, Ringing
from dsp.activity import ActivityReceiver
from dsp.dtmf import DtmfReceiver
from dsp.receiver import RATE, TICK
from dsp.tones import ToneReceiver, plan
from tests.contract.behaviours import BEHAVIOURS, CALLEE, LENGTH, Behaviour

Story = dict[str, list[str]]


def lines_for(behaviours: Sequence[Behaviour]) -> list[Line]:
    """A line for each behaviour."""
    return [Line(f"line-{i}", signalling="fxs_ks" if b.supervised else "fxs_ls") for i, b in enumerate(behaviours)]


class Plans:
    """What we do on each line: (event's words, verb, seconds after it), each once, in order."""

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        self._left = [list(b.ours) for b in behaviours]
        self._due: list[tuple[float, int, str]] = []
        for line in range(len(behaviours)):
            while any(on == "start" for on, _, _ in self._left[line]):
                self.happened(line, "start", 0)

    def happened(self, line: int, words: str, now: int) -> None:
        """An event on a line: plan what it asks for."""
        mine = next((entry for entry in self._left[line] if entry[0] == words), None)
        if mine:
            self._left[line].remove(mine)
            self._due.append((now + mine[2] * RATE, line, mine[1]))

    def carry_out(self, card: Card, now: int) -> None:
        """Do what is due."""
        for entry in [entry for entry in self._due if entry[0] <= now]:
            self._due.remove(entry)
            _, line, verb = entry
            if verb == "place_call":
                card.place_call(line, CALLEE)
            else:
                getattr(card, verb)(line)


def play(card: Card, behaviours: Sequence[Behaviour], before: Callable[[float], None] = lambda now: None) -> Story:
    """Run the card for LENGTH seconds. before: the world's chance to do something, each tick, with the second."""
    count = len(card.lines)
    ears = (DtmfReceiver(count), ToneReceiver(count, plan("cn")), ActivityReceiver(count))
    story: Story = {b.name: [] for b in behaviours}
    plans, now = Plans(behaviours), 0
    while now < LENGTH * RATE:
        before(now / RATE)
        tick = card.read()
        rx = tick.rx.astype(np.float32)
        for ear in ears if tick.lost else ():
            ear.skip(tick.lost)
        found: list[Event] = [e for ear in ears for e in ear(rx)]
        now += TICK + tick.lost
        for event in [*tick.events, *found, *card.heard(found)]:
            words = in_words(event) if event.line < len(behaviours) else ""
            if words and not (isinstance(event, Digit) and not behaviours[event.line].keys):
                story[behaviours[event.line].name].append(words)
                plans.happened(event.line, words, now)
        plans.carry_out(card, now)
        card.write(card.silence())
    return story


def in_words(event: Event) -> str:
    """A call event in words; other events are not part of the story."""
    if isinstance(event, Ringing):
        return f"Ringing {event.ring}"
    if isinstance(event, HungUp):
        return f"HungUp {event.cause}"
    if isinstance(event, Digit) and event.edge == "began":
        return f"Digit {event.digit}"
    return "Answered" if isinstance(event, Answered) else ""


def manners(card: Card) -> None:
    """What every card does with wrong lines, wrong ticks, and after it was closed. Closes the card."""
    tick = card.read()
    assert tick.rx.shape == (len(card.lines), TICK)
    assert tick.rx.dtype == np.int16
    assert len({line.name for line in card.lines}) == len(card.lines)
    card.write(card.silence())
    for wrong in (-1, len(card.lines)):
        _raises(BadLine, lambda wrong=wrong: card.answer(wrong))
        _raises(BadLine, lambda wrong=wrong: card.hang_up(wrong))
        _raises(BadLine, lambda wrong=wrong: card.place_call(wrong, "1"))
    _raises(ValueError, lambda: card.write(card.silence()[1:]))
    before = card.counters.ticks
    card.read()
    assert card.counters.ticks == before + 1
    card.close()
    card.close()
    _raises(LineClosed, card.read)
    _raises(LineClosed, lambda: card.answer(0))
    _raises(LineClosed, lambda: card.write(np.zeros((len(card.lines), TICK), np.int16)))


def _raises(kind: type[Exception], use: Callable[[], object]) -> None:
    try:
        use()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


def main(device: str, only: str = "") -> None:
    """Play all behaviours, or those that need no sound, on a device; then the manners."""
    behaviours = [b for b in BEHAVIOURS if not (only == "silent" and b.sound)]
    with open_card(device, lines=lines_for(behaviours)) as card:
        story = play(card, behaviours)
    manners(open_card(device, lines=lines_for(behaviours)))
    print(json.dumps(story))


if __name__ == "__main__":
    main(*sys.argv[1:])
