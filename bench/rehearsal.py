"""How much faster than the world a whole rehearsal runs: callers who hear, the office, the runtime, its records.

    python -m bench.rehearsal [CALLERS]

Every caller follows the demo's script (prices, an order, a voice message) by ear alone and is understood by the hotline
through the line alone; everything is recorded. They begin half a second apart. Goal: 30 calls at 100 times real time.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import structlog

from dsp.receiver import RATE
from hw_sim.caller.config import load_caller_config
from hw_sim.config import analog_office
from workbench.rehearsal import Play, Rehearsal

FLOW = Path("flows/tobacco")
APART = RATE // 2


def rehearse(callers: int, folder: Path) -> None:
    """Print the figures of one run."""
    from ivr_runtime.catalogue import import_products, spoken_names
    from ivr_runtime.records import setup
    from ivr_runtime.records.journal import Journal

    begin = time.process_time()
    setup.setup(folder)
    import_products(FLOW / "products.csv")
    play = Play.prepare(FLOW / "flow.yaml", folder / "book", spoken_names())
    script = load_caller_config(FLOW / "callers/order_and_message.yaml", clips=play.book.clips)
    journal = Journal()
    hotline = Rehearsal(play, analog_office(callers), folder, journal)
    ready, passed, worked = time.process_time() - begin, time.perf_counter(), time.process_time()
    people = hotline.run([(script, RATE + i * APART) for i in range(callers)])
    passed, worked = time.perf_counter() - passed, time.process_time() - worked
    journal.close()
    setup.close()
    lasted = max(person.report[-1].at for person in people) / RATE
    satisfied = sum(person.succeeded for person in people)
    print(f"{callers} calls of {lasted:.0f} s, {satisfied} as the script says; {ready:.1f} s to load everything.")
    print(f"{lasted / passed:.0f} times real time; {lasted / worked:.0f} by processor time,", end=" ")
    print(f"{worked / lasted / 50 * 1e6:.0f} us a tick")


def main(callers: int = 30) -> None:
    """Rehearse in a folder that is thrown away."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        rehearse(callers, Path(folder))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
