"""The two wires between an FXS port of the equipment and a telephone, or an FXO port of the equipment.

Sans-I/O: what either side does in, what the other side sees out, as signals of its row.
"""

from __future__ import annotations

from drivers.signals import Signal, SignalKind
from dsp.receiver import RATE
from hw_sim.equipment import Feed

ONE_RING = RATE // 2
"""Bursts closer than this are one ring, as people count."""


class Loop:
    """fxs: row of the port that feeds it. far: row of what is at the other end, -1 for nothing.

    rings: bursts since the last time the far end was off hook or was left in peace for long.
    """

    def __init__(self, fxs: int, far: int = -1) -> None:
        self.fxs = fxs
        self.far = far
        self.off_hook = False
        self.rings = 0
        self._feed: Feed = "battery"
        self._reversed = self._cut = False
        self._ringing = False
        self._seen_closed = False
        self._rang_at = -RATE * 10

    @property
    def open(self) -> bool:
        """Has the port taken away the battery?"""
        return self._feed == "open"

    @property
    def whole(self) -> bool:
        """Are the wires not cut?"""
        return not self._cut

    def cut(self, cut: bool, now: int) -> list[Signal]:
        """The wires are cut, or whole again: the port sees no current, an FXO port no battery."""
        if cut == self._cut:
            return []
        stopped = self.ring(False, now)
        self._cut = cut
        return [*stopped, *self._to_far(now, "battery_lost" if cut else "battery_back"), *self._current(now)]

    def ring(self, on: bool, now: int) -> list[Signal]:
        """The port begins or ends a burst; a far end that is off hook hears none, and a loop without feed has none."""
        if on == self._ringing or (on and (self.off_hook or self.open or self._cut)):
            return []
        self._ringing = on
        if on and now - self._rang_at > ONE_RING:
            self.rings += 1
        self._rang_at = now
        return self._to_far(now, "ring_on" if on else "ring_off")

    def feed(self, feed: Feed, now: int) -> list[Signal]:
        """The port feeds the loop otherwise. Without feed nobody sees whether the far end is off hook."""
        before, self._feed = self._feed, feed
        made: list[Signal] = []
        if feed == "open" and before != "open":
            made += self._to_far(now, "loop_open")
        elif before == "open" and feed != "open":
            made += self._to_far(now, "loop_closed")
        if feed != "open" and (feed == "reversed") != self._reversed:
            self._reversed = not self._reversed
            made += self._to_far(now, "polarity")
        return made + self._current(now)

    def hook(self, off_hook: bool, now: int) -> list[Signal]:
        """The far end closes or opens the loop. A burst under way is tripped."""
        if off_hook == self.off_hook:
            return []
        self.off_hook = off_hook
        tripped = self.ring(False, now)
        self.rings = 0
        return tripped + self._current(now)

    def _current(self, now: int) -> list[Signal]:
        """What the port sees of the loop current, when it has changed."""
        closed = self.off_hook and not self._cut
        unseen = self.open and self.off_hook  # no current, for whatever reason: it shows when the feed is back
        if unseen or closed == self._seen_closed:
            return []
        self._seen_closed = closed
        return [Signal(self.fxs, now, "loop_closed" if closed else "loop_open")]

    def _to_far(self, now: int, kind: SignalKind) -> list[Signal]:
        """Through cut wires only the loss of the battery is seen."""
        if self.far < 0 or (self._cut and kind != "battery_lost"):
            return []
        return [Signal(self.far, now, kind)]
