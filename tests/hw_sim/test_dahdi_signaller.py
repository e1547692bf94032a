"""The hook of a channel, both ways, against the states of dahdi-base.c; times are samples, nothing waits."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.signaller import Signaller
from hw_sim.dahdi.kernel.signalling import BITS, FXO_TYPES, FXS_TYPES, IDLE, Tx, capable, received

MS = 8


class Bench:
    """A signaller and a clock; what it did since the last look."""

    def __init__(self, sigtype: int, rx: int = abi.RX_INITIAL) -> None:
        self.signaller = Signaller(sigtype)
        self.signaller.opened(0)
        self.signaller.ring_with((2000, 4000))
        self.signaller.rx = rx
        self.now = 0
        self.sent: list[tuple[int, Tx]] = []

    def wait(self, ms: float) -> Bench:
        """Time goes on, millisecond by millisecond, as the kernel driver counts it."""
        self._note()
        end = self.now + round(ms * MS)
        while self.now < end:
            self.now += MS
            self.signaller.advance(self.now)
            self._note()
        return self

    def _note(self) -> None:
        changes, self.signaller.changes = self.signaller.changes, []
        self.sent += [(self.now // MS, tx) for tx in changes]

    def see(self, *rx: int) -> Bench:
        for each in rx:
            self.signaller.see(each, self.now)
        return self

    def events(self) -> list[int]:
        found, self.signaller.events = self.signaller.events, []
        return found

    def line(self) -> list[tuple[int, Tx]]:
        """(ms, what was signalled), without repetitions."""
        self._note()
        made = [s for i, s in enumerate(self.sent) if not i or s[1] != self.sent[i - 1][1]]
        self.sent = []
        return made


def telephone(sigtype: int = abi.SIG_FXOKS) -> Bench:
    """A port for a telephone that is on hook."""
    return Bench(sigtype, abi.RX_ONHOOK)


def off_hook(sigtype: int) -> Bench:
    """Off hook and settled."""
    bench = Bench(sigtype, abi.RX_OFFHOOK)
    bench.signaller.seize(0)
    bench.wait(700)
    bench.events()
    bench.line()
    return bench


# -- a port for a telephone ------------------------------------------------------------------------------------------


def test_ringing_keeps_its_cadence_until_it_is_told_otherwise() -> None:
    """RINGEROFF and RINGERON at the edges, none for the first burst; only going off hook stops it."""
    bench = telephone()
    bench.signaller.start(0)
    bench.wait(6500)
    assert bench.line() == [(0, Tx.START), (2000, Tx.OFFHOOK), (6000, Tx.START)]
    assert bench.events() == [abi.EV_RINGEROFF, abi.EV_RINGERON]
    bench.see(abi.RX_OFFHOOK)
    assert bench.events() == [abi.EV_RINGOFFHOOK]
    bench.wait(1600)
    assert bench.events() == [abi.EV_RINGEROFF]
    bench.signaller.seize(bench.now)
    bench.wait(9000)
    assert bench.events() == []


def test_a_cadence_repeats_from_its_negative_burst() -> None:
    """The first bursts are heard once."""
    bench = telephone()
    bench.signaller.ring_with((100, 200, -300, 400, *[0] * 12))
    bench.signaller.start(0)
    bench.wait(2000)
    rings = [ms for ms, tx in bench.line() if tx is Tx.START]
    assert rings == [0, 300, 1000, 1700]


def test_a_telephone_put_down_is_on_hook_after_the_flash_window() -> None:
    """1250 ms: until then it may be a flash."""
    bench = off_hook(abi.SIG_FXOKS)
    bench.see(abi.RX_ONHOOK).wait(1249)
    assert bench.events() == []
    assert bench.wait(2).events() == [abi.EV_ONHOOK]


@pytest.mark.parametrize(
    ("opened", "expected"),
    [(10, []), (20, [abi.EV_PULSE_START]), (190, [abi.EV_PULSE_START]), (250, [abi.EV_WINKFLASH]), (1200, [3])],
)
def test_how_long_a_loop_is_open_says_what_it_was(opened: int, expected: list[int]) -> None:
    """15 to 200 ms: a pulse; longer: a flash; shorter: nothing."""
    bench = off_hook(abi.SIG_FXOKS)
    assert bench.see(abi.RX_ONHOOK).wait(opened).see(abi.RX_OFFHOOK).events() == expected


@settings(max_examples=40, deadline=None)
@given(
    pulses=st.integers(1, 12),
    make=st.integers(20, 100),
    broken=st.integers(20, 100),
    sigtype=st.sampled_from(FXO_TYPES),
)
def test_pulses_make_a_digit(pulses: int, make: int, broken: int, sigtype: int) -> None:
    """One PULSE_START, one PULSEDIGIT a while after the last pulse; ten are 0, eleven *, twelve #."""
    bench = off_hook(sigtype)
    for _ in range(pulses):
        bench.see(abi.RX_ONHOOK).wait(broken).see(abi.RX_OFFHOOK).wait(make)
    digit = "?1234567890*#"[pulses]
    assert bench.wait(300).events() == [abi.EV_PULSE_START, abi.EV_PULSEDIGIT | ord(digit)]


