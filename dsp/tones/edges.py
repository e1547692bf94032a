"""Where bursts begin and end, on all lines at once: from windows with and without a sound to edges worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LATE = 2
"""Windows by which an edge is known later: three of five must agree, for beats and clicks are shorter than a burst."""

LOOK = 10
"""Windows from one look at a long burst to the next."""

Kind = Literal["rise", "fall", "lasts"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A burst begins or ends at a window, or lasts still. since: the window of its beginning."""

    window: int
    line: int
    kind: Kind
    since: int


class Edges:
    """The bursts of all lines. shortest: windows of a burst that is worth a look. lasting: windows from which a burst
    may be a continuous tone.
    """

    def __init__(self, lines: int, shortest: int, lasting: int) -> None:
        self._shortest, self._lasting = shortest, lasting
        self._heard = np.zeros((2 * LATE, lines), np.uint8)
        self._last = np.zeros((1, lines), np.bool_)
        self._since = np.zeros(lines, np.int64)
        self.window = -LATE
        """The number of the next window whose state becomes known."""

    def __call__(self, on: NDArray[np.bool_], watched: NDArray[np.bool_]) -> list[Edge]:
        """Take windows (count, lines); give the edges of the lines on which a burst was worth a look, and of those
        that are watched, line by line and each in its order.
        """
        count = len(on)
        heard = np.concatenate([self._heard, on.view(np.uint8)])
        votes = heard[:count] + heard[1 : count + 1]
        for i in range(2, 2 * LATE + 1):
            votes += heard[i : count + i]
        state = np.concatenate([self._last, votes > LATE])
        self._heard, self._last = heard[count:], state[-1:]
        edges = self._look(state[1:], state[1:] != state[:-1], watched)
        self.window += count
        return edges

    def forget(self, line: int) -> None:
        """As if the line had been silent until now."""
        self._heard[:, line] = 0
        self._last[:, line] = False

    def pass_by(self, windows: int) -> None:
        """So many windows of silence, on lines that were silent."""
        self.window += windows

    def _look(self, state: NDArray[np.bool_], turned: NDArray[np.bool_], watched: NDArray[np.bool_]) -> list[Edge]:
        windows = np.arange(self.window, self.window + len(state))[:, None]
        since = np.maximum.accumulate(np.where(turned & state, windows, self._since), axis=0)
        self._since = since[-1]
        age = windows - since
        worth = turned > state
        worth &= age >= self._shortest
        lasts = state & (age >= self._lasting)
        if lasts.any():
            lasts &= age % LOOK == 0
            worth |= lasts
        told = worth.any(axis=0)
        told |= watched
        lines = told.nonzero()[0]
        if not lines.size:
            return []
        which, places = (turned[:, lines] | lasts[:, lines]).T.nonzero()
        return [
            Edge(
                self.window + place,
                line,
                "lasts" if not turned[place, line] else "rise" if state[place, line] else "fall",
                int(since[place, line]),
            )
            for line, place in zip(lines[which].tolist(), places.tolist(), strict=True)
        ]
