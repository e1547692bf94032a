"""What `make bench` runs: each part has its own module with a `main`, and can be run alone (`python -m bench.dsp`)."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads only wait for each other at this size