def test_too_many_pulses_are_no_digit() -> None:
    """As the kernel driver, which only logs it."""
    bench = off_hook(abi.SIG_FXOKS)
    for _ in range(13):
        bench.see(abi.RX_ONHOOK).wait(50).see(abi.RX_OFFHOOK).wait(50)
    assert bench.wait(300).events() == [abi.EV_PULSE_START]


def test_kewlstart_drops_the_battery() -> None:
    """500 ms open, 300 ms more before the port can be seized; then the telephone's hang-up meanwhile is told."""
    bench = off_hook(abi.SIG_FXOKS)
    bench.signaller.hang_up(bench.now)
    with pytest.raises(OSError, match="hook") as refused:
        bench.signaller.seize(bench.now)
    assert refused.value.errno == errno.EBUSY
    bench.wait(100).see(abi.RX_ONHOOK).wait(1000)
    begin = bench.line()
    assert [tx for _, tx in begin] == [Tx.KEWL, Tx.ONHOOK]
    assert begin[1][0] - begin[0][0] == 500
    assert bench.events() == [abi.EV_HOOKCOMPLETE, abi.EV_ONHOOK]
    bench.signaller.seize(bench.now)


def test_no_battery_is_dropped_when_the_telephone_is_down_already() -> None:
    """There is nobody to tell."""
    bench = off_hook(abi.SIG_FXOKS)
    bench.see(abi.RX_ONHOOK).wait(1300)
    bench.signaller.hang_up(bench.now)
    assert [tx for _, tx in bench.line()] == [Tx.ONHOOK]


# -- a port to an exchange -------------------------------------------------------------------------------------------


def test_ringing_after_a_hang_up_is_the_line_settling() -> None:
    """For 2 s nothing is reported; a burst that ends later is told at its end."""
    bench = Bench(abi.SIG_FXSKS, abi.RX_OFFHOOK)
    bench.signaller.hang_up(0)
    bench.wait(1500).see(abi.RX_RING).wait(300).see(abi.RX_OFFHOOK).wait(100)
    assert bench.events() == []
    bench.see(abi.RX_RING).wait(1000).see(abi.RX_OFFHOOK).wait(100)
    assert bench.events() == [abi.EV_RINGOFFHOOK]
    bench.see(abi.RX_RING)
    assert bench.events() == [abi.EV_RINGBEGIN]


def test_a_burst_is_over_50_ms_after_its_end() -> None:
    """A shorter gap is none."""
    bench = Bench(abi.SIG_FXSLS, abi.RX_OFFHOOK)
    bench.see(abi.RX_RING).wait(400).see(abi.RX_OFFHOOK).wait(40).see(abi.RX_RING).wait(400).see(abi.RX_OFFHOOK)
    assert bench.wait(49).events() == [abi.EV_RINGBEGIN, abi.EV_RINGBEGIN]
    assert bench.wait(2).events() == [abi.EV_RINGOFFHOOK]


@pytest.mark.parametrize(("sigtype", "told"), [(abi.SIG_FXSKS, True), (abi.SIG_FXSGS, True), (abi.SIG_FXSLS, False)])
def test_a_dropped_battery_is_a_hang_up_where_the_line_says_so(sigtype: int, told: bool) -> None:
    """Kewl start and ground start; loop start has no such thing."""
    bench = off_hook(sigtype)
    assert bench.see(abi.RX_ONHOOK).events() == [abi.EV_ONHOOK] * told


def test_a_flash_goes_out_when_the_hook_is_settled() -> None:
    """50 ms before it, 750 ms of it, HOOKCOMPLETE; EBUSY while it lasts, and on hook."""
    bench = Bench(abi.SIG_FXSKS, abi.RX_OFFHOOK)
    for _ in range(2):
        with pytest.raises(OSError, match="hook"):
            bench.signaller.flash(0)
        bench.signaller.seize(0)
    bench.wait(601)
    bench.line()
    bench.signaller.flash(bench.now)
    assert bench.signaller.busy
    bench.wait(900)
    (_, _), (down, first), (up, second) = bench.line()
    assert (first, second, up - down) == (Tx.ONHOOK, Tx.OFFHOOK, 750)
    assert bench.events() == [abi.EV_HOOKCOMPLETE]
    assert not bench.signaller.busy


def test_start_seizes_after_the_start_time() -> None:
    """1500 ms, then half a second, then HOOKCOMPLETE."""
    bench = Bench(abi.SIG_FXSLS, abi.RX_OFFHOOK)
    bench.signaller.start(0)
    assert bench.wait(1999).events() == []
    assert bench.wait(2).events() == [abi.EV_HOOKCOMPLETE]
    with pytest.raises(OSError, match="hook"):
        bench.signaller.start(bench.now)


