"""A certificate from the places on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from drivers import tone_plans
from dsp.dtmf.profile import PROFILES
from dsp.receiver import RATE
from workbench.prompt_check.collect import collect
from workbench.prompt_check.exposure import Listeners, triggers
from workbench.prompt_check.finding import Finding
from workbench.prompt_check.sentences import sentences
from workbench.prompt_check.soundness import flaws


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was checked, and what was found. seconds: of all prompts together."""

    prompts: int
    sentences: int
    seconds: float
    findings: tuple[Finding, ...]


def certify(places: Sequence[Path], plan: str = "cn", quiet: bool = False) -> Certificate:
    """Check all prompts of these places. Raises ConfigError, SpeechError, NoPrompts, OSError."""
    listeners = Listeners(tuple(PROFILES.values()), tone_plans.load(plan))
    with Progress(console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()) as progress:
        speaking = progress.add_task("speaking", total=None)
        prompts, findings = collect(places, lambda done, all_, _: progress.update(speaking, completed=done, total=all_))
        joined = sentences(prompts)
        listening = progress.add_task("listening", total=len(prompts) + len(joined))
        findings += flaws(prompts)
        findings += triggers([*prompts, *joined], listeners, lambda done: progress.advance(listening, done))
    seconds = sum(len(prompt.samples) for prompt in prompts) / RATE
    order = sorted(findings, key=lambda each: (not each.fault, each.prompt, each.at or 0.0))
    return Certificate(len(prompts), len(joined), round(seconds, 1), tuple(order))
