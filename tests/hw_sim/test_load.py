"""Traffic: when calls come, who calls, and what is counted."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.speech.book import Book
from drivers.yaml_source import ConfigError
from dsp.receiver import RATE, TICK
from hw_sim.caller.events import Entry
from hw_sim.caller.outcome import Outcome, essence, outcome
from hw_sim.config import analog_office
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.office import Office
from hw_sim.traffic.arrivals import arrivals
from hw_sim.traffic.cast import Cast
from hw_sim.traffic.config import Traffic, always, load_traffic, traffic_schema
from hw_sim.traffic.figures import Tally, spread
from hw_sim.traffic.load import Load
from tests.hw_sim.hotline import Hotline

HOUR = 3600 * RATE


def times(how: dict[str, object], until: int, seed: int = 1, lasts: int = 0, step: int = 5 * TICK) -> list[int]:
    """When calls begin that last so long each."""
    traffic = Traffic.model_validate({"spec": 1, "arrivals": how, "calls": [{"script": "x"}]})
    coming, begun = arrivals(traffic.arrivals, Random(seed)), []
    for now in range(0, until, step):
        present = sum(now - at < lasts for at in begun)
        begun += [now] * coming.due(now, present)
    return begun


def test_poisson_calls_come_as_often_as_asked_for() -> None:
    """So many an hour, and apart as an exponential distribution has it."""
    begun = np.array(times({"poisson": 3600}, HOUR, step=25 * TICK))
    assert len(begun) == pytest.approx(3600, abs=200)
    apart = np.diff(begun) / RATE
    assert apart.std() == pytest.approx(apart.mean(), rel=0.1)
    assert (apart > 3).mean() == pytest.approx(np.exp(-3), rel=0.25)


def test_erlangs_are_calls_by_their_length() -> None:
    """20 erlangs of 60 s are 1200 calls an hour; so many are under way at once, on average."""
    begun = times({"erlangs": 20, "holding": "60s"}, HOUR, lasts=60 * RATE)
    assert len(begun) == pytest.approx(1200, abs=120)


def test_bursts() -> None:
    """All of a burst come within its time, burst after burst, also when bursts overlap."""
    begun = times({"burst": 30, "every": "60s", "within": "2s"}, 180 * RATE)
    assert [sum(60 * i * RATE <= at <= (60 * i + 2.2) * RATE for at in begun) for i in range(3)] == [30] * 3
    assert len(times({"burst": 2, "every": "1s", "within": "5s"}, 60 * RATE)) >= 2 * 54


def test_a_list() -> None:
    """A call at each time, in whatever order they stand."""
    assert times({"at": ["3s", "1s", "1s"]}, 10 * RATE) == [RATE, RATE, 3 * RATE]


def test_always_so_many() -> None:
    """Apart in the beginning; who has finished is replaced after the pause."""
    begun = times({"at_once": 3, "apart": "200ms", "pause": "1s"}, 20 * RATE, lasts=5 * RATE)
    assert [round(at / RATE, 1) for at in begun[:3]] == [0.0, 0.2, 0.4]
    assert 9 <= len(begun) <= 12
    assert max(sum(at <= t < at + 5 * RATE for at in begun) for t in range(0, 20 * RATE, TICK)) == 3


@given(
    st.sampled_from([{"poisson": 9000}, {"burst": 3, "every": "2s", "within": "3s"}, {"at_once": 4}]),
    st.integers(0, 99),
)
def test_the_same_seed_is_the_same_traffic(how: dict[str, object], seed: int) -> None:
    """Always."""
    assert times(how, 30 * RATE, seed) == times(how, 30 * RATE, seed)


GOOD = """\
spec: 1
seed: 3
lasting: 2min
arrivals: {poisson: 600}
calls:
  - {script: order.yaml, weight: 3, numbers: 1390000xxxx, with: {n: 5}}
  - {script: price.yaml, character: impatient, numbers: ["010", "020"]}
