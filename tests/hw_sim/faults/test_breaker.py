"""What a schedule of faults does to an office, its devices and its programs."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pytest

from drivers.yaml_source import ConfigError
from dsp.receiver import RATE, TICK
from hw_sim.config import load_office
from hw_sim.equipment import Alarm
from hw_sim.faults.breaker import Breaker
from hw_sim.office import Office

CARDS = """
spec: 1
cards:
  - {type: e1, name: trunk, signalling: clear}
  - {type: analog-fxo, name: lines, ports: [{number: "80001"}, {number: "80002"}]}
faults:
"""


@dataclass
class FakeDevices:
    """Writes down what is injected."""

    injected: list[tuple[str, tuple[int, ...], int | None, int | None, int | None]] = field(default_factory=list)

    def inject(
        self,
        kind: str,
        *,
        channels: Collection[int] = (),
        span: int | None = None,
        samples: int | None = None,
        value: int | None = None,
    ) -> None:
        self.injected.append((kind, tuple(channels), span, samples, value))


def office(*faults: str) -> Office:
    """With one span, two lines, and these faults."""
    return Office(load_office("office.yaml", CARDS + "".join(f"  - {fault}\n" for fault in faults)))


def play(made: Office, breaker: Breaker, seconds: float) -> list[tuple[int, object]]:
    """What the cards saw: alarms of the span, signals of the lines, with their ticks."""
    seen: list[tuple[int, object]] = []
    tx = np.zeros((len(made.lines), TICK), np.int16)
    for _ in range(round(seconds * RATE / TICK)):
        breaker.tick()
        done = made.tick(tx)
        seen += [(made.now, alarm.alarms) for alarm in done.alarms]
        seen += [(made.now, (signal.line, signal.kind)) for signal in done.signals]
    return seen


def test_an_alarm_comes_and_goes_at_its_time() -> None:
    """The span's card sees it, once each."""
    made = office("{at: 1s, fault: alarm, card: trunk, alarm: blue, for: 500ms}")
    seen = play(made, Breaker(made, made.config.faults), 3)
    alarms = [(at / RATE, what) for at, what in seen if isinstance(what, Alarm)]
    begun = next(at for at, what in alarms if Alarm.BLUE in what)
    over = next(at for at, what in alarms if at > begun and Alarm.BLUE not in what)
    assert begun == pytest.approx(1, abs=0.1)
    assert over == pytest.approx(1.5, abs=0.1)


def test_a_cut_wire_and_a_cut_card() -> None:
    """A line by its number or by its place; of a card every line; and all of it is told."""
    made = office('{at: 1s, fault: cut, line: "80002", for: 1s}', "{at: 3s, fault: cut, card: lines, for: 1s}")
    breaker = Breaker(made, made.config.faults)
    signals = [what for _, what in play(made, breaker, 5) if isinstance(what, tuple)]
    assert signals == [
        (32, "battery_lost"), (32, "battery_back"),
        (31, "battery_lost"), (32, "battery_lost"), (31, "battery_back"), (32, "battery_back"),
    ]  # fmt: skip
    assert [text for _, text in breaker.told] == [
        "cut on 80002 for 1 s begins", "cut on 80002 for 1 s is over",
        "cut on lines for 1 s begins", "cut on lines for 1 s is over",
    ]  # fmt: skip


def test_faults_of_devices_are_injected_for_their_time() -> None:
    """Rows count from 0, channels from 1; what lasts is the devices' to end."""
    made = office(
        "{at: 0s, fault: event_storm, line: lines-1, events: 70}", '{at: 0s, fault: stall, line: "80002", for: 300ms}',
        "{at: 0s, fault: io_error, card: lines, for: 1s}", "{at: 0s, fault: short_reads, line: trunk-31}",
        "{at: 0s, fault: slow, line: trunk-1, delay: 40ms}", "{at: 0s, fault: lost_blocks, line: trunk-2}",
        "{at: 0s, fault: unplug, card: trunk, for: 2s}",
    )  # fmt: skip
    devices = FakeDevices()
    play(made, Breaker(made, made.config.faults, devices=devices), 4)
    assert devices.injected == [
        ("events", (32,), None, TICK, 70), ("stall", (33,), None, 2400, None),
        ("read_error", (32, 33), None, RATE, 5), ("write_error", (32, 33), None, RATE, 5),
        ("short_read", (31,), None, None, None), ("slow", (1,), None, None, 320), ("drop", (2,), None, None, None),
        ("unplug", (), 1, 2 * RATE, None),
    ]  # fmt: skip


def test_without_devices_a_card_is_pulled_from_the_office_itself() -> None:
    """In process; and faults that only a device has are refused."""
    made = office("{at: 1s, fault: unplug, card: lines, for: 1s}")
    signals = [what for _, what in play(made, Breaker(made, made.config.faults), 3) if isinstance(what, tuple)]
    assert signals[:2] == [(31, "removed"), (32, "removed")]
    made = office("{at: 1s, fault: stall, card: lines}")
    with pytest.raises(ValueError, match="'stall' is one of a virtual device"):
        Breaker(made, made.config.faults)


def test_programs_are_stopped_and_go_on_and_are_killed() -> None:
    """Those whose command line holds the word; one that has ended is no fault."""
    made = office(
        "{at: 0s, fault: kill, program: sleep, signal: STOP, for: 1s}", "{at: 2s, fault: kill, program: sleep}",
        "{at: 3s, fault: kill, program: sleep}",
    )  # fmt: skip
    with subprocess.Popen(["sleep", "60"]) as sleeper, subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        programs = [(sleeper.pid, "sleep 60"), (other.pid, "cat")]
        breaker = Breaker(made, made.config.faults, programs=lambda: programs)
        play(made, breaker, 4)
        assert sleeper.wait(10) == -signal.SIGKILL
        assert other.poll() is None
        other.kill()
    play(made, breaker, 1)


def test_the_offices_file_is_checked() -> None:
    """Cards and lines that it has not, with what was meant."""
    with pytest.raises(ConfigError) as caught:
        office("{at: 1s, fault: alarm, card: trnk}", "{at: 1s, fault: cut, line: lines-3}")
    assert "no card 'trnk'  (did you mean 'trunk'?)" in str(caught.value)
    assert "no line 'lines-3'" in str(caught.value)
