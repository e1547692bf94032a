"""The virtual cards' clock: the world's time, by absolute deadlines. The test's own clock stands in for it."""

import itertools
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.dahdi import server as server_module
from hw_sim.dahdi.clock import BREATH, PERIOD, Clock, Lateness, Lockstep, lockstep, times
from hw_sim.dahdi.house import House
from tests.hw_sim.virtual_dahdi import FakeOffice, program, served, succeeds


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


# -- other clocks ----------------------------------------------------------------------------------------------------


@dataclass
class Players:
    """Who takes part in lockstep, as the test says."""

    present: bool = True
    waited: int = 0
    excuses: int = 0

    def behind(self) -> int:
        return self.waited

    def excuse(self) -> None:
        self.excuses += 1
        self.waited = 0

    def taking_part(self) -> bool:
        return self.present


def made_ticks(office_clock: Clock, seconds: float, look: float = 0.0001) -> int:
    """Ticks of a clock that is asked again and again for so long."""
    now, count = 50.0, 0
    office_clock.start(now)
    end = now + seconds
    while now < end:
        count += office_clock.due(now)
        now += look
    return count


def test_a_clock_may_run_several_times_as_fast() -> None:
    """Ten times: 500 ticks a second, and the moments within a tick are as much shorter."""
    office_clock = times(10)(Players())
    assert made_ticks(office_clock, 1.0) == pytest.approx(500, abs=1)
    assert office_clock.moment(160) - office_clock.moment(0) == pytest.approx(0.002)


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_clock_does_not_run_backwards(speed: float) -> None:
    """Refused where it is chosen."""
    with pytest.raises(ValueError, match="times the world's"):
        times(speed)


def test_lockstep_ticks_when_everybody_is_ready() -> None:
    """Not before, and at once then."""
    players = Players(waited=1)
    office_clock = Lockstep(players, grace=1.0)
    office_clock.start(0.0)
    assert not office_clock.due(0.5)
    players.waited = 0
    assert office_clock.due(0.5)
    assert office_clock.due(0.5), "time between ticks is not the world's"


def test_lockstep_waits_only_so_long() -> None:
    """A program that neither reads nor writes is excused after the grace, and that is counted."""
    players = Players(waited=2)
    office_clock = Lockstep(players, grace=0.25)
    office_clock.start(0.0)
    assert not office_clock.due(0.24)
    assert office_clock.due(0.25)
    assert (players.excuses, office_clock.lateness.excused) == (1, 1)


def test_lockstep_without_programs_is_the_worlds_time() -> None:
    """A program that is still starting must not miss an hour of calls."""
    assert made_ticks(Lockstep(Players(present=False)), 1.0) == pytest.approx(50, abs=1)


ECHO = """
fds = [opened(n + 1) for n in range(4)]
poll = select.poll()
for fd in fds:
    fcntl.ioctl(fd, FLUSH, struct.pack("i", 7))
    for _ in range(2): os.write(fd, bytes(160))
    poll.register(fd, select.POLLIN)
began = time.monotonic()
heard = {fd: b"" for fd in fds}
while min(len(h) for h in heard.values()) < 160 * 1000:
    for fd, _ in poll.poll():
        heard[fd] += os.read(fd, 160)
        os.write(fd, bytes(160))
wall = time.monotonic() - began
"""


def test_in_lockstep_nothing_is_lost_however_fast() -> None:
    """20 s of four lines: every sample is there, in a fraction of the time."""
    succeeds(
        FakeOffice(),
        ECHO
        + """
        for h in heard.values():
            assert h == bytes((h[0] + n) % 256 for n in range(len(h)))
        assert wall < 10, wall
        """.replace("\n        ", "\n"),
        clock=lockstep(grace=20.0),
    )


def test_in_lockstep_a_slow_program_is_waited_for() -> None:
    """It takes 100 ms for a block now and then: with the world's clock it would lose some, here it does not."""
    succeeds(
        FakeOffice(),
        """
        fd = opened(1, buffers=2)
        heard = b""
        while len(heard) < 160 * 60:
            heard += block(fd)
            if len(heard) % 3200 == 0: select.select([], [], [], 0.1)
        assert heard == bytes((heard[0] + n) % 256 for n in range(len(heard)))
        """,
        clock=lockstep(grace=20.0),
    )


def test_in_lockstep_a_program_that_does_not_read_holds_nobody_up() -> None:
    """The one that reads gets its 200 ticks all the same; the other is named."""
    office = FakeOffice()
    with House(office, clock=lockstep(grace=0.1)) as house:
        idle = house.start(program("fd = opened(1); sys.stdin.read()"), stdin=subprocess.PIPE)
        reader = house.start(program("fd = opened(2)\nfor _ in range(200): block(fd)"))
        house.serve(reader)
        assert reader.wait() == 0
        assert any(f"({idle.pid}) is no longer waited for: channel 1" in line for line in house.server.notices.lines)
        assert house.server.clock.lateness.excused >= 1


def test_a_timer_takes_part_in_lockstep() -> None:
    """Its expiries are waited for: a second of the office's clock in a moment."""
    succeeds(
        FakeOffice(),
        """
        fd = os.open("/dev/dahdi/timer", os.O_RDWR)
        fcntl.ioctl(fd, TIMERCONFIG, struct.pack("i", 160))
        began = time.monotonic()
        for _ in range(200):
            assert ready(fd, select.POLLPRI) & select.POLLPRI
            assert ask(fd, GETEVENT) == 15
            fcntl.ioctl(fd, TIMERACK, struct.pack("i", 1))
        assert time.monotonic() - began < 3.0
        """,
        clock=lockstep(grace=20.0),
    )
