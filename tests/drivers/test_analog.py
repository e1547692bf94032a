"""The FXO line's life: what a caller and the exchange do, and what the application is told."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.analog import Dial, FxoLines, Hook, Signal, SignalKind, Times
from drivers.card import Line
from drivers.errors import BadLine, LineLost
from drivers.events import (
    Activity,
    Alarm,
    Answered,
    Clear,
    Digit,
    Event,
    HungUp,
    Polarity,
    Removed,
    Ringing,
    Tone,
)

SECOND = 8000
KEWL = Line("a", signalling="fxs_ks")
LOOP = Line("b", signalling="fxs_ls")


class Bench:
    """Two lines and a clock that is advanced tick by tick; keeps all events and effects."""

    def __init__(self, *lines: Line, times: Times | None = None) -> None:
        self.fxo = FxoLines(lines or (KEWL, KEWL), times)
        self.now = 0
        self.events: list[Event] = []
        self.effects: list[Hook | Dial] = []

    def signal(self, kind: SignalKind, line: int = 0) -> list[Event]:
        return self._keep(self.fxo.signal(Signal(line, self.now, kind)))

    def wait(self, seconds: float) -> list[Event]:
        made: list[Event] = []
        for _ in range(round(seconds * 50)):
            self.now += 160
            made += self._keep(self.fxo.advance(self.now))
        return made

    def hear(self, *events: Event) -> list[Event]:
        return self._keep(self.fxo.heard(events, self.now))

    def answer(self, line: int = 0) -> list[Event]:
        return self._keep(self.fxo.answer(line, self.now))

    def hang_up(self, line: int = 0) -> list[Event]:
        return self._keep(self.fxo.hang_up(line, self.now))

    def place_call(self, number: str = "10086", line: int = 0) -> list[Event]:
        return self._keep(self.fxo.place_call(line, number, self.now))

    def ring(self, bursts: int = 1, line: int = 0) -> list[Event]:
        """Chinese cadence: 1 s of ringing, 4 s of pause."""
        made: list[Event] = []
        for _ in range(bursts):
            made += self.signal("ring_on", line) + self.wait(1) + self.signal("ring_off", line) + self.wait(4)
        return made

    def talk(self, line: int = 0) -> None:
        self.signal("ring_on", line)
        self.wait(0.2)
        self.answer(line)

    def tone(self, name: str, edge: str = "began") -> list[Event]:
        return self.hear(Tone(0, self.now, name, edge))  # type: ignore[arg-type]

    def _keep(self, events: list[Event]) -> list[Event]:
        self.events += events
        self.effects += self.fxo.effects()
        return events


def kinds(events: list[Event]) -> list[object]:
    """Events as (type, what matters of it)."""
    return [
        e.cause if isinstance(e, HungUp) else e.ring if isinstance(e, Ringing) else type(e).__name__ for e in events
    ]


def test_each_burst_is_one_ring_more() -> None:
    """Three bursts of a Chinese exchange are rings 1, 2 and 3 of one call."""
    assert kinds(Bench().ring(3)) == [1, 2, 3]


def test_double_bursts_are_one_ring() -> None:
    """0.4/0.2/0.4/3 (Hong Kong, Britain): the two short bursts are one ring."""
    bench = Bench()
    for _ in range(2):
        for pause in (0.2, 3):
            bench.signal("ring_on")
            bench.wait(0.4)
            bench.signal("ring_off")
            bench.wait(pause)
    assert kinds(bench.events) == [1, 2]


def test_answering_goes_off_hook_and_says_so() -> None:
    """Answer on a ringing line: off hook, and Answered at that sample."""
    bench = Bench()
    bench.ring(1)
    assert bench.answer() == [Answered(0, bench.now)]
    assert bench.effects == [Hook(0, True)]


def test_a_caller_who_stops_ringing_gave_up() -> None:
    """No burst for the time of the longest cadence: ring no answer; the port was never off hook."""
    bench = Bench()
    bench.ring(2)
    assert kinds(bench.wait(5)) == ["ring_no_answer"]
    assert bench.effects == []


def test_the_end_of_a_burst_may_get_lost() -> None:
    """A ring whose end was never reported (the event queue overflowed) still ends."""
    bench = Bench()
    bench.signal("ring_on")
    assert kinds(bench.wait(8)) == ["ring_no_answer"]


def test_answering_a_caller_who_just_gave_up_does_nothing() -> None:
    """The race between our answer and his hang-up: no Answered without a call, and the port stays on hook."""
    bench = Bench()
    bench.ring(1)
    bench.wait(8)
    assert bench.answer() == []
    assert bench.effects == []


def test_the_far_end_hangs_up_by_opening_the_loop() -> None:
    """Disconnect supervision: HungUp stamped with the moment the loop opened, and we go on hook."""
    bench = Bench()
    bench.talk()
    bench.signal("loop_open")
    opened = bench.now
    assert bench.wait(0.3) == [HungUp(0, opened, "disconnect")]
    assert bench.effects[-1] == Hook(0, False)


@pytest.mark.parametrize(("length", "ends"), [(0.02, False), (0.1, False), (0.16, True), (0.5, True)])
def test_only_a_loop_that_stays_open_is_a_disconnect(length: float, ends: bool) -> None:
    """Drops under 120 ms are switching transients."""
    bench = Bench()
    bench.talk()
    bench.signal("loop_open")
    bench.wait(length)
    bench.signal("loop_closed")
    bench.wait(1)
    assert any(isinstance(e, HungUp) for e in bench.events) is ends


def test_a_drop_whose_close_comes_in_the_same_tick_as_the_deadline_still_ends() -> None:
    """The loop was open long enough even if its closing is reported before time is advanced."""
    bench = Bench()
    bench.talk()
    bench.signal("loop_open")
    bench.now += 4000
    bench.signal("loop_closed")
    assert kinds(bench.wait(0.02)) == ["disconnect"]


def test_a_loop_start_line_knows_no_supervision() -> None:
    """On fxs_ls an open loop means nothing: only sound tells."""
    bench = Bench(LOOP)
    bench.talk()
    bench.signal("loop_open")
    assert bench.wait(2) == []
    assert kinds(bench.tone("busy")) == ["busy_tone"]


@pytest.mark.parametrize(
    ("tone", "cause"),
    [
        ("busy", "busy_tone"),
        ("congestion", "busy_tone"),
        ("vacant", "busy_tone"),
        ("dial", "dial_tone"),
        ("howler", "howler"),
    ],
)
def test_tones_that_say_nobody_is_there(tone: str, cause: str) -> None:
    """Without supervision the exchange's tone is the hang-up; the port goes on hook."""
    bench = Bench(LOOP)
    bench.talk()
    assert kinds(bench.tone(tone)) == [cause]
    assert bench.effects == [Hook(0, True), Hook(0, False)]


