"""What reading and writing a tick of all lines costs our driver on the virtual /dev/dahdi, system calls included.

    python -m bench.card [LINES...]

The office runs in a process of its own; its cost is not in the figures, that of the preload library is.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (4, 30, 120)
WARM, MEASURED = 25, 150

OFFICE = """\
spec: 1
cards:
  - type: analog-fxo
    name: bench
    ports: [{ports}]
"""


def inside(lines: int) -> None:
    """In the office: read and write ticks, print the medians in microseconds."""
    from drivers import open_card

    reads, writes = [], []
    with open_card(f"dahdi:1-{lines}") as card:
        silence = card.silence()
        for _ in range(WARM + MEASURED):
            began = time.thread_time()
            card.read()
            read = time.thread_time()
            card.write(silence)
            reads.append((read - began) * 1e6)
            writes.append((time.thread_time() - read) * 1e6)
        lost = card.counters.lost_samples
    print(statistics.median(reads[WARM:]), statistics.median(writes[WARM:]), lost)


def measure(lines: int) -> tuple[float, float, int]:
    """Microseconds of a read and of a write, and samples lost on the way."""
    with tempfile.TemporaryDirectory() as folder:
        office = Path(folder) / "office.yaml"
        ports = ", ".join(f'{{number: "{80001 + i}"}}' for i in range(lines))
        office.write_text(OFFICE.format(ports=ports), encoding="utf-8")
        command = [sys.executable, "-m", "bench.card", "--inside", str(lines)]
        done = subprocess.run(
            [sys.executable, "-m", "hw_sim", "run", str(office), "--", *command], stdout=subprocess.PIPE, check=True
        )
    read, write, lost = done.stdout.split()
    return float(read), float(write), int(lost)


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print the table."""
    print("lines   read us   write us   share of 20 ms   samples lost")
    for lines in sizes:
        read, write, lost = measure(lines)
        print(f"{lines:5}   {read:7.0f}   {write:8.0f}   {(read + write) / 200:13.2f}%   {lost:12}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(int(sys.argv[2]))
    else:
        main(tuple(int(word) for word in sys.argv[1:]) or SIZES)
