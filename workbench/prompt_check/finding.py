"""What is wrong with a prompt, where, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dsp.receiver import Int16


@dataclass(frozen=True, slots=True)
class Prompt:
    """One clip as callers hear it: int16 at 8 kHz. file: the recording it comes from, None when it is synthesised."""

    name: str
    samples: Int16
    file: Path | None = None

    @property
    def word(self) -> bool:
        """Is it a piece of a sentence, which is said together with others?"""
        return ":" in self.name


@dataclass(frozen=True, slots=True)
class Finding:
    """prompt: its name, or its file's. problem: what kind. at: seconds in it as it is played, None for all of it.

    fault: the prompt cannot be played at all. loss: for what a receiver heard: dB of return loss up to which it did.
    """

    prompt: str
    problem: str
    message: str
    remedy: str
    at: float | None = None
    loss: float | None = None
    fault: bool = False

    def __str__(self) -> str:
        at = "" if self.at is None else f" at {self.at:.2f} s"
        return f"{self.prompt}{at}: {self.message}; {self.remedy}"
