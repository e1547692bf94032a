"""Spans, timeslots and alarms on a board without I/O, and what /proc and /sys say of them."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from drivers.signals import Signal
from hw_sim.dahdi.kernel import abi, configuring, ioctls, span_ioctls, sysfs
from hw_sim.dahdi.kernel.assignment import is_attribute, store
from hw_sim.dahdi.kernel.board import ALARM_SETTLES, READ_REMOVED, Board
from hw_sim.dahdi.kernel.channel import Channel
from hw_sim.dahdi.kernel.effects import Effect, RingOn, SendAlarm, SendBits, SetFeed
from hw_sim.dahdi.kernel.spans import layout
from hw_sim.dahdi.kernel.system_conf import system_conf
from hw_sim.equipment import Alarm, Bits, SpanAlarm
from tests.hw_sim.virtual_dahdi import FakeOffice

MS = 8


def board_of(*kinds: str, framing: str = "ccs", configured: bool = True) -> Board:
    office = FakeOffice(4 * len(kinds), kinds=kinds, framing=framing)  # type: ignore[arg-type]
    return Board(layout(office.cards, office.lines), configured=configured)


def opened(board: Board, number: int) -> Channel:
    channel = board.channels[number]
    board.open(channel)
    return channel


def wait(board: Board, ms: float) -> list[Effect]:
    """Time goes on by ticks."""
    made: list[Effect] = []
    end = board.now + ms * MS
    while board.now < end:
        made += board.advance(board.now + 160)
    return made


def events(channel: Channel) -> list[int]:
    found = list(channel.events)
    channel.events.clear()
    return found


def ask(board: Board, channel: Channel | None, name: str, argument: bytes | int = b"") -> bytes:
    table = ioctls.CONTROL if channel is None else ioctls.CHANNEL if channel.port else ioctls.PSEUDO
    payload = abi.INT.pack(argument) if isinstance(argument, int) else argument
    return ioctls.answer(table, board, channel, abi.IOCTLS[name], payload)


def refusal(board: Board, channel: Channel | None, name: str, argument: bytes | int = b"") -> int:
    with pytest.raises(OSError, match=r".") as error:
        ask(board, channel, name, argument)
    assert error.value.errno is not None
    return error.value.errno


# -- what there is ---------------------------------------------------------------------------------------------------


def test_cards_are_spans_with_their_kinds() -> None:
    """31 channels an E1, numbered through; slot 16 is the D channel; what each can be."""
    board = board_of("fxo", "e1", "fxs")
    assert [(s.number, s.type_name, len(s.ports)) for s in board.spans] == [
        (1, "FXO", 1 * 4),
        (2, "E1", 31),
        (3, "FXS", 4),
    ]
    assert [board.channels[n].sigtype for n in (4, 5, 20, 35, 36)] == [
        abi.SIG_FXSKS,
        abi.SIG_CLEAR,
        abi.SIG_HDLCFCS,
        abi.SIG_CLEAR,
        abi.SIG_FXOKS,
    ]
    assert board.channels[20].hdlc == "fcs"
    assert not board.channels[5].hooked
    assert board.channels[39].hooked


def test_the_status_of_an_e1() -> None:
    """spaninfo: type, framing, coding, clock source, counts."""
    board = board_of("e1", "e1")
    fields = abi.SPANINFO.unpack(ask(board, None, "SPANSTAT", abi.INT.pack(2) + bytes(310)))
    assert fields[0] == 2
    assert fields[16] == 1, "the first span gives the clock"
    assert fields[17:20] == (31, 31, 2)
    assert fields[21] == abi.CONFIG_CCS | abi.CONFIG_HDB3 | abi.CONFIG_CRC4
    assert fields[-2:] == (0x740, b"E1\0\0\0\0")
    old = abi.SPANINFO_V1.unpack(ask(board, None, "SPANSTAT_V1", abi.INT.pack(2) + bytes(292)))
    assert (old[0], old[-1]) == (2, b"E1\0\0\0\0")


def test_the_offices_own_system_conf() -> None:
    """What dahdi_cfg needs, in its words."""
    board = board_of("fxo", "e1", "fxs")
    text = system_conf(board.spans, "cn")
    assert "span=2,1,0,ccs,hdb3,crc4\n" in text
    assert "fxsks=1-4\nbchan=5-19\ndchan=20\nbchan=21-35\nfxoks=36-39\n" in text
    assert "alaw=1-39\n" in text
    assert "echocanceller=mg2,1-19,21-39\n" in text
    cas = system_conf(board_of("e1", framing="cas").spans, "cn")
    assert "span=1,1,0,cas,hdb3,crc4\ncas=1-15:1101\ncas=17-31:1101\n" in cas


def test_proc_as_the_kernel_driver_writes_it(tmp_path: Path) -> None:
    """Master, framing, alarms, clock source; signalling, use and canceller of each channel."""
    board = board_of("e1", framing="cas")
    opened(board, 1)
    board.alarm(SpanAlarm(0, 0, Alarm.RED | Alarm.YELLOW))
    sysfs.populate(tmp_path, board, "cn")
    lines = (tmp_path / "proc/dahdi/1").read_text().splitlines()
    assert lines[0] == 'Span 1: WCT1/0 "Loopstart office card 1: E1 (as TE110P T1/E1)" (MASTER) HDB3/CRC4 YELLOW RED '
    assert lines[2] == "\t   1 WCT1/0/1 CAS (In use) YELLOW RED (EC: MG2 - INACTIVE) "
    assert lines[17] == "\t  16 WCT1/0/16 Reserved YELLOW RED "
    span = tmp_path / "sys/bus/dahdi_spans/devices/span-1"
    assert (span / "alarms").read_text() == "0xc\n"
    assert (span / "linecompat").read_text() == "AMI CCS HDB3 CRC4\n"
    channel = tmp_path / "sys/bus/dahdi_channels/devices/dahdi!chan!001!001"
    assert (channel / "in_use").read_text() == "1\n"


# -- configuring -----------------------------------------------------------------------------------------------------


def chanconfig(number: int, sigtype: int, *, law: int = 0, master: int = 0, idle: int = 0) -> bytes:
    return abi.CHANCONFIG.pack(number, b"", sigtype, law, master, idle, b"")


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        (chanconfig(99, abi.SIG_CLEAR), errno.EINVAL),
        (chanconfig(0, abi.SIG_CLEAR), errno.EINVAL),
        (chanconfig(1, abi.SIG_CLEAR), errno.EINVAL),
        (chanconfig(1, abi.SIG_FXOKS), errno.EINVAL),
        (chanconfig(5, abi.SIG_HDLCNET), errno.ENOSYS),
        (chanconfig(5, abi.SIG_SLAVE, master=99), errno.EINVAL),
        (chanconfig(5, abi.SIG_DACS, idle=99), errno.EINVAL),
    ],
)
def test_configurations_that_are_refused(config: bytes, wanted: int) -> None:
    """Unknown channels, signalling that the port has not, masters and sources that are none."""
    assert refusal(board_of("fxo", "e1"), None, "CHANCONFIG", config) == wanted


@pytest.mark.parametrize(
    ("sigtype", "audio", "hdlc"),
    [
        (abi.SIG_CLEAR, False, ""),
        (abi.SIG_HDLCRAW, True, "raw"),
        (abi.SIG_HDLCFCS, True, "fcs"),
        (abi.SIG_HARDHDLC, False, "fcs"),
        (abi.SIG_MTP2, True, "fcs"),
        (abi.SIG_CAS, True, ""),
        (abi.SIG_FXSKS, True, ""),
        (abi.SIG_FXOKS, True, ""),
        (abi.SIG_EM, True, ""),
    ],
)
def test_a_timeslot_is_what_it_is_configured_as(sigtype: int, audio: bool, hdlc: str) -> None:
    """Opening a clear or HDLC channel gives no audio; the rest do."""
    board = board_of("e1")
    ask(board, None, "CHANCONFIG", chanconfig(5, sigtype, law=abi.LAW_MULAW))
    channel = opened(board, 5)
    assert channel.hdlc == hdlc
    assert channel.audio == (audio and not sigtype & abi.SIG_CLEAR)
    assert channel.law == "mulaw"


def test_a_slave_belongs_to_its_master() -> None:
    """EBUSY for who opens it; GET_PARAMS tells the master; configured anew it is free."""
    board = board_of("e1")
    ask(board, None, "CHANCONFIG", chanconfig(2, abi.SIG_SLAVE, master=1))
    with pytest.raises(OSError, match="in use"):
        board.open(board.channels[2])
    told = abi.PARAMS.unpack(ask(board, None, "GET_PARAMS", abi.INT.pack(2 | abi.RETURN_MASTER) + bytes(132)))
    assert told[0] == 2 | 1 << 16
    ask(board, None, "CHANCONFIG", chanconfig(2, abi.SIG_CLEAR))
    opened(board, 2)


def test_lines_are_configured_by_spanconfig() -> None:
    """Framing, coding and clock of an E1; ENXIO without such a span, EINVAL for what the card cannot."""
    board = board_of("e1", "e1", "fxo")
    cas = abi.CONFIG_HDB3
    ask(board, None, "SPANCONFIG", abi.LINECONFIG.pack(1, b"", 2, cas, 0))
    assert (board.spans[0].lineconfig, board.spans[0].lbo, board.sync_source) == (cas, 2, 2)
    assert refusal(board, None, "SPANCONFIG", abi.LINECONFIG.pack(4, b"", 0, 0, 0)) == errno.ENXIO
    assert refusal(board, None, "SPANCONFIG", abi.LINECONFIG.pack(1, b"", 0, 0x20, 0)) == errno.EINVAL
    assert refusal(board, None, "SPANCONFIG", abi.LINECONFIG.pack(3, b"", 0, cas, 0)) == errno.EINVAL
    ask(board, None, "SPANCONFIG", abi.LINECONFIG.pack(3, b"", 0, 0, 0))


def test_shutdown_unconfigures_and_startup_looks_again() -> None:
    """ENXIO for channels until they are configured; unknown spans are ENXIO too; MAINT is ENOSYS."""
    board = board_of("e1")
    ask(board, None, "SHUTDOWN", 1)
    with pytest.raises(OSError, match="configured"):
        board.open(board.channels[1])
    ask(board, None, "STARTUP", 1)
    assert board.spans[0].running
    for name in ("STARTUP", "SHUTDOWN"):
        assert refusal(board, None, name, 2) == errno.ENXIO
    assert refusal(board, None, "MAINT", abi.MAINT.pack(1, 1)) == errno.ENOSYS
    assert refusal(board, None, "MAINT", abi.MAINT.pack(2, 1)) == errno.EINVAL


def test_dahdi_cfg_makes_of_a_bare_board_what_boot_makes() -> None:
    """Not configured, then by the office's own system.conf, it is the same."""
    bare, ready = board_of("e1", "fxs", configured=False), board_of("e1", "fxs")
    assert all(channel.sigtype == 0 for channel in bare.channels.values())
    for span in bare.spans:
        line = abi.LINECONFIG.pack(span.number, b"", 0, span.wanted, int(span.digital))
        span_ioctls.span_config(bare, None, line)
        for port in span.ports:
            configuring.channel_config(bare, None, chanconfig(port.channel, port.sigtype, law=abi.LAW_ALAW))
        ask(bare, None, "STARTUP", span.number)
    for number, channel in ready.channels.items():
        other = bare.channels[number]
        assert (other.sigtype, other.audio, other.hdlc) == (channel.sigtype, channel.audio, channel.hdlc)
    assert [s.lineconfig for s in bare.spans] == [s.lineconfig for s in ready.spans]


