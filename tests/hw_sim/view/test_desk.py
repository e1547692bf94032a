"""The person at the view: their telephone, their hands at wires and cards, their calls as scripts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dsp.receiver import TICK
from hw_sim.caller.config import load_caller_config
from hw_sim.config import analog_office
from hw_sim.office import Office
from hw_sim.view.desk import Desk, keep_scripts
from hw_sim.view.keyboard import Command


def tick(office: Office, seconds: float) -> list[str]:
    """Let time pass; what the lines saw."""
    tx = np.zeros((len(office.lines), TICK), np.int16)
    return [signal.kind for _ in range(round(seconds * 50)) for signal in office.tick(tx).signals]


def test_a_call_by_hand_is_told_and_becomes_a_script(tmp_path: Path) -> None:
    """Dial, press, hang up; the file can be read as a caller's script, and the second call is another file."""
    office = Office(analog_office(2))
    desk = Desk(office, keep=keep_scripts(tmp_path / "mine.yaml"))
    for _ in range(2):
        desk.do(Command("dial", "96688"))
        assert "ring_on" in tick(office, 1)
        office.hook(0, True)
        tick(office, 1)
        desk.do(Command("press", "5"))
        tick(office, 1)
        desk.do(Command("hang_up"))
        tick(office, 1)
        told = desk.look()
        assert [line.split()[1] for line in told if line[0] == " "][-3:] == ["dialled", "pressed", "hung"]
        office.hook(0, False)
        tick(office, 2)
    assert desk.calls == 2
    steps = load_caller_config(tmp_path / "mine.yaml").script
    assert len(steps) >= 3
    assert (tmp_path / "mine-2.yaml").exists()


def test_a_call_that_is_under_way_at_the_end_is_kept(tmp_path: Path) -> None:
    """As if its person had hung up then; what became of it is told again when the view has gone."""
    office = Office(analog_office(1))
    desk = Desk(office, keep=keep_scripts(tmp_path / "mine.yaml"))
    desk.do(Command("dial", "96688"))
    tick(office, 1)
    desk.close()
    desk.close()
    assert desk.kept == [f"the call is now a script: {tmp_path / 'mine.yaml'}"]
    assert load_caller_config(tmp_path / "mine.yaml").script


def test_what_cannot_be_done_is_told() -> None:
    """A key without a call, a second call, a recording without a place for it, a card in an office without devices."""
    desk = Desk(Office(analog_office(2)))
    for command in (Command("press", "1"), Command("hang_up"), Command("record"), Command("unplug", "0")):
        desk.do(command)
    desk.do(Command("dial", "96688"))
    desk.do(Command("dial", "96688"))
    told = desk.look()
    assert [line.split(":")[0] for line in told[:5]] == [
        "no call", "no call", "nowhere to record to", "this office has no devices to pull",
        "the receiver is off already",
    ]  # fmt: skip


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    """The call goes on its way without it."""
    keep = keep_scripts(tmp_path / "no" / "where.yaml")
    assert "No such file" in keep([])


def test_wires_are_cut_and_mended_and_cards_pulled() -> None:
    """The same key does and undoes."""
    office = Office(analog_office(2))
    pulled: list[tuple[int, bool]] = []
    desk = Desk(office, plug=lambda card, inside: pulled.append((card, inside)))
    desk.do(Command("cut", "1"))
    desk.do(Command("cut", "1"))
    desk.do(Command("unplug", "1"))
    desk.do(Command("unplug", "0"))
    assert tick(office, 0.1) == ["battery_lost", "battery_back"]
    assert pulled == [(0, False), (0, True)]
    desk.do(Command("quit"))
    assert desk.quit
