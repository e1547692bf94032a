"""All E1 spans of an office in a tick: their signalling, what it puts into the slots, bits and alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsp.receiver import Int16
from hw_sim.digital import place, silence
from hw_sim.equipment import Bits, SpanAlarm
from hw_sim.span import DEAF, Span
from hw_sim.trunk import Message


class Spans:
    """by_card: the spans by the index of their card."""

    def __init__(self, by_card: Mapping[int, Span]) -> None:
        self.by_card = by_card
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
        for span in self.by_card.values():
            sent = span.tick(now, tx)
            if sent.codes:
                place(rx, span.rows, sent.codes)
            made += [(span.rows.start + message.circuit - 1, message) for message in sent.messages]
            for slot, bits in (*sent.bits.items(), *span.arriving_bits().items()):
                self._bits.append(Bits(span.rows.start + slot - 1, now, bits))
            if span.fault & DEAF:
                silence(rx, span.rows)
            elif span.no_d_channel:
                silence(rx, span.d_channel)
        return made

    def news(self, now: int) -> tuple[list[Bits], list[SpanAlarm]]:
        """Bits and alarms that have changed since this was last asked."""
        bits, self._bits = self._bits, []
        alarms = ((span.card, span.news()) for span in self.by_card.values())
        return bits, [SpanAlarm(card, now, shown) for card, shown in alarms if shown is not None]
