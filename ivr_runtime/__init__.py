"""The IVR: the media clock, the tick loop, calls and their verbs, the flow language, what is kept."""

import os

# Before numpy is imported: at these sizes the threads of its BLAS only wait for each other, and a tick comes late.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
