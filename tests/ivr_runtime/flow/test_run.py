"""Running a flow: what every kind of step does, in traces that are asserted whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.speech.errors import SpeechError
from ivr_runtime.errors import CallEnded, ServiceFailed, StepFailed
from ivr_runtime.flow.load import load
from ivr_runtime.flow.run import run_flow
from ivr_runtime.flow.trace import Entry, kept, outline
from ivr_runtime.services import Service
from tests.ivr_runtime.flow.fakes import SILENCE, FakeCall, FakeService, FakeSpeaker, Speech

HEAD = """\
spec: 1
name: test
languages: [zh, en]
apology: sorry
defaults: {exhausted: bye, noinput: silent, nomatch: wrong, back: main, first_timeout: 7, digit_timeout: 2}
prompts:
  hello: {zh: 你好, en: Hello}
  ask: {zh: 请按键, en: Press}
  silent: {zh: 没有, en: Nothing}
  wrong: {zh: 错误, en: Wrong}
  sorry: {zh: 抱歉, en: Sorry}
  bye: {zh: 再见, en: Goodbye}
steps:
"""
BYE = "  bye: {hang_up: bye}\n"
SERVICES = {name: Service(name, (), ("x", "file")) for name in ("shop.ask", "shop.keep", "shop.drop")}


class Ran:
    """A flow that was run on a scripted call."""

    def __init__(
        self,
        steps: str,
        script: Sequence[str | Speech] = (),
        folder: Path = Path(),
        head: str = HEAD,
        speaker: FakeSpeaker | None = None,
        **services: Any,
    ) -> None:
        flow = load("f.yaml", head + steps + BYE, services=SERVICES)
        self.speaker = speaker or FakeSpeaker([clip.id for clip in flow.clips])
        self.call = FakeCall(script, self.speaker)
        self.trace: list[Entry] = []
        self.services = {f"shop.{name}": FakeService(function) for name, function in services.items()}
        self.error: Exception | None = None
        made = run_flow(flow, self.call, self.speaker, services=self.services, folder=folder, trace=self.trace)
        try:
            asyncio.run(made)
        except (CallEnded, StepFailed) as error:
            self.error = error

    @property
    def way(self) -> list[tuple[str, str]]:
        return outline(self.trace)


def test_say_and_hang_up() -> None:
    """A call that only listens: said, hung up by us, and nothing raised."""
    ran = Ran("  main: [{say: [hello, ask]}, {goto: bye}]\n")
    assert ran.call.said == ["zh/hello", "zh/ask", "zh/bye"]
    assert ran.way == [("main.0", "said"), ("main.1", "bye"), ("bye.0", "hung_up")]
    assert ran.call.hung_up
    assert ran.error is None
    assert [(entry.at, entry.until) for entry in ran.trace] == [(0, 16_000), (16_000, 16_000), (16_000, 24_000)]


def test_the_end_of_the_call_ends_the_trace() -> None:
    """The caller hangs up at a question: the step is in the trace with what was said, and CallEnded goes on."""
    ran = Ran("  main: [{collect: x, say: ask}, {goto: bye}]\n")
    assert isinstance(ran.error, CallEnded)
    assert ran.way == [("main.0", "ended")]
    assert ran.trace[0].said == ["zh/ask"]
    assert ran.trace[0].facts == {"reason": "disconnect"}


def test_a_key_over_a_prompt_is_the_answer_to_the_next_question() -> None:
    """Type-ahead: what is skipped is not in the trace as said; bargein: false says all of it."""
    steps = "  main: [{menu: ask, on: {1: []}}, {say: hello}, {say: bye, bargein: false}, {menu: ask, on: {2: bye}}]\n"
    ran = Ran(steps, ["12"])
    assert ran.call.said == ["zh/ask", "zh/bye", "zh/bye"]
    assert [entry.said for entry in ran.trace] == [["zh/ask"], [], ["zh/bye"], [], [], ["zh/bye"]]


def test_menu_branches_fall_through_to_the_next_step() -> None:
    """A branch of steps that come to their end: the step after the menu follows."""
    ran = Ran("  main: [{menu: ask, on: {1: [{say: hello}], 2: bye}}, {goto: bye}]\n", ["1"])
    assert ran.way == [("main.0", "1"), ("main.0.on.1.0", "said"), ("main.1", "bye"), ("bye.0", "hung_up")]


def test_a_question_is_put_again_and_then_given_up() -> None:
    """Silence and wrong keys count together; the words of regret are not said after the last try."""
    ran = Ran("  main: [{menu: ask, on: {1: bye}}]\n", [SILENCE, "9", SILENCE])
    assert ran.call.said == ["zh/ask", "zh/silent", "zh/ask", "zh/wrong", "zh/ask", "zh/bye"]
    assert ran.trace[0].keys == ["", "9", ""]
    assert ran.way == [("main.0", "exhausted"), ("defaults.exhausted.0", "bye"), ("bye.0", "hung_up")]


def test_a_question_with_its_own_manners() -> None:
    """retries, noinput, exhausted and bargein of the question win over the defaults."""
    own = "retries: 0, exhausted: [{say: hello}, {goto: bye}], noinput: hello"
    ran = Ran(f"  main: [{{menu: ask, on: {{1: bye}}, {own}}}]\n", [SILENCE])
    assert ran.call.said == ["zh/ask", "zh/hello", "zh/bye"]
    assert ran.way[1][0] == "main.0.exhausted.0"


@pytest.mark.parametrize(
    ("keys", "outcome", "kept"),
    [
        ("0012#", "digits", ["0012"]),
        ("00123456#", "digits", ["001234"]),
        ("12", "exhausted", ["12", "", ""]),
        ("123", "digits", ["123"]),
        ("#", "exhausted", ["", "", ""]),
        ("12*", "back", ["12"]),
        ("12A4#", "exhausted", ["12A4", "", ""]),
    ],
)
def test_what_collect_takes(keys: str, outcome: str, kept: list[str]) -> None:
    """At least min_digits, at most max_digits; digits only; `*` goes back; a time-out completes what is enough."""
    steps = "  main: [{goto: ask}]\n  ask: [{collect: x, min_digits: 3, max_digits: 6}, {goto: bye}]\n"
    ran = Ran(steps, [keys, SILENCE, SILENCE])
    entry = next(entry for entry in ran.trace if entry.path == "ask.0")
    assert (entry.outcome, entry.keys) == (outcome, kept)


def test_star_without_a_way_back_is_a_wrong_key() -> None:
    """`back: false`: `*` leads nowhere and is told so."""
    ran = Ran("  main: [{collect: x, back: false}, {menu: ask, on: {1: bye}, back: false}]\n", ["*#", "5#", "*", "1"])
    assert ran.call.said == ["zh/wrong", "zh/ask", "zh/wrong", "zh/ask", "zh/bye"]


def test_a_secret_leaves_no_trace() -> None:
    """The digits of a secret are in the variable and nowhere else."""
    ran = Ran("  main: [{collect: pin, secret: true}, {query: shop.ask, with: {x: '{{ pin }}'}}, {goto: bye}]\n",
              ["4711#"], ask=lambda x: x)  # fmt: skip
    assert ran.services["shop.ask"].calls == [{"x": "4711"}]
    assert "4711" not in repr(ran.trace)
    assert ran.trace[0].keys == ["****"]


def test_query_missing_and_answered() -> None:
    """None is missing; without the branch the call goes on, and the variable is None."""
    steps = """\
  main:
    - query: shop.ask
      with: {x: 1}
      into: a
      missing: [{say: wrong}]
    - if: a is none
      then: [{say: hello}]
    - goto: bye