# -- B and D channels ------------------------------------------------------------------------------------------------


def test_a_bearer_changes_between_bits_audio_and_frames() -> None:
    """Each mode ends the other; a new mode has new buffers."""
    board = board_of("e1")
    channel = opened(board, 1)
    assert refusal(board, channel, "SETLINEAR", 1) == errno.EINVAL
    ask(board, channel, "AUDIOMODE", 1)
    ask(board, channel, "SETLINEAR", 1)
    ask(board, channel, "HDLCFCSMODE", 1)
    assert (channel.audio, channel.hdlc) == (False, "fcs")
    generation = channel.generation
    ask(board, channel, "HDLCRAWMODE", 1)
    assert (channel.hdlc, channel.generation) == ("raw", generation + 1)
    ask(board, channel, "AUDIOMODE", 1)
    assert (channel.audio, channel.hdlc) == (True, "")
    assert refusal(board, channel, "HDLCPPP", 1) == errno.ENOSYS
    assert refusal(board, channel, "HOOK", abi.OFFHOOK) == errno.EINVAL


def test_a_d_channel_stays_one() -> None:
    """No audio, no other mode: EINVAL; HDLCPPP is ENOSYS everywhere."""
    board = board_of("e1")
    channel = opened(board, 16)
    for name in ("AUDIOMODE", "HDLCRAWMODE", "HDLCFCSMODE", "SETLINEAR", "CONFMUTE", "ECHOCANCEL", "HOOK", "SETTXBITS"):
        assert refusal(board, channel, name, 1) == errno.EINVAL, name
    assert refusal(board, channel, "HDLCPPP", 1) == errno.ENOSYS
    assert channel.hdlc == "fcs"


