"""A caller over a stream of events: when it acts, what it writes down, and when it gives up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.events import Tone
from dsp.receiver import RATE
from hw_sim.caller.interactive import InteractiveCaller
from hw_sim.caller.person import Dial, HangUp, Heard, Send
from tests.hw_sim.stage import Contents, Stage


def test_a_whole_call() -> None:
    """Dial, listen, press when the prompt is over, write the price down, hang up."""
    stage = Stage("""
  - dial: "96688"
  - hear: menu
  - press: "1"
  - hear: price_is
  - note_number: price
  - hang_up
""")
    stage.say(1.0, "zh/welcome", "zh/menu")
    stage.say(5.0, "zh/price_is", "zh:四", "zh:十", "zh:五", "zh:元")
    stage.run()
    assert stage.caller.succeeded
    assert stage.caller.notes == {"price": "45"}
    assert [type(a) for _, a in stage.actions] == [Dial, Send, HangUp]
    assert 3.5 <= stage.when(Send) <= 3.8
    assert [(e.kind, e.text) for e in stage.caller.report] == [
        ("dialled", "96688"), ("heard", "欢迎"), ("heard", "请选择"), ("pressed", "1"), ("heard", "价格是"),
        ("heard", "四"),
        ("heard", "十"), ("heard", "五"), ("heard", "元"), ("noted", "45"), ("hung_up", ""),
    ]  # fmt: skip


def test_a_polite_caller_waits_for_all_prompts() -> None:
    """After what it wanted to hear, other prompts follow without a gap: keys come after the last of them."""
    stage = Stage("""
  - hear: welcome
  - press: "1"
""")
    end = stage.say(1.0, "zh/welcome", "zh/menu", "zh/again")
    assert end + 0.4 < stage.run().when(Send) < end + 0.8


def test_an_impatient_caller_presses_over_the_prompt() -> None:
    """`through: began` and `over: true`: as soon as the prompt is recognised."""
    stage = Stage("""
  - hear: menu
    through: began
  - press: "12"
    over: true
  - hear: menu
""")
    stage.say(1.0, "zh/menu", seconds=4.0, cut=0.5)
    stage.say(3.0, "zh/menu")
    stage.run()
    assert stage.when(Send) == pytest.approx(1.3, abs=0.05)
    assert stage.caller.succeeded
    assert stage.report("cut") == ["请选择"]


def test_what_began_before_the_key_is_no_answer_to_it() -> None:
    """The old prompt, played on to its end, does not count as heard after the key."""
    stage = Stage("""
  - hear: menu
    through: began
  - press: "1"
    over: true
  - hear: menu
    within: 3s
""")
    stage.say(1.0, "zh/menu", seconds=2.0)
    assert not stage.run().caller.succeeded
    assert stage.report("failed") == ["waited 3 s for 'menu', heard nothing"]


def test_a_prompt_that_does_not_come() -> None:
    """The caller gives up: hangs up, has failed, and says what it heard instead."""
    stage = Stage("""
  - dial: "96688"
  - hear: [price_is, {text: "*没有*"}]
    within: 4s
""")
    stage.say(1.0, "zh/welcome", "zh/again")
    stage.run()
    assert stage.caller.finished
    assert not stage.caller.succeeded
    assert stage.when(HangUp) == pytest.approx(4.0, abs=0.15)
    assert stage.report("failed") == ["waited 4 s for 'price_is' or '*没有*', heard '欢迎', '请再输入'"]


def test_a_long_prompt_is_heard_out() -> None:
    """Patience is for the beginning: a prompt that began in time may end late; cut, it was not heard through."""
    for cut, succeeded in ((None, True), (2.0, False), (7.8, True)):
        stage = Stage("\n  - hear: menu\n    within: 2s\n")
        stage.say(1.0, "zh/menu", seconds=8.0, cut=cut)
        assert stage.run().caller.succeeded is succeeded


@pytest.mark.parametrize("tone", ["busy", "congestion", "vacant", "howler"])
def test_a_tone_that_ends_the_call(tone: str) -> None:
    """A person does not wait for a prompt on a busy line."""
    stage = Stage('\n  - dial: "1"\n  - hear: menu\n    within: 50s\n')
    stage.tone(2.0, tone)
    stage.run()
    assert not stage.caller.succeeded
    assert stage.now < 5 * RATE
    assert f"the line gave {tone} tone" in stage.report("failed")[0]


def test_a_tone_mistaken_in_speech_does_not_end_the_call() -> None:
    """While prompts are heard, the call is not over, whatever a tone receiver thinks."""
    stage = Stage("\n  - hear: price_is\n    within: 20s\n")
    stage.tone(1.5, "busy")
    stage.say(1.0, "zh/welcome", "zh/menu", "zh/again", "zh/price_is", seconds=2.0)
    assert stage.run().caller.succeeded


def test_ringback_is_no_answer_and_no_end() -> None:
    """The caller waits while it rings."""
    stage = Stage("\n  - hear: welcome\n")
    stage.tone(0.5, "ringback")
    stage.say(4.0, "zh/welcome")
    assert stage.run().caller.succeeded
    assert stage.report("tone") == ["ringback"]


@pytest.mark.parametrize(
    ("step", "at"), [("{tone: busy}", 3.0), ("{silence: 2s}", 4.3), ("{silence: 1s}", 3.3), ("{tone: vacant}", None)]
)
def test_what_is_expected(step: str, at: float | None) -> None:
    """Silence counts from the last sound and from the step; a tone counts from its name."""
    stage = Stage(f"\n  - hear: welcome\n  - expect: {step}\n    within: 8s\n  - hang_up\n")
    stage.say(1.0, "zh/welcome")
    if "tone" in step:
        stage.tone(3.0, "busy")
    stage.run()
    assert stage.caller.succeeded is (at is not None)
    if at is not None:
        assert stage.now / RATE == pytest.approx(at, abs=0.2)


def test_speech_and_waiting() -> None:
    """`say` sends speech at the caller's level; the next step comes when it has been said."""
    stage = Stage("\n  - say: 你好\n  - wait: 2s\n  - hang_up\n", who="{level: -20}").run()
    sound = next(a.sound for _, a in stage.actions if isinstance(a, Send))
    assert 10 * np.log10((sound**2).mean() / (32768**2 / 2)) + 3.14 == pytest.approx(-20, abs=0.1)
    assert stage.now / RATE == pytest.approx(stage.when(Send) + 0.5 + 2.0, abs=0.2)
    assert stage.report("said") == ["你好"]


