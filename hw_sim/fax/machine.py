"""A fax machine at an end of the office: answers its bell or dials, sends and receives pages, reports them.

It has the face of a caller (`hw_sim.caller.events.CallerProtocol`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

from drivers.events import Ringing
from drivers.fax import FaxEvent, Finished
from dsp.events import Event, Tone
from dsp.receiver import RATE
from hw_sim.caller.events import Action, Dial, Entry, EntryKind, HangUp, PickUp
from hw_sim.fax.config import FaxConfig
from hw_sim.fax.report import in_words
from hw_sim.fax.session import Dropped, Faxed, FaxSession
from hw_sim.people.source import Live
from hw_sim.people.telephone import BEFORE_DIALLING

NOBODY = frozenset({"busy", "congestion", "vacant", "howler", "dial"})
"""Tones after which there is nobody to send to."""

DIALLING = RATE // 2
"""The dial tone that was there before the number means nothing."""

A_KEY = RATE // 4


class FaxMachine:
    """Without `to` it answers, again and again; with `to` it dials once, and has finished after that call.

    results: how its sessions ended, in order. Raises drivers.fax.FaxError when the configuration makes no terminal.
    """

    level = -12.0

    def __init__(self, config: FaxConfig) -> None:
        self.number = config.number
        self.line = config.line
        self.noise: float | None = None
        self.wake: int | None = 0 if config.to else None
        self.report: list[Entry] = []
        self.results: list[Finished] = []
        self.finished = False
        self._config = config
        self._session: FaxSession | None = None
        self._calls = 0
        self._began = 0
        self._dialling = DIALLING + (BEFORE_DIALLING + A_KEY * len(config.to) if config.port else 0)
        self._seed = crc32(f"{config.number}{config.port}".encode())
        self._make(calling=bool(config.to)).close(0)

    @property
    def succeeded(self) -> bool:
        """Every session ended well, and who was to dial has had one."""
        dialled = not self._config.to or (self.finished and bool(self.results))
        return dialled and all(result.ok for result in self.results)

    def advance(self, now: int, events: Sequence[Event]) -> list[Action]:
        """See CallerProtocol."""
        if self._config.to and not self._calls:
            return self._dial(now)
        actions: list[Action] = []
        for event in events:
            actions += self._notice(now, event)
        return actions

    def _notice(self, now: int, event: Event) -> list[Action]:
        if self._session is None:
            rung = isinstance(event, Ringing) and event.ring >= self._config.rings and not self._config.to
            return self._answer(now) if rung else []
        match event:
            case Faxed(what=what):
                self._take(event.at, what)
                over = isinstance(what, Finished) and not self._config.faults.silent
                return self._hang_up(now, "hung up") if over else []
            case Dropped(why=why):
                return self._hang_up(now, f"hung up {why}, as it was told to")
            case Tone(tone=tone, edge="began") if tone in NOBODY and event.at > self._began + self._dialling:
                self._note(event.at, "tone", tone, tone)
                return self._hang_up(now, "hung up")
        return []

    def _take(self, at: int, what: FaxEvent) -> None:
        if isinstance(what, Finished):
            self.results.append(what)
        failed = isinstance(what, Finished) and not what.ok
        self._note(at, "failed" if failed else "noted", *in_words(what))

    def _dial(self, now: int) -> list[Action]:
        self.wake = None
        self._note(now, "dialled", self._config.to)
        return [Dial(self._config.to), self._begin(now, calling=True)]

    def _answer(self, now: int) -> list[Action]:
        self._note(now, "said", "picked up")
        return [PickUp(), self._begin(now, calling=False)]

    def _begin(self, now: int, calling: bool) -> Live:
        self._calls += 1
        self._began = now
        if self._config.receive is not None:
            self._config.receive.mkdir(parents=True, exist_ok=True)
        self._session = self._make(calling)
        return Live(self._session)

    def _make(self, calling: bool) -> FaxSession:
        delay = self._dialling if calling and self._config.port else 0
        seed = self._seed + self._calls
        return FaxSession(self._config, calling, self._config.send, self._received(calling), seed, delay)

    def _received(self, calling: bool) -> Path | None:
        """Where the pages of this call come: NUMBER-1.tif, NUMBER-2.tif ... in its folder."""
        folder = self._config.receive
        if folder is None or (calling and not self._config.poll):
            return None
        return folder / f"{self._config.number or self._config.port}-{self._calls}.tif"

    def _hang_up(self, now: int, text: str) -> list[Action]:
        """Whatever the end of the line ends is told first."""
        session, self._session = self._session, None
        self.finished = bool(self._config.to)
        for event in session.close(now) if session else []:
            if isinstance(event, Faxed):
                self._take(now, event.what)
        self._note(now, "hung_up", text)
        return [HangUp()]

    def _note(self, at: int, kind: EntryKind, text: str, name: str = "") -> None:
        self.report.append(Entry(at, kind, text, name))
