"""The DTMF receiver against ITU-T Q.24 and ETSI ES 201 235-3."""

from collections.abc import Callable

import numpy as np
import pytest

from dsp import dtmf, g711, levels
from dsp.events import Digit
from dsp.receiver import Float32

SEED = 20


def padded(x: Float32, before: int = 800, after: int = 1200) -> Float32:
    """A sound with silence round it."""
    return np.concatenate([np.zeros(before, np.float32), x, np.zeros(after, np.float32)])


def coded(x: Float32, law: g711.Law = "alaw") -> Float32:
    """What is left of the sound after a G.711 line."""
    return g711.decode(g711.encode(levels.saturate(x), law), law).astype(np.float32)


def noise(samples: int, level: float, seed: int = SEED) -> Float32:
    """White noise between 300 and 3400 Hz at a level in dBm0."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    frequency = np.fft.rfftfreq(samples, 1 / 8000)
    spectrum[(frequency < 300) | (frequency > 3400)] = 0
    made = np.fft.irfft(spectrum, samples)
    return np.asarray(made / made.std() * np.sqrt(levels.power(level)), np.float32)


def stacked(rows: list[Float32]) -> Float32:
    """Sounds of any length as a matrix."""
    rx = np.zeros((len(rows), max(map(len, rows))), np.float32)
    for line, row in enumerate(rows):
        rx[line, : len(row)] = row
    return rx


def hear(rx: Float32, cut: int = 160) -> list[Digit]:
    """What the receiver finds in a matrix that is handed over in ticks."""
    receiver = dtmf.DtmfReceiver(len(rx))
    return [event for at in range(0, rx.shape[1], cut) for event in receiver(rx[:, at : at + cut])]


def heard_keys(rx: Float32) -> list[str]:
    """The keys begun on each line."""
    events = [event for event in hear(rx) if event.edge == "began"]
    return ["".join(event.digit for event in events if event.line == line) for line in range(len(rx))]


def every_key(**how: object) -> list[Float32]:
    """Each of the sixteen keys, at every fourth of a block's phase."""
    return [
        padded(dtmf.key(digit, **how), before=800 + 8 * (i % 4))  # type: ignore[arg-type]
        for i, digit in enumerate(dtmf.KEYS)
    ]


def accepted(rows: list[Float32], law: g711.Law = "alaw") -> list[str]:
    """What is heard of them on an A-law line, all lines at once."""
    return heard_keys(coded(stacked(rows), law))


@pytest.mark.parametrize("law", ["alaw", "mulaw"])
def test_a_whole_keypad_is_heard_with_begin_end_and_length(law: g711.Law) -> None:
    """Sixteen keys of 100 ms: each begins and ends where it was pressed and let go, to a millisecond."""
    events = hear(coded(padded(dtmf.keys(dtmf.KEYS)), law)[None])
    assert [(e.digit, e.edge) for e in events] == [(d, edge) for d in dtmf.KEYS for edge in ("began", "ended")]
    for i, event in enumerate(events):
        assert abs(event.at - 800 * (i + 1)) <= 8
        assert event.edge == "began" or abs(event.length - 800) <= 12
        assert (event.low, event.high) == pytest.approx((-7, -7), abs=0.3)


@pytest.mark.parametrize("level", [3, 0, -7, -25, -36, -41])
def test_levels_that_must_be_heard(level: float) -> None:
    """From +3 (clipped) down to -41 dBm0 a tone, 50 ms."""
    assert accepted(every_key(level=level, samples=400)) == list(dtmf.KEYS)


def test_a_key_at_minus_55_is_not_heard() -> None:
    """Q.24: not to be taken for a digit."""
    assert accepted(every_key(level=-55, samples=800)) == [""] * 16


@pytest.mark.parametrize("twist", [-8, -4, 0, 4])
def test_twist_that_must_be_accepted(twist: float) -> None:
    """High minus low from -8 to +4 dB."""
    assert accepted(every_key(level=-10, twist=twist, samples=400)) == list(dtmf.KEYS)