@given(pulses=st.integers(1, 10))
@settings(max_examples=10, deadline=None)
def test_pulses_are_dialled_as_they_are_received(pulses: int) -> None:
    """What one signaller dials, another one reads."""
    bench, other = off_hook(abi.SIG_FXSKS), off_hook(abi.SIG_FXOKS)
    bench.signaller.dial_pulses(pulses, bench.now)
    for _ in range(2200):
        bench.wait(1)
        for _, tx in bench.line():
            other.see(abi.RX_OFFHOOK if tx is Tx.OFFHOOK else abi.RX_ONHOOK)
        other.wait(1)
    assert other.events() == [abi.EV_PULSE_START, abi.EV_PULSEDIGIT | ord("?1234567890"[pulses])]
    assert bench.signaller.pulsed


# -- trunks, and bits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ms", "expected"), [(150, [abi.EV_WINKFLASH]), (400, [abi.EV_RINGOFFHOOK, abi.EV_ONHOOK])])
def test_a_short_off_hook_of_a_trunk_is_a_wink(ms: int, expected: list[int]) -> None:
    """Up to 300 ms; longer, it is a seizure and a release."""
    bench = Bench(abi.SIG_EM, abi.RX_ONHOOK)
    assert bench.see(abi.RX_OFFHOOK).wait(ms).see(abi.RX_ONHOOK).events() == expected


def test_a_wink_goes_out() -> None:
    """50 ms before it, 150 ms of it."""
    bench = Bench(abi.SIG_EM, abi.RX_ONHOOK)
    bench.signaller.wink(0)
    bench.wait(300)
    assert bench.line() == [(0, Tx.ONHOOK), (50, Tx.OFFHOOK), (200, Tx.ONHOOK)]
    assert bench.events() == [abi.EV_HOOKCOMPLETE]


def test_a_frozen_line_is_not_looked_at() -> None:
    """SETSIGFREEZE."""
    bench = off_hook(abi.SIG_FXSKS)
    bench.signaller.frozen = True
    assert bench.see(abi.RX_ONHOOK).events() == []


@pytest.mark.parametrize(
    ("here", "there"),
    [*zip(FXS_TYPES, FXO_TYPES, strict=True), (abi.SIG_EM, abi.SIG_EM), (abi.SIG_EM_E1, abi.SIG_EM_E1)],
)
def test_the_bits_of_crossed_timeslots_mean_what_was_meant(here: int, there: int) -> None:
    """Idle is idle at the other end, both ways; off hook is seen; ringing and a dropped battery at an exchange port."""

    def seen(sender: int, tx: Tx, receiver: int) -> int | None:
        bits = BITS[sender].get(tx, 0)
        return received(receiver, bits, bits ^ 0xF)

    for sender, receiver in ((here, there), (there, here)):
        mask, values = IDLE[receiver]
        assert BITS[sender].get(Tx.ONHOOK, 0) & mask == values or sender in FXO_TYPES
    assert seen(here, Tx.OFFHOOK, there) == abi.RX_OFFHOOK
    if there in FXO_TYPES:
        assert seen(here, Tx.ONHOOK, there) in (abi.RX_ONHOOK, abi.RX_START)
        assert seen(there, Tx.START, here) == abi.RX_RING
    if there == abi.SIG_FXOKS:
        assert seen(there, Tx.KEWL, here) == abi.RX_ONHOOK


def test_what_can_be_clear_can_carry_hdlc() -> None:
    """And a port is only what it can be."""
    assert capable(abi.SIG_CLEAR, abi.SIG_HDLCFCS)
    assert not capable(abi.SIG_FXSKS, abi.SIG_HDLCFCS)
    assert not capable(abi.SIG_FXSKS, abi.SIG_FXOKS)
    assert capable(0, 0)


def _busy_blocks(act: Callable[[int], None], now: int) -> None:
    """EBUSY as an exception of its own."""
    try:
        act(now)
    except OSError as error:
        raise (BlockingIOError() if error.errno == errno.EBUSY else error) from None


@settings(max_examples=60, deadline=None)
@given(
    sigtype=st.sampled_from([*FXS_TYPES, *FXO_TYPES, abi.SIG_EM]),
    acts=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 2000)), max_size=30),
)
def test_anything_in_any_order_leaves_a_hook_that_can_be_put_down(sigtype: int, acts: list[tuple[int, int]]) -> None:
    """Whatever a program and a line do: EBUSY is the only refusal, and on hook is on hook in the end."""
    bench = Bench(sigtype)
    s = bench.signaller
    programs = (s.hang_up, s.seize, s.start, s.wink, s.flash, s.stop_ringing)
    for what, ms in acts:
        if what < len(programs):
            with contextlib.suppress(BlockingIOError):
                _busy_blocks(programs[what], bench.now)
        elif what == 11:
            s.dial_pulses(3, bench.now)
        else:
            bench.see(what - len(programs))
        bench.wait(ms / 10)
    bench.see(abi.RX_ONHOOK).wait(1300)
    s.hang_up(bench.now)
    bench.wait(9000)
    assert s.tx is Tx.ONHOOK
    assert not s.busy
