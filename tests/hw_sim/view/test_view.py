"""The live view: what keys mean, what is drawn, and that the office never waits for it."""

from __future__ import annotations

import io
import os
import pickle
import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from dsp.receiver import RATE
from hw_sim.view.keyboard import Command, Keyboard
from hw_sim.view.screen import METER, bar, meter, picture
from hw_sim.view.snapshot import LineView, Snapshot, changes
from hw_sim.view.window import View, drawable


def drawn(shown: Snapshot, height: int = 30, width: int = 110, chosen: int = 0, typing: str | None = None) -> list[str]:
    """The screen's lines."""
    console = Console(width=width, height=height, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(picture(shown, height, width, chosen, typing))
    return console.export_text().splitlines()


def lines(count: int, state: str = "idle") -> list[LineView]:
    """Lines of one card."""
    return [LineView(f"hotline-{i + 1}", str(80001 + i), "fxo", state, card="hotline") for i in range(count)]


def test_digits_are_pressed_and_a_number_is_dialled_with_enter() -> None:
    """d opens a number; Backspace takes a digit back; Enter calls."""
    keys = Keyboard()
    assert keys.typed("1#") == [Command("press", "1"), Command("press", "#")]
    assert keys.typed("d9668") == []
    assert keys.number == "9668"
    assert keys.typed("7\x7f8\r") == [Command("dial", "96688")]
    assert keys.number is None
    assert keys.typed("hqxz") == [Command("hang_up"), Command("quit"), Command("cut")]


def test_escape_leaves_a_number_and_arrows_choose() -> None:
    """Even when the terminal cuts an arrow's sequence in two."""
    keys = Keyboard()
    assert keys.typed("d12\x1b") == []
    keys.settle()
    assert keys.number is None
    assert keys.typed("\x1b[") == []
    assert keys.typed("A\x1b[B") == [Command("up"), Command("down")]
    assert keys.typed("\x1b[Z\x03") == [Command("quit")]


@given(st.text(max_size=40), st.data())
def test_however_typing_is_cut_the_commands_are_the_same(text: str, data: st.DataObject) -> None:
    """And nothing that is typed raises."""
    whole, cut = Keyboard(), Keyboard()
    at = data.draw(st.integers(0, len(text)))
    assert whole.typed(text) == cut.typed(text[:at]) + cut.typed(text[at:])
    assert whole == cut


def test_meters_grow_with_the_level() -> None:
    """From -60 to -6 dBm0, in cells of constant number."""
    assert meter(-90).strip() == ""
    assert meter(0) == "█" * METER
    assert [len(meter(level)) for level in range(-80, 6)] == [METER] * 86
    assert bar(-90) == " "
    assert bar(0) == "█"
    assert [bar(x) for x in range(-80, 6)] == sorted((bar(x) for x in range(-80, 6)), key=" ▁▂▃▄▅▆▇█".index)


def test_a_few_lines_are_a_table_with_levels_states_and_peers() -> None:
    """What a technician looks for stands in words."""
    told = lines(3)
    told[1] = LineView("hotline-2", "80002", "fxo", "talking", "13900001111", -12.0, -20.4, True, "RED")
    text = "\n".join(drawn(Snapshot(83 * RATE, told, ["dahdi_monitor (pid 7): 1 channel"], 2, 5)))
    for words in ("1:23.0", "3 lines, 1 in use", "2 callers, 5 calls", "13900001111", "-12", "-20", "RED", "pid 7"):
        assert words in text


def test_many_lines_are_a_grid_that_fits() -> None:
    """480 lines on 30 by 110; a window that is too small says so."""
    shown = Snapshot(0, lines(480, "talking"))
    text = drawn(shown)
    assert sum(line.count("T") for line in text) == 480
    assert len(text) <= 30
    small = drawn(shown, height=12, width=60)
    assert len(small) <= 12
    assert "larger window" in "\n".join(small)


def test_a_number_being_typed_stands_below() -> None:
    """In place of the help."""
    assert "dial: 966" in drawn(Snapshot(0), typing="966")[-1]
    assert "hang up" in drawn(Snapshot(0))[-1]


def test_changes_are_told_as_sentences() -> None:
    """State with its partner, alarms, opens."""
    before = lines(2)
    after = [LineView("hotline-1", "80001", "fxo", "talking", "139", held=True), before[1]]
    assert changes(before, after) == ["80001 talking with 139", "80001 opened"]
    assert changes(after, before) == ["80001 idle", "80001 closed"]
    assert changes([], after) == []


def test_what_happens_to_a_whole_card_is_one_sentence() -> None:
    """An alarm of all its lines; of some of them, one each."""
    before = lines(3)
    after = [replace(line, alarm="RED") for line in before]
    assert changes(before, after) == ["hotline alarm RED"]
    assert changes(after, before) == ["hotline alarm over"]
    assert changes(before, [*after[:2], before[2]]) == ["80001 alarm RED", "80002 alarm RED"]


def test_cards_of_named_ports_stand_in_one_row_of_the_grid() -> None:
    """However their ports are called."""
    named = [LineView(name, "", "fxs", "idle", card="desks") for name in ("front", "back", "desks-3")]
    text = drawn(Snapshot(0, [*lines(40), *named]), height=20)
    assert next(line for line in text if line.startswith("desks")).count("·") == 3


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
def test_a_terminal_of_any_encoding_can_show_it(encoding: str) -> None:
    """With question marks where it has no character."""
    bytes_ = io.BytesIO()
    out = drawable(io.TextIOWrapper(bytes_, encoding))
    Console(file=out, width=80).print(picture(Snapshot(0, [LineView("x", "1", "fxo", "idle", "", -12.0)]), 20, 80))
    out.flush()
    assert "1 lines" in bytes_.getvalue().decode(encoding)


def test_the_view_sends_commands_and_ends_with_its_office() -> None:
    """Arrows stay in the view; cut names the chosen line; the end of a piped keyboard is quit."""
    office, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reading, writing = os.pipe()
    view = View(there, reading, Console(file=open(os.devnull, "w")))  # noqa: SIM115
    office.send(pickle.dumps(Snapshot(160, lines(3))))
    assert view.step(1)
    os.write(writing, b"\x1b[B\x1b[Bx5")
    assert view.step(1)
    assert [pickle.loads(office.recv(4096)) for _ in range(2)] == [Command("cut", "2"), Command("press", "5")]
    os.close(writing)
    assert not view.step(1)
    assert pickle.loads(office.recv(4096)) == Command("quit")
    office.close()
    view = View(there, os.open(os.devnull, os.O_RDONLY), Console())
    assert not view.step(1)
