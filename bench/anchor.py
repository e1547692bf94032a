"""Our receivers against libspandsp's `dtmf_rx`, in one run: what ours cost as a share of what it costs.

Run: python -m bench.anchor [--lines 30,240,480,1024] (needs libspandsp2, a C compiler and espeak-ng). All take the
same ticks of 160 samples, a round each in turn, so that a busy machine slows all of them; each figure is the best of
its rounds. The anchor loops over the lines in C; "receive path" is all that listens to a call in a server.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from typing import Any

for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import cffi  # noqa: E402
import numpy as np  # noqa: E402

from bench.sounds import MATERIALS, ticks  # noqa: E402
from dsp import dtmf  # noqa: E402
from dsp.receiver import TICK, Float32, Int16  # noqa: E402
from ivr_runtime.ears import ears  # noqa: E402
from workbench.selftest.anchor import ABSENT, Anchor, load  # noqa: E402

LINES = (30, 240, 480, 1024)
ROUNDS = 4

_LOOP_DECLARED = """
int all_lines(void **states, intptr_t rx, intptr_t get, const int16_t *samples, int lines, int count);
"""
_LOOP = """
#include <stddef.h>
#include <stdint.h>

typedef int (*rx_t)(void *, const int16_t *, int);
typedef size_t (*get_t)(void *, char *, int);

int all_lines(void **states, intptr_t rx, intptr_t get, const int16_t *samples, int lines, int count)
{
    char keys[129];
    int heard = 0;
    for (int i = 0; i < lines; i++) {
        ((rx_t) rx)(states[i], samples + (size_t) i * count, count);
        heard += ((get_t) get)(states[i], keys, 128);
    }
    return heard;
}
"""


def looped() -> Any:
    """A loop over all lines, compiled. Raises cffi.VerificationError where there is no compiler."""
    ffi = cffi.FFI()
    ffi.cdef(_LOOP_DECLARED)
    ffi.set_source("loopstart_anchor", _LOOP, extra_compile_args=["-O2"])
    with tempfile.TemporaryDirectory() as folder:
        spec = importlib.util.spec_from_file_location("loopstart_anchor", ffi.compile(tmpdir=folder))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def theirs(anchor: Anchor, loop: Any, lines: int) -> Callable[[Int16], object]:
    """The anchor's receivers for so many lines, as a function of a tick."""
    null = anchor.ffi.NULL
    states = [anchor.library.dtmf_rx_init(null, null, null) for _ in range(lines)]
    each = loop.ffi.new("void *[]", [loop.ffi.cast("void *", int(anchor.ffi.cast("intptr_t", s))) for s in states])
    rx, get = (
        int(anchor.ffi.cast("intptr_t", anchor.ffi.addressof(anchor.library, name)))
        for name in ("dtmf_rx", "dtmf_rx_get")
    )

    def take(tick: Int16) -> object:
        return loop.lib.all_lines(each, rx, get, loop.ffi.from_buffer("int16_t[]", tick), lines, TICK)

    return take


def whole(lines: int) -> Callable[[Float32], object]:
    """Everything that listens to a call."""
    receivers = ears(lines)

    def take(tick: Float32) -> object:
        return [receiver(tick) for receiver in receivers]

    return take


def spent(heard: list[Any], take: Callable[[Any], object]) -> float:
    """Nanoseconds of processor time for each line and sample."""
    begun = time.process_time()
    for tick in heard:
        take(tick)
    samples = sum(int(tick.size) for tick in heard)
    return (time.process_time() - begun) * 1e9 / samples


def measure(anchor: Anchor, loop: Any, rx: Float32) -> tuple[float, float, float]:
    """Nanoseconds for each line and sample: our DTMF, our receive path, the anchor's DTMF."""
    ours = ticks(rx)
    whole_numbers = [tick.astype(np.int16) for tick in ours]
    takers: list[tuple[list[Any], Callable[[Any], object]]] = [
        (ours, dtmf.DtmfReceiver(len(rx))),
        (ours, whole(len(rx))),
        (whole_numbers, theirs(anchor, loop, len(rx))),
    ]
    rounds = [[spent(heard, take) for heard, take in takers] for _ in range(ROUNDS)]
    ours_dtmf, path, its = (min(times) for times in zip(*rounds, strict=True))
    return ours_dtmf, path, its


def main() -> None:
    """Print the tables, or why there are none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default=",".join(map(str, LINES)), help="how many lines, as a list")
    counts = [int(count) for count in parser.parse_args().lines.split(",")]
    anchor = load()
    if anchor is None:
        print(f"nothing to compare with: {ABSENT}")
        return
    try:
        loop = looped()
    except cffi.VerificationError as error:
        print(f"no C compiler, so there is nothing to compare with (apt-get install gcc): {error}")
        return
    for name, material in MATERIALS.items():
        print(f"\n{name}: ns per line and sample, and as a share of libspandsp's dtmf_rx")
        print(f"lines{'libspandsp':>14}{'our DTMF':>18}{'receive path':>20}")
        for lines in counts:
            ours, path, its = measure(anchor, loop, material(lines))
            print(f"{lines:5}{its:14.2f}{ours:10.2f} {ours / its:6.2f}x{path:12.2f} {path / its:6.2f}x")


if __name__ == "__main__":
    main()
