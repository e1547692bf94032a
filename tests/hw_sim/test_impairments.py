"""hw_sim.line.impairments: each is put on a line and measured back from the sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.yaml_source import ConfigError
from dsp import dtmf, levels
from dsp.receiver import RATE, TICK, Float32
from hw_sim.config import load_office
from hw_sim.layout import copper_of
from hw_sim.line.config import LineConfig, copper_on
from hw_sim.line.impairments import Coder, Impaired, Impairment
from hw_sim.line.model import Copper, LineModel
from hw_sim.line.presets import PRESETS
from hw_sim.office import Office

SILENT = Copper(loss=0.0, return_loss=90.0, noise=-120.0)


def sine(hertz: float, seconds: float, dbm0: float = -10.0) -> Float32:
    """A steady tone."""
    t = np.arange(round(seconds * RATE)) / RATE
    return (levels.amplitude(dbm0) * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def received(impairment: Impairment, sound: Float32, own: Float32 | None = None, seed: int = 1) -> Float32:
    """What arrives of a sound, whole ticks of it."""
    path = Impaired(impairment, [seed, 0])
    own = np.zeros_like(sound) if own is None else own
    ticks = [slice(n, n + TICK) for n in range(0, len(sound) // TICK * TICK, TICK)]
    return np.concatenate([path.receive(sound[tick], own[tick]) for tick in ticks])


def level_at(sound: Float32, hertz: float) -> float:
    """dBm0 of one frequency, after the first tenth of a second."""
    part = sound[RATE // 10 :][: (len(sound) - RATE // 10) // RATE * RATE].astype(float)
    window = np.hanning(len(part))
    phasor = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / RATE)
    peak = 2 * abs(np.sum(part * window * phasor)) / window.sum()
    return float(20 * np.log10(peak / levels.amplitude(0.0)))


@pytest.mark.parametrize("tilt", [-3.0, 2.0, 6.0])
def test_a_tilt_is_so_many_db_a_khz(tilt: float) -> None:
    """Measured at 700 Hz, 1000 Hz and 1600 Hz, and as the twist of a key."""
    for hertz in (700.0, 1000.0, 1600.0):
        heard = received(Impairment(tilt=tilt), sine(hertz, 1.2))
        assert level_at(heard, hertz) == pytest.approx(-10.0 - tilt * (hertz - 1000) / 1000, abs=0.4)
    key = np.asarray(dtmf.keys("1" * 1, level=-10.0, on=2 * RATE), np.float32)
    heard = received(Impairment(tilt=tilt), key)
    assert level_at(heard, 697.0) - level_at(heard, 1209.0) == pytest.approx(tilt * 0.512, abs=0.4)


@pytest.mark.parametrize("offset", [-7.0, 2.0, 15.0])
def test_an_offset_moves_every_frequency(offset: float) -> None:
    """A tone comes out so many Hz higher, at its level, with its image 30 dB below."""
    heard = received(Impairment(offset=offset), sine(1000.0, 1.2))
    assert level_at(heard, 1000.0 + offset) == pytest.approx(-10.0, abs=0.3)
    assert level_at(heard, 1000.0 - offset) < -40.0


@pytest.mark.parametrize("delay", [1, 159, 160, 161, 720])
def test_a_delay_is_exact_to_the_sample(delay: int) -> None:
    """A sound arrives unchanged, so many samples later."""
    sound = np.random.default_rng(1).normal(0, 1000, 4 * RATE // 10).astype(np.float32)
    heard = received(Impairment(delay=delay), sound)
    assert np.array_equal(heard[delay:], sound[: len(heard) - delay])
    assert not heard[:delay].any()


def test_slips_are_where_they_should_be() -> None:
    """Every so many samples one is repeated, then one left out: the positions are found again in a ramp."""
    ramp = np.arange(1, 8001, dtype=np.float32)
    heard = received(Impairment(delay=10, slip_every=1000), ramp)[10:]
    steps = np.diff(heard)
    odd = np.flatnonzero(steps != 1)
    assert steps[odd].tolist() == [0.0, 2.0, 0.0, 2.0, 0.0, 2.0, 0.0]
    assert np.all(np.abs(np.diff(odd) - 1000) <= 1)


@settings(max_examples=25, deadline=None)
@given(delay=st.integers(0, 400), every=st.integers(1, 2000))
def test_no_slip_loses_the_length(delay: int, every: int) -> None:
    """Whatever the delay and however often it slips: 160 samples in, 160 out, each at most one late."""
    ramp = np.arange(1, 4801, dtype=np.float32)
    heard = received(Impairment(delay=delay, slip_every=every), ramp)
    assert len(heard) == 4800
    late = np.arange(1, 4801)[delay + 1 :] - delay - heard[delay + 1 :]
    assert late.min() >= 0
    assert late.max() <= 1


@pytest.mark.parametrize("coder", ["alaw", "mulaw"])
def test_another_coder_on_the_way_adds_its_quantising_noise(coder: Coder) -> None:
    """A tone keeps its level; the rest is 35 to 42 dB below it, as G.711 is."""
    sound = sine(1004.0, 1.0)
    heard = received(Impairment(coder=coder), sound)
    noise = levels.dbm0(heard - sound[: len(heard)])
    assert level_at(np.tile(heard, 2), 1004.0) == pytest.approx(-10.0, abs=0.1)
    assert -52.0 < noise < -45.0


def test_the_mobile_s_coder_makes_noise_in_step_with_speech() -> None:
    """20 dB below speech of any level, and none in silence."""
    for dbm0 in (-10.0, -30.0):
        sound = sine(700.0, 2.0, dbm0)
        noise = received(Impairment(coder="gsm"), sound) - sound
        assert levels.dbm0(noise) == pytest.approx(dbm0 - 20.0, abs=0.5)
    assert not received(Impairment(coder="gsm"), np.zeros(RATE, np.float32)).any()


def test_lost_frames_are_as_many_as_said_and_fade() -> None:
    """The share of frames that are not what was sent, and their level, half the one before."""
    sound = sine(700.0, 200.0)
    heard = received(Impairment(lost_frames=0.05), sound).reshape(-1, TICK)
    lost = np.abs(heard - sound.reshape(-1, TICK)).max(axis=1) > 1
    assert lost.mean() == pytest.approx(0.05, abs=0.01)
    first = int(np.flatnonzero(lost)[0])
    assert np.abs(heard[first + 1]).max() < 0.6 * np.abs(heard[first]).max() < 0.4 * levels.amplitude(-10.0)


def test_dropouts_are_as_many_and_as_long_as_said() -> None:
    """Holes in a steady sound, counted and measured."""
    ones = np.ones(600 * RATE, np.float32)
    heard = received(Impairment(dropouts=12.0, dropout_length=400), ones)
    edges = np.flatnonzero(np.diff(np.concatenate([[1.0], heard])) < 0)
    assert len(edges) == pytest.approx(120, abs=35)
    assert (heard == 0).sum() == pytest.approx(len(edges) * 400, rel=0.05)


def test_clicks_are_as_many_and_as_loud_as_said() -> None:
    """Counted by their peaks in silence."""
    heard = received(Impairment(clicks=60.0, click_level=-15.0), np.zeros(300 * RATE, np.float32))
    peaks = np.flatnonzero(np.abs(heard) > 0.99 * levels.amplitude(-15.0))
    assert len(peaks) == pytest.approx(300, abs=60)
    assert np.abs(heard).max() == pytest.approx(levels.amplitude(-15.0), rel=0.01)


@pytest.mark.parametrize(("loss", "delay"), [(20.0, 80), (35.0, 1440)])
def test_a_far_echo_has_its_loss_and_its_delay(loss: float, delay: int) -> None:
    """A row's own noise comes back: the delay by correlation, the loss by level."""
    own = np.random.default_rng(2).normal(0, 3000, RATE).astype(np.float32)
    heard = received(Impairment(echo_loss=loss, echo_delay=delay), np.zeros(RATE, np.float32), own)
    found = int(np.argmax(np.correlate(heard, own[: RATE // 2], "valid")))
    assert found == delay
    assert levels.dbm0(heard[delay:]) == pytest.approx(levels.dbm0(own) - loss, abs=0.3)


def test_same_seed_same_line_bit_for_bit() -> None:
    """And another seed another one; a row has its own chances."""
    everything = Impairment(
        tilt=2, offset=3, coder="gsm", lost_frames=0.1, dropouts=60, delay=99, slip_every=3000, clicks=100, echo_loss=20
    )
    sound = sine(900.0, 2.0)
    one, again, other = (received(everything, sound, sound, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


# -- in the line model -----------------------------------------------------------------------------------------------


def through(model: LineModel, spoken: list[Float32], tx: Float32, peers: list[int]) -> tuple[Float32, Float32]:
    """Everything that two rows hear of each other: a line of the equipment and a caller's end."""
    rx, heard = [], []
    for first in range(0, len(tx) // TICK * TICK, TICK):
        part = slice(first, first + TICK)
        said = np.array([sound[part] for sound in spoken], np.float32)
        a, b = model.tick(tx[None, part].astype(np.int16), said, np.array(peers), None)
        rx.append(a[0].astype(np.float32))
        heard.append(b[0].copy())
    return np.concatenate(rx), np.concatenate(heard)


@pytest.mark.parametrize("row", [0, 1])
def test_an_impaired_row_is_impaired_both_ways(row: int) -> None:
    """An offset on the port or on the caller's end: each hears the other shifted."""
    rows = [SILENT, SILENT]
    rows[row] = replace(SILENT, impairment=Impairment(offset=10.0))
    model = LineModel(rows[:1], rows[1:])
    for each in (0, 1):
        model.hook(each, True)
    rx, heard = through(model, [sine(1000.0, 1.2)], sine(600.0, 1.2), [1, 0])
    assert level_at(rx, 1010.0) == pytest.approx(-10.0, abs=0.5)
    assert level_at(heard, 610.0) == pytest.approx(-10.0, abs=0.5)


def test_rows_without_impairments_are_as_if_nobody_had_any() -> None:
    """The other rows' sound is bit for bit the same."""
    tx, said = sine(600.0, 0.4), [sine(1000.0, 0.4), sine(300.0, 0.4)]
    plain = through(LineModel([Copper()], [SILENT, SILENT]), said, tx, [1, 0, -1])
    beside = through(
        LineModel([Copper()], [SILENT, replace(SILENT, impairment=Impairment(tilt=3))]), said, tx, [1, 0, -1]
    )
    assert np.array_equal(plain[0], beside[0])
    assert np.array_equal(plain[1], beside[1])


def test_a_row_on_hook_hears_no_echo_of_itself() -> None:
    """A far echo is only of what gets onto the line."""
    model = LineModel([replace(SILENT, impairment=Impairment(echo_loss=0.0, echo_delay=160))], [SILENT])
    rx, _ = through(model, [np.zeros(RATE, np.float32)], sine(600.0, 1.0), [-1, -1])
    assert np.abs(rx).max() <= 8


def test_an_end_with_a_loss_has_it_both_ways() -> None:
    """What a caller says and what a caller hears are weaker by the loss of the caller's line."""
    model = LineModel([SILENT], [replace(SILENT, loss=6.0)])
    for row in (0, 1):
        model.hook(row, True)
    rx, heard = through(model, [sine(1000.0, 1.2)], sine(600.0, 1.2), [1, 0])
    assert level_at(rx, 1000.0) == pytest.approx(-16.0, abs=0.1)
    assert level_at(heard, 600.0) == pytest.approx(-16.0, abs=0.1)


def test_another_line_can_be_laid_to_an_end() -> None:
    """Noise, hum and impairments change; the same line again changes nothing."""
    model = LineModel([SILENT], [SILENT])
    silence = np.zeros(RATE, np.float32)
    model.relay(1, Copper(return_loss=90, noise=-40.0, hum=-30.0, harmonics=(-10.0,), impairment=Impairment(delay=80)))
    _, heard = through(model, [silence], silence, [-1, -1])
    assert level_at(np.tile(heard, 2), 50.0) == pytest.approx(-30.0, abs=0.5)
    assert level_at(np.tile(heard, 2), 100.0) == pytest.approx(-40.0, abs=1.0)
    model.relay(1, SILENT)
    _, heard = through(model, [silence], silence, [-1, -1])
    assert levels.dbm0(heard) < -95.0


# -- by name ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_the_loss_noise_and_hum_that_it_says(name: str) -> None:
    """Measured at a port: the loss of a tone from the office, the noise and the hum of the idle line."""
    line = LineConfig.model_validate({"preset": name})
    copper = copper_on(line, Copper())
    model = LineModel([replace(copper, return_loss=90.0)], [SILENT])
    silence = np.zeros(2 * RATE, np.float32)
    for row in (0, 1):
        model.hook(row, True)
    idle = through(model, [silence], silence, [1, 0])[0]
    if copper.hum > -60:
        assert level_at(idle, 50.0) == pytest.approx(copper.hum, abs=1.5)
    if not copper.harmonics:  # the coder itself makes a little noise
        assert levels.dbm0(idle) == pytest.approx(copper.noise, abs=3.0)
    tone = through(model, [sine(1000.0, 2.2)], np.zeros(round(2.2 * RATE), np.float32), [1, 0])[0]
    assert level_at(tone, 1000.0) == pytest.approx(-10.0 - copper.loss, abs=1.0)


def test_lines_by_name_in_an_office() -> None:
    """`line:` on ports by name or with changes; what the port itself says goes before it."""
    config = load_office(
        "office.yaml",
        """
cards:
  - type: analog-fxo
    name: a
    ports:
      - {number: "1", line: long-rural}
      - {number: "2", line: {preset: bad-gsm, delay: 30ms}, noise: -40}
      - {number: "3"}
phones: [{number: "4", line: noisy}]
""",
    )
    rural, mobile, plain = copper_of(config.cards)
    assert (rural.loss, rural.impairment and rural.impairment.tilt) == (9.0, 3.0)
    assert (mobile.noise, mobile.impairment and mobile.impairment.delay) == (-40.0, 240)
    assert plain.impairment is None


@pytest.mark.parametrize(
    ("line", "said"),
    [("long-rurl", "there is no line 'long-rurl'"), ("{tilt: 50}", "less than"), ("3", "should be a mapping")],
)
def test_faults_of_a_line_have_their_place(line: str, said: str) -> None:
    """An unknown name, a figure out of range, something else altogether: file, line and column."""
    text = f'cards:\n  - {{type: analog-fxo, name: a, ports: [{{number: "1", line: {line}}}]}}\n'
    with pytest.raises(ConfigError) as error:
        load_office("office.yaml", text)
    assert "office.yaml:2:" in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize("page", ["lines.md", "r2.md"])
def test_the_examples_of_the_documentation_are_offices(page: str) -> None:
    """What stands there can be written so."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    assert load_office(page, text.split("```yaml\n")[1].split("```")[0]).cards


def test_people_hear_the_noise_of_their_own_line() -> None:
    """A telephone's `line` is laid to the end where it stands; that of a telephone beside it is a good one."""
    text = 'cards: [{type: analog-fxo, name: a, ports: [{number: "1"}]}]\n'
    text += 'phones: [{number: "2", line: {noise: -30}}, {number: "3"}]\n'
    office = Office(load_office("office.yaml", text), hearing=False)
    heard: list[Float32] = []
    office.tap = lambda spoken, at_ends: heard.append(at_ends.copy())
    for _ in range(50):
        office.tick(np.zeros((1, TICK), np.int16))
    noisy, good = np.concatenate(heard, axis=1)[:2]
    assert levels.dbm0(noisy) == pytest.approx(-30.0, abs=1.0)
    assert levels.dbm0(good) == pytest.approx(-75.0, abs=1.0)


@settings(max_examples=50, deadline=None)
@given(
    impairment=st.builds(
        Impairment,
        tilt=st.floats(-10, 10),
        offset=st.floats(-50, 50),
        coder=st.sampled_from(["none", "alaw", "mulaw", "gsm"]),
        lost_frames=st.floats(0, 0.5),
        dropouts=st.floats(0, 600),
        dropout_length=st.integers(1, RATE),
        delay=st.integers(0, RATE),
        slip_every=st.integers(0, RATE),
        clicks=st.floats(0, 6000),
        click_level=st.floats(-60, 3),
        echo_loss=st.none() | st.floats(0, 90),
        echo_delay=st.integers(0, RATE),
    ),
    loud=st.floats(0, 32768),
)
def test_any_line_gives_a_sample_for_a_sample(impairment: Impairment, loud: float) -> None:
    """All figures that OFFICE.yaml allows, together: as many samples as came, all of them finite."""
    path = Impaired(impairment, [1, 2])
    rng = np.random.default_rng(3)
    for _ in range(20):
        samples = rng.uniform(-loud, loud, TICK).astype(np.float32)
        for made in (path.send(samples), path.receive(samples, samples)):
            assert made.shape == (TICK,)
            assert made.dtype == np.float32
            assert np.isfinite(made).all()
