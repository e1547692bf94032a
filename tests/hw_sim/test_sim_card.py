"""SimCard: the Card contract over the office, in process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from drivers import tone_plans
from drivers.card import Line
from drivers.errors import BadLine, CardNotFound, LineClosed
from drivers.events import Answered, Event, HungUp, Ringing, Tone
from drivers.open import open_card
from dsp.receiver import RATE, TICK
from dsp.tones import ToneReceiver
from hw_sim.caller.person import Dial, HangUp, Send
from hw_sim.card import SimCard
from hw_sim.config import PhoneConfig, analog_office, load_office
from hw_sim.office import Office
from hw_sim.people.ends import WHEN_OPEN
from hw_sim.switch.subscriber import State
from tests.hw_sim.people import Scripted, sine

FOUR = "hw_sim/offices/four_fxo.yaml"
Do = Callable[[SimCard, Event], None]


def watch(card: SimCard, seconds: float, do: Do | None = None, country: str | Path = "cn") -> list[Event]:
    """Read and write as the pump does, hearing tones; `do` is called with every event. All events."""
    ears = ToneReceiver(len(card.lines), tone_plans.load(country))
    made: list[Event] = []
    for _ in range(round(seconds * 50)):
        tick = card.read()
        new = [*tick.events, *card.heard(ears(tick.rx.astype(np.float32)))]
        for event in new:
            if do:
                do(card, event)
        made += new
        card.write(card.silence())
    return made


def answer(card: SimCard, event: Event) -> None:
    """Take every call at its first ring."""
    if isinstance(event, Ringing):
        card.answer(event.line)


def kinds(events: list[Event]) -> list[str]:
    """What happened, in words."""
    return [f"{type(e).__name__} {e.cause}" if isinstance(e, HungUp) else type(e).__name__ for e in events]


def card_with(*people: Scripted, ports: int = 1, **port: object) -> SimCard:
    """A card on a new office."""
    return SimCard.of(Office(analog_office(ports, **port), people))


def test_the_device_string_opens_it() -> None:
    """`sim:OFFICE.yaml`, with the operator's names for the first lines and the office's own for the rest."""
    with open_card(f"sim:{FOUR}", "hotline", [Line("a", signalling="fxs_ls")]) as card:
        assert [line.name for line in card.lines] == ["a", "hotline-2", "hotline-3", "hotline-4"]
        assert card.lines[0].signalling == "fxs_ls"
        assert not card.live
        tick = card.read()
        assert (tick.rx.shape, tick.rx.dtype, tick.lost) == ((4, TICK), np.int16, 0)


def test_a_call_from_ringing_to_disconnect() -> None:
    """Ringing, answered, and the loop opens when the caller hangs up; a tick of each is counted."""
    card = card_with(Scripted({0: [Dial("96688")], 3: [HangUp()]}), disconnect="loop")
    events = watch(card, 6, answer)
    assert kinds(events) == ["Ringing", "Answered", "HungUp disconnect"]
    assert card.office.idle
    assert card.counters.ticks == 300


def test_without_supervision_the_busy_tone_ends_the_call() -> None:
    """What the receivers hear is given to `heard`, which knows what it means."""
    card = card_with(Scripted({0: [Dial("96688")], 3: [HangUp()]}), disconnect="none")
    assert kinds(watch(card, 8, answer)) == ["Ringing", "Answered", "HungUp busy_tone"]
    assert card.office.idle


def test_a_caller_who_waits_until_the_equipment_is_there() -> None:
    """However long it takes to start: the call comes whole, with its first ring."""
    office = Office(analog_office(1))
    office.add_caller(Scripted({0: [Dial("96688")], 9: [HangUp()]}), WHEN_OPEN)
    for _ in range(200):
        assert not office.tick(np.zeros((1, TICK), np.int16)).signals
    card = SimCard.of(office)
    office.opened()
    assert kinds(watch(card, 6, answer))[:2] == ["Ringing", "Answered"]


def test_an_exchange_with_tones_of_its_own(tmp_path: Path) -> None:
    """Its busy tone ends the call where its plan is known; a country's plan does not take it for anything else."""
    pbx = tmp_path / "pbx.yaml"
    pbx.write_text("spec: 1\nlike: cn\ntones:\n  busy: {frequencies: 620, cadence: [0.15, 0.3, 0.15, 0.6]}\n")

    def call(country: str | Path) -> list[str]:
        config = analog_office(1, disconnect="none").model_copy(update={"tones": pbx})
        people = [Scripted({0: [Dial("96688")], 3: [HangUp()]})]
        return kinds(watch(SimCard.of(Office(config, people)), 8, answer, country))

    assert call(pbx) == ["Ringing", "Answered", "HungUp busy_tone"]
    assert call("cn") == ["Ringing", "Answered"]


def test_a_caller_who_gives_up() -> None:
    """Rings are counted, and when they stop the call is over."""
    card = card_with(Scripted({0: [Dial("96688")], 7: [HangUp()]}))
    events = watch(card, 20)
    assert [e.ring for e in events if isinstance(e, Ringing)] == [1, 2]
    assert kinds(events)[-1] == "HungUp ring_no_answer"