# -- bits ------------------------------------------------------------------------------------------------------------


def test_cas_bits_go_both_ways() -> None:
    """Idle bits after opening and closing; BITSCHANGED for each change, none for the same."""
    board = board_of("e1", framing="cas")
    first = wait(board, 20)
    assert SendBits(0, 0b1101) in first
    channel = opened(board, 1)
    ask(board, channel, "SETTXBITS", 0b0001)
    assert channel.due(board.now) == [SendBits(0, 1)]
    for bits in (0b1001, 0b1001, 0b0101):
        board.bits(Bits(0, board.now, bits))
    assert events(channel) == [abi.EV_BITSCHANGED] * 2
    assert abi.INT.unpack(ask(board, channel, "GETRXBITS", 0))[0] == 0b0101
    told = abi.PARAMS.unpack(ask(board, channel, "GET_PARAMS", bytes(136)))
    assert told[6:8] == (0b0101, 1)
    assert told[11] == 0b1101
    board.close(channel)
    assert channel.due(board.now) == [SendBits(0, 0b1101)]


def test_frozen_bits_are_looked_at_when_they_thaw() -> None:
    """SETSIGFREEZE."""
    board = board_of("e1", framing="cas")
    channel = opened(board, 1)
    ask(board, channel, "SETSIGFREEZE", 1)
    board.bits(Bits(0, 0, 0b0101))
    assert events(channel) == []
    ask(board, channel, "SETSIGFREEZE", 0)
    assert events(channel) == [abi.EV_BITSCHANGED]