@pytest.mark.parametrize("tone", ["ringback", "cng", "ced", "offer"])
def test_other_tones_end_nothing(tone: str) -> None:
    """A fax's calling tone or the trunk offering beep is part of a conversation."""
    bench = Bench()
    bench.talk()
    assert bench.tone(tone) == []
    assert bench.tone(tone, "ended") == []


def test_tones_on_a_line_without_a_call_mean_nothing() -> None:
    """What leaks into an idle or ringing line hangs nothing up."""
    bench = Bench()
    assert bench.tone("busy") == []
    bench.signal("ring_on")
    assert bench.tone("busy") == []


def test_long_silence_is_a_hang_up() -> None:
    """Nothing heard for the whole silence time: HungUp(silence)."""
    bench = Bench(times=Times(silence=10 * SECOND))
    bench.talk()
    assert bench.wait(9.9) == []
    assert kinds(bench.wait(0.2)) == ["silence"]


@pytest.mark.parametrize("heard", [Activity(0, 0, "ended"), Digit(0, 0, "5", "ended")])
def test_speech_and_keys_put_the_silence_off(heard: Event) -> None:
    """The silence counts from the last sound of the far end."""
    bench = Bench(times=Times(silence=10 * SECOND))
    bench.talk()
    bench.wait(9)
    bench.hear(heard)
    assert bench.wait(9.9) == []
    assert kinds(bench.wait(0.2)) == ["silence"]


def test_a_sound_that_goes_on_is_no_silence() -> None:
    """Somebody who talks without a pause is there, however long."""
    bench = Bench(times=Times(silence=10 * SECOND))
    bench.talk()
    bench.hear(Activity(0, bench.now, "began"))
    assert bench.wait(35) == []
    bench.hear(Activity(0, bench.now, "ended"))
    assert kinds(bench.wait(10.1)) == ["silence"]


