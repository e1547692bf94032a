"""The ear on espeak's speech through A-law, level, noise, keys, cuts and losses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.speech.book import Book
from drivers.speech.telephone import SPEECH_LEVEL
from dsp import g711, levels
from dsp.dtmf.signal import keys
from dsp.receiver import Float32, Int16
from hw_sim.caller.events import Heard
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.ear.hearing import Ear


def alaw(x: Float32) -> Float32:
    return g711.decode(g711.encode(levels.saturate(x))).astype(np.float32)


def noise(shape: tuple[int, ...], dbm0: float, seed: int = 1) -> Float32:
    made = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    return made * np.float32(np.sqrt(levels.power(dbm0)))


def line(sounds: Sequence[Float32 | Int16], level: float = SPEECH_LEVEL, snr: float = 90.0, seed: int = 1) -> Float32:
    """Sounds, one row each, sent by a card, through a line of some loss and noise, to a caller: A-law twice."""
    x = np.zeros((len(sounds), max(map(len, sounds)) + 6000), np.float32)
    for row, sound in enumerate(sounds):
        x[row, : len(sound)] = sound
    x = alaw(x) * np.float32(levels.gain(level - SPEECH_LEVEL))
    return alaw(x + noise(x.shape, level - snr, seed))


def said(book: Book, clips: Sequence[str], lead: int = 2000, gap: int = 0) -> Float32:
    """Clips one after the other, after some silence."""
    parts: list[Float32] = [np.zeros(lead, np.float32)]
    for clip in clips:
        parts += [book.samples(clip).astype(np.float32), np.zeros(gap, np.float32)]
    return np.concatenate(parts)


def began(events: Sequence[Heard], row: int = 0) -> list[str]:
    return [e.clip for e in events if e.line == row and e.edge == "began"]


def faults(book: Book, sequences: Sequence[Sequence[str]], events: Sequence[Heard], leads: Sequence[int]) -> list[str]:
    """Whatever was not heard as it was said: each clip once, begun and ended whole within 10 ms of its place."""
    wrong = []
    for row, clips in enumerate(sequences):
        expected, at = [], leads[row]
        for clip in clips:
            length = len(book.samples(clip))
            expected += [(clip, "began", at), (clip, "ended", at + length)]
            at += length
        heard = [(e.clip, e.edge, e.at) for e in events if e.line == row]
        same = len(heard) == len(expected) and all(
            h[:2] == e[:2] and abs(h[2] - e[2]) <= 80 for h, e in zip(heard, expected, strict=True)
        )
        if not same:
            wrong.append(f"{clips}: {heard}")
    return wrong


@pytest.mark.parametrize(("snr", "level"), [(90, -15), (90, -5), (90, -35), (25, -20), (20, -15), (15, -15)])
def test_every_clip_alone_is_recognised(book: Book, index: ClipIndex, snr: float, level: float) -> None:
    """Each clip of the book is heard once, with its beginning and its end, at any level, down to 15 dB of noise."""
    clips = [[c.id] for c in book.clips]
    leads = np.random.default_rng(2).integers(1000, 4000, len(clips)).tolist()
    rx = line([said(book, c, lead) for c, lead in zip(clips, leads, strict=True)], level, snr)
    wrong = faults(book, clips, Ear(len(clips), index)(rx), leads)
    assert len(wrong) <= (len(clips) // 50 if snr < 20 else 0), wrong


@pytest.mark.parametrize("snr", [90, 25, 20, 15])
def test_words_without_gaps_are_recognised_in_order(book: Book, index: ClipIndex, snr: float) -> None:
    """A prompt and eight words follow each other to the sample: all are heard, in order, and nothing else."""
    rng = np.random.default_rng(3)
    clips = []
    for row in range(24):
        language = ("zh", "en")[row % 2]
        words = [c.id for c in book.clips if c.kind == "word" and c.language == language]
        prompts = [c.id for c in book.clips if c.kind == "prompt" and c.language == language]
        clips.append([str(rng.choice(prompts)), *map(str, rng.choice(words, 8))])
    leads = rng.integers(1000, 4000, len(clips)).tolist()
    rx = line([said(book, c, lead) for c, lead in zip(clips, leads, strict=True)], -20, snr)
    wrong = faults(book, clips, Ear(len(clips), index)(rx), leads)
    assert len(wrong) <= (2 if snr < 20 else 0), wrong


def test_the_same_word_twice_is_two(book: Book, index: ClipIndex) -> None:
    """ "零零一" are three clips, two of them the same."""
    assert began(Ear(1, index)(line([said(book, ["zh:零", "zh:零", "zh:一"])], snr=20))) == ["zh:零", "zh:零", "zh:一"]


@pytest.mark.parametrize("after", [0.4, 0.7, 1.0, 1.7])
def test_a_cut_prompt_ends_where_it_was_cut(book: Book, index: ClipIndex, after: float) -> None:
    """Barge-in: the clip ends within 120 ms of the cut (a pause tells nothing), and is not whole."""
    cut = 2000 + int(after * 8000)
    sound = said(book, ["zh/menu"])[:cut]
    events = Ear(1, index)(line([np.concatenate([sound, np.zeros(8000, np.float32)])], snr=20))
    assert [(e.clip, e.edge) for e in events] == [("zh/menu", "began"), ("zh/menu", "ended")]
    assert abs(events[1].at - cut) <= 960
    assert not events[1].whole


def test_a_prompt_that_takes_the_place_of_another(book: Book, index: ClipIndex) -> None:
    """Barge-in with an answer at once: the first ends cut, the second begins where it began."""
    first = said(book, ["zh/menu"])[:9000]
    events = Ear(1, index)(line([np.concatenate([first, said(book, ["zh/ask_code"], lead=0)])], snr=20))
    assert [(e.clip, e.edge, e.whole) for e in events] == [
        ("zh/menu", "began", False), ("zh/menu", "ended", False),
        ("zh/ask_code", "began", False), ("zh/ask_code", "ended", True),
    ]  # fmt: skip
    assert abs(events[2].at - 9000) <= 80


@pytest.mark.parametrize("digit", list("159*0#"))
def test_own_keys_on_top_do_not_disturb(book: Book, index: ClipIndex, digit: str) -> None:
    """The caller presses keys over the prompt and hears them back 14 dB below: the prompt stays one clip, whole."""
    sound = said(book, ["zh/welcome", "zh/menu"])
    echo = keys(digit * 6, -7.0 - 14.0)
    sound[9000 : 9000 + len(echo)] += echo
    events = Ear(1, index)(line([sound], snr=25))
    assert [(e.clip, e.edge, e.whole) for e in events if e.edge == "ended"] == [
        ("zh/welcome", "ended", True), ("zh/menu", "ended", True),
    ]  # fmt: skip
    assert began(events) == ["zh/welcome", "zh/menu"]


@pytest.mark.parametrize("lost", [160, 480, 1600])
def test_lost_samples_in_a_prompt_do_not_end_it(book: Book, index: ClipIndex, lost: int) -> None:
    """A late card leaves a hole and plays on after it: still one clip, heard once."""
    sound = said(book, ["zh/menu"])
    sound = np.concatenate([sound[:9000], np.zeros(lost, np.float32), sound[9000:]])
    events = Ear(1, index)(line([sound], snr=25))
    assert [(e.clip, e.edge, e.whole) for e in events] == [("zh/menu", "began", False), ("zh/menu", "ended", True)]


def test_a_line_that_turns_the_sound_upside_down(book: Book, index: ClipIndex) -> None:
    """Tip and ring crossed: nobody hears the difference."""
    assert began(Ear(1, index)(-line([said(book, ["en/welcome", "en:nine"])], snr=20))) == ["en/welcome", "en:nine"]


def test_a_prompt_whose_beginning_was_missed(book: Book, index: ClipIndex) -> None:
    """The speech path opens late: the clip is recognised from its middle, and the event tells how far it was."""
    sound = book.samples("zh/welcome")[6000:].astype(np.float32)
    events = Ear(1, index)(line([np.concatenate([np.zeros(2000, np.float32), sound])], snr=25))
    assert began(events) == ["zh/welcome"]
    assert events[-1].whole


def test_other_sounds_are_not_prompts(book: Book, index: ClipIndex) -> None:
    """Speech that is not in the book, its own clips backwards, tones and noise: nothing is heard."""
    other = [book.samples(c.id)[::-1].astype(np.float32) for c in book.clips if c.kind == "prompt"]
    time = np.arange(40000) / 8000
    tones = [9000 * np.sin(2 * np.pi * f * time).astype(np.float32) for f in (450.0, 440.0, 1000.0, 2100.0)]
    rx = line([*other, *tones, noise((40000,), -20), keys("1234567890*#", -7.0), np.zeros(10, np.float32)], snr=25)
    assert Ear(len(rx), index)(rx) == []


def test_a_new_call_forgets_the_last(book: Book, index: ClipIndex) -> None:
    """After reset a clip that was playing is no more heard of; the next is."""
    rx = line([said(book, ["zh/menu"])[:9000], said(book, ["zh/menu"])], snr=25)
    ear = Ear(2, index)
    events = ear(rx[:, :9000])
    ear.reset(0)
    events += ear(np.concatenate([rx[:, 9000:], line([said(book, ["zh:七"]), np.zeros(1, np.float32)])], axis=1))
    assert [(e.clip, e.edge) for e in events if e.line == 0] == [
        ("zh/menu", "began"),
        ("zh:七", "began"),
        ("zh:七", "ended"),
    ]


@pytest.mark.parametrize("skipped", [1, 100, 5000, 8000 * 3600])
def test_skipped_samples_keep_the_time(book: Book, index: ClipIndex, skipped: int) -> None:
    """Samples that nobody listened to count: what comes after them is stamped with the right sample."""
    ear = Ear(1, index)
    ear(np.zeros((1, 1000), np.float32))
    ear.skip(skipped)
    events = ear(line([said(book, ["zh:七"])], snr=25))
    assert [e.clip for e in events] == ["zh:七", "zh:七"]
    assert abs(events[0].at - (1000 + skipped + 2000)) <= 80


def test_clips_with_the_same_sound_are_one() -> None:
    """Two names for the very same sound cannot be told apart: the first one stands."""
    sound = (np.random.default_rng(1).standard_normal(4000) * 3000).astype(np.int16)
    index = ClipIndex([("a", sound), ("b", sound)])
    assert began(Ear(1, index)(line([np.concatenate([np.zeros(900, np.int16), sound])]))) == ["a"]


@pytest.mark.parametrize("clips", [[], [("empty", np.zeros(0, np.int16))], [("silence", np.zeros(4000, np.int16))]])
def test_books_with_nothing_to_hear(clips: list[tuple[str, Int16]]) -> None:
    """An empty book, or one of silence, makes an ear that hears nothing and does not fail."""
    assert Ear(2, ClipIndex(clips))(noise((2, 20000), -20)) == []


@pytest.fixture(scope="module")
def busy(book: Book) -> Float32:
    """Four rows of different speech, 4 s each."""
    rows = [["zh/welcome", "zh:一", "zh:二"], ["en/menu"], ["zh:零", "zh:零", "zh:十"], ["zh/ask_code"]]
    return line([said(book, clips, lead=500 + 700 * i) for i, clips in enumerate(rows)], -20, 20)[:, :32000]


@pytest.fixture(scope="module")
def reference(busy: Float32, index: ClipIndex) -> list[Heard]:
    """What the ear hears of it in one piece."""
    events = Ear(4, index)(busy)
    assert len(events) > 8
    return events


@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.integers(1, 5000), min_size=1, max_size=30))
def test_any_cut_of_the_stream_gives_the_same(
    busy: Float32, index: ClipIndex, reference: list[Heard], cuts: list[int]
) -> None:
    """The events do not depend on how the stream is handed over."""
    ear = Ear(4, index)
    events, at = [], 0
    for cut in cuts:
        events += ear(busy[:, at : at + cut])
        at += cut
    assert [*events, *ear(busy[:, at:])] == reference


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(st.integers(0, 3), min_size=1, max_size=9))
def test_rows_are_independent(busy: Float32, index: ClipIndex, reference: list[Heard], rows: list[int]) -> None:
    """Alone, permuted or repeated: each row gives its own events."""
    events = Ear(len(rows), index)(np.ascontiguousarray(busy[rows]))
    for place, row in enumerate(rows):
        mine = [(e.at, e.clip, e.edge, e.offset) for e in events if e.line == place]
        assert mine == [(e.at, e.clip, e.edge, e.offset) for e in reference if e.line == row]


@pytest.mark.parametrize("pause", [0, 800, 2400])
@pytest.mark.parametrize("said_one", ["short", "long"])
def test_a_clip_that_is_the_beginning_of_another(book: Book, pause: int, said_one: str) -> None:
    """Two sentences begin alike to the sample, and one of them is over where the other pauses: each is itself."""
    short = book.samples("zh/welcome")
    long = np.concatenate([short, np.zeros(pause, np.int16), book.samples("zh/menu")])
    sound = {"short": short, "long": long}
    events = Ear(1, ClipIndex(sound.items()))(
        line([np.concatenate([np.zeros(900, np.int16), sound[said_one]])], snr=25)
    )
    assert [(e.clip, e.edge, e.whole) for e in events] == [(said_one, "began", False), (said_one, "ended", True)]
