"""The simulated far end: a telephone office in software, the people who call, and the cards that see it.

The office has two faces: the equipment's (`Office.tick`, `Office.hook`) and the world's (callers who dial in).
"""

import os

# Before numpy: at our sizes the threads of OpenBLAS only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
