"""What every card must do, whatever stands behind it: one behaviour a line, all in one run.

The world's part (`world`) and ours (`ours`) are plans, so that the same behaviour can be played by the office in this
process, by the office in another process, by a kernel made of Python, and by the FXS ports of the real kernel driver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Act = Literal["ring", "give_up", "hang_up", "press"]
"""The far end: rings the line until it gives up or is answered; after answer it may press a key, and hangs up."""

Verb = Literal["answer", "hang_up", "place_call"]

LENGTH = 30
"""Seconds of the whole run."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One line's story.

    world: (second, act), counted from the start of the run. ours: (event, verb, seconds after it), each once, in order.
    expected: all call events of the line in words. sound: needs a far end that makes tones.
    supervised: does the exchange open the loop when the far end hangs up?
    """

    name: str
    expected: tuple[str, ...]
    world: tuple[tuple[float, Act], ...] = ()
    ours: tuple[tuple[str, Verb, float], ...] = ()
    sound: bool = False
    supervised: bool = True

    @property
    def keys(self) -> bool:
        """Are keys part of the story? Else they may be the echo of our own dialling."""
        return any(words.startswith("Digit") for words in self.expected)


BEHAVIOURS = (
    Behaviour(
        "a call is answered, and the far end hangs up",
        ("Ringing 1", "Answered", "HungUp disconnect"),
        world=((3.5, "ring"), (10, "hang_up")),
        ours=(("Ringing 1", "answer", 0),),
    ),
    Behaviour(
        "a caller gives up after two rings",
        ("Ringing 1", "Ringing 2", "HungUp ring_no_answer"),
        world=((3.5, "ring"), (11.2, "give_up")),
    ),
    Behaviour(
        "we answer and hang up",
        ("Ringing 1", "Answered", "HungUp local"),
        world=((3.5, "ring"), (12, "hang_up")),
        ours=(("Ringing 1", "answer", 0), ("Answered", "hang_up", 3)),
    ),
    Behaviour(
        "a refused caller is forgotten, the next one is answered",
        ("Ringing 1", "HungUp local", "Ringing 1", "Answered", "HungUp disconnect"),
        world=((3.5, "ring"), (5, "give_up"), (15, "ring"), (21, "hang_up")),
        ours=(("Ringing 1", "hang_up", 0.3), ("Ringing 1", "answer", 1.5)),
    ),
    Behaviour("nothing happens on an idle line", (), ours=(("start", "hang_up", 5), ("start", "answer", 6))),
    Behaviour(
        "without supervision the busy tone is the hang-up",
        ("Ringing 1", "Answered", "HungUp busy_tone"),
        world=((3.5, "ring"), (10, "hang_up")),
        ours=(("Ringing 1", "answer", 0),),
        sound=True,
        supervised=False,
    ),
    Behaviour(
        "a key is heard",
        ("Ringing 1", "Answered", "Digit 5", "HungUp disconnect"),
        world=((3.5, "ring"), (9, "press"), (12, "hang_up")),
        ours=(("Ringing 1", "answer", 0),),
        sound=True,
    ),
    Behaviour(
        "a call is placed and answered",
        ("Answered", "HungUp local"),
        ours=(("start", "place_call", 3), ("Answered", "hang_up", 2)),
        sound=True,
    ),
)
CALLEE = "10086"
"""Who answers the placed call."""