def test_our_own_hang_up() -> None:
    """HungUp(local) once, on hook once; a second hang-up does nothing."""
    bench = Bench()
    bench.talk()
    assert kinds(bench.hang_up()) == ["local"]
    assert bench.hang_up() == []
    assert bench.effects == [Hook(0, True), Hook(0, False)]


def test_hanging_up_an_idle_line_does_nothing() -> None:
    """No event, no effect."""
    bench = Bench()
    assert bench.hang_up() == []
    assert bench.effects == []


def test_a_refused_caller_rings_on_unheard_and_the_next_one_is_new() -> None:
    """Hanging up a ringing line ends that caller's Ringing; after he is gone the line takes calls again."""
    bench = Bench()
    bench.ring(1)
    assert kinds(bench.hang_up()) == ["local"]
    assert bench.ring(3) == []
    assert bench.wait(8) == []
    assert kinds(bench.ring(1)) == [1]


def test_ringing_that_ends_inside_the_guard_time_is_the_old_call() -> None:
    """A tinkle while the exchange clears the line is no new call."""
    bench = Bench()
    bench.talk()
    bench.hang_up()
    bench.signal("ring_on")
    bench.wait(0.2)
    bench.signal("ring_off")
    assert bench.wait(3) == []


def test_ringing_that_outlasts_the_guard_time_is_a_new_call() -> None:
    """A caller who comes the moment we hang up is not lost."""
    bench = Bench()
    bench.talk()
    bench.hang_up()
    bench.wait(0.5)
    bench.signal("ring_on")
    assert kinds(bench.wait(1)) == [1]


def test_the_burst_that_we_answered_does_not_ring_again_after_hanging_up() -> None:
    """Off hook trips the ringing and its end may not be reported: no phantom call after the guard time."""
    bench = Bench()
    bench.talk()
    bench.hang_up()
    assert bench.wait(3) == []


def test_placing_a_call_waits_for_dial_tone_and_dials() -> None:
    """Seize, hear dial tone, dial; ringback that stops is the answer."""
    bench = Bench()
    bench.place_call("4001234567")
    bench.wait(0.6)
    bench.tone("dial")
    assert bench.effects == [Hook(0, True), Dial(0, "4001234567")]
    bench.tone("dial", "ended")
    bench.tone("ringback")
    bench.wait(10)
    assert kinds(bench.tone("ringback", "ended")) == ["Answered"]


def test_without_dial_tone_it_dials_blindly() -> None:
    """An exchange whose dial tone nobody knows still gets the number, after 3 s."""
    bench = Bench()
    bench.place_call("1")
    bench.wait(2.9)
    assert Dial(0, "1") not in bench.effects
    bench.wait(0.2)
    assert Dial(0, "1") in bench.effects


def test_polarity_reversal_answers_and_ends_an_outgoing_call() -> None:
    """Supervision by polarity: one way is the answer, back is the disconnect."""
    bench = Bench()
    bench.place_call()
    bench.wait(4)
    assert kinds(bench.signal("polarity")) == ["Polarity", "Answered"]
    bench.wait(5)
    assert kinds(bench.signal("polarity")) == ["Polarity", "disconnect"]


def test_polarity_on_an_incoming_call_is_only_reported() -> None:
    """Some exchanges reverse the line before caller ID: no answer, no hang-up."""
    bench = Bench()
    assert bench.signal("polarity") == [Polarity(0, 0)]
    bench.talk()
    assert kinds(bench.signal("polarity")) == ["Polarity"]


def test_busy_ends_an_outgoing_call() -> None:
    """The callee is engaged."""
    bench = Bench()
    bench.place_call()
    bench.wait(5)
    assert kinds(bench.tone("busy")) == ["busy_tone"]


def test_ringback_too_short_to_be_known_and_then_quiet_is_an_answer() -> None:
    """One burst was heard as some sound; no other follows in the time of the longest cadence: somebody listens."""
    bench = Bench()
    bench.place_call()
    bench.wait(4)
    bench.hear(Activity(0, bench.now, "began"))
    bench.hear(Activity(0, bench.now, "ended"))  # our own digits
    bench.wait(2)
    for _ in range(2):
        bench.hear(Activity(0, bench.now, "began"))
        bench.wait(1)
        bench.hear(Activity(0, bench.now, "ended"))
        assert bench.wait(4) == []
    assert kinds(bench.wait(4)) == ["Answered"]


