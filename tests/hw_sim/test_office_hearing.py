"""A scripted caller and the equipment meet in the office: all they learn of each other goes through the lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.speech.book import Book, Clip, write_book
from drivers.speech.espeak import speak, voice_of
from dsp.dtmf import DtmfReceiver
from dsp.events import Digit
from dsp.receiver import RATE, TICK, Int16
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.person import Caller
from hw_sim.config import analog_office, load_office
from hw_sim.office import Office

WELCOME = "欢迎致电烟草公司订货热线"
SCRIPT = """
spec: 1
who: {number: "13900001111", level: %s, snr: %s}
script:
  - dial: "96688"
  - {hear: welcome, within: 10s}
  - press: "1001#"
  - expect: {tone: busy}
    within: 10s
  - hang_up
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Two prompts, spoken."""
    clips = [
        (Clip(id=f"zh/{name}", language="zh", text=text), speak(text, voice_of("zh")))
        for name, text in (("welcome", WELCOME), ("sorry", "对不起，请您稍后再拨"))
    ]
    return write_book(tmp_path_factory.mktemp("book"), clips)


def answering(office: Office, sound: Int16, seconds: float, line: int = 0) -> str:
    """Equipment that answers a line, plays a sound, notes the keys it hears, and hangs up 2 s after the last."""
    ears = DtmfReceiver(len(office.lines))
    tx = np.zeros((len(office.lines), TICK), np.int16)
    keys, place, last = "", -1, 0
    for _ in range(round(seconds * RATE / TICK)):
        tx[line] = 0
        if place >= 0:
            part = sound[place : place + TICK]
            tx[line, : len(part)] = part
            place += TICK
        tick = office.tick(tx)
        if any(s.kind == "ring_off" for s in tick.signals):
            office.hook(line, True)
            place = 0
        for event in ears(tick.rx.astype(np.float32)):
            if place >= 0 and isinstance(event, Digit) and event.edge == "began":
                keys, last = keys + event.digit, office.now
        if last and office.now - last > 2 * RATE:
            office.hook(line, False)
    return keys


@pytest.mark.parametrize(("level", "snr"), [(-12, 40), (-20, 25)])
def test_a_caller_hears_a_prompt_and_the_equipment_hears_the_keys(
    book: Book, tmp_path: Path, level: int, snr: int
) -> None:
    """By sound alone, both ways, also at -20 dBm0 with noise 25 dB below; at the end all are on hook."""
    script = load_caller_config("caller.yaml", SCRIPT % (level, snr), clips=book.clips)
    caller = Caller(script, book)
    office = Office(analog_office(2), [caller], book=book)
    keys = answering(office, book.samples("zh/welcome"), 25)
    assert keys == "1001#", [str(e) for e in caller.report]
    assert caller.succeeded
    told = [e.kind for e in caller.report if e.name != "ringback"]  # of which one burst is heard, or hardly that
    assert told == ["dialled", "heard", "pressed", "tone", "decided", "hung_up"]
    assert office.idle


def test_a_caller_does_not_hear_what_was_not_said(book: Book) -> None:
    """Another prompt than the awaited one: the script fails, the report says what was heard instead."""
    caller = Caller(load_caller_config("caller.yaml", SCRIPT % (-12, 40), clips=book.clips), book)
    office = Office(analog_office(2), [caller], book=book)
    assert answering(office, book.samples("zh/sorry"), 25) == ""
    assert caller.finished
    assert not caller.succeeded
    assert "对不起" in caller.report[-2].text + caller.report[-1].text


def test_a_later_caller_at_the_same_place_hears_as_well(book: Book) -> None:
    """The place of a caller who left, idle for a while, is as good as new."""
    script = load_caller_config("caller.yaml", SCRIPT % (-12, 40), clips=book.clips)
    office = Office(analog_office(1), book=book)
    for _ in range(2):
        caller = Caller(script, book)
        office.add_caller(caller, office.now + RATE)
        assert answering(office, book.samples("zh/welcome"), 25) == "1001#"
        assert caller.succeeded
        for _ in range(500):
            office.tick(np.zeros((1, TICK), np.int16))


@pytest.mark.parametrize("line", range(6))
def test_prompts_and_keys_get_over_bad_lines(book: Book, line: int) -> None:
    """Loud echo, noise and hum, long and short lines, the wrong law: a caller of ordinary level is served on each."""
    config = load_office("hw_sim/offices/bad_lines.yaml")
    script = SCRIPT.replace("96688", config.ports[line].number) % (-12, 40)
    caller = Caller(load_caller_config("caller.yaml", script, clips=book.clips), book)
    office = Office(config, [caller], book=book)
    assert answering(office, book.samples("zh/welcome"), 25, line) == "1001#"
    assert caller.succeeded, [str(e) for e in caller.report]