def test_keys_have_the_callers_level_and_times() -> None:
    """Each tone of a key is at the level of who; on and off as given."""
    stage = Stage('\n  - press: "12"\n    over: true\n', who="{level: -20, keys: {on: 50ms, off: 70ms}}").run()
    sound = next(a.sound for _, a in stage.actions if isinstance(a, Send))
    assert len(sound) == 2 * (400 + 560)
    assert 10 * np.log10((sound[:400] ** 2).mean() / (32768**2 / 2)) + 3.14 == pytest.approx(-17, abs=0.3)


def test_a_prompt_known_by_the_name_of_its_twin() -> None:
    """Two clips say the same: the ear may name either."""
    stage = Stage("\n  - hear: aye\n")
    stage.say(1.0, "zh:是")
    assert stage.run().caller.succeeded


@pytest.mark.parametrize(
    ("words", "notes"),
    [
        (["zh:一", "zh:百", "zh:二", "zh:十", "zh:三"], {"n": "123"}),
        (["zh:一", "zh:一", "zh:二"], {"n": "112"}),
        (["zh/menu", "zh:五"], {"n": "5"}),
        (["zh:四", "zh:十", "zh:元", "zh:五", "zh:角"], {"n": "40.5"}),
        (["zh:四", "zh:十", "zh:元", "zh:五", "zh:条"], {"n": "40"}),
        (["zh/menu"], {}),
    ],
)
def test_numbers_are_written_down(words: list[str], notes: dict[str, str]) -> None:
    """The first number after what was heard last; without one the caller gives up."""
    stage = Stage("\n  - hear: price_is\n  - note_number: n\n    within: 9s\n")
    stage.say(1.0, "zh/price_is", *words, seconds=0.3)
    stage.run()
    assert stage.caller.notes == notes
    assert stage.caller.succeeded is bool(notes)


def test_two_numbers_of_one_sentence() -> None:
    """A second note goes on where the first one ended."""
    stage = Stage("\n  - hear: price_is\n  - note_number: price\n  - note_number: quota\n")
    stage.say(1.0, "zh/price_is", "zh:四", "zh:十", "zh:元", "zh/menu", "zh:五", "zh:条")
    assert stage.run().caller.notes == {"price": "40", "quota": "5"}


def test_the_end_of_the_script_is_the_end_of_the_call() -> None:
    """Without `hang_up` the receiver is put down all the same, once."""
    for last in ("", "  - hang_up\n"):
        stage = Stage('\n  - dial: "1"\n  - wait: 1s\n' + last).run()
        assert [type(a) for _, a in stage.actions] == [Dial, HangUp]
        assert stage.caller.succeeded
        assert stage.caller.wake is None


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["zh/welcome", "zh/menu", "zh:一", "busy", "nobody"])), max_size=12
    )
)
def test_whatever_is_heard_the_call_ends(heard: list[tuple[int, str]]) -> None:
    """Any stream of events: the caller finishes, and hangs up once, as its last act."""
    stage = Stage('\n  - dial: "1"\n  - hear: menu\n  - press: "1#"\n  - note_number: n\n  - say: 好\n  - hang_up\n')
    at = 0.0
    for gap, what in heard:
        at += gap / 2
        if what == "busy":
            stage.tone(at, what)
        else:
            at = stage.say(at, what)
    stage.run(120)
    assert stage.caller.finished
    assert [isinstance(a, HangUp) for _, a in stage.actions].count(True) == 1
    assert isinstance(stage.actions[-1][1], HangUp)
    assert stage.caller.succeeded is (not stage.report("failed"))


def test_an_interactive_caller_does_what_it_is_told() -> None:
    """Dials by itself; keys, speech and hanging up follow at once, and what is heard is told as text."""
    caller = InteractiveCaller("96688", book=Contents())
    assert caller.advance(0, []) == [Dial("96688")]
    caller.press("12")
    caller.say(np.full(800, 100, np.int16), "hello")
    sent = caller.advance(
        160, [Heard(0, 100, "zh/menu"), Tone(0, 120, "busy"), Heard(0, 150, "zh/menu", "ended", 50, 99)]
    )
    assert [len(a.sound) for a in sent if isinstance(a, Send)] == [3200, 800]
    assert not caller.finished
    caller.hang_up()
    assert caller.advance(320, []) == [HangUp()]
    assert caller.finished
    assert [(e.kind, e.text) for e in caller.report] == [
        ("dialled", "96688"), ("heard", "请选择"), ("tone", "busy"), ("cut", "请选择"), ("pressed", "12"),
        ("said", "hello"),
        ("hung_up", ""),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no DTMF key"):
        caller.press("x")
