"""Cost of the receive path and the mixer: nanoseconds for each line and sample, and microseconds for a tick.

Run: python -m bench.dsp [--lines 4,30,120,240,480]. Each figure is processor time, the best of some rounds in which
the parts take turns, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import numpy as np  # noqa: E402

from bench.hearing import clips, heard  # noqa: E402
from dsp import caller_id, dtmf, g711, levels, tones  # noqa: E402
from dsp.activity import ActivityReceiver  # noqa: E402
from dsp.mixer import Mixer  # noqa: E402
from dsp.prompts import Arena  # noqa: E402
from dsp.receiver import TICK, Float32  # noqa: E402

LINES = (4, 30, 120, 240, 480)
SECONDS = 6
ROUNDS = 3

Part = Callable[[Float32], object]


def voices(lines: int) -> Float32:
    """Something like speech on every line: syllables of wandering pitch with a formant, on some lines keys as well."""
    rng = np.random.default_rng(lines)
    samples = SECONDS * 8000
    rows = [_voice(rng, samples) for _ in range(min(lines, 16))]
    rx = np.stack([np.roll(rows[i % len(rows)], int(rng.integers(samples))) for i in range(lines)])
    sound = dtmf.keys("1234567890", on=800, off=2400)
    for line in range(0, lines, 10):
        rx[line, : len(sound)] = sound
    return g711.decode(g711.encode(levels.saturate(rx))).astype(np.float32)


def _voice(rng: np.random.Generator, samples: int) -> Float32:
    made = np.zeros(samples + 4000, np.float32)
    at = 0
    while at < samples:
        length = int(rng.integers(800, 2400))
        phase = 2 * np.pi * np.cumsum(rng.uniform(90, 250) * np.linspace(1, rng.uniform(0.8, 1.2), length)) / 8000
        formant = rng.uniform(300, 900)
        voice = np.sum([np.sin(k * phase) / (1 + ((k * 150 - formant) / 150) ** 2) for k in range(1, 14)], axis=0)
        made[at : at + length] = 3000 * voice * np.hanning(length)
        at += length + int(rng.integers(0, 1600))
    return made[:samples]


def parts(lines: int) -> dict[str, Part]:
    """What is measured, each by a function of a tick."""
    arena = Arena()
    clip = arena.add(np.zeros(8000, np.int16))
    mixer, idle = Mixer(lines, arena), Mixer(lines, arena)

    def mix(_: Float32) -> None:
        ended = mixer.mix()[1]
        for event in ended:
            mixer.play(event.line, [clip])

    for line in range(lines):
        mixer.play(line, [clip] * (1 + line % 7))
    return {
        "dtmf": dtmf.DtmfReceiver(lines),
        "tones": tones.ToneReceiver(lines, tones.plan("cn")),
        "caller id": caller_id.CallerIdReceiver(lines, dtmf=False),
        "activity": ActivityReceiver(lines),
        "mixer": mix,
        "mixer, silent": lambda _: idle.mix(),
    }


def measure(lines: int, rx: Float32) -> dict[str, float]:
    """Microseconds of each part for one tick of all lines: mean over the material, the best of some rounds."""
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, part in parts(lines).items():
            begun = time.process_time()
            for at in range(0, rx.shape[1], TICK):
                part(rx[:, at : at + TICK])
            spent = (time.process_time() - begun) * 1e6 / (rx.shape[1] // TICK)
            best[name] = min(best.get(name, spent), spent)
    return best


def table(title: str, material: Callable[[int], Float32], counts: list[int]) -> None:
    """One table: a row for each number of lines."""
    print(f"\n{title}: ns per line and sample (us per tick of 20 ms)")
    for i, lines in enumerate(counts):
        figures = measure(lines, material(lines))
        figures["receivers"] = sum(figures[name] for name in ("dtmf", "tones", "caller id", "activity"))
        if i == 0:
            print("lines" + "".join(f"{name:>18}" for name in figures))
        print(f"{lines:5}" + "".join(f"{1000 * us / lines / TICK:9.2f} ({us:6.1f})" for us in figures.values()))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default=",".join(map(str, LINES)), help="how many lines, as a list")
    counts = [int(count) for count in parser.parse_args().lines.split(",")]
    prompts = clips()[1]
    table("Speech on every line without a pause", lambda lines: heard(lines, prompts), counts)
    table("A made-up voice on every line, keys on every tenth", voices, counts)
    table("Silence", lambda lines: np.zeros((lines, SECONDS * 8000), np.float32), counts)


if __name__ == "__main__":
    main()
