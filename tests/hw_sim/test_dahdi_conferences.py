"""Who hears whom, mode by mode: rows of one number each, so that a sum shows who is in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.receiver import Int16
from hw_sim.dahdi.kernel import abi
from hw_sim.dahdi.kernel.conferences import Seat, mix

TALKS, LISTENS = abi.CONF_TALKER, abi.CONF_LISTENER
BOTH = TALKS | LISTENS
ROOM = 7


def rows(*levels: int) -> Int16:
    return np.array([[level] * 4 for level in levels], np.int16)


def mixed(seats: list[Seat], written: list[int], received: list[int]) -> tuple[list[int], list[int]]:
    """What each line and each program gets, as one number."""
    to_line, to_program = mix(seats, rows(*written), rows(*received))
    assert (to_line == to_line[:, :1]).all()
    assert (to_program == to_program[:, :1]).all()
    return to_line[:, 0].tolist(), to_program[:, 0].tolist()


def line(number: int, mode: int = 0, confno: int = ROOM, **more: bool) -> Seat:
    return Seat(number, False, mode, confno if mode else 0, **more)


def pseudo(number: int, mode: int = 0, confno: int = ROOM) -> Seat:
    return Seat(0x8000 + number, True, mode, confno if mode else 0)


def test_lines_in_a_conference_hear_the_others() -> None:
    """Each hears the others' lines and what its own program writes; programs go on reading their lines."""
    seats = [line(n, abi.CONF_CONF | BOTH) for n in (1, 2, 3)]
    to_line, to_program = mixed(seats, [1000, 0, 0], [1, 20, 300])
    assert to_line == [1320, 301, 21]
    assert to_program == [1, 20, 300]


def test_who_does_not_talk_is_not_heard_and_who_does_not_listen_hears_nobody() -> None:
    """The flags are what they say."""
    seats = [line(1, abi.CONF_CONF | LISTENS), line(2, abi.CONF_CONF | TALKS), line(3, abi.CONF_CONF | BOTH)]
    assert mixed(seats, [0, 0, 0], [1, 20, 300])[0] == [320, 0, 20]


def test_conferences_do_not_hear_each_other() -> None:
    """Two at once."""
    seats = [line(1, abi.CONF_CONF | BOTH, 5), line(2, abi.CONF_CONF | BOTH, 5), line(3, abi.CONF_CONF | BOTH, 6)]
    assert mixed(seats, [0, 0, 0], [1, 20, 300])[0] == [20, 1, 0]


def test_a_pseudo_channel_takes_part_for_its_program() -> None:
    """What it writes is said in the conference, what it reads is the conference without that."""
    seats = [line(1, abi.CONF_CONF | BOTH), pseudo(1, abi.CONF_CONF | BOTH), pseudo(2, abi.CONF_CONF | BOTH)]
    to_line, to_program = mixed(seats, [0, 20, 300], [1, 0, 0])
    assert to_line[0] == 320
    assert to_program == [1, 301, 21]


def test_an_announcement_is_heard_by_all_and_not_by_its_own_line() -> None:
    """CONFANN: the program speaks to the conference; with LISTENER the line hears it there."""
    seats = [line(1, abi.CONF_CONFANN), line(2, abi.CONF_CONF | BOTH), line(3, abi.CONF_CONFANN | BOTH)]
    assert mixed(seats, [1000, 0, 0], [1, 20, 300])[0] == [0, 1300, 1020]


def test_a_monitor_reads_the_conference() -> None:
    """CONFMON: its program reads everybody, itself too; its line hears the others."""
    seats = [line(1, abi.CONF_CONFMON | BOTH), line(2, abi.CONF_CONF | BOTH)]
    to_line, to_program = mixed(seats, [5000, 0], [1, 20])
    assert to_line == [5020, 1]
    assert to_program == [21, 20]


def test_real_and_pseudo_are_two_in_one() -> None:
    """The line and the program each take part for themselves and hear each other there."""
    flags = BOTH | abi.CONF_PSEUDO_LISTENER | abi.CONF_PSEUDO_TALKER
    seats = [line(1, abi.CONF_REALANDPSEUDO | flags), line(2, abi.CONF_CONF | BOTH)]
    to_line, to_program = mixed(seats, [1000, 0], [1, 20])
    assert to_line == [1020, 1001]
    assert to_program == [21, 20]


@pytest.mark.parametrize(
    ("mode", "heard"),
    [(abi.CONF_MONITOR, 20), (abi.CONF_MONITORTX, 300), (abi.CONF_MONITORBOTH, 320), (10, 0), (11, 300), (12, 300)],
)
def test_a_pseudo_channel_listens_in(mode: int, heard: int) -> None:
    """To what a line receives, sends, or both; before the canceller there is nothing, for there is no canceller."""
    seats = [line(2), pseudo(1, mode, 2)]
    to_line, to_program = mixed(seats, [300, 0], [20, 0])
    assert to_program == [20, heard]
    assert to_line[0] == 300


def test_two_lines_that_monitor_each_other_are_joined() -> None:
    """As programs bridge calls without reading them."""
    seats = [line(1, abi.CONF_MONITOR, 2), line(2, abi.CONF_MONITOR, 1)]
    assert mixed(seats, [0, 0], [1, 20])[0] == [20, 1]


def test_digital_monitoring_replaces_what_is_written() -> None:
    """Bit by bit what the other receives."""
    seats = [line(1, abi.CONF_DIGITALMON, 2), line(2)]
    assert mixed(seats, [1000, 0], [1, 20])[0] == [20, 0]


def test_a_muted_line_sends_silence_and_takes_no_part() -> None:
    """CONFMUTE, in a conference or not; what comes from the line is still read."""
    seats = [line(1, abi.CONF_CONF | BOTH, muted=True), line(2, abi.CONF_CONF | BOTH), line(3, muted=True)]
    to_line, to_program = mixed(seats, [1000, 0, 5000], [1, 20, 300])
    assert to_line == [0, 0, 0]
    assert to_program == [1, 20, 300]


def test_a_line_that_dials_sends_its_keys_and_nothing_else() -> None:
    """It takes no part until the number is out."""
    seats = [line(1, abi.CONF_CONF | BOTH, dials=True), line(2, abi.CONF_CONF | BOTH)]
    assert mixed(seats, [1000, 0], [1, 20])[0] == [1000, 0]


def test_a_conference_saturates_once() -> None:
    """Two loud voices clip for the third, not for each other."""
    seats = [line(n, abi.CONF_CONF | BOTH) for n in (1, 2, 3)]
    assert mixed(seats, [0, 0, 0], [30000, 30000, -30000])[0] == [0, 0, 32767]


@settings(max_examples=50, deadline=None)
@given(data=st.data(), count=st.integers(1, 12))
def test_nobody_hears_themselves(data: st.DataObject, count: int) -> None:
    """Any number of lines in any conferences: everyone hears the sum of the others who talk there."""
    flags = st.sampled_from([0, TALKS, LISTENS, BOTH])
    modes = data.draw(st.lists(flags, min_size=count, max_size=count))
    numbers = data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    voices = data.draw(st.lists(st.integers(-2000, 2000), min_size=count, max_size=count))
    seats = [line(i, abi.CONF_CONF | flag, n) for i, (flag, n) in enumerate(zip(modes, numbers, strict=True))]
    to_line, _ = mixed(seats, [0] * count, voices)
    for i, (flag, room) in enumerate(zip(modes, numbers, strict=True)):
        others = [j for j in range(count) if j != i and numbers[j] == room and modes[j] & TALKS]
        assert to_line[i] == (sum(voices[j] for j in others) if flag & LISTENS else 0)
