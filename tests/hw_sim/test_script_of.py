"""A call made by hand, as a script, and the script played."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.speech.book import Book
from dsp.receiver import RATE
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.events import CallerProtocol, Entry
from hw_sim.caller.interactive import InteractiveCaller
from hw_sim.caller.model import Person
from hw_sim.caller.person import Caller
from hw_sim.caller.script_of import script_of
from hw_sim.config import analog_office
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.office import Office
from tests.hw_sim.hotline import Hotline


def answers(keys: str) -> list[str] | None:
    """A menu, a code, its price."""
    said = {
        "": ["zh/welcome", "zh/menu"], "1": ["zh/ask_code"], "11001#": ["zh/price_is", "zh:四十", "zh:元"],
        "12#": ["zh/no_such_code"],
    }  # fmt: skip
    return said.get(keys, None if keys.startswith("1") else ["zh/no_such_choice"])


def play(book: Book, index: ClipIndex, caller: CallerProtocol, hands: dict[float, str]) -> Hotline:
    """The call; hands: what a person at the keyboard does, by second."""
    office = Office(analog_office(1), [caller], book=index)
    hotline = Hotline(office, book, answers)
    left = sorted(hands.items())
    while office.now < 60 * RATE and not caller.finished:
        while left and left[0][0] * RATE <= office.now and isinstance(caller, InteractiveCaller):
            _, what = left.pop(0)
            caller.hang_up() if what == "h" else caller.press(what)
        hotline.tick()
    return hotline


@pytest.mark.parametrize(
    ("hands", "keys"),
    [
        ({12.0: "1", 17.0: "1", 17.4: "0", 17.8: "0", 18.2: "1", 18.8: "#", 24.0: "h"}, "11001#"),
        ({6.0: "1", 7.5: "1001#", 9.0: "h"}, "11001#"),
        ({12.0: "5", 16.0: "1", 19.0: "h"}, "51"),
        ({5.0: "h"}, ""),
    ],
)
def test_it_replays_to_the_same_end(book: Book, index: ClipIndex, hands: dict[float, str], keys: str) -> None:
    """Keys typed one by one or at once, after prompts or into them: the script presses the same at the same prompts."""
    person = InteractiveCaller("96688", Person(number="139", level=-10), book)
    hotline = play(book, index, person, hands)
    assert hotline.pressed(0) == keys
    text = script_of(person.report, person.who)
    config = load_caller_config("made.yaml", text, clips=book.clips)
    caller = Caller(config, book)
    again = play(book, index, caller, {})
    assert caller.succeeded, (text, caller.report)
    assert again.pressed(0) == keys, text
    assert caller.number == "139"
    heard = [e.name for e in caller.report if e.kind == "heard"]
    assert heard == [e.name for e in person.report if e.kind == "heard"]


def test_how_it_reads() -> None:
    """Keys in a row are one entry; over a prompt they wait for its beginning; a number is noted."""
    report = [
        Entry(0, "dialled", "96688"), Entry(4000, "tone", "ringback"), Entry(20000, "heard", "欢迎", "zh/welcome"),
        Entry(40000, "heard", "菜单", "zh/menu"), Entry(46000, "pressed", "1", "over"),
        Entry(46100, "cut", "菜单", "zh/menu"), Entry(50000, "heard", "代码", "zh/ask_code"),
        Entry(90000, "pressed", "1"), Entry(94000, "pressed", "#"), Entry(100000, "heard", "价格", "zh/price_is"),
        Entry(110000, "heard", "四", "zh:四"), Entry(130000, "hung_up", ""),
    ]  # fmt: skip
    assert (
        script_of(report, Person(number="139"))
        == """\
spec: 1
who: {"number": "139", "level": -12.0, "language": "zh"}
patience: 30s
script:
  - dial: "96688"
  - hear: "zh/menu"
    through: began
  - press: "1"
    over: true
  - hear: "zh/ask_code"
  - press: "1#"
  - hear: "zh/price_is"
  - note_number: "number 1"
  - hang_up
"""
    )


def test_a_busy_line() -> None:
    """Who hung up at a tone expects that tone."""
    report = [Entry(0, "dialled", "5"), Entry(8000, "tone", "busy"), Entry(40000, "hung_up", "")]
    assert script_of(report).splitlines()[-2:] == ["  - expect: {tone: busy}", "  - hang_up"]


KINDS = st.sampled_from(
    ["dialled", "heard", "cut", "tone", "pressed", "said", "hung_up", "noted", "mischief", "lifted"]
)


@given(
    st.lists(st.tuples(KINDS, st.integers(0, 80000), st.sampled_from(["1", "*#", "0"]), st.sampled_from(["", "over"])))
)
def test_any_report_makes_a_script(report: list[tuple[str, int, str, str]]) -> None:
    """Whatever was done, the script loads."""
    at, entries = 0, []
    for kind, gap, text, name in report:
        at += gap
        said = "busy" if kind == "tone" else text
        entries.append(Entry(at, kind, said, "zh/menu" if kind == "heard" else name))  # type: ignore[arg-type]
    assert load_caller_config("c.yaml", script_of(entries)).script