"""
ORDER = 'spec: 1\nparameters: {n: "1"}\nscript:\n  - dial: "96688"\n  - press: "${n}#"\n'
PRICE = 'spec: 1\ncharacter: [hesitant]\nscript:\n  - dial: "96688"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A traffic and its scripts."""
    for name, text in (("traffic.yaml", GOOD), ("order.yaml", ORDER), ("price.yaml", PRICE)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_who_calls(folder: Path) -> None:
    """Scripts by their weight, numbers by their pattern, values and characters as given; the same for the same seed."""
    made = [Cast(load_traffic(folder / "traffic.yaml")).next() for _ in range(2)]
    assert made[0][1].number == made[1][1].number
    cast = Cast(load_traffic(folder / "traffic.yaml"))
    people = [cast.next() for _ in range(400)]
    assert sum(name == "order" for name, _ in people) == pytest.approx(300, abs=40)
    order = next(c for name, c in people if name == "order")
    price = next(c for name, c in people if name == "price")
    assert order.config.script[1].model_dump()["press"] == "5#"
    assert order.number.startswith("1390000")
    assert len({c.number for name, c in people if name == "order"}) > 250
    assert price.config.character.names == ("impatient", "hesitant")
    assert {c.number for name, c in people if name == "price"} == {"010", "020"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("poisson: 600", "poison: 600"),
            "4:11: arrivals: arrivals are one of poisson, erlangs, burst, at, at_once (did you mean 'poisson'?)",
        ),
        (("poisson: 600", "poisson: 0"), "greater than 0"),
        (("order.yaml", "ordre.yaml"), "6:14: there is no file"),
        (("impatient", "impatent"), "did you mean 'impatient'?"),
        (("weight: 3", "wieght: 3"), "did you mean 'weight'"),
        (("1390000xxxx", "13z"), "pattern"),
    ],
)
def test_faults_of_a_traffic(folder: Path, change: tuple[str, str], told: str) -> None:
    """With their places."""
    with pytest.raises(ConfigError) as caught:
        load_traffic(folder / "traffic.yaml", GOOD.replace(*change))
    assert told in str(caught.value)


def test_faults_of_all_its_scripts_at_once(folder: Path) -> None:
    """Each in its own file."""
    (folder / "order.yaml").write_text('spec: 1\nscript: [{pres: "1"}]\n')
    (folder / "price.yaml").write_text("spec: 1\nscript: [{hear: x}]\n")
    with pytest.raises(ConfigError) as caught:
        Cast(load_traffic(folder / "traffic.yaml"), _NoBook())
    assert [p.file.rpartition("/")[2] for p in caught.value.problems] == ["order.yaml", "price.yaml"]


class _NoBook:
    clips = ()


def test_the_schema() -> None:
    """Editors know what may stand there."""
    assert all(f"'{word}'" in str(traffic_schema()) for word in ("poisson", "holding", "at_once", "with", "character"))


def test_those_who_have_gone_take_little_memory(tmp_path: Path) -> None:
    """A load may run for days: of a call that is over less than 2 kB stay."""
    script = tmp_path / "call.yaml"
    script.write_text("spec: 1\nscript: [{dial: '96688'}, {wait: 1s}, hang_up]\n", encoding="utf-8")
    cast = Cast(always([script], 1, HOUR))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    gone = [cast.next()[1] for _ in range(200)]
    for caller in gone:
        caller.advance(0, ())
        caller.advance(2 * RATE, ())
        assert caller.finished
        caller.release()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept / len(gone) < 2048