"""
    assert Ran(steps, ask=lambda x: None).call.said == ["zh/wrong", "zh/hello", "zh/bye"]
    assert Ran(steps, ask=lambda x: 0).call.said == ["zh/bye"]


def fail(**_named: Any) -> None:
    """A service whose database is locked."""
    raise ServiceFailed("shop.ask", "database is locked")


def test_a_failing_service_takes_its_own_branch_first() -> None:
    """`failed` of the step; what it leads to is in the trace under its path."""
    ran = Ran("  main: [{query: shop.ask, failed: [{say: sorry}, {goto: bye}]}, {goto: main}]\n", ask=fail)
    assert ran.way == [
        ("main.0", "failed"),
        ("main.0.failed.0", "said"),
        ("main.0.failed.1", "bye"),
        ("bye.0", "hung_up"),
    ]
    assert ran.trace[0].facts["error"] == "shop.ask: database is locked"


def test_a_failing_service_without_any_branch_raises_with_its_place() -> None:
    """StepFailed names file, line and column; the cause is chained; the apology is at hand for whoever catches it."""
    ran = Ran("  main:\n    - query: shop.ask\n    - goto: bye\n", ask=fail)
    assert isinstance(ran.error, StepFailed)
    assert ran.error.place == "f.yaml:15:7"
    assert isinstance(ran.error.__cause__, ServiceFailed)
    assert [ran.speaker.ids[clip] for clip in ran.call.apologies("failed")] == ["zh/sorry"]


def test_a_flow_that_fails_for_ever_ends() -> None:
    """A `failed` that leads back to the failing step: after three failures the call is given up."""
    head = HEAD.replace("back: main,", "back: main, failed: main,")
    ran = Ran("  main: [{query: shop.ask}, {goto: bye}]\n", head=head, ask=fail)
    assert isinstance(ran.error, StepFailed)
    assert [entry.outcome for entry in ran.trace] == ["failed", "main"] * 3 + ["failed"]


@pytest.mark.parametrize(
    "step",
    [
        '{say: [{number: "{{ later }}"}]}',
        '{say: [{number: "{{ call.number }}x"}]}',
        '{say: [{each: "{{ call.id }}", say: [{digits: 1}]}]}',
        '{say: [{recording: m}]}',
        '{if: later > 1, then: [{say: hello}]}',
        '{set: {x: "{{ 1 / 0 }}"}}',
        '{query: shop.ask, with: {x: "{{ later }}"}}',
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_fails_its_step(step: str) -> None:
    """A variable not set yet, a value that cannot be said: the step fails, the flow's `failed` follows, no silence."""
    head = HEAD.replace("back: main,", "back: main, failed: [{say: sorry}, {goto: bye}],")
    steps = f"  main: [{step}, {{goto: later}}]\n  later: [{{set: {{later: 1}}}}, {{goto: rec}}]\n"
    record = "{record: m, too_short: bye, keep: {query: shop.keep}}"
    ran = Ran(steps + f"  rec: [{record}, {{goto: bye}}]\n", head=head, ask=lambda x: x, keep=lambda: 1)
    assert ran.way[0] == ("main.0", "failed")
    assert ran.call.said == ["zh/sorry", "zh/bye"]


