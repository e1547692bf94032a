"""The one room that knows both sides: the command `loopstart`, the demo, pictures of calls, bench."""

import os

# Before numpy is imported: at these sizes the threads of its BLAS only wait for each other, and a tick comes late.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