def test_a_timeslot_signals_its_hook_by_bits() -> None:
    """E&M: off hook is all ones, and the far end's is RINGOFFHOOK after the wink window."""
    board = board_of("e1")
    ask(board, None, "CHANCONFIG", chanconfig(5, abi.SIG_EM))
    channel = opened(board, 5)
    wait(board, 20)
    ask(board, channel, "HOOK", abi.OFFHOOK)
    assert channel.due(board.now) == [SendBits(4, 0xF)]
    board.bits(Bits(4, board.now, 0xF))
    wait(board, 400)
    assert events(channel) == [abi.EV_RINGOFFHOOK]
    assert abi.PARAMS.unpack(ask(board, channel, "GET_PARAMS", bytes(136)))[5] == 1


# -- telephones ------------------------------------------------------------------------------------------------------


def test_a_telephone_rings_is_lifted_and_put_down() -> None:
    """Bursts of the zone's cadence until it is lifted; the loop opens for half a second when the port hangs up."""
    board = board_of("fxs")
    channel = opened(board, 1)
    with pytest.raises(OSError, match="refused") as error:
        ask(board, channel, "HOOK", abi.RING)
    assert error.value.errno == errno.EINPROGRESS
    made = wait(board, 5200)
    assert made == [RingOn(0, True), RingOn(0, False), RingOn(0, True)], "1 s in 5"
    board.signal(Signal(0, board.now, "loop_closed"))
    ask(board, channel, "HOOK", abi.OFFHOOK)
    assert wait(board, 700) == [RingOn(0, False)]
    assert abi.EV_RINGOFFHOOK in events(channel)
    ask(board, channel, "HOOK", abi.ONHOOK)
    assert wait(board, 900) == [SetFeed(0, "open"), SetFeed(0, "battery")]
    board.signal(Signal(0, board.now, "loop_open"))
    wait(board, 1300)
    assert events(channel)[-1] == abi.EV_ONHOOK


def test_a_lifted_telephone_is_not_rung() -> None:
    """The card trips the ring by itself, whatever the program is slow to do."""
    board = board_of("fxs")
    channel = opened(board, 1)
    with pytest.raises(OSError, match="refused"):
        ask(board, channel, "HOOK", abi.RING)
    board.signal(Signal(0, board.now + 100, "loop_closed"))
    assert [e for e in wait(board, 12_000) if isinstance(e, RingOn) and e.on] == [RingOn(0, True)]


# -- alarms ----------------------------------------------------------------------------------------------------------


def test_an_alarm_is_told_to_all_channels_and_answered() -> None:
    """ALARM once, however it changes; yellow goes back; RECOVERING for 5 s, then NOALARM."""
    board = board_of("e1", "e1")
    channels = [opened(board, 1), opened(board, 16), opened(board, 32)]
    board.alarm(SpanAlarm(0, 0, Alarm.RED))
    board.alarm(SpanAlarm(0, 0, Alarm.BLUE))
    assert wait(board, 20)[-1] == SendAlarm(0, Alarm.YELLOW) or SendAlarm(0, Alarm.YELLOW) in wait(board, 0)
    assert [events(c) for c in channels] == [[abi.EV_ALARM], [abi.EV_ALARM], []]
    assert board.master is board.spans[1]
    assert board.sync_source == 2
    board.alarm(SpanAlarm(0, board.now, Alarm.NONE))
    wait(board, 4900)
    assert (board.spans[0].alarms, events(channels[0])) == (Alarm.RECOVER, [])
    wait(board, ALARM_SETTLES / MS - 4900 + 40)
    assert (board.spans[0].alarms, events(channels[0])) == (0, [abi.EV_NOALARM])