def test_words_that_nobody_foresaw_are_synthesised() -> None:
    """A text with a variable is made in a thread once and known from then on; failing to is a failed step."""
    steps = (
        "  main: [{set: {name: 大熊猫}}, {say: [{text: '{{ name }}'}]}, {say: [{text: '{{ name }}'}]}, {goto: bye}]\n"
    )
    ran = Ran(steps)
    assert ran.speaker.made == ["zh:大熊猫"]
    assert ran.call.said == ["zh:大熊猫", "zh:大熊猫", "zh/bye"]

    class Mute(FakeSpeaker):
        def clip(self, language: str, text: str) -> int:
            raise SpeechError("no synthesiser")

    assert isinstance(Ran(steps, speaker=Mute(["zh/bye"])).error, StepFailed)


def test_nothing_said_is_too_short_also_where_a_message_may_have_any_length(tmp_path: Path) -> None:
    """min_seconds: 0. There is no file then, so there is nothing to keep."""
    record = (
        "{record: m, min_seconds: 0, too_short: [{goto: bye}], keep: {query: shop.keep, with: {x: '{{ m.file }}'}}}"
    )
    steps = f"  main: [{record}, {{goto: bye}}]\n"
    ran = Ran(steps, [Speech(0, "silence")], tmp_path, keep=lambda x: 1)
    assert ran.way[0] == ("main.0", "too_short")


def test_language_goes_on_until_the_next() -> None:
    """After `language: en` prompts and numbers are English; a text may be in another language than the call's."""
    steps = "  main: [{say: hello}, {language: en}, {say: [hello, {number: 21}, {text: 你好, in: zh}]}, {goto: bye}]\n"
    ran = Ran(steps)
    assert ran.call.said == ["zh/hello", "en/hello", "en:twenty-one", "zh:你好", "en/bye"]
    assert ran.call.language == "en"


def test_do_comes_back_and_goto_does_not() -> None:
    """A named step is run in between; a goto in it leaves it for good."""
    steps = "  main: [{do: sub}, {say: hello}, {do: out}, {say: ask}, {goto: bye}]\n"
    steps += "  sub: [{say: ask}]\n  out: [{goto: bye}]\n"
    ran = Ran(steps)
    assert ran.call.said == ["zh/ask", "zh/hello", "zh/bye"]
    assert ran.way[:3] == [("main.0", "sub"), ("sub.0", "said"), ("main.1", "said")]


def test_retry_counts_in_a_row() -> None:
    """Twice again, then exhausted; a goto begins the count anew; keys typed ahead are forgotten."""
    steps = """\
  main:
    - collect: x
    - if: x == "1"
      then: [{goto: main}]
    - retry: main
      times: 2
      exhausted: [{say: sorry}, {goto: bye}]
"""
    assert [e.outcome for e in Ran(steps, ["5#", "5#", "5#"]).trace if e.action == "retry"] == [
        "main",
        "main",
        "exhausted",
    ]
    ran = Ran(steps, ["5#", "5#", "1#", "5#", "5#", "5#7#"])
    assert [e.outcome for e in ran.trace if e.action == "retry"] == ["main", "main", "main", "main", "exhausted"]
    assert ran.call.said == ["zh/sorry", "zh/bye"]


