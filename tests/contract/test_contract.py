"""One contract, every card: SimCard, DahdiCard on a kernel made of Python, DahdiCard on the virtual /dev/dahdi.

The real kernel driver plays the same behaviours in tests/kernel/test_contract.py.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.dahdi import DahdiCard
from hw_sim.card import SimCard
from hw_sim.session import Plan, set_up
from tests.contract.behaviours import BEHAVIOURS, Behaviour
from tests.contract.player import Story, lines_for, manners, play
from tests.contract.worlds import RingingKernel, office_file

SILENT = [b for b in BEHAVIOURS if not b.sound]
BACK_ENDS = ["sim", "fake kernel", pytest.param("virtual", marks=pytest.mark.realtime)]


@functools.cache
def story_of(back_end: str, folder: Path) -> Story:
    """All behaviours in one run of a back-end."""
    if back_end == "sim":
        return sim(folder)
    return fake_kernel() if back_end == "fake kernel" else virtual(folder)


def sim(folder: Path) -> Story:
    """The office in this process, as fast as it goes."""
    office = set_up(Plan(office_file(folder, BEHAVIOURS)))
    with SimCard.of(office, lines=lines_for(BEHAVIOURS)) as card:
        return play(card, BEHAVIOURS)


def fake_kernel() -> Story:
    """The C driver on a kernel made of Python."""
    address = f"1-{len(SILENT)}"
    with RingingKernel(SILENT) as kernel, DahdiCard(address, lines=lines_for(SILENT)) as card:
        return play(card, SILENT, kernel.advance)


def virtual(folder: Path) -> Story:
    """The C driver in its own process, on the office's virtual /dev/dahdi, in real time."""
    command = [sys.executable, "-m", "tests.contract.player", f"dahdi:1-{len(BEHAVIOURS)}"]
    office = office_file(folder, BEHAVIOURS)
    done = subprocess.run(
        [sys.executable, "-m", "hw_sim", "run", str(office), "--", *command],
        capture_output=True, text=True, check=False, timeout=90, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    story: Story = json.loads(done.stdout.splitlines()[-1])
    return story


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the office's files stand."""
    return tmp_path_factory.mktemp("office")


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda b: b.name)
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_every_card_behaves(back_end: str, behaviour: Behaviour, folder: Path) -> None:
    """The events of the line's whole story are the same on every back-end."""
    if behaviour.sound and back_end == "fake kernel":
        pytest.skip("the kernel made of Python makes no sound")
    assert tuple(story_of(back_end, folder)[behaviour.name]) == behaviour.expected


def test_manners_of_the_simulated_card(folder: Path) -> None:
    """Wrong lines, wrong ticks, closing."""
    manners(SimCard.of(set_up(Plan(office_file(folder, BEHAVIOURS)))))


def test_manners_of_the_dahdi_card() -> None:
    """The same on a kernel made of Python; on the virtual device they are part of the run."""
    with RingingKernel(SILENT):
        manners(DahdiCard("1-4"))
