"""What the callers' ear costs, in microseconds for a tick of all rows (`python -m bench.hearing [ROWS...]`).

All rows hear speech of the book without a pause, with noise 30 dB below it: prompts (as in a menu), words (as in a
number, the most work: every 0.4 s something new), or speech that is not in the book (the same backwards).
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from rich.console import Console
from rich.table import Table

from drivers.speech.espeak import speak, voice_of
from dsp.receiver import RATE, TICK, Float32, Int16
from hw_sim.ear.clip_index import ClipIndex
from hw_sim.ear.hearing import Ear

SIZES = (4, 30, 120)
SECONDS = 10
REPEATS = 3

TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
WORDS = [("zh", w) for w in "零一二三四五六七八九十百千万点元角分条两"] + [
    ("en", w) for w in ("zero one two three four five six seven eight nine hundred thousand and " + TEENS).split()
]
NAMES = ["中华", "玉溪", "红塔山", "云烟", "利群", "黄鹤楼", "芙蓉王", "南京", "苏烟", "双喜", "白沙", "七匹狼"]
PROMPTS = [
    ("zh", f"您选择的商品是{name}{pack}，请输入数量，以井号键结束") for name in NAMES for pack in ("硬盒", "软盒")
] + [
    ("en", f"To {verb} {what} press {n}")
    for n, verb in enumerate(["order", "cancel", "repeat", "confirm", "change"])
    for what in ("this item", "the whole order", "your message", "the call back number")
]


def clips() -> tuple[list[Int16], list[Int16]]:
    """Words and prompts, spoken."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(lambda clip: speak(clip[1], voice_of(clip[0])), WORDS + PROMPTS))
    return made[: len(WORDS)], made[len(WORDS) :]


def heard(rows: int, sounds: list[Int16]) -> Float32:
    """SECONDS of every row: sounds in random order, end to end."""
    rng = np.random.default_rng(1)
    rx = (rng.standard_normal((rows, SECONDS * RATE)) * 130).astype(np.float32)
    for row in rx:
        chosen = rng.permutation(np.repeat(np.arange(len(sounds)), 1 + SECONDS * RATE // 2000 // len(sounds)))
        speech = np.concatenate([sounds[i] for i in chosen])[int(rng.integers(0, RATE)) :]
        row[: len(speech)] += speech[: len(row)]
    return rx


def cost(index: ClipIndex, rx: Float32) -> tuple[float, int]:
    """Microseconds a tick, the best of several runs, and how many clips were heard in a run."""
    best, found = float("inf"), 0
    for _ in range(REPEATS):
        ear, found = Ear(len(rx), index), 0
        begin = time.process_time()
        for at in range(0, rx.shape[1], TICK):
            found += sum(event.edge == "began" for event in ear(rx[:, at : at + TICK]))
        best = min(best, (time.process_time() - begin) / (rx.shape[1] / TICK) * 1e6)
    return best, found


def main(sizes: tuple[int, ...]) -> None:
    """Print the table."""
    words, prompts = clips()
    begin = time.process_time()
    index = ClipIndex((str(i), sound) for i, sound in enumerate([*words, *prompts]))
    took = time.process_time() - begin
    length = sum(map(len, [*words, *prompts])) / RATE
    console = Console()
    console.print(
        f"{len(index.ids)} clips, {length:.0f} s of sound; index made in {took:.2f} s, {index.memory / 1e6:.0f} MB"
    )
    table = Table("rows", "prompts us/tick", "words us/tick", "other speech us/tick", "clips heard", title="the ear")
    for rows in sizes:
        results = [cost(index, heard(rows, kind)) for kind in (prompts, words, [p[::-1] for p in prompts])]
        counts = " / ".join(str(count) for _, count in results)
        table.add_row(str(rows), *(f"{us:.0f}" for us, _ in results), counts)
    console.print(table)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
