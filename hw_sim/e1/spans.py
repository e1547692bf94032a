"""All E1 spans of an office in a tick: their signalling, what it puts into the slots, bits and alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsp.receiver import Int16
from hw_sim.e1.span import Span
from hw_sim.equipment import Bits, SpanAlarm
from hw_sim.line.digital import place, silence
from hw_sim.trunk import Message


class Spans:
    """by_card: the spans by the index of their card. changed: may alarms have changed?"""

    def __init__(self, by_card: Mapping[int, Span]) -> None:
        self.by_card = by_card
        self.changed = False
        self._signalled = [(span, span.signalling) for span in by_card.values() if span.signalling is not None]
        self._wired = [span for span in by_card.values() if span.peer is not None]
        self._bits: list[Bits] = []

    def __bool__(self) -> bool:
        return bool(self.by_card)

    def wires(self) -> Iterator[tuple[int, int]]:
        """Rows of slots that are wired to each other, each pair once."""
        for span in self.by_card.values():
            if span.peer is not None and span.card < span.peer.card:
                yield from zip(span.rows, span.peer.rows, strict=True)

    def tick(self, now: int, tx: Int16, rx: Int16) -> list[tuple[int, Message]]:
        """A tick of all signalling; codes of it go into rx, int16 (lines, 160). Returns the row and what it says."""
        made: list[tuple[int, Message]] = []
        for span, signalling in self._signalled:
            sent = span.tick(signalling, now, tx)
            if sent.codes:
                place(rx, span.rows, sent.codes)
            made += [(span.rows.start + message.circuit - 1, message) for message in sent.messages]
            self._arrive(span, sent.bits, now)
        for span in self._wired:
            self._arrive(span, span.arriving_bits(), now)
        for span in self.by_card.values():
            if span.deaf:
                silence(rx, span.rows)
            elif span.no_d_channel:
                silence(rx, span.d_channel)
        return made

    def _arrive(self, span: Span, bits: Mapping[int, int], now: int) -> None:
        self._bits += [Bits(span.rows.start + slot - 1, now, abcd) for slot, abcd in bits.items()]

    def news(self, now: int) -> tuple[list[Bits], list[SpanAlarm]]:
        """Bits and alarms that have changed since this was last asked."""
        bits, self._bits = self._bits, []
        if not self.changed:
            return bits, []
        self.changed = False
        alarms = ((span.card, span.news()) for span in self.by_card.values())
        return bits, [SpanAlarm(card, now, shown) for card, shown in alarms if shown is not None]
