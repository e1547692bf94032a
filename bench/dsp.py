"""Cost of the receive path and the mixer: nanoseconds for each line and sample, and microseconds for a tick; memory.

Run: python -m bench.dsp [--lines 4,30,120,240,480]. Each figure is processor time, the best of some rounds in which
the parts take turns, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
from collections.abc import Callable

for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import numpy as np  # noqa: E402

from bench.sounds import MATERIALS, speech, ticks  # noqa: E402
from dsp import caller_id, dtmf, tones  # noqa: E402
from dsp.activity import ActivityReceiver  # noqa: E402
from dsp.mixer import Mixer  # noqa: E402
from dsp.prompts import Arena  # noqa: E402
from dsp.receiver import TICK, Float32  # noqa: E402
from ivr_runtime.ears import ears  # noqa: E402

LINES = (4, 30, 120, 240, 480)
ROUNDS = 3
MEMORY_LINES = 240
SETTLED = 60
"""Ticks after which a receiver has all the memory that it will ever have."""

Part = Callable[[Float32], object]


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
    return {**receivers(lines), "mixer": mix, "mixer, silent": lambda _: idle.mix()}


def receivers(lines: int) -> dict[str, Part]:
    """The receivers, each by itself; `ears` is all of a call's as a server has them."""
    together = ears(lines)
    return {
        "dtmf": dtmf.DtmfReceiver(lines),
        "tones": tones.ToneReceiver(lines, tones.plan("cn")),
        "caller id": caller_id.CallerIdReceiver(lines, dtmf=False),
        "activity": ActivityReceiver(lines),
        "ears": lambda tick: [receiver(tick) for receiver in together],
    }


def measure(lines: int, rx: Float32) -> dict[str, float]:
    """Microseconds of each part for one tick of all lines: mean over the material, the best of some rounds."""
    best: dict[str, float] = {}
    heard = ticks(rx)
    for _ in range(ROUNDS):
        for name, part in parts(lines).items():
            begun = time.process_time()
            for tick in heard:
                part(tick)
            spent = (time.process_time() - begun) * 1e6 / len(heard)
            best[name] = min(best.get(name, spent), spent)
    return best


def table(title: str, material: Callable[[int], Float32], counts: list[int]) -> None:
    """One table: a row for each number of lines."""
    print(f"\n{title}: ns per line and sample (us per tick of 20 ms)")
    for i, lines in enumerate(counts):
        figures = measure(lines, material(lines))
        if i == 0:
            print("lines" + "".join(f"{name:>18}" for name in figures))
        print(f"{lines:5}" + "".join(f"{1000 * us / lines / TICK:9.2f} ({us:6.1f})" for us in figures.values()))


def memory(lines: int) -> dict[str, tuple[float, float, float]]:
    """Of each receiver, on speech: bytes it holds for a line; bytes for a line that a tick borrows at most; bytes
    that a tick keeps for good, all lines together (0 in the steady state).
    """
    heard = ticks(speech(lines))
    found = {}
    for name in receivers(1):
        tracemalloc.start()
        part = receivers(lines)[name]
        for tick in heard[:SETTLED]:
            part(tick)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        for tick in heard[SETTLED:]:
            part(tick)
        after, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found[name] = (before / lines, (peak - before) / lines, (after - before) / (len(heard) - SETTLED))
    return found


def memory_table(lines: int) -> None:
    """What each receiver holds."""
    print(f"\nMemory, {lines} lines, speech: bytes a line held; borrowed in a tick at most; kept for good by a tick")
    for name, (held, borrowed, kept) in memory(lines).items():
        print(f"{name:12}{held:10.0f}{borrowed:12.0f}{kept:12.1f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default=",".join(map(str, LINES)), help="how many lines, as a list")
    counts = [int(count) for count in parser.parse_args().lines.split(",")]
    for title, material in MATERIALS.items():
        table(title.capitalize(), material, counts)
    memory_table(MEMORY_LINES)


if __name__ == "__main__":
    main()
