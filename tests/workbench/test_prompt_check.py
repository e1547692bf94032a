"""The prompt certificate: what would be heard is named with its place and level, what is clean passes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from drivers.speech.errors import SpeechError
from dsp import dtmf, tones
from dsp.dtmf.profile import ATT, PROFILES
from dsp.levels import saturate
from dsp.receiver import RATE, Int16
from workbench.cli import app
from workbench.prompt_check.collect import collect
from workbench.prompt_check.exposure import Listeners, triggers
from workbench.prompt_check.finding import Prompt
from workbench.prompt_check.sentences import EACH, sentences
from workbench.prompt_check.soundness import flaws

EARS = Listeners((ATT,), tones.plan("cn"))
ROOT = Path(__file__).parents[2]


def noise(seconds: float, amplitude: float = 1500.0, seed: int = 1) -> np.ndarray:
    """Something that is no key and no tone."""
    return np.random.default_rng(seed).normal(0, amplitude, round(seconds * RATE)).astype(np.float32)


def with_key(level: float, at: float = 0.4) -> Int16:
    """A second of faint noise, with a key of 80 ms in it."""
    sound = noise(1.0, 5.0)
    begin = round(at * RATE)
    sound[begin : begin + 640] += dtmf.key("5", level, samples=640)
    return saturate(sound)


def test_a_prompt_with_a_key_in_it_is_named_with_key_place_and_losses() -> None:
    """A key at -10 dBm0 is heard even 20 dB down, at the sample where it stands."""
    found = triggers([Prompt("zh/clean", saturate(noise(1.0))), Prompt("zh/bad", with_key(-10.0))], EARS)
    assert [(f.prompt, f.problem, f.loss) for f in found] == [("zh/bad", "key 5", 20.0)]
    assert found[0].at == pytest.approx(0.4, abs=0.01)
    assert "0, 6, 10, 14, 20 dB down" in found[0].message
    assert "0.40 s" in found[0].remedy


def test_a_key_that_only_a_loud_echo_repeats_can_be_lowered() -> None:
    """A key at -38 dBm0 is below what is heard when the line takes another 10 dB away: the remedy says so."""
    (found,) = triggers([Prompt("zh/bad", with_key(-38.0))], EARS)
    assert found.loss is not None
    assert found.loss < 14.0
    assert "lower it by" in found.remedy


def test_busy_tone_and_fax_tone_in_a_prompt_are_named() -> None:
    """Music that contains an exchange's busy tone, or a fax machine's answer, would end or misroute the call."""
    busy = tones.generate(EARS.plan, "busy", 4 * RATE)
    ced = tones.generate(EARS.plan, "ced", 3 * RATE)
    found = triggers([Prompt("busy", saturate(busy)), Prompt("ced", saturate(ced))], EARS)
    assert {(f.prompt, f.problem) for f in found} == {("busy", "tone busy"), ("ced", "fax ced")}


def test_a_prompt_in_a_bank_of_others_gives_what_it_gives_alone() -> None:
    """The matrix is only for speed: a finding depends on nothing but its prompt."""
    others = [Prompt(f"n{i}", saturate(noise(0.2 + 0.3 * i, seed=i))) for i in range(6)]
    bad = Prompt("bad", with_key(-20.0))
    assert triggers([*others, bad], EARS) == triggers([bad], EARS)


def test_the_loosest_limits_find_what_any_profile_takes_for_a_key() -> None:
    """Keys at every edge: off frequency, twisted, faint, short. Only where they find one are the profiles asked."""
    ears = Listeners(tuple(PROFILES.values()), tones.plan("cn"))
    rng, rows = np.random.default_rng(8), np.zeros((400, 3200), np.float32)
    for row in rows:
        off = (float(rng.uniform(-0.05, 0.05)), float(rng.uniform(-0.05, 0.05)))
        samples = int(rng.integers(160, 800))
        row[800 : 800 + samples] = dtmf.key("5", rng.uniform(-50, -3), rng.uniform(-14, 14), samples, off)
    rows += rng.standard_normal(rows.shape).astype(np.float32) * 5
    found = {profile.name: {event.line for event in dtmf.DtmfReceiver(400, profile)(rows)} for profile in ears.profiles}
    loosest = {event.line for event in dtmf.DtmfReceiver(400, ears.loosest)(rows)}
    assert all(rows_of <= loosest for rows_of in found.values())
    assert set.union(*found.values())


def test_words_are_heard_in_sentences_each_several_times() -> None:
    """Every word stands in EACH sentences of its own language, with the clips end to end as the mixer plays them."""
    words = [Prompt(f"{lang}:{i}", np.full(i + 1, i, np.int16)) for lang in ("zh", "en") for i in range(13)]
    made = sentences([*words, Prompt("zh/welcome", np.zeros(9, np.int16))])
    said = [name.partition(":")[2] if ":" in name else name for s in made for name in s.name.split(" + ")]
    assert all(len(s.samples) == sum(int(n.rpartition(":")[2]) + 1 for n in s.name.split(" + ")) for s in made)
    assert all(said.count(str(i)) in (2 * EACH, 2 * EACH - 1, 2 * EACH - 2, 2 * EACH - 3) for i in range(13))
    assert not any("zh:" in s.name and "en:" in s.name for s in made)


def test_flaws_of_the_sound_are_named(tmp_path: Path) -> None:
    """Clipping, DC offset, silence at the ends, and a prompt much louder than the rest."""
    good = noise(2.0, 1500.0) / 32768
    for name, sound in {
        "clipped": np.clip(np.repeat(np.concatenate([good, -good]), 4) * 60, -1, 1),
        "offset": good + 0.05,
        "good": good,
    }.items():
        soundfile.write(tmp_path / f"{name}.wav", sound, RATE)
    prompts = [Prompt(name, saturate(good * 32768), tmp_path / f"{name}.wav") for name in ("clipped", "offset", "good")]
    prompts.append(Prompt("late", saturate(np.concatenate([np.zeros(RATE), good * 32768, np.zeros(2 * RATE)]))))
    prompts.append(Prompt("loud", saturate(good * 32768 * 4)))
    prompts.append(Prompt("nothing", np.zeros(RATE, np.int16)))
    found = {(Path(f.prompt).stem, f.problem) for f in flaws(prompts)}
    expected = {("clipped", "clipped"), ("offset", "dc-offset"), ("late", "silence"), ("loud", "level")}
    assert found == expected | {("nothing", "empty")}


def test_the_command_checks_a_folder_and_names_what_cannot_be_played(tmp_path: Path) -> None:
    """A bad prompt gives status 1, a corrupt or empty file 2; JSON holds the same findings."""
    soundfile.write(tmp_path / "key.wav", with_key(-10.0), RATE)
    assert (done := CliRunner().invoke(app, ["prompts", "check", str(tmp_path)])).exit_code == 1
    assert f"{tmp_path / 'key.wav'} at 0.4" in done.output
    (tmp_path / "empty.wav").touch()
    (tmp_path / "corrupt.wav").write_bytes(b"RIFF\x10\0\0\0nonsense")
    done = CliRunner().invoke(app, ["prompts", "check", str(tmp_path), "--json"])
    assert done.exit_code == 2
    told = json.loads(done.output)
    assert {Path(f["prompt"]).name for f in told["findings"]} == {"key.wav", "empty.wav", "corrupt.wav"}
    assert [f["fault"] for f in told["findings"]] == [True, True, False]


def test_a_recording_that_a_flow_never_plays_is_named(tmp_path: Path) -> None:
    """Misspelt, or beside a better file: somebody recorded it, and callers do not hear it."""
    flow = tmp_path / "flow.yaml"
    flow.write_text((ROOT / "flows/tobacco/flow.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "products.csv").write_bytes((ROOT / "flows/tobacco/products.csv").read_bytes())
    for name in ("goodbye.wav", "goodbye.flac", "wellcome.wav"):
        (tmp_path / "prompts/en").mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / "prompts/en" / name, saturate(noise(1.5)), RATE)
    _, findings = collect([flow])
    assert [(Path(each.prompt).name, each.problem) for each in findings] == [
        ("goodbye.flac", "unused"),
        ("wellcome.wav", "unused"),
    ]


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_nothing_to_check_is_an_error(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without sound files, or one that is not there, is told and is not `clean`."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["prompts", "check", place]).exit_code == 2


def test_the_sample_flow_has_its_certificate() -> None:
    """No prompt of the hotline, nor its longest words together, would be taken for anything else."""
    from workbench.prompt_check.collect import collect

    try:
        prompts, findings = collect([ROOT / "flows/tobacco/flow.yaml"])
    except SpeechError as error:
        pytest.skip(str(error))
    assert findings == []
    assert len(prompts) > 300
    some = [prompt for prompt in prompts if not prompt.word][::5]
    assert [*flaws(prompts), *triggers(some, EARS)] == []