def test_our_hang_up() -> None:
    """The line is given back, the caller hears busy, and the end is told once."""
    caller = Scripted({0: [Dial("96688")]})
    card = card_with(caller)
    watch(card, 2, answer)
    card.hang_up(0)
    assert kinds(watch(card, 3)) == ["HungUp local"]
    assert [e.tone for e in caller.noticed if isinstance(e, Tone)][-1] == "busy"


def test_hanging_up_an_idle_line_does_nothing() -> None:
    """No event, no signal to the office."""
    card = card_with()
    card.hang_up(0)
    assert watch(card, 1) == []


def test_a_call_is_placed_and_answered() -> None:
    """Dial tone is waited for, the number is dialled with keys, and the end of ringback is the answer."""
    config = analog_office(1).model_copy(update={"phones": (PhoneConfig(number="10086", rings=3, talk=60),)})
    card = SimCard.of(Office(config))
    card.place_call(0, "10086")
    events = watch(card, 25)
    assert kinds(events) == ["Answered"]
    assert card.office.state(0) is State.TALKING


def test_two_lines_at_once() -> None:
    """Each event names its line."""
    people = [Scripted({i: [Dial("96688")], 4: [HangUp()]}, number=str(i)) for i in range(2)]
    events = watch(card_with(*people, ports=2), 7, answer)
    assert [(type(e), e.line) for e in events if isinstance(e, Answered)] == [(Answered, 0), (Answered, 1)]
    assert {e.line for e in events if isinstance(e, HungUp)} == {0, 1}


def test_what_is_written_is_sent_in_the_next_tick() -> None:
    """As many samples as were read; another shape is refused."""
    card = card_with()
    with pytest.raises(ValueError, match="shape"):
        card.write(np.zeros((2, TICK), np.int16))


def test_after_close_the_card_is_gone() -> None:
    """Calls are hung up; every use raises LineClosed; closing twice does nothing."""
    card = card_with(Scripted({0: [Dial("96688")]}))
    watch(card, 2, answer)
    card.close()
    card.close()
    assert card.office.state(0) is State.IDLE
    for use in (card.read, lambda: card.write(card.silence()), lambda: card.answer(0), lambda: card.hang_up(0)):
        with pytest.raises(LineClosed):
            use()


def test_a_line_that_does_not_exist() -> None:
    """BadLine from every verb."""
    card = card_with()
    for use in (card.answer, card.hang_up, lambda line: card.place_call(line, "1")):
        with pytest.raises(BadLine):
            use(1)


def test_an_office_with_faults_is_no_card(tmp_path: Path) -> None:
    """CardNotFound with all the faults; also for a file that is not there, and for more lines than there are."""
    file = tmp_path / "office.yaml"
    file.write_text("spec: 1\ncards: []\nhunt: 3\n")
    with pytest.raises(CardNotFound, match=r"2:8(.|\n)*3:7"):
        open_card(f"sim:{file}")
    with pytest.raises(CardNotFound, match="No such file"):
        open_card(f"sim:{tmp_path}/none.yaml")
    with pytest.raises(CardNotFound, match="has 4 lines, not 5"):
        open_card(f"sim:{FOUR}", "x", [Line(str(i)) for i in range(5)])


def test_the_callers_of_the_file_call_the_card(tmp_path: Path) -> None:
    """People named in OFFICE.yaml begin when the card is opened; a book that is not there is told."""
    (tmp_path / "caller.yaml").write_text('spec: 1\nscript: [{dial: "80001"}, {wait: 3s}, hang_up]\n')
    text = "spec: 1\ncards: [{type: analog-fxo, name: a, ports: [{number: '80001'}]}]\n"
    file = tmp_path / "office.yaml"
    file.write_text(text + "callers: [{script: caller.yaml, at: 1s}]\n")
    events = watch(SimCard(str(file)), 3)
    assert [(type(e), e.at) for e in events] == [(Ringing, 1.52 * RATE - TICK)]
    file.write_text(text + "book: nowhere\n")
    with pytest.raises(CardNotFound, match="nowhere"):
        SimCard(str(file))


MIXED = """
spec: 1
cards:
  - {type: e1, name: t, signalling: clear}
  - {type: analog-fxo, name: p, ports: [{number: "80001"}, {number: "80002"}]}
  - {type: analog-fxs, name: s, ports: [{}]}
"""


def test_only_fxo_lines_are_offered() -> None:
    """Spans and FXS ports of the same office are not rows of the card; calls and sound are of the right lines."""
    office = Office(load_office("o.yaml", MIXED), [Scripted({0: [Dial("80002")], 2: [Send(sine(1.0))]})])
    card = SimCard.of(office)
    assert [line.name for line in card.lines] == ["p-1", "p-2"]
    heard, events = [], []
    for i in range(150):
        tick = card.read()
        heard.append(tick.rx.copy())
        events += tick.events
        if i == 60:
            card.answer(1)
    assert {event.line for event in events} == {1}
    loud = np.abs(np.concatenate(heard, axis=1)[:, 2 * RATE + 800 :]).max(axis=1)
    assert loud[1] > 10 * loud[0]
    card.close()
    assert office.state(32) is State.IDLE


def test_an_office_without_fxo_ports_is_no_card() -> None:
    """And says so."""
    with pytest.raises(CardNotFound, match="no FXO port"):
        SimCard.of(Office(load_office("o.yaml", "spec: 1\ncards: [{type: e1, name: t, signalling: clear}]")))
