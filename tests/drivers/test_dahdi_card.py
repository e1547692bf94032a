"""DahdiCard on a kernel made of Python: opening, ticks, events, losses, faults. The C in between is the real one."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

import numpy as np
import pytest
from drivers.dahdi._dahdi import lib

from drivers.card import Line
from drivers.dahdi import DahdiCard
from drivers.errors import BadLine, CardBusy, CardNotFound, DriverError, LineClosed, LineLost
from drivers.events import Alarm, Answered, Clear, HungUp, Lost, Removed, Ringing, Tone
from dsp import g711
from tests.drivers.fake_kernel import TICK_NS, Channel, FakeKernel

RINGBEGIN, RINGOFFHOOK, ONHOOK = 18, 2, 1


@pytest.fixture
def kernel() -> Iterator[FakeKernel]:
    """Four FXO ports."""
    with FakeKernel() as made:
        yield made
        assert not made.open_fds, "a descriptor leaked"


def expand(byte: int, law: str = "alaw") -> int:
    """One code as a sample."""
    return int(g711.DECODE[law][byte])  # type: ignore[index]


def run(card: DahdiCard, ticks: int) -> list[object]:
    """Read and write ticks as the pump does; all events."""
    events: list[object] = []
    for _ in range(ticks):
        tick = card.read()
        events += tick.events
        card.write(np.zeros_like(tick.rx))
    return events


def test_ticks_come_in_order_on_every_line(kernel: FakeKernel) -> None:
    """Block n of every channel stands in tick n, expanded by the channel's law."""
    with DahdiCard("1-4") as card:
        for n in range(1, 30):
            rx = card.read().rx
            assert rx.shape == (4, 160)
            assert (rx == expand(n)).all()
            card.write(np.zeros((4, 160), np.int16))
    assert card.counters.ticks == 29
    assert card.counters.lost_samples == 0


def test_what_is_written_arrives_after_the_prefill() -> None:
    """Four blocks of silence lead; then what we write, coded by the line's own law."""
    with FakeKernel(Channel(1), Channel(2, law=1)) as kernel, DahdiCard("1,2") as card:
        for n in range(1, 12):
            card.read()
            card.write(np.full((2, 160), n * 1000, np.int16))
        for number, law in ((1, "alaw"), (2, "mulaw")):
            codes = [block[0] for block in kernel.channels[number].sent]
            quiet = int(g711.encode(np.zeros(1, np.int16), law)[0])  # type: ignore[arg-type]
            assert codes[:4] == [quiet] * 4
            wanted = g711.encode(np.arange(1000, 7001, 1000).astype(np.int16), law)  # type: ignore[arg-type]
            assert codes[4:] == wanted.tolist()


def test_blocks_that_complete_at_different_instants_are_one_tick(kernel: FakeKernel) -> None:
    """Channels skewed by up to 15 ms still give their n-th blocks in the n-th tick."""
    for number, channel in kernel.channels.items():
        channel.skew = number * 3_700_000
    with DahdiCard("1-4") as card:
        for n in range(1, 20):
            assert (card.read().rx == expand(n)).all()
        assert card.counters.missed_blocks == 0


def test_a_late_reader_within_the_buffers_loses_nothing(kernel: FakeKernel) -> None:
    """100 ms late: five blocks are queued, and are read one by one."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        kernel.late(5 * TICK_NS)
        for n in range(4, 20):
            tick = card.read()
            assert tick.lost == 0
            assert (tick.rx == expand(n)).all()


def test_a_reader_later_than_the_buffers_is_told_what_was_lost(kernel: FakeKernel) -> None:
    """500 ms late: the eight queued blocks are good, then the clock jumps by what is missing."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        kernel.late(25 * TICK_NS)
        ticks = []
        for _ in range(12):
            tick = card.read()
            ticks.append((tick.lost, int(tick.rx[0, 0]), list(tick.events)))
            card.write(np.zeros((4, 160), np.int16))
        assert [value for _, value, _ in ticks[:8]] == [expand(n) for n in range(4, 12)]
        assert [lost for lost, _, _ in ticks[:8]] == [0] * 8
        assert ticks[8][0] == 17 * 160
        assert sum(lost for lost, _, _ in ticks) == 17 * 160
        assert Lost(0, 3 * 160, "rx") in ticks[0][2]
        assert card.counters.lost_samples == 17 * 160
        assert card.counters.rx_overruns >= 4
        assert card.counters.tx_underruns >= 4