@pytest.mark.parametrize("milliseconds", [40, 50, 65])
def test_short_keys_that_must_be_accepted(milliseconds: int) -> None:
    """40 ms are a key."""
    assert accepted(every_key(samples=milliseconds * 8)) == list(dtmf.KEYS)


@pytest.mark.parametrize("milliseconds", [5, 20, 23])
def test_blips_that_must_be_rejected(milliseconds: int) -> None:
    """23 ms are none."""
    assert accepted(every_key(samples=milliseconds * 8)) == [""] * 16


@pytest.mark.parametrize("off", [-0.015, 0.015])
def test_frequencies_that_must_be_accepted(off: float) -> None:
    """1.5 % off, both tones or one, 40 ms."""
    for offset in [(off, off), (off, 0.0), (0.0, off), (off, -off)]:
        assert accepted(every_key(samples=320, offset=offset)) == list(dtmf.KEYS)


@pytest.mark.parametrize("milliseconds", [50, 120])
@pytest.mark.parametrize("off", [-0.035, 0.035])
def test_frequencies_that_must_be_rejected(off: float, milliseconds: int) -> None:
    """3.5 % off, both tones or one."""
    for offset in [(off, off), (off, 0.0), (0.0, off)]:
        assert accepted(every_key(samples=milliseconds * 8, offset=offset)) == [""] * 16


@pytest.mark.parametrize("ratio", [24, 12, 8])
def test_keys_in_noise(ratio: float) -> None:
    """White noise 24 to 8 dB below each tone, 50 ms."""
    rows = [row + noise(len(row), -13 - ratio, i) for i, row in enumerate(every_key(level=-13, samples=400))]
    assert accepted(rows) == list(dtmf.KEYS)


@pytest.mark.parametrize("milliseconds", [3, 10, 19])
def test_a_drop_out_does_not_split_a_key(milliseconds: int) -> None:
    """19 ms without sound inside a key: one key, with the length of the whole."""
    rows = every_key(level=-10, samples=1200)
    for row in rows:
        row[1250 : 1250 + 8 * milliseconds] = 0
    assert accepted(rows) == list(dtmf.KEYS)
    ended = [event for event in hear(stacked(rows)) if event.edge == "ended"]
    assert all(abs(event.length - 1200) <= 16 for event in ended)


def test_the_same_key_twice_with_a_pause_of_40_ms_is_two() -> None:
    """And with 19 ms between it is one."""
    for pause, times in ((40, 2), (19, 1)):
        rows = [padded(dtmf.keys(digit * 2, on=400, off=8 * pause)) for digit in dtmf.KEYS]
        assert accepted(rows) == [digit * times for digit in dtmf.KEYS]


def test_keys_that_follow_without_a_pause_are_all_heard() -> None:
    """A key ends where the next one begins."""
    events = hear(padded(dtmf.keys("159D", on=480, off=0))[None])
    assert [(e.digit, e.edge) for e in events] == [(d, edge) for d in "159D" for edge in ("began", "ended")]


@pytest.mark.parametrize("off", [0.0, 0.015])
@pytest.mark.parametrize(("hertz", "relative"), [((450,), 0), ((425,), 0), ((350, 440), 6)])
def test_dial_tone_under_the_first_key(hertz: tuple[int, ...], relative: float, off: float) -> None:
    """As loud as each of the key's tones (CN, EU), twice as loud and a pair (US); also with the key's tones off."""
    time = np.arange(4000) / 8000
    tone = sum(levels.amplitude(-14 + relative) * np.sin(2 * np.pi * f * time) for f in hertz)
    rows = [
        row + np.asarray(tone, np.float32)[: len(row)] for row in every_key(level=-14, samples=400, offset=(-off, off))
    ]
    assert accepted(rows) == list(dtmf.KEYS)


@pytest.mark.parametrize("delay", [5, 10, 20])
def test_an_echo_10_db_down_makes_no_second_key(delay: int) -> None:
    """The far end of the line sends the key back."""
    rows = []
    for row in every_key(level=-10, samples=640):
        echo = np.roll(row, 8 * delay) * levels.gain(-10)
        rows.append(row + echo)
    assert accepted(rows) == list(dtmf.KEYS)


