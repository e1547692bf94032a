"""Two fax terminals on an A-law line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from drivers.fax import FaxEvent, FaxOptions, FaxTerminal, Finished, Frame, PageDone
from drivers.fax.pages import Page, sample_page, write_pages
from dsp import g711
from dsp.receiver import RATE, TICK, Int16

Spoil = Callable[[Int16, int], Int16]
"""What the line makes of a tick of the sender, given the sample at which it begins."""


@dataclass
class Told:
    """What one side has told."""

    events: list[FaxEvent] = field(default_factory=list)

    @property
    def result(self) -> Finished:
        """How it ended."""
        return next(event for event in self.events if isinstance(event, Finished))

    @property
    def pages(self) -> list[PageDone]:
        """Its pages, in order."""
        return [event for event in self.events if isinstance(event, PageDone)]

    @property
    def frames(self) -> list[str]:
        """Control frames, ">" sent and "<" heard."""
        return [(">" if e.outgoing else "<") + e.name for e in self.events if isinstance(e, Frame)]


def through_codec(samples: Int16) -> Int16:
    """What A-law leaves of sound."""
    return np.asarray(g711.decode(g711.encode(samples, "alaw"), "alaw"), np.int16)


def bursts(every: float, length: float, begin: float, end: float = 1e9, peak: float = 8000.0) -> Spoil:
    """Noise of `length` seconds every so many, between two seconds of the call."""
    rng = np.random.default_rng(7)

    def spoil(samples: Int16, now: int) -> Int16:
        at = now / RATE
        if not begin <= at < end or (at - begin) % every >= length:
            return samples
        return np.clip(samples + rng.normal(0, peak, len(samples)), -32768, 32767).astype(np.int16)

    return spoil


def send(
    caller: FaxOptions,
    answerer: FaxOptions,
    spoil: Spoil = lambda samples, _: samples,
    limit: float = 300.0,
    cut: int = TICK,
) -> tuple[Told, Told]:
    """Let them talk until both have finished. spoil: of what the caller sends. cut: samples at a time."""
    told = Told(), Told()
    with FaxTerminal(caller) as a, FaxTerminal(answerer) as b:
        for now in range(0, round(limit * RATE), cut):
            to_b, to_a = through_codec(a.speak(cut)), through_codec(b.speak(cut))
            a.hear(to_a)
            b.hear(through_codec(spoil(to_b, now)))
            for fax, side in zip((a, b), told, strict=True):
                side.events += fax.events()
            if a.finished and b.finished:
                return told
    raise AssertionError(f"no end in {limit} s: {told}")


def document(folder: Path, pages: int = 1, rows: int = 420) -> tuple[Path, list[Page]]:
    """A file of short sample pages."""
    made = [sample_page(f"Page {i + 1}", rows) for i in range(pages)]
    file = folder / "sent.tif"
    write_pages(file, made)
    return file, made