def test_after_a_loss_all_lines_are_in_step(kernel: FakeKernel) -> None:
    """Overrun on one channel only: all are flushed, and the next ticks hold the same instant of every line."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        kernel.channels[2].event(29)
        run(card, 20)
        rx = card.read().rx
        assert (rx == rx[0, 0]).all()


def test_running_dry_is_counted_and_prefilled_again(kernel: FakeKernel) -> None:
    """After an underrun the transmit side gets its lead back instead of limping behind the clock."""
    with DahdiCard("1-4") as card:
        run(card, 5)
        kernel.late(6 * TICK_NS)
        events = run(card, 20)
        assert Lost(0, 5 * 160, "tx") in events
        assert len(kernel.channels[1].queue) == 4
        assert card.counters.tx_underruns == 4


def test_running_dry_is_made_good_also_when_the_first_line_is_a_block_ahead(kernel: FakeKernel) -> None:
    """The line that sets the pace has its block already and the others make us wait: that is being in time, too."""
    with DahdiCard("1-4") as card:
        run(card, 5)
        kernel.channels[1].blocks.append(bytes(160))
        kernel.late(6 * TICK_NS)
        run(card, 20)
        dropped = card.counters.tx_dropped
        run(card, 20)
        assert card.counters.tx_dropped == dropped
        assert all(len(channel.queue) == 4 for channel in kernel.channels.values())


def test_a_channel_that_stops_is_silent_and_delays_nobody(kernel: FakeKernel) -> None:
    """One slow wait, then it is no longer waited for; the others keep time, and it comes back in step."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        kernel.channels[3].silent = True
        before = kernel.now
        for n in range(4, 30):
            rx = card.read().rx
            card.write(np.zeros((4, 160), np.int16))
            assert (rx[[0, 1, 3]] == expand(n)).all()
            assert not rx[2].any()
        assert kernel.now - before <= 27 * TICK_NS
        kernel.channels[3].silent = False
        run(card, 10)
        assert card.read().rx[2].any()
        assert card.counters.missed_blocks >= 26


def test_a_short_block_is_filled_with_silence(kernel: FakeKernel) -> None:
    """What came is kept, the rest is zero, and it is counted."""
    kernel.channels[1].short = 100
    with DahdiCard("1-4") as card:
        rx = card.read().rx
        assert (rx[0, :100] == expand(1)).all()
        assert not rx[0, 100:].any()
        assert card.counters.missed_blocks == 1


def test_a_removed_line_is_a_silent_row(kernel: FakeKernel) -> None:
    """The card is pulled: Removed once, the row is silent, the other lines go on, verbs raise LineLost."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        kernel.channels[2].gone = True
        events = run(card, 5)
        assert [e for e in events if isinstance(e, Removed)] == [Removed(1, 3 * 160)]
        rx = card.read().rx
        assert not rx[1].any()
        assert (rx[[0, 2, 3]] == expand(9)).all()
        assert card.counters.dead_lines == 1
        with pytest.raises(LineLost):
            card.answer(1)


def test_when_all_lines_are_gone_time_goes_on(kernel: FakeKernel) -> None:
    """Silent ticks at 20 ms by our own clock, so that calls and time-outs end."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        for channel in kernel.channels.values():
            channel.gone = True
        run(card, 1)
        before = kernel.now
        lost = sum(card.read().lost for _ in range(50))
        assert 50 * TICK_NS <= kernel.now - before <= 52 * TICK_NS
        assert lost <= 160