class Desk:
    """Somebody's report, as it was written."""

    def __init__(self, *kinds: str, finished: bool = True, succeeded: bool = False, tone: str = "") -> None:
        self.number, self.level, self.noise, self.wake = "1", 0.0, None, None
        self.finished, self.succeeded = finished, succeeded
        self.report = [Entry(i * RATE, kind, "", tone if kind == "failed" else "") for i, kind in enumerate(kinds)]  # type: ignore[arg-type]
        self.responses = [RATE // 2]

    def advance(self, now: int, events: Sequence[object]) -> list[object]:
        """It is over."""
        return []


@pytest.mark.parametrize(
    ("desk", "result"),
    [
        (Desk("dialled", "heard", "hung_up", succeeded=True), "succeeded"),
        (Desk("dialled", "heard", "failed", "hung_up"), "failed"),
        (Desk("dialled", "tone", "failed", "hung_up", tone="busy"), "blocked"),
        (Desk("dialled", "heard", "failed", "hung_up", tone="busy"), "failed"),
        (Desk("dialled", "heard", "hung_up", "dialled", "failed", tone="congestion"), "blocked"),
        (Desk("dialled", "heard", "mischief", "failed"), "strayed"),
        (Desk("dialled", "heard", "abandoned", "hung_up"), "abandoned"),
        (Desk("dialled", finished=False), "unfinished"),
    ],
)
def test_how_a_call_came_out(desk: Desk, result: Outcome) -> None:
    """A failure is told apart from a busy line and from the character's own doing."""
    assert outcome(desk) == result  # type: ignore[arg-type]
    desk.report = essence(desk.report * 3)
    assert len(desk.report) <= 6
    assert outcome(desk) == result  # type: ignore[arg-type]


def test_what_is_counted() -> None:
    """Calls by outcome, and the waits, in milliseconds."""
    tally = Tally(offered=2)
    for desk in (Desk("dialled", "heard", "hung_up", succeeded=True), Desk("dialled", "failed", tone="busy")):
        tally.add(desk)  # type: ignore[arg-type]
    summary = tally.merged(Tally()).summary()
    assert (summary["answered"], summary["succeeded"], summary["blocked"]) == (1, 1, 1)
    assert summary["first_prompt_ms"] == {"count": 1, "p50": 1000.0, "p95": 1000.0, "max": 1000.0}
    assert summary["response_ms"]["count"] == 2
    assert summary["call_ms"]["max"] == 2000.0
    assert spread([]) is None


CALLS = """\
spec: 1
character: %s
script:
  - dial: "96688"
  - hear: welcome
    within: 20s
  - press: "1#"
  - hear: ask_code
  - hang_up
"""


def answers(keys: str) -> list[str] | None:
    """A welcome, and a question after the hash key."""
    return ["zh/welcome"] if not keys else ["zh/ask_code"] if keys.endswith("#") else None


def run(load: Load, hotline: Hotline, seconds: float) -> None:
    office = hotline.office
    while office.now < seconds * RATE and not load.finished:
        load.advance(office.now)
        hotline.tick()
    load.stop()


def loaded(
    book: Book, index: ClipIndex, file: Path, lines: int, at_once: int, **more: int
) -> tuple[Load, list[list[Entry]]]:
    office = Office(analog_office(lines), book=index)
    kept: list[list[Entry]] = []
    traffic = always([file], at_once, more.get("lasting", 30 * RATE), more.get("seed", 1))
    load = Load(office, traffic, Cast(traffic, book), lambda _, caller, __: kept.append(list(caller.report)))
    run(load, Hotline(office, book, answers), 90)
    assert all(len(caller.report) <= 6 for caller in office.callers)
    return load, kept


def test_ten_at_once_on_eight_lines(book: Book, index: ClipIndex, tmp_path: Path) -> None:
    """Those for whom there is a line are served and hear everything; the others get the busy tone; all is counted."""
    (tmp_path / "call.yaml").write_text(CALLS % "{}")
    load, _ = loaded(book, index, tmp_path / "call.yaml", 8, 10)
    facts = load.summary()["call"]
    assert facts["succeeded"] >= 16
    assert facts["blocked"] >= 2
    assert facts["failed"] == facts["unfinished"] == 0
    assert facts["offered"] == facts["succeeded"] + facts["blocked"]
    assert facts["response_ms"]["p50"] == pytest.approx(60, abs=40)
    assert facts == {**load.summary()["all"]}
    assert "key to response" in load.lines()[0]


def test_a_load_is_the_same_each_time(book: Book, index: ClipIndex, tmp_path: Path) -> None:
    """Same seed: the same calls, to the sample, whatever their characters do; another seed: others."""
    (tmp_path / "call.yaml").write_text(CALLS % "[impatient, {wrong_keys: {chance: 0.3}}, {hangs_up: {chance: 0.1}}]")
    first, second, other = (
        loaded(book, index, tmp_path / "call.yaml", 4, 4, lasting=10 * RATE, seed=seed)[1] for seed in (5, 5, 6)
    )
    assert first == second
    assert first != other
