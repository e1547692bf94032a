"""A stage for callers: what is said to them comes at certain times, as an ear would tell it; what they do is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dsp.events import Event, Tone
from dsp.receiver import RATE, TICK
from hw_sim.caller.config import load_caller_config
from hw_sim.caller.person import Action, Caller, Heard, Send, Sent


@dataclass(frozen=True)
class Clip:
    """A clip of a book."""

    id: str
    language: str
    text: str


class Contents:
    """A book without sounds."""

    clips = (
        Clip("zh/welcome", "zh", "欢迎"), Clip("zh/menu", "zh", "请选择"), Clip("zh/price_is", "zh", "价格是"),
        Clip("zh/aye", "zh", "是"), Clip("zh:是", "zh", "是"), Clip("zh/again", "zh", "请再输入"),
        *(Clip(f"zh:{w}", "zh", w) for w in "零一二三四五六七八九十百元角条年月日"),
    )  # fmt: skip


class Stage:
    """Runs a caller tick by tick on clips that are said at certain times, as an ear with 0.3 s of delay tells them.

    Sounds that the caller sends take as long as they are.
    """

    def __init__(self, script: str, who: str = "{}", character: str = "{}", seed: int = 0) -> None:
        text = f"spec: 1\nwho: {who}\npatience: 5s\nscript:\n{script}character: {character}\n"
        config = load_caller_config("c.yaml", text)
        self.caller = Caller(config, Contents(), lambda *_: np.full(4000, 900, np.int16), seed=seed)
        self.now = 0
        self.actions: list[tuple[float, Action]] = []
        self._due: list[tuple[int, Event]] = []

    def say(self, at: float, *clips: str, seconds: float = 1.0, cut: float | None = None) -> float:
        """Clips one after the other; the last is cut after so long. When they are over."""
        for clip in clips:
            begin, length = round(at * RATE), round(seconds * RATE)
            last = cut is not None and clip == clips[-1]
            played = round((cut or 0) * RATE) if last else length
            self._due.append((begin + 2400, Heard(0, begin, clip, "began", 0, length)))
            self._due.append((begin + played + 2400, Heard(0, begin + played, clip, "ended", played, length)))
            at += played / RATE
        return at

    def tone(self, at: float, name: str) -> None:
        self._due.append((round(at * RATE), Tone(0, round(at * RATE), name)))

    def event(self, at: float, event: Event) -> None:
        self._due.append((round(at * RATE), event))

    def run(self, seconds: float = 60.0) -> Stage:
        while self.now < seconds * RATE and not self.caller.finished:
            events = [e for at, e in self._due if self.now - TICK < at <= self.now]
            if events or (self.caller.wake is not None and self.caller.wake <= self.now):
                self._act(self.caller.advance(self.now, events))
            self.now += TICK
        return self

    def _act(self, actions: Sequence[Action]) -> None:
        for action in actions:
            self.actions.append((self.now / RATE, action))
            if isinstance(action, Send):
                end = self.now + len(action.sound)
                self._due.append((end + TICK, Sent(0, end, len(action.sound))))

    def when(self, kind: type[object], nth: int = 0) -> float:
        return [at for at, action in self.actions if isinstance(action, kind)][nth]

    def report(self, kind: str) -> list[str]:
        return [e.text for e in self.caller.report if e.kind == kind]
