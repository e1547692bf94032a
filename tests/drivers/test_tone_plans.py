"""Tone plans from YAML: a plan that says what differs, its faults with their places, and learned plans that load."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import learned_plan, tone_plans
from drivers.yaml_source import ConfigError
from dsp import tones
from dsp.plans import PLANS, PlanTone, TonePlan
from dsp.tones.learning import learn

PBX = """\
spec: 1
like: cn
tones:
  busy: {frequencies: 450, cadence: [0.21, 0.21, 0.21, 0.21, 0.21, 0.21, 0.63, 0.21]}
without: [third_party]
"""


def faults(text: str) -> list[str]:
    """What is wrong with a plan, each fault as a reader sees it."""
    with pytest.raises(ConfigError) as caught:
        tone_plans.load("pbx.yaml", text)
    return [str(problem) for problem in caught.value.problems]


def test_a_country_is_its_plan() -> None:
    """The name of a country needs no file, in capitals too."""
    assert tone_plans.load("hk") is PLANS["hk"]
    assert tone_plans.load("US") is PLANS["us"]


def test_a_plan_like_another_says_only_what_differs(tmp_path: Path) -> None:
    """Its own tones replace those of their name; the rest is as in the country, without what it has not."""
    file = tmp_path / "pbx.yaml"
    file.write_text(PBX)
    plan = tone_plans.load(file)
    assert plan.name == "pbx"
    assert plan.tone("busy").cadence == ((0.21, 0.21),) * 3 + ((0.63, 0.21),)
    assert plan.tone("ringback") == PLANS["cn"].tone("ringback")
    names = [tone.name for tone in plan.tones]
    assert names.count("busy") == 1
    assert "third_party" not in names


def test_a_plan_of_its_own_has_fax_tones() -> None:
    """Fax machines call everywhere alike: their tones need not be said."""
    plan = tone_plans.load("own.yaml", "spec: 1\nname: own\ntones:\n  dial: {frequencies: [350, 440], level: -13}\n")
    assert [tone.name for tone in plan.tones] == ["dial", "cng", "ced"]
    assert plan.tone("dial") == PlanTone("dial", (350.0, 440.0), level=-13.0)


def test_a_sequence_is_a_tone_of_different_bursts() -> None:
    """SIT: three sounds in turn; its frequencies are all that occur."""
    text = "spec: 1\ntones:\n  sit: {sequence: [950, 1400, [1800, 1850]], cadence: [0.33, 0, 0.33, 0, 0.33, 1]}\n"
    sit = tone_plans.load("x.yaml", text).tone("sit")
    assert sit.bursts == ((950.0,), (1400.0,), (1800.0, 1850.0))
    assert sit.frequencies == (950.0, 1400.0, 1800.0, 1850.0)


def test_the_pbx_of_the_file_is_heard() -> None:
    """What the plan says is what the receiver names."""
    plan = tone_plans.load("pbx.yaml", PBX)
    receiver = tones.ToneReceiver(1, plan)
    events = receiver(tones.generate(plan, "busy", 40000)[None])
    assert [event.tone for event in events] == ["busy"]


def test_every_fault_has_its_place_and_a_hint() -> None:
    """All faults of the file at once."""
    text = "spec: 1\nlike: cn\ntones:\n  busy: {frequencies: 45, cadance: [1, 1]}\nwithout: [third_partie]\n"
    assert faults(text) == [
        "pbx.yaml:4:23: tones.busy.frequencies: Input should be greater than or equal to 100",
        "pbx.yaml:4:27: unknown key 'cadance'  (did you mean 'cadence'?)",
        "pbx.yaml:5:11: cn has no tone 'third_partie'  (did you mean 'third_party'?)",
    ]


@pytest.mark.parametrize(
    ("tone", "said"),
    [
        ("{frequencies: 450, cadence: [1]}", "a number is missing"),
        ("{frequencies: 450, cadence: [0.01, 1]}", "cannot be heard"),
        ("{cadence: [1, 1]}", "needs either frequencies"),
        ("{frequencies: 450, sequence: [450], cadence: [1, 1]}", "needs either frequencies"),
        ("{sequence: [450, 900], cadence: [1, 1]}", "2 sounds in the sequence, but 1 bursts"),
        ("{frequencies: 450, cadence: [1, 0]}", "one burst of two"),
        ("{frequencies: []}", "at least 1 item"),
    ],
)
def test_a_tone_that_contradicts_itself_is_refused(tone: str, said: str) -> None:
    """Each with what is wrong, at the tone's place."""
    (fault,) = faults(f"spec: 1\ntones:\n  busy: {tone}\n")
    assert said in fault
    assert fault.startswith("pbx.yaml:3:")


def test_unknown_plans_are_refused_with_those_there_are() -> None:
    """In a file, and instead of one."""
    assert faults("spec: 1\nlike: cm\ntones: {}\n") == [
        "pbx.yaml:2:7: there is no tone plan 'cm'  (known: cn, eu, hk, jp, mo, tw, uk, us)"
    ]
    with pytest.raises(ConfigError, match="neither a country with a tone plan nor a file"):
        tone_plans.load("atlantis")
    with pytest.raises(ConfigError, match="No such file"):
        tone_plans.load("missing.yaml")


def test_a_learned_plan_loads_and_hears_the_recording() -> None:
    """Ringback and busy of an exchange: rendered, loaded again, and named by the receiver on the same recording."""
    cn = PLANS["cn"]
    busy = TonePlan("", (PlanTone("busy", (446,), ((0.36, 0.34),)),))
    heard = np.concatenate([tones.generate(cn, "ringback", 90000), np.zeros(8000), tones.generate(busy, "busy", 40000)])
    text = learned_plan.render(learn(heard), "exchange")
    assert "like: cn" in text
    plan = tone_plans.load("exchange.yaml", text)
    names = [e.tone for e in tones.ToneReceiver(1, plan)(heard[None].astype(np.float32)) if e.edge == "began"]
    assert names == ["ringback", "busy"]


def test_silence_teaches_nothing() -> None:
    """A recording without a tone renders as a plan without one, which loads."""
    text = learned_plan.render(learn(np.zeros(16000)))
    assert "no tone was heard" in text
    assert [tone.name for tone in tone_plans.load("x.yaml", text).tones] == ["cng", "ced"]


@settings(deadline=None, max_examples=30)
@given(
    st.floats(300, 700),
    st.lists(st.tuples(st.floats(0.1, 2), st.floats(0.1, 4)), max_size=4),
    st.floats(-40, 0),
)
def test_a_plan_survives_its_file(hertz: float, cadence: list[tuple[float, float]], level: float) -> None:
    """What is rendered is what is loaded, to the precision of the file."""
    from dsp.tones.learning import Learned, LearnedTone

    tone = PlanTone("busy", (hertz,), tuple(cadence), level)
    text = learned_plan.render(Learned((LearnedTone(tone, 3, None),), "", 30.0))
    loaded = tone_plans.load("x.yaml", text).tone("busy")
    assert loaded.frequencies == pytest.approx(tone.frequencies, rel=1e-4)
    assert np.ravel(loaded.cadence) == pytest.approx(np.ravel(tone.cadence), rel=1e-4)
    assert loaded.level == pytest.approx(level, rel=1e-4, abs=1e-4)