def test_silence_after_dialling_is_no_answer() -> None:
    """A slow exchange says nothing for a while: only the whole no-answer time ends it."""
    bench = Bench()
    bench.place_call()
    assert bench.wait(60) == []


def test_an_outgoing_call_nobody_answers_is_given_up() -> None:
    """After 90 s: ring no answer, on hook."""
    bench = Bench()
    bench.place_call()
    assert kinds(bench.wait(94)) == ["ring_no_answer"]
    assert bench.effects[-1] == Hook(0, False)


def test_glare_gives_the_line_to_the_caller() -> None:
    """A ring while we seize: our call is lost, the caller is on the line and can be answered at once."""
    bench = Bench()
    bench.place_call()
    bench.now += 160
    assert kinds(bench.signal("ring_on")) == ["glare", 1]
    assert kinds(bench.answer()) == ["Answered"]
    assert bench.effects == [Hook(0, True)]


def test_glare_that_nobody_answers_frees_the_line() -> None:
    """The port does not stay off hook."""
    bench = Bench()
    bench.place_call()
    bench.signal("ring_on")
    bench.wait(10)
    assert bench.effects == [Hook(0, True), Hook(0, False)]
    assert bench.fxo.state(0) == "idle"


@pytest.mark.parametrize("prepare", ["ring", "talk", "guard", "battery"])
def test_only_an_idle_line_places_calls(prepare: str) -> None:
    """BadLine says what the line is at."""
    bench = Bench()
    if prepare == "battery":
        bench.signal("battery_lost")
    else:
        bench.signal("ring_on")
    if prepare in ("talk", "guard"):
        bench.answer()
    if prepare == "guard":
        bench.hang_up()
    with pytest.raises(BadLine, match="cannot place a call"):
        bench.place_call()


def test_battery_lost_is_an_alarm_and_ends_the_call() -> None:
    """The cable is out: Alarm, HungUp, and Clear when it is back; each once."""
    bench = Bench()
    bench.talk()
    assert kinds(bench.signal("battery_lost")) == ["Alarm", "disconnect"]
    assert bench.signal("battery_lost") == []
    assert kinds(bench.signal("battery_back")) == ["Clear"]
    assert bench.signal("battery_back") == []
    assert {type(e) for e in bench.events} >= {Alarm, Clear}


def test_a_removed_line_ends_its_call_and_stays_gone() -> None:
    """HungUp(removed), then Removed; verbs that need the line raise LineLost, hanging up does nothing."""
    bench = Bench()
    bench.talk()
    assert kinds(bench.signal("removed")) == ["removed", "Removed"]
    assert bench.signal("ring_on") == []
    assert bench.hang_up() == []
    with pytest.raises(LineLost):
        bench.answer()
    with pytest.raises(LineLost):
        bench.place_call()


@pytest.mark.parametrize("line", [-1, 2])
def test_a_line_that_does_not_exist(line: int) -> None:
    """BadLine, for every verb."""
    bench = Bench()
    for verb in (bench.answer, bench.hang_up):
        with pytest.raises(BadLine, match="there is no line"):
            verb(line)
    with pytest.raises(BadLine, match="there is no line"):
        bench.place_call("1", line)


# -- properties ------------------------------------------------------------------------------------------------------

SIGNALS: list[SignalKind] = [
    "ring_on", "ring_off", "loop_open", "loop_closed", "polarity", "battery_lost", "battery_back",
]  # fmt: skip
TONES = ["busy", "dial", "howler", "ringback", "congestion", "cng"]
ACTS = st.one_of(
    st.tuples(st.just("signal"), st.sampled_from(SIGNALS)),
    st.tuples(st.just("began"), st.sampled_from(TONES)),
    st.tuples(st.just("ended"), st.sampled_from(TONES)),
    st.tuples(st.just("wait"), st.sampled_from([0.02, 0.1, 0.2, 1.1, 3.1, 8.0])),
    st.tuples(st.sampled_from(["answer", "hang_up", "place_call", "removed"]), st.none()),
)
SHORT = Times(silence=20 * SECOND, no_answer=20 * SECOND)


