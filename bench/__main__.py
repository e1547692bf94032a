"""`make bench`: what a tick costs, part by part, and how much faster than the world a simulator runs."""

from __future__ import annotations

import subprocess
import sys

PARTS = (
    ("One whole tick of the runtime, as a share of 20 ms", "bench.tick"),
    ("Receivers and mixer", "bench.dsp"),
    ("Receivers against libspandsp", "bench.anchor"),
    ("The office in software", "bench.office"),
    ("The callers' ears", "bench.hearing"),
    ("Thirty calls in process", "bench.calls"),
    ("Thirty callers who hear, at the tobacco hotline", "bench.rehearsal"),
)


def main() -> None:
    """Each part in a process of its own, so that none finds the caches of another. Stops at the first that fails."""
    for title, module in PARTS:
        print(f"\n== {title} ({module})", flush=True)
        done = subprocess.run([sys.executable, "-m", module], check=False)
        if done.returncode:
            sys.exit(f"{module} failed")


if __name__ == "__main__":
    main()
