"""The folder of a run: what failed, with what was heard, its sound and its picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drivers.speech.book import Book
from dsp.receiver import RATE, TICK
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.person import Caller
from hw_sim.config import analog_office
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.office import Office
from hw_sim.report.call_sound import CallSounds, forget
from hw_sim.report.folder import Keep, KeptCall, RunFolder
from hw_sim.session import Plan, Session
from tests.hw_sim.hotline import Hotline
from tests.hw_sim.stage import Stage

GOOD = """\
spec: 1
who: {number: "139"}
script:
  - dial: "96688"
  - hear: welcome
  - record: answer
  - press: "1#"
  - hear: ask_code
"""
BAD = GOOD.replace("139", "138").replace("hear: ask_code", "hear: menu\n    within: 6s")


def answers(keys: str) -> list[str] | None:
    """A welcome, and a question after the hash key."""
    return ["zh/welcome"] if not keys else ["zh/ask_code"] if keys.endswith("#") else None


def run(book: Book, index: ClipIndex, folder: Path, keep: Keep, texts: list[str]) -> list[KeptCall]:
    drawn: list[KeptCall] = []

    def draw(call: KeptCall, file: Path) -> None:
        drawn.append(call)
        file.write_bytes(b"PNG")

    office = Office(analog_office(2), book=index)
    people = [Caller(load_caller_config("c.yaml", text), book) for text in texts]
    office.add_callers([(caller, RATE // 2) for caller in people])
    kept = RunFolder(folder, office, keep, draw)
    hotline = Hotline(office, book, answers)
    waiting = list(people)
    while waiting and office.now < 40 * RATE:
        hotline.tick()
        for caller in [c for c in waiting if c.finished]:
            waiting.remove(caller)
            kept.finished("order", caller)
    kept.close({"seed": 1}, ["seed: 1"])
    return drawn


def test_what_failed_is_kept(book: Book, index: ClipIndex, tmp_path: Path) -> None:
    """Of the good call what it recorded itself; of the bad one the reason, the transcript, the sound, a picture."""
    drawn = run(book, index, tmp_path, "failed", [GOOD, BAD])
    files = sorted(f.name for f in (tmp_path / "calls").iterdir())
    assert files == ["1-139.json", "1-answer.wav", "2-138.json", "2-138.png", "2-138.wav", "2-answer.wav"]
    facts = json.loads((tmp_path / "summary.json").read_text())
    assert (facts["seed"], facts["calls"]["all"]["succeeded"], facts["calls"]["all"]["failed"]) == (1, 1, 1)
    kept = json.loads((tmp_path / "calls/2-138.json").read_text())
    assert kept["outcome"] == "failed"
    assert kept["report"][-2]["place"] == "c.yaml:8"
    html = (tmp_path / "report.html").read_text()
    assert "waited 6 s for &#x27;menu&#x27;, heard &#x27;请输入商品代码，以井号键结束&#x27; (c.yaml:8)" in html
    assert 'src="calls/2-138.wav"' in html
    assert 'src="calls/2-138.png"' in html
    assert "calls/1-139.wav" not in html
    assert len(drawn) == 1
    assert not list(tmp_path.glob("calls-*"))


def test_pictures_are_drawn_when_all_is_over(tmp_path: Path) -> None:
    """It is told how far they are; Ctrl-C leaves the rest undrawn, and the page is written all the same."""
    told: list[str] = []

    def draw(call: KeptCall, file: Path) -> None:
        assert office.now == RATE
        if "137" in call.title:
            raise KeyboardInterrupt
        file.write_bytes(b"PNG")

    office = Office(analog_office(1))
    kept = RunFolder(tmp_path, office, "all", draw, told.append)
    script = "spec: 1\nscript: [{dial: '000'}, {wait: 500ms}]\nwho: {number: '13"
    people = [Caller(load_caller_config("c.yaml", f"{script}{i}'}}")) for i in range(9)]
    office.add_callers([(caller, 0) for caller in people])
    tx = np.zeros((1, TICK), np.int16)
    for _ in range(50):
        office.tick(tx)
    for caller in people:
        kept.finished("call", caller)
    assert not list(tmp_path.rglob("*.png"))
    kept.close()
    assert told == ["picture 1 of 9 (Ctrl-C: no more of them)", "picture 6 of 9 (Ctrl-C: no more of them)",
                    "the rest is not drawn"]  # fmt: skip
    assert (tmp_path / "report.html").read_text().count("<img") == len(list(tmp_path.rglob("*.png"))) == 7


def test_the_sound_is_the_calls_own(book: Book, index: ClipIndex, tmp_path: Path) -> None:
    """Left what was heard, right what was said, from the first sample of the call to the last, at its place in time."""
    (call,) = run(book, index, tmp_path, "all", [GOOD])
    samples, rate = soundfile.read(tmp_path / "calls/1-139.wav", dtype="int16")
    assert rate == RATE
    assert np.array_equal(samples, call.samples)
    heard = next(e for e in call.entries if e.name == "zh/welcome")
    clip = book.samples("zh/welcome").astype(float)
    begin = heard.at - call.began
    part = samples[begin : begin + len(clip), 0].astype(float)
    assert np.corrcoef(part, clip)[0, 1] > 0.97
    pressed = next(e for e in call.entries if e.kind == "pressed").at - call.began
    assert np.abs(samples[pressed : pressed + 1600, 1]).max() > 2000
    assert np.abs(samples[: pressed - 10, 1]).max() < 30
    answer, _ = soundfile.read(tmp_path / "calls/1-answer.wav", dtype="int16")
    assert len(samples) - len(answer) == next(e for e in call.entries if e.kind == "recording").at - call.began


def test_nothing_is_kept(book: Book, index: ClipIndex, tmp_path: Path) -> None:
    """`none`: the figures and the transcripts of what failed, no sound."""
    assert run(book, index, tmp_path, "none", [BAD]) == []
    assert [f.name for f in (tmp_path / "calls").iterdir()] == ["1-138.json"]
    assert "<audio" not in (tmp_path / "report.html").read_text()


def test_a_place_that_is_used_again(tmp_path: Path) -> None:
    """Calls one after the other at one end are two sounds; an end that nobody sits at is none; others come later."""
    people = [Stage("\n  - hang_up\n").caller for _ in range(3)]
    seated: dict[int, Caller] = {1: people[0]}
    sounds = CallSounds(tmp_path, lambda: seated, 800)
    for tick in range(200):
        if tick == 70:
            seated = {1: people[1]}
        if tick == 90:
            seated = {1: people[1], 5: people[2]}
        sounds(None, np.full((6 if tick >= 90 else 2, TICK), 1000.0 + tick, np.float32))
    seated = {}
    tapes = [sounds.finished(person) for person in people]
    assert [t is not None and (t.began, len(t.samples())) for t in tapes] == [
        (800, 70 * TICK), (800 + 70 * TICK, 130 * TICK), (800 + 90 * TICK, 110 * TICK),
    ]  # fmt: skip
    first = tapes[1]
    assert first is not None
    assert first.samples()[0, 0] == pytest.approx(1070, abs=40)
    assert first.samples()[-1, 0] == pytest.approx(1199, abs=40)
    forget(first)
    assert not first.file.exists()
    assert sounds.finished(people[0]) is None


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """OSError, before anybody calls."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        RunFolder(tmp_path / "file", Office(analog_office(1)))


def test_a_session_with_traffic(book: Book, index: ClipIndex, tmp_path: Path) -> None:
    """The load begins when the equipment opens a line; what it comes to is on the terminal and in the folder."""
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "t.yaml").write_text("spec: 1\nlasting: 2s\narrivals: {at: [0s, 1s]}\ncalls: [{script: bad.yaml}]\n")
    office = Office(analog_office(2), book=index)
    plan = Plan(tmp_path / "x.yaml", book=book.folder, traffic=tmp_path / "t.yaml", folder=tmp_path / "run")
    session = Session(office, plan)
    hotline = Hotline(office, book, answers)
    for _ in range(50):
        hotline.tick()
        assert not session.over()
    assert len(office.callers) == 1
    office.opened()
    while not session.over():
        hotline.tick()
    session.close()
    assert 10 * RATE < office.now < 40 * RATE
    assert session.status(0) == 1
    told = session.summary()
    assert told[0].startswith("caller 138: waited 6 s for 'menu'")
    assert told[-1].split()[:4] == ["all", "2", "2", "0"]
    assert len(list((tmp_path / "run/calls").glob("*.wav"))) == 4
    assert (tmp_path / "run/report.jsonl").read_text().count('"kind": "failed"') == 2
