"""Characters: what they make of a script, and that it is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.yaml_source import ConfigError
from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.receiver import RATE, TICK
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.events import HangUp, Send
from tests.hw_sim.stage import Stage

CALL = """
  - dial: "1"
  - hear: menu
  - press: "1001#"
  - hear: price_is
    within: 30s
  - hang_up
"""


def played(character: str, seed: int = 0, script: str = CALL) -> Stage:
    """The call, to a service that always says the same at the same time."""
    stage = Stage(script, character=character, seed=seed)
    stage.say(1.0, "zh/menu", seconds=4.0)
    stage.say(20.0, "zh/price_is")
    return stage.run()


def keys_in(stage: Stage) -> str:
    """The keys that a receiver of today takes out of what was sent."""
    sound = np.concatenate([np.zeros(800, np.float32), *(a.sound for _, a in stage.actions if isinstance(a, Send))])
    sound = np.concatenate([sound, np.zeros(-len(sound) % TICK + 800, np.float32)])
    receiver = DtmfReceiver(1)
    events = [e for at in range(0, len(sound), TICK) for e in receiver(sound[None, at : at + TICK])]
    return "".join(e.digit for e in events if isinstance(e, Digit) and e.edge == "began")


def test_the_impatient_do_not_wait_for_the_end() -> None:
    """They press while the prompt plays, some time after they recognised it, and the report says so."""
    stage = played("{impatient: {early: 1, reaction: [300ms, 500ms], silence: 60s}}")
    assert 1.6 <= stage.when(Send) <= 1.9
    assert stage.report("mischief") == ["did not wait for the end of '请选择'"]
    assert stage.caller.succeeded
    assert played("{impatient: {early: 0, silence: 60s}}").when(Send) > 5.0


def test_the_impatient_give_up_after_silence() -> None:
    """After so much of it they hang up: the call was abandoned, it has not failed."""
    stage = played("{impatient: {early: 0, silence: 3s}}")
    assert stage.report("abandoned") == ["hung up after 3 s of silence"]
    assert stage.report("failed") == []
    assert stage.when(HangUp) == pytest.approx(stage.when(Send) + 3.0, abs=0.1)
    assert not stage.caller.succeeded


def test_the_impatient_give_up_at_the_second_repeat() -> None:
    """The same prompt again and again is no answer."""
    stage = Stage("\n  - hear: price_is\n    within: 60s\n", character="{impatient: {silence: 50s, repeats: 3}}")
    for second in (1.0, 5.0, 9.0, 13.0):
        stage.say(second, "zh/again")
    stage.run()
    assert stage.report("abandoned") == ["hung up when the same came for the 3. time"]
    assert 9.0 < stage.now / RATE < 10.0


def test_nobody_gives_up_while_it_rings() -> None:
    """Silence counts from when somebody has answered."""
    stage = Stage("\n  - dial: '1'\n  - hear: menu\n    within: 40s\n", character="{impatient: {silence: 2s}}")
    stage.tone(0.5, "ringback")
    stage.say(20.0, "zh/menu")
    assert stage.run().caller.succeeded


def test_the_hesitant_pause_between_keys() -> None:
    """All keys are pressed, with the pauses of the character; those beyond every time-out are told."""
    stage = played("{hesitant: {thinks: 2s, between: 1s, beyond: 0}}")
    sound = next(a.sound for _, a in stage.actions if isinstance(a, Send))
    assert len(sound) == 5 * 800 + 4 * RATE + 800
    assert keys_in(stage) == "1001#"
    assert stage.when(Send) == pytest.approx(5.0 + 0.5 + 2.0, abs=0.2)
    stage = played("{hesitant: {thinks: 0s, between: 100ms, beyond: 1, lapse: 2s}}")
    assert stage.report("mischief") == [f"paused 2.0 s after the key {key}" for key in "1001"]


def test_wrong_keys_are_pressed_and_corrected() -> None:
    """The key beside; who notices clears and begins again; who does not goes on with what was pressed."""
    stage = played("{wrong_keys: {chance: 1, notices: 1, clear: '*'}}")
    pressed = stage.report("pressed")[0]
    assert pressed[0] in "24"
    assert pressed[1:] == "*1001#"
    assert keys_in(stage) == pressed
    assert stage.report("mischief") == [f"pressed {pressed} for 1001#"]
    unnoticed = played("{wrong_keys: {chance: 1, notices: 0}}").report("pressed")[0]
    assert len(unnoticed) == 5
    assert all(a != b for a, b in zip(unnoticed, "1001#", strict=True))


def test_how_often_keys_are_wrong() -> None:
    """As often as the chance says."""
    wrong = sum(
        played("{wrong_keys: {chance: 0.2, notices: 0}}", seed).report("pressed")[0] != "1001#" for seed in range(200)
    )
    assert wrong == pytest.approx(200 * (1 - 0.8**5), abs=25)


def test_who_talks_over_prompts() -> None:
    """Speech leaves while the prompt plays, and the prompt still counts as heard; keys follow as the script says."""
    stage = played("{talks_over: {chance: 1, after: 1s, words: [喂]}}")
    sends = [at for at, a in stage.actions if isinstance(a, Send)]
    assert sends[0] == pytest.approx(2.0, abs=0.1)
    assert stage.report("mischief")[0] == "said '喂' over '请选择'"
    assert stage.report("pressed") == ["1001#"]
    assert stage.caller.succeeded


def test_who_hangs_up_for_no_reason() -> None:
    """Sooner or later, within the step; with chance 1 in the first."""
    stage = played("{hangs_up: {chance: 1, after: [1s, 2s]}}")
    assert stage.report("abandoned") == ["hung up for no reason"]
    assert 1.0 <= stage.when(HangUp) <= 2.1
    ended = [bool(played("{hangs_up: {chance: 0.2}}", seed).report("abandoned")) for seed in range(60)]
    assert 25 <= sum(ended) <= 55  # 0.2 in each of the four steps in which there is time for it


@pytest.mark.parametrize(
    ("fingers", "shortest", "longest"), [("fast", 45, 60), ("slow", 250, 500), ("heavy", 600, 2000)]
)
def test_fingers(fingers: str, shortest: int, longest: int) -> None:
    """Keys are held as long as these fingers do, each a little otherwise, and a receiver takes them all."""
    for word in (f"{{fingers: {fingers}}}", f"{fingers}_fingers", f"[{fingers}_fingers]"):
        stage = played(word)
        assert keys_in(stage) == "1001#"
    sound = next(a.sound for _, a in stage.actions if isinstance(a, Send))
    assert 5 * shortest * 8 <= np.count_nonzero(sound) <= 5 * longest * 8


def test_traits_are_combined() -> None:
    """A list, a mapping, both: the person has all of them. A noisy room is on their end of the line."""
    config = load_caller_config(
        "c.yaml", "spec: 1\ncharacter: [impatient, {wrong_keys: {chance: 0.3}}, noisy_room]\nscript: [hang_up]"
    )
    assert config.character.names == ("impatient", "wrong_keys", "noisy_room")
    assert config.character.wrong_keys is not None
    assert config.character.wrong_keys.chance == 0.3
    assert played("noisy_room").caller.noise == -38.0


@pytest.mark.parametrize(
    ("character", "told"),
    [
        ("impatent", "did you mean 'impatient'?"),
        ("{wrong_keys: {chance: 2}}", "less than or equal to 1"),
        ("{hesitant: {betwen: 1s}}", "did you mean 'between'?"),
        ("{hesitant: {between: [2s, 1s]}}", "the shorter one comes first"),
        ("{fingers: broken}", "fingers"),
        ("[3]", "no trait"),
    ],
)
def test_faults_of_characters(character: str, told: str) -> None:
    """Told with their place."""
    with pytest.raises(ConfigError) as caught:
        load_caller_config("c.yaml", f"spec: 1\ncharacter: {character}\nscript: [hang_up]")
    assert told in str(caught.value)
    assert str(caught.value).startswith("c.yaml:2:")


ALL = (
    "[{impatient: {early: 0.5}}, hesitant, {wrong_keys: {chance: 0.5}}, talks_over, {hangs_up: {chance: 0.1}}, "
    "slow_fingers]"
)


@given(st.integers(0, 2**32))
def test_the_same_seed_is_the_same_call(seed: int) -> None:
    """Whatever the character does, it does it again with the same seed; and every call ends, on hook."""
    first, second = played(ALL, seed), played(ALL, seed)
    assert first.caller.report == second.caller.report
    assert [at for at, _ in first.actions] == [at for at, _ in second.actions]
    assert isinstance(first.actions[-1][1], HangUp)
    assert first.caller.finished
