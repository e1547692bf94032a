"""Every prompt at the level of its echo through every receiver: what would be heard that nobody sent?

A prompt comes back through the hybrid of its line, 6 to 20 dB down, and a receiver hears it there. All prompts are rows
of matrices: each at every return loss, once as it is and once through a hybrid and A-law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dsp import g711, levels
from dsp.caller_id import CallerIdReceiver
from dsp.dtmf import DtmfReceiver, Profile
from dsp.events import CallerId, Digit, Event, Tone
from dsp.plans import TonePlan
from dsp.receiver import RATE, Float32, Receiver
from dsp.tones import ToneReceiver
from workbench.prompt_check.finding import Finding, Prompt

LOSSES = (0.0, 6.0, 10.0, 14.0, 20.0)
"""dB of return loss; at 0 a prompt is heard as it is, as on a bridged line."""

PATHS = ("plain", "hybrid and A-law")
_TAIL = 6000
"""Silence after each prompt, so that what ended with it is told."""
_MOST = 6_000_000
"""Samples of a matrix."""
_PIECE = RATE

_DELAY, _TAPS = 14, 48
_HYBRID = np.zeros(_TAPS, np.float32)
_HYBRID[_DELAY:] = np.exp(-np.arange(_TAPS - _DELAY) / 6.0) * np.cos(np.arange(_TAPS - _DELAY) * 0.9)
_HYBRID /= np.sqrt(np.sum(_HYBRID**2))
"""A short dispersive echo path: 2 ms away, its strength that of the return loss."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Whose ears: limits for keys, and tones."""

    profiles: Sequence[Profile]
    plan: TonePlan

    @property
    def loosest(self) -> Profile:
        """Limits within which lies whatever any of the profiles takes for a key."""
        each = self.profiles
        return Profile(
            "loosest",
            "the widest limits of each",
            accept=max(profile.accept for profile in each),
            reject=max(profile.reject for profile in each),
            constant=max(profile.constant for profile in each),
            loudest=max(profile.loudest for profile in each),
            faintest=min(profile.faintest for profile in each),
            silent=min(profile.silent for profile in each),
            low_twist=max(profile.low_twist for profile in each),
            high_twist=max(profile.high_twist for profile in each),
            shortest=min(profile.shortest for profile in each),
            blip=min(profile.blip for profile in each),
        )


@dataclass(frozen=True, slots=True)
class _Trigger:
    row: int
    at: int
    what: str
    ear: str


def triggers(
    prompts: Sequence[Prompt], listeners: Listeners, progress: Callable[[int], None] = lambda _: None
) -> list[Finding]:
    """What would be heard, one finding for each prompt and each thing heard. progress: prompts done since last time."""
    found: list[Finding] = []
    for batch in _batches(prompts):
        rows = _rows([prompt.samples for prompt in batch])
        each: dict[tuple[int, str], list[_Trigger]] = {}
        for trigger in _listen(rows, listeners):
            each.setdefault((trigger.row // (len(LOSSES) * len(PATHS)), trigger.what), []).append(trigger)
        found += [_finding(batch[index], heard) for (index, _), heard in each.items()]
        progress(len(batch))
    return found


def _batches(prompts: Sequence[Prompt]) -> Iterator[list[Prompt]]:
    """Prompts of like length together, as many as a matrix may hold."""
    batch: list[Prompt] = []
    for prompt in sorted((p for p in prompts if len(p.samples)), key=lambda p: len(p.samples)):
        rows = (len(batch) + 1) * len(LOSSES) * len(PATHS)
        if batch and rows * (len(prompt.samples) + _TAIL) > _MOST:
            yield batch
            batch = []
        batch.append(prompt)
    if batch:
        yield batch


def _rows(clips: Sequence[Any]) -> Float32:
    """Each clip at every loss, first plain, then through the path: float32 (clips x paths x losses, n)."""
    rows = np.zeros((len(clips), len(PATHS), len(LOSSES), max(map(len, clips)) + _TAIL), np.float32)
    for row, clip in zip(rows, clips, strict=True):
        sound = clip.astype(np.float32)
        echo = np.convolve(sound, _HYBRID)
        for i, loss in enumerate(LOSSES):
            row[0, i, : len(sound)] = sound * levels.gain(-loss)
            row[1, i, : len(echo)] = echo * levels.gain(-loss)
    rows[:, 1] = g711.decode(g711.encode(levels.saturate(rows[:, 1])))
    return rows.reshape(-1, rows.shape[3])


def _listen(rows: Float32, listeners: Listeners) -> Iterator[_Trigger]:
    """Everybody hears everything; but keys are asked for by each profile only where the loosest limits find one."""
    yield from _heard(rows, listeners.plan.name, ToneReceiver(len(rows), listeners.plan))
    yield from _heard(rows, "", CallerIdReceiver(len(rows)))
    suspects = sorted({trigger.row for trigger in _heard(rows, "", DtmfReceiver(len(rows), listeners.loosest))})
    for profile in listeners.profiles if suspects else ():
        for trigger in _heard(rows[suspects], profile.name, DtmfReceiver(len(suspects), profile)):
            yield replace(trigger, row=suspects[trigger.row])


def _heard(rows: Float32, ear: str, receiver: Receiver) -> Iterator[_Trigger]:
    for at in range(0, rows.shape[1], _PIECE):
        for event in receiver(rows[:, at : at + _PIECE]):
            what = _name(event)
            if what:
                yield _Trigger(event.line, event.at, what, ear)


def _name(event: Event) -> str:
    """What was heard; empty for the end of something."""
    match event:
        case Digit(edge="began"):
            return f"key {event.digit}"
        case Tone(edge="began"):
            return f"{'fax' if event.tone in ('cng', 'ced') else 'tone'} {event.tone}"
        case CallerId():
            return f"caller ID {event.number}"
    return ""


def _finding(prompt: Prompt, heard: Sequence[_Trigger]) -> Finding:
    first = min(heard, key=lambda trigger: trigger.at)
    losses = sorted({LOSSES[trigger.row % len(LOSSES)] for trigger in heard})
    paths = sorted({PATHS[trigger.row // len(LOSSES) % len(PATHS)] for trigger in heard})
    ears = ", ".join(sorted({trigger.ear for trigger in heard} - {""}))
    down = " and ".join(["at full level"] if losses == [0.0] else [f"at {_listed(losses)} dB down"])
    message = f"is heard as {first.what}{f' ({ears})' if ears else ''} {down}, {' and '.join(paths)}"
    at = first.at / RATE
    return Finding(str(prompt.file or prompt.name), first.what, message, _remedy(prompt, losses, at), at, losses[-1])


def _listed(losses: Sequence[float]) -> str:
    return ", ".join(f"{loss:g}" for loss in losses)


def _remedy(prompt: Prompt, losses: Sequence[float], at: float) -> str:
    again = "record this place again" if prompt.file else "word it differently, or record it"
    cut = f", or cut what sounds at {at:.2f} s"
    if losses[0] > 0 or losses[-1] >= LOSSES[-2]:
        return again + cut
    following = LOSSES[LOSSES.index(losses[-1]) + 1]
    return f"{again}, or lower it by {following - losses[-1]:g} dB{cut}"