def test_to_wake_late_is_no_loss_when_no_line_is_left(kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine wakes us a millisecond or two late: nothing was missed, nothing is said, and time stays right."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        for channel in kernel.channels.values():
            channel.gone = True
        run(card, 20)
        wake = kernel._go
        monkeypatch.setattr(kernel, "_go", lambda until: wake(until + 1_700_000))
        before = kernel.now
        assert not any(card.read().lost for _ in range(100))
        assert 100 * TICK_NS <= kernel.now - before <= 101 * TICK_NS


def test_when_the_clock_of_the_card_stops_time_goes_on(kernel: FakeKernel) -> None:
    """The span master is dead: silent ticks, and `lost` brings our clock up to the world's."""
    with DahdiCard("1-4") as card:
        run(card, 3)
        for channel in kernel.channels.values():
            channel.silent = True
        before = kernel.now
        ticks = [card.read() for _ in range(5)]
        passed = (kernel.now - before) // 125_000
        assert abs(sum(160 + t.lost for t in ticks) - passed) <= 160


def test_ringing_answer_and_far_end_hang_up(kernel: FakeKernel) -> None:
    """The events of the kernel become a call."""
    with DahdiCard("1-4") as card:
        run(card, 2)
        kernel.channels[3].event(RINGBEGIN)
        assert run(card, 1) == [Ringing(2, 320, 1)]
        card.answer(2)
        assert kernel.channels[3].off_hook
        assert run(card, 1) == [Answered(2, 480)]
        kernel.channels[3].event(ONHOOK)
        events = run(card, 10)
        assert events == [HungUp(2, 640, "disconnect")]
        assert not kernel.channels[3].off_hook


def test_our_hang_up_and_busy_tone(kernel: FakeKernel) -> None:
    """hang_up goes on hook and is reported; busy tone found in band does the same by itself."""
    with DahdiCard("1-4") as card:
        run(card, 1)
        for number in (1, 2):
            kernel.channels[number].event(RINGBEGIN)
        run(card, 1)
        card.answer(0)
        card.answer(1)
        run(card, 1)
        card.hang_up(0)
        assert card.heard([Tone(1, 480, "busy")]) == [HungUp(1, 480, "busy_tone")]
        assert not kernel.channels[1].off_hook
        assert not kernel.channels[2].off_hook
        assert run(card, 1) == [HungUp(0, 480, "local")]


def test_placing_a_call_dials_by_dtmf(kernel: FakeKernel) -> None:
    """Off hook at once; after dial tone the digits go out on that line, whatever the mixer says there."""
    with DahdiCard("1-4") as card:
        run(card, 1)
        card.place_call(0, "12")
        assert kernel.channels[1].off_hook
        card.heard([Tone(0, 160, "dial")])
        run(card, 30)
        loud = [any(byte not in (0xD5, 0x55) for byte in block) for block in kernel.channels[1].sent]
        assert sum(loud) == 10, "two keys of 100 ms"


def test_hanging_up_again_and_again_keeps_the_lines_in_step(kernel: FakeKernel) -> None:
    """The kernel empties a channel that hangs up: without care each call would put its line 20 ms behind."""
    with DahdiCard("1-4") as card:
        run(card, 1)
        for n in range(30):
            kernel.channels[1].event(RINGBEGIN)
            run(card, 1)
            card.answer(0)
            run(card, 2)
            kernel.late(n * 600_000)
            card.hang_up(0)
            events = run(card, 60)
            assert not [e for e in events if isinstance(e, Lost)]
            assert {len(c.blocks) for c in kernel.channels.values()} == {0}
            assert [len(c.queue) for c in kernel.channels.values()] == [4] * 4
        assert card.counters.lost_samples == card.counters.missed_blocks == 0
        rx = card.read().rx
        assert (rx[1:] == rx[1, 0]).all()
        assert rx[0].any()


def test_hanging_up_the_only_line_keeps_time() -> None:
    """No other line tells when blocks complete: begin anew, and say how many samples that cost."""
    with FakeKernel(Channel(1)) as kernel, DahdiCard("1") as card:
        run(card, 1)
        kernel.channels[1].event(RINGBEGIN)
        run(card, 1)
        card.answer(0)
        run(card, 5)
        before, samples = kernel.now, 0
        kernel.late(TICK_NS // 2)
        card.hang_up(0)
        for _ in range(50):
            tick = card.read()
            card.write(tick.rx)
            samples += 160 + tick.lost
        assert abs(samples - (kernel.now - before) // 125_000) <= 8


@pytest.mark.parametrize("number", ["", "12a4x", "１"])
def test_a_number_that_cannot_be_dialled(kernel: FakeKernel, number: str) -> None:
    """BadLine before the line is seized."""
    with DahdiCard("1-4") as card:
        with pytest.raises(BadLine, match="cannot dial"):
            card.place_call(0, number)
        assert not kernel.channels[1].off_hook


def test_many_events_at_once_are_drained_before_reading(kernel: FakeKernel) -> None:
    """64 queued events block read and write until the last is taken: the tick is whole all the same."""
    with DahdiCard("1-4") as card:
        run(card, 1)
        for _ in range(40):
            kernel.channels[1].event(4)
            kernel.channels[1].event(5)
        tick = card.read()
        assert sum(isinstance(e, Alarm) for e in tick.events) == 32
        assert sum(isinstance(e, Clear) for e in tick.events) == 32
        assert (tick.rx == expand(2)).all()


def test_unknown_events_are_counted(kernel: FakeKernel) -> None:
    """Events of a newer driver are not hidden."""
    with DahdiCard("1-4") as card:
        kernel.channels[1].event(999)
        kernel.channels[1].event(9)
        run(card, 2)
        assert card.counters.unknown_events == 1


def test_an_alarm_that_stands_at_opening_is_told(kernel: FakeKernel) -> None:
    """A line without its cable says so in the first tick."""
    kernel.channels[2].alarms = 8
    with DahdiCard("1-4") as card:
        assert run(card, 1) == [Alarm(1, 0, "no battery")]


def test_a_hook_that_is_refused_now_is_tried_again(kernel: FakeKernel) -> None:
    """EBUSY while the kernel times a kewl disconnect: off hook one tick later."""
    with DahdiCard("1-4") as card:
        kernel.channels[1].event(RINGBEGIN)
        run(card, 1)
        kernel.channels[1].hook_errors.extend([errno.EBUSY, errno.EINTR])
        card.answer(0)
        assert not kernel.channels[1].off_hook
        run(card, 2)
        assert kernel.channels[1].off_hook


def test_b_channels_are_read_and_written_without_hooks() -> None:
    """Audio mode is switched on; no verb works on them; alarms are told."""
    with FakeKernel(Channel(1, signalling=0x80), Channel(2, signalling=0x80)) as kernel, DahdiCard("1-2") as card:
        assert kernel.channels[1].audio
        assert [line.signalling for line in card.lines] == ["clear", "clear"]
        assert (card.read().rx == expand(1)).all()
        kernel.channels[1].event(4)
        kernel.channels[1].event(5)
        assert run(card, 1) == [Alarm(0, 160, "red"), Clear(0, 160)]
        with pytest.raises(BadLine, match="B channel"):
            card.answer(0)


def test_lines_have_the_operators_names_and_the_kernels_facts() -> None:
    """Law and signalling come from the kernel; only "no supervision here" is the operator's to say."""
    wanted = [Line("hotline", signalling="fxs_ls"), Line("fax", law="alaw")]
    with FakeKernel(Channel(7), Channel(9, law=1)), DahdiCard("7,9", name="front", lines=wanted) as card:
        assert card.name == "front"
        assert card.lines == (
            Line("hotline", "/dev/dahdi/7", "fxs_ls", "alaw"),
            Line("fax", "/dev/dahdi/9", "fxs_ks", "mulaw"),
        )


def test_without_channel_node_the_numbered_nodes_are_used() -> None:
    """A machine whose /dev has only /dev/dahdi/N."""
    with FakeKernel(nodes=("/dev/dahdi/1", "/dev/dahdi/3")), DahdiCard("1,3") as card:
        assert [line.device for line in card.lines] == ["/dev/dahdi/1", "/dev/dahdi/3"]


@pytest.mark.parametrize(
    ("channels", "address", "error", "words"),
    [
        ((Channel(1),), "1-2", CardNotFound, "no such channel.*lsdahdi"),
        ((Channel(1, signalling=0),), "1", CardNotFound, "not configured.*dahdi_cfg"),
        ((Channel(1, fd=9),), "1", CardBusy, "channel 1 is held by another program"),
        ((Channel(1, signalling=0x1020),), "1", BadLine, "port for a phone"),
        ((Channel(1, signalling=0x380),), "1", BadLine, "carries no speech"),
        ((Channel(1),), "1-", CardNotFound, "is no channel"),
        ((Channel(1),), "3-1", CardNotFound, "lower one first"),
        ((Channel(1),), "1,1", CardNotFound, "stands twice"),
        ((Channel(1),), "", CardNotFound, "is no channel"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(
    channels: tuple[Channel, ...], address: str, error: type[DriverError], words: str
) -> None:
    """The right class of error, a remedy in its message, and no descriptor left open."""
    with FakeKernel(*channels) as kernel:
        with pytest.raises(error, match=words):
            DahdiCard(address)
        assert not kernel.open_fds


def test_a_channel_that_is_held_is_named_as_the_operator_names_it() -> None:
    """The number for who looks at the card, the name for who reads cards.yaml."""
    with (
        FakeKernel(Channel(1), Channel(2, fd=9)),
        pytest.raises(CardBusy, match=r"channel 2 \(two of hotline\) is held"),
    ):
        DahdiCard("1-2", name="hotline", lines=[Line("one"), Line("two")])


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.ENOENT, CardNotFound, "modprobe dahdi"),
        (errno.EACCES, CardNotFound, "no permission"),
        (errno.EMFILE, DriverError, "ulimit -n"),
        (errno.EIO, DriverError, "open failed"),
    ],
)
def test_what_dev_dahdi_refuses(kernel: FakeKernel, number: int, error: type[DriverError], words: str) -> None:
    """Each errno of the device node has its own remedy."""
    kernel.open_error = number
    with pytest.raises(error, match=words):
        DahdiCard("1-4")


def test_names_must_be_as_many_as_channels(kernel: FakeKernel) -> None:
    """Three names for four channels is a mistake in cards.yaml."""
    with pytest.raises(BadLine, match="4 channels, but 3 lines"):
        DahdiCard("1-4", lines=[Line("a"), Line("b"), Line("c")])


def test_closing_hangs_up_and_closes_everything(kernel: FakeKernel) -> None:
    """On hook, all descriptors closed; a second close does nothing; afterwards every use is LineClosed."""
    card = DahdiCard("1-4")
    kernel.channels[1].event(RINGBEGIN)
    run(card, 1)
    card.answer(0)
    card.close()
    card.close()
    assert not kernel.channels[1].off_hook
    for use in (card.read, lambda: card.write(card.silence()), lambda: card.answer(0), lambda: card.hang_up(0)):
        with pytest.raises(LineClosed):
            use()


def test_a_tick_of_the_wrong_shape_is_refused(kernel: FakeKernel) -> None:
    """Nothing is sent when the matrix does not fit the card."""
    with DahdiCard("1-4") as card:
        card.read()
        for wrong in (np.zeros((3, 160), np.int16), np.zeros((4, 160), np.float32)):
            with pytest.raises(ValueError, match="a tick is int16"):
                card.write(wrong)


@pytest.mark.parametrize("line", [-1, 4])
def test_lines_that_do_not_exist(kernel: FakeKernel, line: int) -> None:
    """BadLine for every verb."""
    with DahdiCard("1-4") as card:
        for verb in (card.answer, card.hang_up, card.info):
            with pytest.raises(BadLine):
                verb(line)


@pytest.mark.parametrize("call", ["OPEN", "READ", "WRITE", "IOCTL", "POLL"])
@pytest.mark.parametrize("error", [errno.EINTR, errno.EIO, errno.ENODEV, errno.EAGAIN, errno.ENOMEM, 500])
def test_any_system_call_may_fail_any_time(kernel: FakeKernel, call: str, error: int) -> None:
    """The n-th call of a kind fails, for every n: an error of ours or a counted loss; nothing leaks, nothing hangs."""
    for nth in range(1, 45):
        lib.ls_fail(getattr(lib, f"LS_{call}"), nth, error)
        with contextlib.suppress(DriverError), DahdiCard("1-4") as card:
            kernel.channels[1].event(RINGBEGIN)
            run(card, 4)
            card.hang_up(0)
        lib.ls_fail(getattr(lib, f"LS_{call}"), 0, 0)
        assert not kernel.open_fds


def test_four_hundred_and_eighty_lines() -> None:
    """Four E1 quads: descriptors far above what select() can hold."""
    channels = [Channel(n, signalling=0x80) for n in range(1, 481)]
    with FakeKernel(*channels), DahdiCard("1-480") as card:
        for n in range(1, 4):
            assert (card.read().rx == expand(n)).all()
            card.write(np.zeros((480, 160), np.int16))


def test_being_held_up_at_the_start_puts_no_line_out_of_step(kernel: FakeKernel) -> None:
    """Preempted for 9 ms between two lines' flushes: they are begun again, together."""
    held = [9_000_000, 9_000_000]
    original = kernel._ioctl

    def slow(fd: int, request: int, argument: object) -> int:
        if request == 0x4004DA03 and kernel.open_fds[fd] is kernel.channels[2] and held:
            kernel.late(held.pop())
        return original(fd, request, argument)

    kernel.replace("ioctl", slow)
    with DahdiCard("1-4") as card:
        run(card, 3)
        assert len({channel.since for channel in kernel.channels.values()}) == 1
    assert not held
