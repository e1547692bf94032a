"""Call progress (ITU-T E.180 and the national plans), fax tones (T.30): every tone of every plan, within its limits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsp.levels import gain
from dsp.plans import FAX, PLANS, PlanTone, TonePlan
from dsp.receiver import RATE, TICK, Float32, Int16
from dsp.tones import ToneReceiver
from workbench.selftest import material
from workbench.selftest.anchor import Anchor
from workbench.selftest.keying import coded, hybrid
from workbench.selftest.measure import Effort, Row, percent
from workbench.selftest.tone_lines import Limits, Reversals, answering, heard, lines, reports, right, sent

AREA = "tones"
_CN = PLANS["cn"]
_FAX_LEVEL = (-38.0, -8.0)
_CONDITIONS = (
    ("nominal", 100.0, Limits()),
    ("25 Hz off", 100.0, Limits(hertz=25)),
    ("cadence 9.5 % off", 100.0, Limits(cadence=0.095)),
    ("25 Hz and 9.5 % off", 100.0, Limits(hertz=25, cadence=0.095)),
    ("white noise 20 dB under the tone", 99.0, Limits(25, 0.095, spread=True, noise=20)),
    ("white noise 12 dB under the tone", 95.0, Limits(25, 0.095, spread=True, noise=12)),
)
_KINDS: tuple[tuple[Reversals, str], ...] = (("none", "CED"), ("reversals", "CED with reversals"), ("am", "ANSam"))


def rows(effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
    """All rows of call progress and fax tones."""
    for name, goal, limits in _CONDITIONS:
        yield _every_tone(effort, anchor, name, goal, limits)
    yield from _fax(effort, anchor)
    yield from _under_a_prompt(effort)
    yield _time_to_name(effort)


def every_tone() -> list[tuple[TonePlan, PlanTone]]:
    """The tones of all plans; fax tones, and the special information tone, once where they are the same."""
    seen: set[PlanTone] = set()
    made = []
    for plan in PLANS.values():
        for tone in plan.tones:
            if tone not in seen or tone.name not in {"sit", "cng", "ced"}:
                made.append((plan, tone))
                seen.add(tone)
    return made


def _every_tone(effort: Effort, anchor: Anchor | None, name: str, goal: float, limits: Limits) -> Row:
    trials = effort.trials(24, least=2)
    mine = its = count = 0
    for i, (plan, tone) in enumerate(every_tone()):
        rx = lines(effort.rng("tone", name, i), tone, trials, limits)
        mine += right(heard(rx, plan), tone.name)
        its += right(anchor.tones(rx, plan), tone.name) if anchor else 0
        count += trials
    measure = f"every tone of {', '.join(map(str.upper, PLANS))}: {name}"
    return Row(AREA, measure, "", goal, percent(mine, count), percent(its, count) if anchor else None, trials=count)


def _fax(effort: Effort, anchor: Anchor | None) -> Iterator[Row]:
    trials = effort.trials(200)
    rng = effort.rng("cng")
    rx = lines(rng, FAX[0], trials, Limits(38, 0.1, spread=True, level=_FAX_LEVEL))
    yield _fax_row("CNG 1100 +-38 Hz", rx, "cng", anchor)
    for kind, name in _KINDS:
        rng = effort.rng("answering", kind)
        yield _fax_row(f"{name} 2100 +-15 Hz", coded(_float(answering(rng, trials, kind, _FAX_LEVEL))), "ced", anchor)


def _fax_row(measure: str, rx: Int16, tone: str, anchor: Anchor | None) -> Row:
    its = None
    if anchor:
        its = percent(sum(anchor.fax(rx, "cng" if tone == "cng" else "ced")), len(rx))
    return Row(AREA, measure, "T.30", 100.0, percent(right(heard(rx, _CN), tone), len(rx)), its, trials=len(rx))


def _under_a_prompt(effort: Effort) -> Iterator[Row]:
    """The echo of a prompt at -16 dBm0 over a fax machine of -8 to -22 dBm0, the line's return loss 14 to 20 dB."""
    trials = effort.trials(100)
    try:
        prompts = np.concatenate(list(material.reels("speech", trials / 60 / 5, effort.seed)))
    except material.Absent as absent:
        effort.news(str(absent))
        return
    for tone, name in (("cng", "CNG"), ("ced", "CED with reversals")):
        rng = effort.rng("under a prompt", tone)
        samples = 9 * RATE if tone == "cng" else 4 * RATE
        echo = _echoes(rng, prompts, trials, samples)
        if tone == "ced":
            echo += _float(answering(rng, trials, "reversals", (-22.0, -8.0)))
        else:
            made = np.zeros((trials, samples))
            for row in made:
                sent(
                    rng,
                    row[int(rng.integers(RATE // 2)) :],
                    FAX[0],
                    float(rng.uniform(-22, -8)),
                    Limits(38, spread=True),
                )
            echo += _float(made)
        found = heard(coded(echo), _CN)
        hits = sum(tone in names for names in found)
        yield Row(AREA, f"{name} under a prompt's echo", "", 100.0, percent(hits, trials), trials=trials)


def _echoes(rng: np.random.Generator, prompts: Int16, trials: int, samples: int) -> Float32:
    made = np.zeros((trials, samples), np.float32)
    for row in made:
        at = int(rng.integers(prompts.shape[1] - samples))
        row[:] = prompts[int(rng.integers(len(prompts))), at : at + samples]
    level = np.sqrt(np.mean(made**2, axis=1, keepdims=True))
    made *= gain(-16.0 - 3.14) * 32768 / np.sqrt(2) / np.maximum(level, 1)
    return hybrid(rng, made, float(rng.uniform(14, 20)))


def _time_to_name(effort: Effort) -> Row:
    """In cycles of the tone, the worst of all plans."""
    worst = 0.0
    trials = effort.trials(40)
    for plan in PLANS.values():
        tone = plan.tone("busy")
        rng = effort.rng("busy", plan.name)
        first = 0.1
        cycle = sum(on + off for on, off in tone.cadence)
        made = np.zeros((trials, round((first + 3 * cycle) * RATE)))
        for row in made:
            sent(rng, row[round(first * RATE) :], tone, float(rng.uniform(-38, -8)), Limits(25, spread=True))
        named = {line: at for at, name, line in reversed(reports(ToneReceiver(trials, plan), coded(_float(made))))}
        late = [named.get(line, RATE * 60) / RATE - first for line in range(trials)]
        worst = max(worst, (max(late) - TICK / RATE) / cycle)
    return Row(AREA, "busy tone named after", "2 cycles", 2.0, worst, None, "less", "cycles", trials * len(PLANS))


def _float(made: NDArray[np.float64]) -> Float32:
    return made.astype(np.float32)
