"""Flows that nobody wrote: whatever loads without a fault leads every caller to the end of the call."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ivr_runtime.errors import CallEnded, ServiceFailed, StepFailed
from ivr_runtime.flow.load import examine
from ivr_runtime.flow.run import run_flow
from ivr_runtime.flow.trace import Entry
from ivr_runtime.services import Service
from tests.ivr_runtime.flow.fakes import SILENCE, FakeCall, FakeService, FakeSpeaker

NAMES = st.sampled_from(["a", "b", "c"])
VARIABLES = st.sampled_from(["x", "y"])
VALUES = st.sampled_from([0, 7, "{{ x }}", "{{ y }}", "{{ x + y }}", "{{ [x, 2] }}", "{{ call.id }}", "text"])
PIECES = st.one_of(
    st.sampled_from(["p", {"number": "{{ x }}"}, {"digits": "{{ y }}"}, {"money": 250}, {"text": "{{ x }}"}]),
    st.just({"each": "{{ y }}", "say": ["p", {"number": "{{ item }}"}]}),
    st.just({"when": "x", "say": "p", "else": [{"count": 2, "unit": "条"}]}),
)
SAY = st.lists(PIECES, max_size=2)
PLAIN = st.one_of(
    st.builds(lambda said: {"say": said}, SAY),
    st.builds(lambda name, raw: {"set": {name: raw}}, VARIABLES, VALUES),
    st.builds(lambda name: {"do": name}, NAMES),
    st.sampled_from([{"language": "en"}, {"pause": 60}]),
    st.builds(lambda name, raw: {"query": "s.ask", "with": {"x": raw}, "into": name}, VARIABLES, VALUES),
)
LEAVING = st.one_of(
    st.builds(lambda name: {"goto": name}, NAMES),
    st.builds(lambda name: {"retry": name}, NAMES),
    st.builds(lambda said: {"hang_up": said}, SAY),
)


def branching(branch: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Steps that hold branches."""
    return st.one_of(
        st.builds(lambda then, other: {"if": "x == 7", "then": then, "else": other}, branch, branch),
        st.builds(lambda said, one, star: {"menu": said, "on": {1: one, "*": star}}, SAY, branch, branch),
        st.builds(lambda name, back: {"collect": name, "max_digits": 3, "back": back}, VARIABLES, NAMES),
        st.builds(lambda gone, bad: {"query": "s.ask", "missing": gone, "failed": bad}, branch, branch),
    )


STEPS = st.lists(st.one_of(PLAIN, branching(st.lists(st.one_of(PLAIN, LEAVING), max_size=2))), max_size=3)
BODIES = st.builds(lambda steps, last: [*steps, last], STEPS, LEAVING)
ANSWERS = st.lists(st.sampled_from([None, 0, "7", [1, 2], ServiceFailed("s.ask", "locked")]), max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys("abc", BODIES)),
    st.lists(st.sampled_from(["1", "*", "12#", "777", "9", SILENCE]), max_size=10),
    ANSWERS,
    st.booleans(),
)
def test_a_flow_that_loads_ends_every_call(steps: dict, keys: list[str], answers: list, saved: bool) -> None:
    """The call is hung up by one side or fails with its place; the trace is in order and numbered without gaps."""
    document = {
        "spec": 1,
        "name": "any",
        "languages": ["zh", "en"],
        "defaults": {"exhausted": "bye", "retries": 1} | ({"failed": "bye"} if saved else {}),
        "variables": {"x": 1, "y": []},
        "prompts": {"p": {"zh": "好", "en": "good"}},
        "steps": {**steps, "bye": {"hang_up": "p"}},
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    flow, faults, _ = examine("any.yaml", text, {"s.ask": Service("s.ask", (), ("x",))})
    assume(not faults)
    assert flow is not None
    trace: list[Entry] = []
    kept: list[Any] = []
    speaker = FakeSpeaker([clip.id for clip in flow.clips])
    call = FakeCall(keys, speaker)
    asked = iter(answers * 400)

    def ask(x: object = None) -> object:
        answer = next(asked, 7)
        if isinstance(answer, ServiceFailed):
            raise answer
        return answer

    journal = type("Kept", (), {"step": staticmethod(kept.append)})
    made = run_flow(flow, call, speaker, services={"s.ask": FakeService(ask)}, journal=journal(), trace=trace)
    with contextlib.suppress(CallEnded, StepFailed):
        asyncio.run(made)
        assert call.hung_up
    assert [entry.number for entry in kept] == list(range(1, len(trace) + 1))
    assert [entry.path for entry in kept] == [entry.path for entry in trace]
    times = [moment for entry in trace for moment in (entry.at, entry.until)]
    assert times == sorted(times)
    assert all(entry.outcome for entry in trace)
