"""The virtual cards' clock: the world's time, by absolute deadlines. The test's own clock stands in for it."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.dahdi import server as server_module
from hw_sim.dahdi.clock import BREATH, PERIOD, Lateness
from tests.hw_sim.virtual_dahdi import FakeOffice, served


class World:
    """A clock that only moves when somebody waits, and oversleeps as told."""

    def __init__(self, oversleeps: list[float]) -> None:
        self.now = 1000.0
        self.oversleeps = iter(oversleeps)
        self.stamps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def attend(self, seconds: float) -> None:
        self.now += max(seconds, 1e-4) + next(self.oversleeps, 0.0)


def ticked(oversleeps: list[float], seconds: float, folder: Path) -> tuple[World, FakeOffice, Lateness]:
    """Run the server's loop on a world's clock for so long."""
    office, world = FakeOffice(), World(oversleeps)
    with served(office, folder) as client, pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_module.time, "monotonic", world.monotonic)
        patch.setattr(client.server, "attend", world.attend)
        client.server.on_tick = lambda tick: world.stamps.append(world.now)
        client.server.serve(lambda: world.now >= 1000.0 + seconds)
        return world, office, client.server.clock.lateness


def test_the_clock_does_not_drift(tmp_path: Path) -> None:
    """A little late every time is not later and later: 500 ticks in 10 s."""
    _, office, lateness = ticked([0.003] * 5000, 10.0, tmp_path)
    assert office.ticks == pytest.approx(500, abs=1)
    assert lateness.late == 0
    assert lateness.worst < 0.005


@settings(max_examples=30, deadline=None)
@given(late=st.lists(st.sampled_from([0.0, 0.001, 0.03, 0.11]), max_size=60))
def test_lost_time_is_made_up_for(late: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    """However it was held up: every tick is there in the end, never two without a breath between them, and the late
    ones are counted."""
    seconds = 3.0 + sum(late)
    world, office, lateness = ticked(late, seconds, tmp_path_factory.mktemp("o"))
    assert office.ticks == pytest.approx(seconds / PERIOD, abs=2)
    gaps = [b - a for a, b in zip(world.stamps, world.stamps[1:], strict=False)]
    assert min(gaps) >= BREATH - 1e-9
    assert lateness.ticks == office.ticks
    assert (lateness.late > 0) == (lateness.worst >= PERIOD)


def test_small_blocks_come_at_their_own_times(tmp_path: Path) -> None:
    """Blocks of 40 samples are 5 ms apart, not four at once every 20 ms."""
    office, world = FakeOffice(), World([])
    with served(office, tmp_path) as client, pytest.MonkeyPatch.context() as patch:
        _, device = client.open("/dev/dahdi/1")
        device.number("SET_BLOCKSIZE", 40)
        stamps: list[float] = []
        send = client.server._ticks._send
        patch.setattr(client.server._ticks, "_send", lambda *block: (stamps.append(world.now), send(*block)))
        patch.setattr(server_module.time, "monotonic", world.monotonic)
        patch.setattr(client.server, "attend", world.attend)
        client.server.serve(lambda: world.now >= 1001.0)
        gaps = [b - a for a, b in itertools.pairwise(stamps)]
        assert len(stamps) > 150
        assert 0.004 < min(gaps) <= max(gaps) < 0.006


def test_a_machine_that_slept_does_not_run_after_the_time(tmp_path: Path) -> None:
    """After an hour of suspend the clock jumps, and says so."""
    _, office, lateness = ticked([0.0, 3600.0], 3610.0, tmp_path)
    assert office.ticks < 600
    assert lateness.jumps == 1