def play(acts: list[tuple[str, object]], line: int = 0, *lines: Line) -> Bench:
    """Play acts on one line of a bench."""
    bench = Bench(*lines, times=SHORT)
    for act, what in acts:
        if act == "signal":
            bench.signal(what, line)  # type: ignore[arg-type]
        elif act in ("began", "ended"):
            bench.hear(Tone(line, bench.now, what, act))  # type: ignore[arg-type]
        elif act == "wait":
            bench.wait(what)  # type: ignore[arg-type]
        elif act == "removed":
            bench.signal("removed", line)
        else:
            try:
                getattr(bench, act)(line=line)
            except (BadLine, LineLost):
                continue
    return bench


def check_call_events(bench: Bench, line: int) -> None:
    """HungUp ends exactly what Ringing or place_call began; Answered only in between, once."""
    open_call = answered = False
    hooks = iter([e for e in bench.effects if isinstance(e, Hook) and e.line == line])
    for event in bench.events:
        if isinstance(event, Ringing):
            assert not answered, "a ring in the middle of a conversation"
            assert event.ring == 1 or open_call
            open_call = True
        elif isinstance(event, Answered):
            assert not answered
            answered = True
        elif isinstance(event, HungUp):
            open_call = answered = False
    states = [hook.off_hook for hook in hooks]
    assert all(a != b for a, b in pairwise(states)), "hook changes alternate"


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTS, max_size=40))
def test_no_input_breaks_the_order_of_a_call(acts: list[tuple[str, object]]) -> None:
    """Whatever the exchange and the application do: no ring in a conversation, no second Answered, hooks alternate."""
    check_call_events(play(acts), 0)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTS, max_size=40))
def test_every_hang_up_ends_exactly_one_call(acts: list[tuple[str, object]]) -> None:
    """As many HungUp as calls begun (first rings and seizures), never two for one, once the line is at rest."""
    bench = play(acts)
    bench.wait(60)
    begun = sum(isinstance(e, Ringing) and e.ring == 1 for e in bench.events)
    glares = sum(isinstance(e, HungUp) and e.cause == "glare" for e in bench.events)
    seized = sum(isinstance(e, Hook) and e.off_hook for e in bench.effects)
    ended = sum(isinstance(e, HungUp) for e in bench.events)
    answered_rings = _answered_rings(bench.events)
    assert ended == begun + (seized - answered_rings)
    assert glares <= seized


def _answered_rings(events: list[Event]) -> int:
    """Calls that rang and were answered from on hook: their off-hook is no seizure of ours."""
    ringing = glared = False
    count = 0
    for event in events:
        if isinstance(event, HungUp):
            glared, ringing = event.cause == "glare", False
        elif isinstance(event, Ringing):
            ringing = True
        elif isinstance(event, Answered):
            count += ringing and not glared
            ringing = glared = False
    return count


@settings(max_examples=200, deadline=None)
@given(st.lists(ACTS, max_size=40))
def test_no_input_leaves_a_line_stuck(acts: list[tuple[str, object]]) -> None:
    """Left alone, every line is idle and on hook within a minute (or is gone)."""
    bench = play(acts)
    bench.wait(60)
    assert bench.fxo.state(0) in ("idle", "removed")
    hooks = [e for e in bench.effects if isinstance(e, Hook)]
    assert bench.fxo.state(0) == "removed" or not hooks or not hooks[-1].off_hook


@settings(max_examples=100, deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_lines_do_not_disturb_each_other(acts: list[tuple[str, object]]) -> None:
    """What happens on one line is the same whichever row it is, and nothing happens on the others."""
    first, last = play(acts, 0, KEWL, KEWL, KEWL), play(acts, 2, KEWL, KEWL, KEWL)
    assert kinds(first.events) == kinds(last.events)
    assert {e.line for e in last.events} <= {2}


@settings(max_examples=100, deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_removal_is_told_once(acts: list[tuple[str, object]]) -> None:
    """However often the hardware says so."""
    bench = play([*acts, ("removed", None), ("removed", None)])
    assert sum(isinstance(e, Removed) for e in bench.events) == 1
