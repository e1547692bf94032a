"""What must hold in the office whatever equipment and callers do, in any order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.analog import Signal
from dsp import g711, levels
from dsp.receiver import RATE, Float32
from hw_sim.caller.person import Dial, HangUp, Send
from hw_sim.config import CallerIdStyle, analog_office
from hw_sim.office import Office
from hw_sim.switch.effects import Effect, Join, OffHook, Part
from hw_sim.switch.exchange import Exchange
from hw_sim.switch.subscriber import State, Subscriber
from tests.hw_sim.people import Scripted, run, signals, sine

LINES, PEOPLE = 3, 4
ROWS = LINES + PEOPLE
NUMBERS = ["96688", "1", "2", "3", "11", "100", "7", ""]

ROW = st.integers(0, ROWS - 1)
DEEDS = st.one_of(
    st.tuples(st.just("hook"), ROW, st.booleans()),
    st.tuples(st.just("dial"), ROW, st.sampled_from(NUMBERS)),
    st.tuples(st.just("digit"), ROW, st.sampled_from("0123456789*#")),
    st.tuples(st.just("serve"), st.integers(0, LINES - 1), st.booleans()),
    st.tuples(st.just("wait"), st.integers(0, 12 * RATE), st.none()),
)


def _short(style: CallerIdStyle, number: str) -> Float32:
    del style, number
    return np.zeros(800, np.float32)


class Follower:
    """Keeps the speech paths that the effects make, and complains about effects that contradict each other."""

    def __init__(self) -> None:
        self.peers: dict[int, int] = {}
        self.hooks = [False] * ROWS
        self.ringing = [False] * ROWS
        self.open = [False] * ROWS
        self.reversed = [False] * ROWS

    def take(self, effects: Iterable[Effect]) -> None:
        """Follow."""
        for effect in effects:
            if isinstance(effect, Join):
                assert effect.a not in self.peers
                assert effect.b not in self.peers
                assert effect.a != effect.b
                self.peers |= {effect.a: effect.b, effect.b: effect.a}
            elif isinstance(effect, Part):
                self.peers.pop(effect.row, None)
            elif isinstance(effect, OffHook):
                assert self.hooks[effect.row] != effect.off_hook
                self.hooks[effect.row] = effect.off_hook
            elif isinstance(effect, Signal):
                self.signal(effect)

    def signal(self, signal: Signal) -> None:
        """Bursts and open loops begin and end in turn; only a line on hook is rung, only one off hook is opened."""
        if signal.kind == "polarity":
            self.reversed[signal.line] = not self.reversed[signal.line]
            return
        kept = self.ringing if signal.kind.startswith("ring") else self.open
        on = signal.kind in ("ring_on", "loop_open")
        assert kept[signal.line] != on
        kept[signal.line] = on
        assert not on or self.hooks[signal.line] == (signal.kind == "loop_open")


def exchange() -> Exchange:
    """Three lines with numbers and a hunt group, four people with telephones."""
    made = Exchange(_short)
    for row, (number, disconnect, style) in enumerate(
        (("1", "loop", "fsk"), ("2", "none", "dtmf"), ("3", "loop", "none"))
    ):
        made.add(Subscriber(row, number, disconnect=disconnect, caller_id=style, reversal=True))  # type: ignore[arg-type]
    for i in range(PEOPLE):
        made.add(Subscriber(LINES + i, "" if i == 0 else f"1{i}"))
    made.numbering.add("96688", range(LINES))
    return made


@given(st.lists(DEEDS, max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_two_calls_have_one_line_and_all_come_to_rest(deeds: list[tuple[str, int, object]]) -> None:
    """Speech paths are pairs that follow the hooks, signals take turns, and when all are on hook all are idle."""
    office, follower, now = exchange(), Follower(), 0
    for deed, row, what in deeds:
        if deed == "hook":
            follower.take(office.hook(row, bool(what), now))
        elif deed == "dial":
            follower.take(office.dial(row, str(what), now))
        elif deed == "serve":
            follower.take(office.serve(row, bool(what), now))
        elif deed == "digit":
            follower.take(office.digit(row, str(what), now))
        else:
            now += row
            follower.take(office.advance(now))
        check(office, follower)
    for row in range(ROWS):
        follower.take(office.hook(row, False, now))
    assert office.idle()
    assert follower.peers == {}
    assert not any(follower.ringing + follower.open + follower.hooks + follower.reversed)
    later = office.advance(now + 1000 * RATE)
    assert later == []


def check(office: Exchange, follower: Follower) -> None:
    """The switch's own books agree with what it had done."""
    for who in office.parties.values():
        assert who.off_hook == follower.hooks[who.row]
        assert (who.state is State.TALKING) == (who.row in follower.peers)
        if who.state in (State.TALKING, State.CALLING, State.RUNG):
            peer = office.parties[who.peer]
            assert peer.peer == who.row
            assert peer is not who
        assert not follower.reversed[who.row] or who.state is State.TALKING
        if who.state is State.TALKING:
            assert follower.peers[who.row] == who.peer
        assert follower.open[who.row] == (who.state is State.PARTED)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 90)), min_size=1, max_size=5), st.integers(0, 3))