def test_an_alarm_that_comes_back_while_it_recovers() -> None:
    """No news to the channels; the 5 s begin again."""
    board = board_of("e1")
    channel = opened(board, 1)
    board.alarm(SpanAlarm(0, 0, Alarm.RED))
    board.alarm(SpanAlarm(0, 0, Alarm.NONE))
    board.alarm(SpanAlarm(0, 160, Alarm.YELLOW))
    wait(board, 6000)
    assert events(channel) == [abi.EV_ALARM]
    assert board.spans[0].alarms == Alarm.YELLOW


# -- coming and going ------------------------------------------------------------------------------------------------


def test_a_span_goes_and_comes_back(tmp_path: Path) -> None:
    """REMOVED and ALARM, a second to hear of it, then nothing is left of it; again there, it must be configured."""
    board = board_of("fxo", "e1")
    sysfs.populate(tmp_path, board, "cn")
    device = "/sys/bus/dahdi_devices/devices/office:2"
    channel = opened(board, 5)
    store(board, f"{device}/unassign_span", "1\n")
    assert events(channel) == [abi.EV_REMOVED, abi.EV_ALARM]
    wait(board, READ_REMOVED / MS - 40)
    assert not channel.removed
    wait(board, 80)
    assert channel.removed
    assert 5 not in board.channels
    assert len(board.present) == 1
    sysfs.refresh(tmp_path, board)
    assert not (tmp_path / "proc/dahdi/2").exists()
    assert not (tmp_path / "dev/dahdi/5").exists()
    assert not (tmp_path / "dev/dahdi/chan/002").exists()
    assert not (tmp_path / "sys/bus/dahdi_spans/devices/span-2").exists()
    board.close(channel)
    store(board, f"{device}/assign_span", "1:2:5")
    sysfs.refresh(tmp_path, board)
    assert (tmp_path / "dev/dahdi/chan/002/031").exists()
    with pytest.raises(OSError, match="configured"):
        board.open(board.channels[5])


def test_a_span_may_get_other_numbers() -> None:
    """If nobody has them."""
    board = board_of("fxo", "fxo")
    store(board, "/sys/bus/dahdi_devices/devices/office:1/unassign_span", "1")
    for numbers in ("1:2:20", "1:3:5", "1:3:0", "2:3:20", "1:3", "x"):
        with pytest.raises(OSError, match=r".") as error:
            store(board, "/sys/bus/dahdi_devices/devices/office:1/assign_span", numbers)
        assert error.value.errno == errno.EINVAL
    store(board, "/sys/bus/dahdi_devices/devices/office:1/assign_span", "1:3:20")
    assert [span.number for span in board.present] == [2, 3]
    assert board.channels[20].port == board.span(3).ports[0]


@pytest.mark.parametrize("path", ["office:9/unassign_span", "office:1/location", "office:1"])
def test_only_three_attributes_are_written_to(path: str) -> None:
    """ENOENT for the rest."""
    with pytest.raises(OSError, match=r".") as error:
        store(board_of("fxo"), f"/sys/bus/dahdi_devices/devices/{path}", "1")
    assert error.value.errno == errno.ENOENT
    assert not is_attribute(f"/sys/bus/dahdi_devices/{path}")


def test_a_pulled_card_comes_back_configured() -> None:
    """All ports removed at once: a span that goes; plugged in: as udev leaves it. One port alone just goes."""
    board = board_of("fxo", "fxo")
    for row in range(4):
        board.signal(Signal(row, 0, "removed"))
    board.signal(Signal(5, 0, "removed"))
    wait(board, 20)
    assert [span.number for span in board.present] == [2]
    assert board.channels[6].removed
    for row in range(4):
        board.signal(Signal(row, board.now, "plugged"))
    wait(board, 20)
    opened(board, 1)


def test_who_listened_to_a_channel_that_goes_listens_to_nobody() -> None:
    """And a slave is free."""
    board = board_of("fxo", "e1")
    ear = board.pseudo()
    ask(board, ear, "SETCONF", abi.CONFINFO.pack(0, 1, abi.CONF_MONITOR))
    board.unassign(board.spans[0])
    assert (ear.confmode, ear.confno) == (0, 0)
