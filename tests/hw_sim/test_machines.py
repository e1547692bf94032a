"""Machines that answer by themselves, as the equipment hears them: answer classification has all its cases here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.speech.wav import read_wav, to_wav
from drivers.yaml_source import ConfigError
from dsp import levels
from dsp.answer import Answer, AnswerReceiver
from dsp.dtmf import keys
from dsp.receiver import RATE, TICK, Int16
from dsp.tones import plan
from hw_sim.caller.events import Dial
from hw_sim.config import OfficeConfig, analog_office, load_office
from hw_sim.fax.machine import FaxMachine
from hw_sim.machines.answering import Machine
from hw_sim.office import Office
from tests.drivers.fax_pair import document
from tests.hw_sim.people import Scripted, quiet, sine

NUMBER = "80110"
DIALLED = keys(NUMBER).astype(np.int16)
SPEAKS = 5 * RATE


def office(machine: dict[str, object], key: str = "machines") -> Office:
    """One port with dial tone, and one machine of the file."""
    config = analog_office(1).model_dump()
    return Office(OfficeConfig.model_validate({**config, key: [{"number": NUMBER, **machine}]}))


def call(it: Office, seconds: float, speech: Int16 | None = None) -> Int16:
    """The port dials the machine, says something from the fifth second on, and hears: int16 (samples,)."""
    it.hook(0, True)
    tx = np.zeros((1, round(seconds * RATE) // TICK * TICK), np.int16)
    tx[0, RATE // 2 : RATE // 2 + len(DIALLED)] = DIALLED
    if speech is not None:
        tx[0, SPEAKS : SPEAKS + len(speech)] = speech
    return np.concatenate([it.tick(tx[:, at : at + TICK]).rx[0].copy() for at in range(0, tx.shape[1], TICK)])


def answers(heard: Int16) -> list[Answer]:
    """What answer classification makes of it, from the last key on."""
    receiver = AnswerReceiver(1, plan("cn"))
    receiver.begin(0)
    sound = heard[None, RATE // 2 + len(DIALLED) :].astype(np.float32)
    return [event for at in range(0, sound.shape[1], TICK) for event in receiver(sound[:, at : at + TICK])]


@pytest.mark.parametrize(
    ("machine", "kind", "detail"),
    [
        ({"type": "answering"}, "machine", "beep"),
        ({"type": "answering", "language": "en", "beep": 1400}, "machine", "beep"),
        ({"type": "announcement", "sit": "vacant", "language": "en"}, "sit", "vacant code"),
        ({"type": "announcement", "sit": "intercept"}, "sit", "intercept"),
        ({"type": "announcement", "sit": "no_circuit"}, "sit", "no circuit"),
        ({"type": "announcement", "sit": "reorder"}, "sit", "reorder"),
        ({"type": "announcement", "language": "en"}, "machine", ""),
        ({"type": "modem"}, "modem", "ansam"),
        ({"type": "modem", "swing": False}, "fax", "ced"),
        ({"type": "person"}, "person", ""),
        ({"type": "person", "language": "en"}, "person", ""),
    ],
)
def test_answer_classification_knows_who_answers(machine: dict[str, object], kind: str, detail: str) -> None:
    """Through the office: ringback first, then the right finding last (a person talks on and may be doubted later)."""
    heard = call(office(machine), 20)
    found = [answer for answer in answers(heard) if answer.kind != "ringback"]
    said = found[0] if kind == "person" else found[-1]
    assert said.kind == kind
    assert said.detail == detail or not detail


def test_a_fax_machine_is_known_by_its_answer_tone() -> None:
    """CED."""
    heard = call(office({}, "faxes"), 12)
    assert [(a.kind, a.detail) for a in answers(heard)][-1] == ("fax", "ced")


def test_an_answering_machine_keeps_the_message(tmp_path: Path) -> None:
    """What was said after the beep is in a WAV file; it hangs up after the silence, and answers again."""
    it = office({"type": "answering", "record": tmp_path / "messages", "silence": "2s", "wav": greeting(tmp_path)})
    [machine] = it.automatic
    assert isinstance(machine, Machine)
    for count in (1, 2):
        call(it, 14, sine(3).astype(np.int16))
        assert [e.kind for e in machine.report][-3:] == ["said", "noted", "hung_up"]
        message = read_wav(tmp_path / "messages" / f"{NUMBER}-{count}.wav")
        assert 2.9 * RATE < len(message) < 5 * RATE
        assert float(levels.dbm0(message[-2 * RATE : -RATE].astype(np.float32))) == pytest.approx(-12.1, abs=1.0)
        it.hook(0, False)
        for _ in range(100):
            it.tick(np.zeros((1, TICK), np.int16))


def greeting(folder: Path) -> Path:
    """A short one."""
    file = folder / "greeting.wav"
    file.write_bytes(to_wav(sine(0.5, 500).astype(np.int16)))
    return file


def test_the_message_ends_where_the_busy_tone_begins(tmp_path: Path) -> None:
    """The caller hangs up: the tone of the office is not in the message."""
    it = office({"type": "answering", "record": tmp_path, "silence": "20s", "wav": greeting(tmp_path)})
    call(it, 8, sine(2).astype(np.int16))
    it.hook(0, False)
    for _ in range(300):
        it.tick(np.zeros((1, TICK), np.int16))
    message = read_wav(tmp_path / f"{NUMBER}-1.wav")
    assert 1.9 * RATE < len(message) < 5 * RATE
    assert [e.kind for e in it.automatic[0].report] == ["said", "noted", "hung_up"]


def test_the_time_signal_keeps_the_clock_of_the_office() -> None:
    """Pips at full seconds of the office, a long one at the minute."""
    it = office({"type": "time", "talk": "90s"})
    heard = call(it, 62).astype(np.float32)
    loud = (heard.reshape(-1, TICK) ** 2).mean(axis=1) > levels.power(-30)
    second = RATE // TICK
    for at in (20, 31, 45):
        assert loud[at * second : at * second + 5].all()
        assert not loud[at * second + 7 : (at + 1) * second - 1].any()
    assert loud[60 * second : 60 * second + 29].all()


def test_faults_of_machines_are_found_in_the_file(tmp_path: Path) -> None:
    """Numbers that stand twice, ports that are not there, files that are missing, two voices: each with its place."""
    file = tmp_path / "office.yaml"
    file.write_text(
        """spec: 1