def test_the_first_report_comes_30_ms_after_the_tone_began() -> None:
    """Median at most 31 ms, none later than 36, when samples are handed over one millisecond at a time."""
    delays = []
    for start in range(480, 560, 5):
        receiver = dtmf.DtmfReceiver(1)
        x = padded(dtmf.key("5", samples=480), before=start)[None]
        delays.append(next(at + 8 - start for at in range(0, 2000, 8) if receiver(x[:, at : at + 8])))
    assert np.median(delays) <= 8 * 31
    assert max(delays) <= 8 * 36


@pytest.mark.parametrize("loss", [20, 14, 10])
def test_keys_pressed_over_a_prompt(loss: float, voice: Callable[[int, int], Float32]) -> None:
    """The prompt comes back from the line's hybrid that many dB weaker, under and around the key: it is heard once."""
    rows = []
    for i, row in enumerate(every_key(level=-16, samples=800) * 2):
        prompt = voice(i, len(row))
        prompt *= np.sqrt(levels.power(-13 - loss)) / prompt.std()
        rows.append(row + prompt)
    assert accepted(rows) == list(dtmf.KEYS) * 2


def test_voices_are_seldom_keys(voice: Callable[[int, int], Float32]) -> None:
    """Made-up vowels that never pause are harder than speech: good receivers mistake two in a minute."""
    events = hear(np.stack([voice(seed, 480_000) for seed in range(4)]), cut=16000)
    assert sum(event.edge == "began" for event in events) <= 8


@pytest.mark.parametrize("gain", [6, 12])
def test_impulses_neither_break_nor_double_a_key(gain: float) -> None:
    """Clicks of a sample or two, 6 and 12 dB over the tone, five a second."""
    rng = np.random.default_rng(SEED)
    rows = every_key(level=-16, samples=800)
    for row in rows:
        for at in rng.integers(0, len(row) - 2, 5 * len(row) // 8000 + 1):
            row[at : at + 2] += levels.amplitude(-16 + gain)
    assert accepted(rows) == list(dtmf.KEYS)


def test_lost_audio_does_not_split_a_key() -> None:
    """20 ms lost inside a key: one key; its length counts the time that passed."""
    x = padded(dtmf.key("7", samples=1600))[None]
    receiver = dtmf.DtmfReceiver(1)
    events = receiver(x[:, :1600])
    receiver.skip(160)
    events += receiver(x[:, 1760:])
    assert [(e.digit, e.edge) for e in events] == [("7", "began"), ("7", "ended")]
    assert abs(events[1].length - 1600) <= 12


def test_after_a_long_loss_the_clock_is_right() -> None:
    """A key held into a loss of a minute ends, and the next one is stamped with its sample."""
    receiver = dtmf.DtmfReceiver(1)
    events = receiver(padded(dtmf.key("7", samples=800), after=0)[None])
    receiver.skip(480_000)
    events += receiver(padded(dtmf.key("8", samples=800))[None])
    assert [(e.digit, e.edge) for e in events] == [(d, edge) for d in "78" for edge in ("began", "ended")]
    assert abs(events[2].at - (1600 + 480_000 + 800)) <= 8


def test_reset_forgets_the_line_only() -> None:
    """A key that is down when a new call begins is not the new caller's; the other lines hear on."""
    x = np.stack([padded(dtmf.key("1", samples=800))] * 2)
    receiver = dtmf.DtmfReceiver(2)
    events = receiver(x[:, :1500])
    receiver.reset(0)
    events += receiver(x[:, 1600:])
    assert [(e.line, e.edge) for e in events] == [(0, "began"), (1, "began"), (1, "ended")]


def test_a_matrix_of_another_size_is_refused() -> None:
    """The receiver has as many rows as lines."""
    with pytest.raises(ValueError, match="takes 2 lines"):
        dtmf.DtmfReceiver(2)(np.zeros((3, 160), np.float32))
