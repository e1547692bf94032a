"""One fax call as a source of live sound at an end of the office: a terminal, its faults, what it has done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drivers.fax import FaxEvent, FaxOptions, FaxTerminal, Modem, PageDone
from dsp import levels
from dsp.events import Event
from dsp.receiver import Float32
from hw_sim.fax.config import MODEMS, FaxFaults, FaxSettings
from hw_sim.fax.faults import SoundFaults

SLOW_ROW = 40


@dataclass(frozen=True, slots=True)
class Faxed(Event):
    """Something has happened in the fax session at an end. what: its own `at` counts from the session's beginning."""

    what: FaxEvent


@dataclass(frozen=True, slots=True)
class Dropped(Event):
    """The moment at which the machine was to hang up in the middle (`FaxFaults`) has come. why: for the report."""

    why: str


class FaxSession:
    """Speaks and listens (`hw_sim.people.source.Source`); silent once it is closed.

    send, received: the TIFF file that goes out, the one for what comes. seed: of the faults' noise.
    delay: samples for which it does neither, while the number is dialled with keys on the same line.
    Raises drivers.fax.FaxError when the settings make no terminal.
    """

    def __init__(
        self, settings: FaxSettings, calling: bool, send: Path | None, received: Path | None, seed: int = 1,
        delay: int = 0,
    ) -> None:  # fmt: skip
        self.pages = 0
        self._delay = delay
        self._settings = settings
        self._terminal = FaxTerminal(options(settings, calling, send, received))
        self._faults = None if settings.faults == FaxFaults() else SoundFaults(settings.faults, seed)
        self._gain = np.float32(levels.gain(settings.gain))
        self._fast = 0

    def speak(self, samples: int) -> Float32:
        """See `hw_sim.people.source.Source`."""
        if self._delay > 0 or self._terminal.closed:
            return np.zeros(samples, np.float32)
        said = self._terminal.speak(samples)
        if self._faults:
            said = self._faults.said(said, self._terminal)
        return said.astype(np.float32) * self._gain

    def listen(self, heard: Float32, now: int) -> Sequence[Event]:
        """See `hw_sim.people.source.Source`."""
        if self._delay > 0 or self._terminal.closed:
            self._delay -= len(heard)
            return []
        sound = np.clip(np.rint(heard), -32768, 32767).astype(np.int16)
        if self._faults:
            sound = self._faults.heard(sound, self._terminal)
        self._terminal.hear(sound)
        return self._news(now) + (self._drops(self._faults, len(heard), now) if self._faults else [])

    def close(self, now: int) -> list[Event]:
        """The line is gone: what that ends. The received file is whole. Nothing after the first time."""
        if self._terminal.closed:
            return []
        if not self._terminal.finished:
            self._terminal.hang_up()
        last = self._news(now)
        self._terminal.close()
        return last

    def _news(self, now: int) -> list[Event]:
        made: list[Event] = []
        for event in self._terminal.events():
            if self._faults:
                self._faults.tell(event)
            self.pages += isinstance(event, PageDone) and event.answer != "RTN"
            made.append(Faxed(0, now, event))
        return made

    def _drops(self, sound: SoundFaults, samples: int, now: int) -> list[Event]:
        faults = self._settings.faults
        if faults.drop_after_page and self.pages >= faults.drop_after_page:
            return [Dropped(0, now, f"after page {self.pages}")]
        before = self._fast
        if self._terminal.fast and sound.image:
            self._fast += samples
        if faults.drop_in_page and before < faults.drop_in_page <= self._fast:
            return [Dropped(0, now, "in the middle of a page")]
        return []


def options(settings: FaxSettings, calling: bool, send: Path | None, received: Path | None) -> FaxOptions:
    """What the terminal of such a machine is told."""
    modems = Modem(0)
    for name in settings.modems:
        modems |= MODEMS[name]
    return FaxOptions(
        calling,
        send=send,
        receive=received,
        ident=settings.ident,
        header=settings.header,
        ecm=settings.ecm,
        modems=modems,
        most_pages=settings.most_pages,
        scan_line=SLOW_ROW if settings.slow else 0,
        not_ready=settings.faults.not_ready,
    )
