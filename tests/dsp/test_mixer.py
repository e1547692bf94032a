"""What a line sends: clips end to end, made-up sounds, and when it is over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp import joints, prompts
from dsp.events import Played
from dsp.mixer import Mixer
from dsp.prompts import Arena
from dsp.receiver import TICK

LENGTHS = [0, 1, 159, 160, 161, 320, 500]


def clip(seed: int, length: int) -> np.ndarray:
    """A clip no two samples of which are easily mistaken for each other."""
    return np.random.default_rng(seed).integers(-30000, 30000, length).astype(np.int16)


def filled() -> Arena:
    """An arena that must grow, with a clip of each length."""
    arena = Arena(capacity=10)
    for seed, length in enumerate(LENGTHS):
        assert arena.add(clip(seed, length)) == seed
    return arena


def sent(mixer: Mixer, ticks: int, samples: int = 160) -> tuple[np.ndarray, list[Played]]:
    """What all lines send in that many ticks, and the events."""
    parts, events = [], []
    for _ in range(ticks):
        tx, ended = mixer.mix(samples)
        parts.append(tx.copy())
        events += ended
    return np.concatenate(parts, axis=1), events


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(0, 6), max_size=4), min_size=1, max_size=5), st.sampled_from([1, 37, 160, 333]))
def test_clips_follow_each_other_without_a_gap(queues: list[list[int]], samples: int) -> None:
    """Whatever is queued on any line, in any size of tick, is sent sample by sample, then silence."""
    arena = filled()
    mixer = Mixer(len(queues), arena)
    for line, clips in enumerate(queues):
        mixer.play(line, clips)
    tx, events = sent(mixer, 2100 // samples + 1, samples)
    for line, clips in enumerate(queues):
        wanted = np.concatenate([np.zeros(0, np.int16), *[clip(c, LENGTHS[c]) for c in clips]])
        assert np.array_equal(tx[line, : len(wanted)], wanted)
        assert not tx[line, len(wanted) :].any()
        assert [e for e in events if e.line == line] == [Played(line, len(wanted), len(wanted))]


def test_silence_is_silent_and_says_nothing() -> None:
    """Lines with nothing queued send zeros, also after others have sent."""
    mixer = Mixer(3, filled())
    mixer.play(1, [5])
    tx, events = sent(mixer, 5)
    assert not tx[[0, 2]].any()
    assert events == [Played(1, 320, 320)]


def test_stop_tells_how_much_was_sent() -> None:
    """A stopped line is silent from the next tick on, and its event says so; a silent line has nothing to stop."""
    mixer = Mixer(2, filled())
    mixer.play(0, [6])
    mixer.mix()
    assert mixer.stop(0) == 160
    assert mixer.stop(1) == 0
    tx, events = sent(mixer, 2)
    assert not tx.any()
    assert events == [Played(0, 160, 160, stopped=True)]
    assert not mixer.playing(0)


def test_play_replaces_what_is_queued() -> None:
    """The new clips begin with the next tick; only they are announced."""
    mixer = Mixer(1, filled())
    mixer.play(0, [6, 6])
    mixer.mix()
    mixer.play(0, [4])
    tx, events = sent(mixer, 3)
    assert np.array_equal(tx[0, :161], clip(4, 161))
    assert not tx[0, 161:].any()
    assert events == [Played(0, 321, 161)]


def test_a_made_up_sound_is_queued_behind_the_clips() -> None:
    """Sounds join clips exactly, and are cut off at the ends of the range."""
    mixer = Mixer(1, filled())
    mixer.play(0, [2])
    mixer.sound(0, np.linspace(-40000, 40000, 200).astype(np.float32))
    tx, events = sent(mixer, 3)
    assert np.array_equal(tx[0, :159], clip(2, 159))
    assert tx[0, 159] == -32768
    assert tx[0, 358] == 32767
    assert events == [Played(0, 359, 359)]


def test_gain_is_applied_with_saturation() -> None:
    """A clip at +6 dB is twice as loud and never wraps round; the next clip on the line is as it was stored."""
    mixer = Mixer(2, filled())
    mixer.play(0, [6], gain_db=6.0206)
    tx, _ = sent(mixer, 5)
    wanted = np.clip(2.0 * clip(6, 500), -32768, 32767)
    assert np.max(np.abs(tx[0, :500] - wanted)) <= 1
    mixer.play(0, [6])
    tx, _ = sent(mixer, 5)
    assert np.array_equal(tx[0, :500], clip(6, 500))


def test_a_late_tick_moves_the_clock_and_loses_nothing() -> None:
    """skip() advances the time stamps only."""
    mixer = Mixer(1, filled())
    mixer.play(0, [5])
    mixer.mix()
    mixer.skip(480)
    tx, events = sent(mixer, 1)
    assert np.array_equal(tx[0], clip(5, 320)[160:])
    assert events == [Played(0, 800, 320)]


def test_clips_may_be_added_while_others_play() -> None:
    """The arena grows under a playing line."""
    arena = filled()
    mixer = Mixer(1, arena)
    mixer.play(0, [6])
    first = mixer.mix()[0].copy()
    arena.add(clip(9, 50000))
    rest, _ = sent(mixer, 4)
    assert np.array_equal(np.concatenate([first, rest], axis=1)[0, :500], clip(6, 500))


def test_what_cannot_be_played_is_refused() -> None:
    """Unknown clips and matrices raise ValueError, and leave the line as it was."""
    arena = filled()
    mixer = Mixer(1, arena)
    mixer.play(0, [5])
    with pytest.raises(ValueError, match="no clip 7"):
        mixer.play(0, [1, 7])
    with pytest.raises(ValueError, match="one row"):
        mixer.sound(0, np.zeros((1, 5), np.float32))
    with pytest.raises(ValueError, match="int16"):
        arena.add(np.zeros(5, np.float32))  # type: ignore[arg-type]
    assert mixer.playing(0)
    with pytest.raises(ValueError, match="read-only"):
        arena.clip(3)[0] = 1


def test_an_arena_that_grows_while_it_is_looked_at_gives_no_old_view_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call's thread adds new words at the very moment of a tick: the next tick sees them."""
    arena = Arena(200)
    look = prompts.sliding_window_view

    def grows(samples: np.ndarray, width: int) -> np.ndarray:
        seen = look(samples, width)
        monkeypatch.setattr(prompts, "sliding_window_view", look)
        arena.add(clip(0, 500))
        return seen

    monkeypatch.setattr(prompts, "sliding_window_view", grows)
    arena.windows(160)
    assert len(arena.windows(160)) == len(arena.samples) - 159


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 6), max_size=3), st.integers(0, 3000), st.integers(1, 700), st.sampled_from([1, 37, 160])
)
def test_a_loop_goes_on_without_a_gap(clips: list[int], start: int, length: int, samples: int) -> None:
    """Any clips, begun anywhere in the round or some rounds later, for any time: the same samples over and over."""
    mixer = Mixer(2, filled())
    mixer.loop(1, clips, start=start)
    tx, events = sent(mixer, -(-length // samples), samples)
    round_ = np.concatenate([np.zeros(0, np.int16), *[clip(c, LENGTHS[c]) for c in clips]])
    if round_.size:
        assert np.array_equal(tx[1], np.resize(np.roll(round_, -(start % round_.size)), tx.shape[1]))
        assert not events
        assert mixer.stop(1) == tx.shape[1]
    else:
        assert events == [Played(1, 0, 0)]
    assert not tx[0].any()


def test_music_goes_on_where_it_was() -> None:
    """A prompt in between: what `stop` gave is where the loop begins again."""
    mixer = Mixer(1, filled())
    mixer.loop(0, [6])
    for _ in range(4):
        mixer.mix()
    at = mixer.stop(0)
    mixer.play(0, [3])
    mixer.mix()
    mixer.loop(0, [6], start=at)
    tx, _ = sent(mixer, 2)
    assert np.array_equal(tx[0], np.resize(np.roll(clip(6, 500), -640 % -500), 320))


def test_a_sound_takes_the_place_of_a_loop() -> None:
    """A loop has no end behind which a sound could wait; the music goes in 8 ms."""
    arena = Arena()
    mixer = Mixer(1, arena)
    mixer.loop(0, [arena.add(np.full(100, 10000, np.int16))])
    mixer.mix()
    mixer.sound(0, np.full(200, 7, np.float32))
    tx, events = sent(mixer, 2)
    assert (np.diff(tx[0, :64].astype(int)) <= 0).all()
    assert (tx[0, 64:200] == 7).all()
    assert events == [Played(0, 360, 200)]


@pytest.mark.parametrize("samples", [10, 64, 160])
def test_a_prompt_that_is_stopped_fades_under_what_follows(samples: int) -> None:
    """8 ms of it, in ticks of any size; what follows begins at once, and what was sent is counted as before."""
    mixer = Mixer(1, filled())
    mixer.play(0, [6])
    mixer.mix()
    assert mixer.stop(0, joints.FADE) == 160
    mixer.play(0, [4])
    tx, events = sent(mixer, 320 // samples, samples)
    gone = tx[0, :64] - clip(4, 161)[:64].astype(int)
    old = clip(6, 500)[160:224].astype(int)
    free = np.abs(tx[0, :64].astype(int)) < 32767
    assert (np.abs(gone) <= np.abs(old) + 1)[free].all()
    assert np.abs(gone[32:][free[32:]]).sum() < np.abs(old[32:][free[32:]]).sum() / 2
    assert np.array_equal(tx[0, 64:161], clip(4, 161)[64:])
    assert events == [Played(0, 160, 160, stopped=True), Played(0, 321, 161)]


def test_what_is_skipped_before_it_began_does_not_cut_the_fade_of_what_was_heard() -> None:
    """Keys typed ahead stop the next prompt in the very tick in which they stopped the one before."""
    mixer = Mixer(1, filled())
    mixer.play(0, [6])
    mixer.mix()
    mixer.stop(0, joints.FADE)
    mixer.play(0, [4])
    mixer.stop(0, joints.FADE)
    tx, _ = sent(mixer, 1)
    assert np.array_equal(tx[0, :64], joints.faded(clip(6, 500)[160:224]))


def test_the_end_of_a_clip_is_not_stretched_by_a_fade() -> None:
    """Stopped 20 samples before its end, a clip sends 20 more at most; stopped at its end, none."""
    mixer = Mixer(1, filled())
    mixer.play(0, [6])
    sent(mixer, 48, 10)
    mixer.stop(0, joints.FADE)
    tx, _ = sent(mixer, 1)
    assert not tx[0, 20:].any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_played_as_silence_or_the_range_s_end(value: float) -> None:
    """A made-up sound with a hole in it; the samples around it are as they were."""
    mixer = Mixer(1, filled())
    mixer.sound(0, np.array([5, value, 6], np.float32))
    tx, _ = sent(mixer, 1)
    assert tx[0, 0] == 5
    assert tx[0, 1] == (0 if np.isnan(value) else 32767 if value > 0 else -32768)
    assert tx[0, 2] == 6


def test_lines_and_gains_that_are_none_are_refused() -> None:
    """A line beyond the card, or counted from its end; a gain that is no number; a sound of words."""
    mixer = Mixer(2, filled())
    for line in (2, -1):
        for verb in (
            lambda line: mixer.play(line, [1]),
            lambda line: mixer.loop(line, [1]),
            lambda line: mixer.sound(line, np.zeros(5, np.float32)),
            mixer.stop,
        ):
            with pytest.raises(ValueError, match=f"no line {line}"):
                verb(line)
    for gain_db in (np.nan, np.inf, 1e6):
        with pytest.raises(ValueError, match="number of dB"):
            mixer.play(0, [1], gain_db=gain_db)
    mixer.play(0, [1], gain_db=-np.inf)
    with pytest.raises(ValueError, match="one row"):
        mixer.sound(0, np.zeros(5, np.complex64))


class PlainLine:
    """One line as anybody would write it: a list of samples that are still to come."""

    def __init__(self) -> None:
        self.coming: list[int] = []
        self.round: list[int] = []
        self.tail: list[int] = []
        self.sent = 0
        self.busy = False

    def begin(self, samples: list[int], round_: list[int]) -> None:
        """In place of what was queued."""
        self.coming, self.round, self.sent, self.busy = list(samples), list(round_), 0, True

    def sound(self, samples: list[int]) -> None:
        """Behind it; a loop goes."""
        if self.round:
            self.fade(joints.FADE)
            self.begin([], [])
        self.coming += samples
        self.sent = self.sent if self.busy else 0
        self.busy = True

    def next(self, samples: int) -> list[int]:
        """So many, or as many as there are."""
        while self.round and len(self.coming) < samples:
            self.coming += self.round
        part, self.coming = self.coming[:samples], self.coming[samples:]
        return part

    def fade(self, samples: int) -> None:
        """The end of what is dropped now, if it was heard."""
        part = self.next(samples) if self.sent else []
        if part:
            self.tail = joints.faded(np.array(part + [0] * (samples - len(part)), np.int16)).tolist()

    def stop(self) -> int:
        """With a fade."""
        if not self.busy:
            return 0
        sent = self.sent
        self.fade(joints.FADE)
        self.begin([], [])
        self.busy = False
        return sent

    def mix(self, samples: int) -> tuple[list[int], int | None]:
        """What is sent, and after how many of these samples the queue ran out."""
        part = self.next(samples) if self.busy else []
        self.sent += len(part)
        ended = len(part) if self.busy and not self.coming and not self.round else None
        if ended is not None:
            self.busy = False
        row = np.array(part + [0] * (samples - len(part)), np.int64)
        tail, self.tail = self.tail[:samples], self.tail[samples:]
        row[: len(tail)] += np.array(tail, np.int64)
        return np.clip(row, -32768, 32767).tolist(), ended


CLIPS = st.lists(st.integers(0, 6), max_size=3)
DOINGS = st.one_of(
    st.tuples(st.just("mix"), st.sampled_from([1, 37, 64, 160, 333])),
    st.tuples(st.just("play"), st.integers(0, 2), CLIPS),
    st.tuples(st.just("loop"), st.integers(0, 2), CLIPS, st.integers(0, 900)),
    st.tuples(st.just("sound"), st.integers(0, 2), st.integers(0, 400)),
    st.tuples(st.just("stop"), st.integers(0, 2)),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(DOINGS, max_size=25))
def test_whatever_is_done_the_mixer_does_as_a_plain_list_would(doings: list[tuple]) -> None:
    """Any order of play, loop, sound, stop and ticks of any size on three lines: the samples, counts and events."""
    mixer, plain, now = Mixer(3, filled()), [PlainLine() for _ in range(3)], 0
    stopped: list[Played] = []
    for what, *how in [*doings, ("mix", 333)]:
        if what == "mix":
            tx, events = mixer.mix(how[0])
            expected = stopped
            for line, one in enumerate(plain):
                row, ended = one.mix(how[0])
                assert tx[line].tolist() == row
                if ended is not None:
                    expected.append(Played(line, now + ended, one.sent))
            assert sorted(events, key=str) == sorted(expected, key=str)
            stopped, now = [], now + how[0]
            continue
        line, one = how[0], plain[how[0]]
        samples = [s for c in (how[1] if what in ("play", "loop") else []) for s in clip(c, LENGTHS[c]).tolist()]
        if what == "play":
            mixer.play(line, how[1])
            one.begin(samples, [])
        elif what == "loop":
            mixer.loop(line, how[1], start=how[2])
            one.begin(samples[how[2] % max(len(samples), 1) :], samples)
        elif what == "sound":
            mixer.sound(line, clip(99, how[1]).astype(np.float32))
            one.sound(clip(99, how[1]).tolist())
        else:
            sent_ = mixer.stop(line, joints.FADE)
            if one.busy:
                stopped.append(Played(line, now, one.sent, stopped=True))
            assert one.stop() == sent_


def test_an_empty_clip_at_the_end_ends_nothing_later() -> None:
    """The end is told with the last sample, whatever without samples comes behind it."""
    mixer = Mixer(1, arena := Arena())
    whole, empty = arena.add(np.full(TICK, 5, np.int16)), arena.add(np.zeros(0, np.int16))
    mixer.play(0, [whole, empty])
    assert mixer.mix()[1] == [Played(0, TICK, TICK)]