def test_each_when_and_set() -> None:
    """Lists are read item by item, conditions choose pieces, later variables use earlier ones."""
    steps = """\
  main:
    - set: {items: [1, 2], more: "{{ items + [12] }}"}
    - say:
        - {each: "{{ more }}", as: n, say: [{count: "{{ n }}", unit: 条}]}
        - {when: "more | length > 9", say: ask, else: [hello]}
    - goto: bye
"""
    ran = Ran(steps)
    assert ran.call.said == ["zh:一", "zh:条", "zh:两", "zh:条", "zh:十二", "zh:条", "zh/hello", "zh/bye"]


def test_pause_takes_its_time() -> None:
    """Half a second is 4,000 samples."""
    assert Ran("  main: [{pause: 0.5}, {goto: bye}]\n").trace[0].until == 4000


def test_a_circle_without_waiting_is_stopped() -> None:
    """A flow that goes round and asks nothing ends with the place of the circle instead of hanging the server."""
    ran = Ran("  main: [{if: call.id, then: main, else: bye}]\n")
    assert isinstance(ran.error, StepFailed)
    assert "circle" in str(ran.error)


RECORD = """\
  main:
    - record: m
      say: ask
      too_short: [{say: wrong}, {retry: main}]
      keep: {query: shop.keep, with: {file: "{{ m.file }}"}}
      discard: {query: shop.drop, with: {file: "{{ m.file }}"}}
    - menu: [{recording: m}, ask]
      on: {1: [{keep: m}, {say: hello}, {goto: bye}], 2: [{discard: m}, {goto: bye}], 3: main}
"""


@pytest.mark.parametrize(
    ("script", "keeps", "drops"),
    [
        ([Speech(3), "1"], ["1"], []),
        ([Speech(3), "2"], [], ["1"]),
        ([Speech(3)], ["1"], []),
        ([Speech(3, "hang_up")], ["1"], []),
        ([Speech(1, "hang_up")], [], []),
        ([Speech(1), Speech(2)], ["2"], []),
        ([Speech(3), "3", Speech(4), "1"], ["2"], ["1"]),
        ([Speech(3), "3"], ["1"], []),
        ([Speech(3), SILENCE, SILENCE, SILENCE], ["1"], []),
        ([Speech(0, "silence"), Speech(0, "silence"), Speech(0, "silence")], [], []),
    ],
)
def test_a_recording_is_kept_unless_it_is_thrown_away(script: list, keeps: list, drops: list, tmp_path: Path) -> None:
    """Kept once however the call ends, if it is long enough; a second one replaces the first."""
    ran = Ran(RECORD, script, tmp_path, keep=lambda file: True, drop=lambda file: None)
    called = {name: [call["file"] for call in ran.services[f"shop.{name}"].calls] for name in ("keep", "drop")}
    named = {name: [file.removesuffix(".wav").rpartition("-")[2] for file in files] for name, files in called.items()}
    assert named == {"keep": keeps, "drop": drops}
    assert all(Path(file).is_absolute() for file in called["keep"])


def test_a_new_recording_counts_even_if_the_old_one_cannot_be_thrown_away(tmp_path: Path) -> None:
    """Discarding fails (disk): the step fails, but the new recording is the one that is kept."""
    head = HEAD.replace("back: main,", "back: main, failed: bye,")
    ran = Ran(RECORD, [Speech(3), "3", Speech(4)], tmp_path, head=head, keep=lambda file: True, drop=fail)
    assert [call["file"][-5:] for call in ran.services["shop.keep"].calls] == ["2.wav"]


def test_an_entry_for_the_records_can_be_written_as_json() -> None:
    """Facts of any kind become numbers and short texts; the number counts from 1."""
    entry = Entry("a.0", "query", 5, 9, ["zh/a"], ["1"], "answered", {"error": "x" * 999, "n": 3, "odd": object()})
    made = kept("call-1", 1, entry)
    assert (made.call, made.number, made.path, made.at, made.what, made.outcome) == (
        "call-1",
        1,
        "a.0",
        5,
        "query",
        "answered",
    )
    assert len(json.dumps(dict(made.facts))) < 400


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text("0123456789*#", max_size=6), max_size=14))
def test_any_keys_lead_to_an_end(keys: list[str]) -> None:
    """Whatever a caller keys, the call ends by a hang-up of one side, and the trace's times never run back."""
    steps = """\
  main: [{menu: ask, on: {1: code, 2: [{say: hello}], "#": main}}, {goto: main}]
  code: [{collect: x, max_digits: 4}, {query: shop.ask, with: {x: "{{ x }}"}, missing: [{retry: code}]}, {goto: main}]
"""
    ran = Ran(steps, keys, ask=lambda x: int(x) % 2 or None)
    assert ran.error is None or isinstance(ran.error, CallEnded)
    assert ran.call.hung_up or ran.call.gone
    times = [moment for entry in ran.trace for moment in (entry.at, entry.until)]
    assert times == sorted(times)
