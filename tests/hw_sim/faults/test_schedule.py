"""Faults: the file, and when they happen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.yaml_source import ConfigError
from dsp.receiver import RATE, TICK
from hw_sim.faults import model
from hw_sim.faults.load import load_faults
from hw_sim.faults.model import AlarmFault, CutFault, Fault, KillFault, StallFault
from hw_sim.faults.schedule import Schedule

CARDS = {"trunk-1": "isdn", "hotline": "analog-fxo", "trunk": "r2", "pri": "isdn"}
LINES = ["80001", "trunk-1-3"]


def load(text: str) -> tuple[Fault, ...]:
    """The faults of `text` in an office with CARDS and LINES."""
    return load_faults("faults.yaml", CARDS, LINES, text)


def refusals(text: str) -> list[str]:
    """The faults of the file itself."""
    with pytest.raises(ConfigError) as caught:
        load(text)
    return str(caught.value).splitlines()


def test_every_kind_of_fault_that_the_manual_names_is_read() -> None:
    """The example in the model's docstring is a good file."""
    text = model.__doc__ or ""
    example = text[text.index("faults:") : text.index("Times are")]
    kinds = [fault.fault for fault in load_faults("f", CARDS, [f"8000{i}" for i in range(9)], example)]
    assert kinds == [
        "alarm", "d_channel", "unplug", "cut", "event_storm", "stall", "io_error", "short_reads", "slow",
        "lost_blocks", "kill", "isdn_deaf",
    ]  # fmt: skip


def test_wrong_files_are_told_all_their_faults_with_places() -> None:
    """Unknown names with what may have been meant, contradictions, unknown kinds."""
    told = refusals(
        "faults:\n"
        "  - {at: 1s, fault: alarm, card: trunk-7}\n"
        '  - {at: 1s, fault: cut, line: "80009"}\n'
        "  - {at: 1s, fault: stall}\n"
        "  - {at: soon, fault: kill}\n"
        "  - {at: 1s, fault: meteor}\n"
        "  - {at: 1s, fault: kill, times: 3}\n"
        "  - {at: 1s, fault: unplug, card: hotline, for: 9s, every: 3s}\n"
    )
    for place, words in [
        ("2:34", "trunk-1"), ("3:", "80001"), ("4:", "either a line or a card"), ("5:", "no duration"),
        ("6:", "meteor"), ("7:", "needs every"), ("8:", "shorter than"),
    ]:  # fmt: skip
        assert any(f"faults.yaml:{place}" in line and words in line for line in told), (place, words, told)


def test_a_fault_begins_and_ends_and_is_running_meanwhile() -> None:
    """At its own samples, once."""
    (fault,) = load("faults: [{at: 1s, fault: alarm, card: trunk-1, for: 2s}]")
    schedule = Schedule([fault])
    assert schedule.due(RATE - 1) == []
    (begun,) = schedule.due(RATE)
    assert (begun.at, begun.begins, begun.fault) == (RATE, True, fault)
    assert schedule.running == {0: fault}
    (ended,) = schedule.due(10 * RATE)
    assert (ended.at, ended.begins) == (3 * RATE, False)
    assert schedule.running == {}
    assert schedule.over


def test_without_an_end_it_lasts_for_ever() -> None:
    """A card that is pulled and not plugged in again."""
    schedule = Schedule([AlarmFault(fault="alarm", card="x")])
    assert [h.begins for h in schedule.due(100 * RATE)] == [True]
    assert schedule.over
    assert len(schedule.running) == 1


def test_every_without_times_goes_on_and_jitter_stays_within_its_bound() -> None:
    """The same seed gives the same samples, another seed gives others."""
    fault = KillFault.model_validate({"fault": "kill", "at": "1s", "every": "10s", "jitter": "2s"})
    begun = [h.at for h in Schedule([fault], 3).due(100 * RATE)]
    assert len(begun) == 10
    assert all(0 <= at - (1 + 10 * i) * RATE <= 2 * RATE for i, at in enumerate(begun))
    assert begun == [h.at for h in Schedule([fault], 3).due(100 * RATE)]
    assert begun != [h.at for h in Schedule([fault], 4).due(100 * RATE)]


@given(
    st.lists(st.tuples(st.integers(0, 999), st.integers(1, 50), st.integers(51, 99), st.integers(1, 5)), max_size=6),
    st.integers(1, 400),
)
def test_however_time_is_cut_the_happenings_are_the_same(plans: list[tuple[int, int, int, int]], step: int) -> None:
    """In order of time, each fault ending as often as it begins."""
    faults: list[Fault] = [
        StallFault.model_validate({
            "fault": "stall", "card": "c", "at": at / 50, "for": lasts * TICK / RATE, "every": every * TICK / RATE,
            "times": times,
        })
        for at, lasts, every, times in plans
    ]  # fmt: skip
    end = 2000 * TICK
    whole = Schedule(faults).due(end)
    cut = Schedule(faults)
    assert [h for now in range(0, end + step * TICK, step * TICK) for h in cut.due(min(now, end))] == whole
    assert [h.at for h in whole] == sorted(h.at for h in whole)
    assert sum(h.begins for h in whole) == sum(times for *_, times in plans)
    assert cut.running == {}


def test_a_place_is_a_line_or_a_card() -> None:
    """Both, or neither, is refused."""
    assert CutFault(fault="cut", line="80001").card == ""
    for both in ({"line": "1", "card": "c"}, {}):
        with pytest.raises(ValueError, match="either a line or a card"):
            CutFault.model_validate({"fault": "cut", **both})
