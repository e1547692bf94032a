"""Our DTMF receiver against libspandsp's, on speech, in one run: what ours costs as a share of what it costs.

Run: python -m bench.anchor [--lines 30,240] (needs libspandsp-dev, a C compiler and espeak-ng). Both take the same
ticks of 160 samples, one round each in turn, so that a busy machine slows both; each figure is the best of its rounds.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import cffi  # noqa: E402
import numpy as np  # noqa: E402

from bench.hearing import clips, heard  # noqa: E402
from dsp import dtmf  # noqa: E402
from dsp.receiver import TICK, Float32, Int16  # noqa: E402

ROUNDS = 4

_C = """
#include <stdint.h>
#include <stdlib.h>
#include <spandsp.h>

void *anchor_open(int lines)
{
    dtmf_rx_state_t **all = calloc(lines, sizeof(*all));
    for (int i = 0; i < lines; i++)
        all[i] = dtmf_rx_init(NULL, NULL, NULL);
    return all;
}

int anchor_tick(void *all, const int16_t *rx, int lines, int samples)
{
    char keys[129];
    int heard = 0;
    for (int i = 0; i < lines; i++) {
        dtmf_rx_state_t *one = ((dtmf_rx_state_t **) all)[i];
        dtmf_rx(one, rx + (size_t) i * samples, samples);
        heard += dtmf_rx_get(one, keys, 128);
    }
    return heard;
}
"""


def anchor() -> Any:
    """libspandsp's receiver for many lines, one C call a tick. Ends the program with a word where it cannot be made."""
    ffi = cffi.FFI()
    ffi.cdef("void *anchor_open(int lines); int anchor_tick(void *all, const int16_t *rx, int lines, int samples);")
    ffi.set_source("loopstart_anchor", _C, libraries=["spandsp"], extra_compile_args=["-O2"])
    with tempfile.TemporaryDirectory() as folder:
        try:
            file = ffi.compile(tmpdir=folder)
        except cffi.VerificationError as error:
            sys.exit(f"there is no libspandsp to compare with (apt-get install libspandsp-dev gcc): {error}")
        spec = importlib.util.spec_from_file_location("loopstart_anchor", file)
        if spec is None or spec.loader is None:
            sys.exit(f"{file} cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def spent(ticks: list[Any], take: Callable[[Any], object]) -> float:
    """Microseconds of processor time for each tick."""
    begun = time.process_time()
    for tick in ticks:
        take(tick)
    return (time.process_time() - begun) * 1e6 / len(ticks)


def measure(module: Any, rx: Float32) -> tuple[float, float]:
    """Ours and the anchor's microseconds for a tick of all lines."""
    lines = len(rx)
    ours: list[Float32] = [np.ascontiguousarray(rx[:, at : at + TICK]) for at in range(0, rx.shape[1], TICK)]
    theirs: list[Int16] = [tick.astype(np.int16) for tick in ours]
    receiver, other = dtmf.DtmfReceiver(lines), module.lib.anchor_open(lines)

    def take(tick: Int16) -> object:
        return module.lib.anchor_tick(other, module.ffi.from_buffer("int16_t[]", tick), lines, TICK)

    rounds = [(spent(ours, receiver), spent(theirs, take)) for _ in range(ROUNDS)]
    return min(mine for mine, _ in rounds), min(its for _, its in rounds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default="30,240", help="how many lines, as a list")
    counts = [int(count) for count in parser.parse_args().lines.split(",")]
    module, prompts = anchor(), clips()[1]
    print("DTMF on speech, ns per line and sample\nlines    ours   libspandsp   ours / libspandsp")
    for lines in counts:
        mine, its = (us * 1000 / lines / TICK for us in measure(module, heard(lines, prompts)))
        print(f"{lines:5} {mine:7.2f} {its:12.2f} {mine / its:19.2f}")


if __name__ == "__main__":
    main()