cards: [{type: analog-fxo, name: a, ports: [{number: "80001"}]}]
machines:
  - {type: answering, number: "80001", wav: none.wav}
  - {type: person, port: desk}
  - {type: announcement, number: "2", text: a, wav: b}
faxes:
  - {number: "80100", send: none.tif, to: "80001"}
"""
    )
    with pytest.raises(ConfigError) as raised:
        load_office(file)
    told = str(raised.value)
    for words in ("stands twice", "no file", "none.tif", "'desk'", "not both"):
        assert words in told, told


def test_a_fax_that_dials_counts_as_a_caller(tmp_path: Path) -> None:
    """It comes to an end, and its result is the run's; one that answers is only reported."""
    page, _ = document(tmp_path)
    file = tmp_path / "office.yaml"
    file.write_text(
        f"""spec: 1
cards: [{{type: analog-fxo, name: a, ports: [{{number: "80001"}}]}}]
faxes:
  - {{number: "80100", send: {page.name}, to: "80101", at: 1s}}
  - {{number: "80101", receive: in}}
"""
    )
    it = Office(load_office(file))
    [sender], [receiver] = it.callers, it.automatic
    assert isinstance(sender, FaxMachine)
    while not sender.finished and it.now < 100 * RATE:
        it.tick(np.zeros((1, TICK), np.int16))
    assert sender.succeeded
    assert receiver.succeeded
    assert (tmp_path / "in" / "80101-1.tif").is_file()


def test_the_office_of_all_machines_is_whole(tmp_path: Path) -> None:
    """The example: every number of it answers."""
    config = load_office(tmp_path / "machines.yaml", Path("hw_sim/offices/machines.yaml").read_text(encoding="utf-8"))
    it = Office(config)
    assert len(it.automatic) == len(config.machines) + len(config.faxes) == 16
    for who in it.automatic:
        it.add_caller(Scripted({0.0: [Dial(who.number)]}))
    for _ in range(round(14 * RATE / TICK)):
        it.tick(quiet(it))
    assert [who.number for who in it.automatic if not any(e.text == "picked up" for e in who.report)] == []