@settings(max_examples=8, deadline=None)
def test_any_calls_give_the_same_run_twice(calls: list[tuple[int, int]], seed: int) -> None:
    """Callers who come, speak and go at any time: the same samples and signals, bit for bit, and rest at the end."""

    def once() -> tuple[bytes, list[object]]:
        people = [
            Scripted({at / 10: [Dial("96688")], at / 10 + 2: [Send(sine(0.3))], at / 10 + 3 + stay: [HangUp()]}, str(i))
            for i, (stay, at) in enumerate(calls)
        ]
        office = Office(analog_office(2, seed=seed), people, hearing=False)
        sound, made = [], []
        for second in range(17):
            rx, ticks = run(office, 1)
            sound.append(rx.tobytes())
            made += signals(ticks)
            for line in range(2):
                office.hook(line, (second + line) % 3 > 0)
        for line in range(2):
            office.hook(line, False)
        run(office, 0.2)  # until then it could be a pulse of a dial
        assert office.idle
        return b"".join(sound), list(made)

    assert once() == once()


@given(
    st.lists(st.floats(0, 10), min_size=2, max_size=4),
    st.floats(-30, -5),
    st.integers(0, 2**31),
)
@settings(max_examples=25, deadline=None)
def test_what_one_says_the_other_hears_and_nobody_else(losses: list[float], level: float, seed: int) -> None:
    """Several calls at once: each pair hears itself within loss and coding error, and not the others."""
    rng = np.random.default_rng(seed)
    said = rng.standard_normal((len(losses), RATE)).astype(np.float32)
    said *= np.sqrt(levels.power(level))
    people = [Scripted({0: [Dial("96688")], 2: [Send(sound)]}, str(i), noise=-100) for i, sound in enumerate(said)]
    config = analog_office(len(losses), noise=-100.0)
    ports = tuple(p.model_copy(update={"loss": loss}) for p, loss in zip(config.ports, losses, strict=True))
    card = config.cards[0].model_copy(update={"ports": ports})
    office = Office(config.model_copy(update={"cards": (card,)}), people, hearing=False)
    run(office, 1)
    for line in range(len(losses)):
        office.hook(line, True)
    run(office, 1)
    rx, _ = run(office, 1)
    for line, loss in enumerate(losses):
        wanted = said[line] * levels.gain(-loss)
        heard = rx[line].astype(np.float32)
        steps = np.abs(wanted).max() / 16 + 16  # the coarsest step of A-law at this level
        assert np.abs(heard - np.clip(wanted, -32768, 32767)).max() <= steps
        assert np.array_equal(heard, g711.decode(g711.encode(heard.astype(np.int16))).astype(np.float32))
