"""For all tests: one BLAS thread, as the programs have it, and the same for two test processes side by side."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
