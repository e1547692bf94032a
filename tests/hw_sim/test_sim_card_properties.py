"""The card's state machine and the office together: whatever people and the IVR do, every call has one end."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.events import Answered, Event, HungUp, Ringing
from dsp.receiver import RATE
from dsp.tones import ToneReceiver, plan
from hw_sim.caller.person import Dial, HangUp
from hw_sim.card import SimCard
from hw_sim.config import analog_office
from hw_sim.office import Office
from tests.hw_sim.people import Scripted

PERSON = st.tuples(st.integers(0, 120), st.integers(1, 150), st.sampled_from(["96688", "80001", "80002", "404"]))


def live(card: SimCard, seconds: int, rings: int, stay: int) -> list[Event]:
    """An IVR that answers at a ring and hangs up after a stay (samples), on every line."""
    ears = ToneReceiver(len(card.lines), plan("cn"))
    ends: dict[int, int] = {}
    made: list[Event] = []
    for _ in range(seconds * 50):
        tick = card.read()
        new = [*tick.events, *card.heard(ears(tick.rx.astype(np.float32)))]
        for event in new:
            if isinstance(event, Ringing) and event.ring >= rings:
                card.answer(event.line)
                ears.reset(event.line)
                ends[event.line] = card.office.now + stay
            elif isinstance(event, HungUp):
                ends.pop(event.line, None)
        for line in [line for line, end in ends.items() if end <= card.office.now]:
            card.hang_up(line)
        made += new
        card.write(card.silence())
    return made


@given(st.lists(PERSON, min_size=1, max_size=5), st.integers(1, 3), st.integers(1, 12 * RATE), st.booleans())
@settings(max_examples=12, deadline=None)
def test_every_call_has_one_beginning_and_one_end(
    people: list[tuple[int, int, str]], rings: int, stay: int, supervised: bool
) -> None:
    """Ringing, perhaps Answered, then HungUp, and so on for each line; when everybody has gone all is at rest."""
    callers = [
        Scripted({at / 10: [Dial(number)], (at + during) / 10: [HangUp()]}, str(i), leaves=True)
        for i, (at, during, number) in enumerate(people)
    ]
    card = SimCard.of(Office(analog_office(2, disconnect="loop" if supervised else "none"), callers))
    events = live(card, 45, rings, stay)
    for line in range(2):
        story = [type(e) for e in events if e.line == line and not (isinstance(e, Ringing) and e.ring > 1)]
        while story:
            assert story[0] is Ringing
            answered = len(story) > 1 and story[1] is Answered
            assert story[1 + answered] is HungUp
            story = story[2 + answered :]
    assert card.office.idle
    assert all(caller.finished for caller in callers)
