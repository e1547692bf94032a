"""Rows for what answers a call: greetings of people and machines in several languages, tones, fax, modem, nothing."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from drivers.speech.espeak import PROGRAM, Voice, speak
from dsp import levels, tones
from dsp.answer import Answer, AnswerReceiver
from dsp.receiver import RATE, TICK, Float32
from workbench.selftest import keying
from workbench.selftest.measure import Effort, Row, percent
from workbench.selftest.spoken import hiss

PEOPLE = {
    "cmn-latn-pinyin": ("喂？", "喂，你好。", "你好。", "喂，哪位？", "您好，请讲。", "你好，我是王先生。"),
    "yue": ("喂？", "喂，邊位？"),
    "en-us": ("Hello?", "Yes?", "Hello, Smith speaking.", "Hi, this is John.", "Good morning, Miller."),
    "en-gb": ("Hello?", "Good afternoon, Peter Jones.", "Hello, can I help you?"),
    "de": ("Hallo?", "Schmidt, guten Tag.", "Ja, bitte?"),
    "fr-fr": ("Allô?", "Oui, allô?", "Bonjour, Martin."),
    "es": ("¿Diga?", "¿Bueno?", "Hola, ¿quién habla?"),
    "ru": ("Алло?", "Да, слушаю вас."),
    "it": ("Pronto?", "Pronto, chi parla?"),
}
MACHINES = {
    "cmn-latn-pinyin": (
        "您好，我现在不方便接听电话，请在听到提示音后留言，我会尽快给您回电话。",
        "对不起，您拨打的用户暂时无法接通，请在滴声后留下您的姓名和电话号码。",
    ),
    "en-us": (
        "Hi, you have reached John Smith. I can't come to the phone right now. Please leave a message after the beep.",
        "Hello. We're not at home right now. Please leave your name and number after the tone.",
        "Hey, it's Bob. You know what to do. Wait for the beep, then leave me a message.",
    ),
    "en-gb": ("The person you are calling is not available. Please leave a message after the tone.",),
    "de": ("Guten Tag, hier ist der Anschluss der Familie Müller. Bitte hinterlassen Sie eine Nachricht.",),
    "fr-fr": ("Bonjour, vous êtes bien chez la famille Martin. Laissez un message après le bip sonore.",),
    "es": ("Hola, en este momento no podemos atender su llamada. Por favor deje su mensaje después de la señal.",),
    "ru": ("Здравствуйте, сейчас меня нет дома. Пожалуйста, оставьте сообщение после сигнала.",),
    "it": ("Risponde la segreteria telefonica di Mario Rossi. Lasciate un messaggio dopo il segnale.",),
}
_VARIANTS = ("", "+f1", "+f2", "+f4", "+m1", "+m3", "+m5", "+m7")
_PLAN = tones.plan("cn")
_SIT = {
    "intercept": ((913.8, 0.274), (1370.6, 0.274)),
    "vacant code": ((985.2, 0.38), (1370.6, 0.274)),
    "no circuit": ((985.2, 0.38), (1428.5, 0.38)),
    "reorder": ((913.8, 0.274), (1428.5, 0.38)),
}
"""Bellcore SR-2275: the first two tones and their seconds."""


def rows(effort: Effort) -> Iterator[Row]:
    """Without espeak-ng only the tones are measured."""
    if shutil.which(PROGRAM) is not None:
        yield from _greetings(effort)
    yield from _signals(effort)


def _greetings(effort: Effort) -> Iterator[Row]:
    trials, rng = effort.trials(300), effort.rng("greetings")
    people, machines = _spoken(rng, PEOPLE, trials), _spoken(rng, MACHINES, trials)
    calls = [[_before(rng), sound, _silence(3.0)] for sound in people]
    calls += [[_before(rng), sound, _silence(rng.uniform(0.05, 1)), _beep(rng), _silence(2)] for sound in machines]
    found = _found(rng, calls)
    first = [[event for event in events if event.kind in ("person", "machine")][:1] for events in found]
    wanted = ["person"] * trials + ["machine"] * trials
    right = [bool(one) and one[0].kind == kind for one, kind in zip(first, wanted, strict=True)]
    yield _row("a person who answers, at the first finding", 95, sum(right[:trials]), trials)
    yield _row("a machine that answers, at the first finding", 95, sum(right[trials:]), trials)
    beeped = sum(1 for events in found[trials:] if events and events[-1].kind == "machine")
    yield _row("a machine, after its beep", 99, beeped, trials)
    sure = sum(one[0].confidence for one in first if one) / max(sum(map(len, first)), 1)
    off = 100 * abs(sure - sum(right) / len(right))
    yield Row(
        "activity", "confidence of these findings, off from their truth", "", 5, off, None, "less", "%", 2 * trials
    )


def _signals(effort: Effort) -> Iterator[Row]:
    trials, rng = effort.trials(100), effort.rng("signals")
    for name in ("ringback", "busy", "congestion", "vacant"):
        made = [[tones.generate(_PLAN, name, 7 * RATE, level=float(rng.uniform(-30, -10)))] for _ in range(trials)]
        yield _row(f"{name} named", 99, _named(rng, made, [(name, "")] * trials), trials)
    whys = [list(_SIT)[i % len(_SIT)] for i in range(trials)]
    sits = [[_sit(rng, why), _silence(1)] for why in whys]
    yield _row("SIT named with its reason", 99, _named(rng, sits, [("sit", why) for why in whys]), trials)
    fax = [[_answering(rng, 0.0, turns=i % 2 == 1)] for i in range(trials)]
    yield _row("fax (CED, with and without turns of phase)", 99, _named(rng, fax, [("fax", "ced")] * trials), trials)
    modem = [[_answering(rng, 0.2, turns=True)] for _ in range(trials)]
    yield _row("modem (ANSam)", 99, _named(rng, modem, [("modem", "ansam")] * trials), trials)
    cng = [[_sine(rng, 1100 + rng.uniform(-38, 38), 0.5), _silence(3.0)] for _ in range(trials)]
    yield _row("fax that calls (CNG)", 99, _named(rng, cng, [("fax", "cng")] * trials), trials)
    nothing = [[_silence(11)] for _ in range(trials)]
    yield _row("nobody says anything", 99, _named(rng, nothing, [("nothing", "")] * trials), trials)


@functools.cache
def _say(text: str, voice: str, speed: int) -> Float32:
    return speak(text, Voice(voice, speed)).astype(np.float32) * np.float32(levels.gain(20.0))


def _spoken(rng: np.random.Generator, texts: Mapping[str, Sequence[str]], trials: int) -> list[Float32]:
    """Greetings at random levels, a text by several voices, each sound on three calls."""
    every = [(voice, text) for voice, said in texts.items() for text in said]
    chosen = [every[int(rng.integers(len(every)))] for _ in range(max(trials // 3, 12))]
    voices = [(text, voice + str(rng.choice(_VARIANTS)), int(rng.choice([140, 160, 185]))) for voice, text in chosen]
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda said: _say(*said), voices))
    gains = [np.float32(levels.gain(float(rng.uniform(-32, -12)))) for _ in range(trials)]
    return [made[i % len(made)] * gain for i, gain in enumerate(gains)]


def _before(rng: np.random.Generator) -> Float32:
    """Ringback on some calls, cut by the answer, and the moment until somebody speaks."""
    rung = round(float(rng.uniform(1.2, 9)) * RATE) if rng.random() < 0.5 else 0
    return np.concatenate([tones.generate(_PLAN, "ringback", rung, level=-16), _silence(rng.uniform(0.1, 1.2))])


def _silence(seconds: float) -> Float32:
    return np.zeros(round(seconds * RATE), np.float32)


def _sine(rng: np.random.Generator, frequency: float, seconds: float) -> Float32:
    angle = 2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE + rng.uniform(0, 2 * np.pi)
    return np.asarray(levels.amplitude(float(rng.uniform(-28, -10))) * np.sin(angle), np.float32)


def _beep(rng: np.random.Generator) -> Float32:
    return _sine(rng, float(rng.uniform(420, 2000)), float(rng.uniform(0.2, 1.5)))


def _sit(rng: np.random.Generator, why: str) -> Float32:
    level = rng.uniform(0.4, 1.0)
    parts = [
        level * np.sin(2 * np.pi * frequency * rng.uniform(0.997, 1.003) * np.arange(round(seconds * RATE)) / RATE)
        for frequency, seconds in (*_SIT[why], (1776.7, 0.38))
    ]
    return np.asarray(np.concatenate(parts) * levels.amplitude(-16.0), np.float32)


def _answering(rng: np.random.Generator, swing: float, *, turns: bool) -> Float32:
    """2100 +-15 Hz of ITU-T V.25 and T.30, with V.8's 15 Hz, its phase turned every 450 ms."""
    tone = _sine(rng, 2100 + rng.uniform(-15, 15) * (swing == 0), 3.0)
    time = np.arange(len(tone)) / RATE
    tone *= 1 + swing * np.sin(2 * np.pi * 15 * time + rng.uniform(0, 6))
    return np.asarray(tone * np.where(turns & (time // 0.45 % 2 == 1), -1, 1), np.float32)


def _found(rng: np.random.Generator, calls: Sequence[Sequence[Float32]]) -> list[list[Answer]]:
    """What is found on each call, dialled a random moment before."""
    whole = [np.concatenate([_silence(rng.uniform(0, 0.8)), *parts]) for parts in calls]
    rx = np.zeros((len(whole), max(map(len, whole)) + RATE), np.float32)
    for row, sound in zip(rx, whole, strict=True):
        row[: len(sound)] = sound
    rx += hiss(rng, rx.shape, rng.uniform(-66, -48, len(rx)))
    receiver = AnswerReceiver(len(rx), _PLAN)
    for line in range(len(rx)):
        receiver.begin(line)
    carried = keying.coded(rx)
    found: list[list[Answer]] = [[] for _ in whole]
    for at in range(0, rx.shape[1], TICK):
        for event in receiver(carried[:, at : at + TICK].astype(np.float32)):
            found[event.line].append(event)
    return found


def _named(rng: np.random.Generator, calls: Sequence[Sequence[Float32]], wanted: Sequence[tuple[str, str]]) -> int:
    """On how many calls is that the first finding?"""
    found = _found(rng, calls)
    return sum(1 for e, w in zip(found, wanted, strict=True) if e and (e[0].kind, e[0].detail) == w)


def _row(measure: str, goal: float, hits: int, trials: int) -> Row:
    return Row("activity", measure, "", goal, percent(hits, trials), trials=trials)
