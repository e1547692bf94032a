"""The program on the virtual devices: the tests named on the command line."""

from __future__ import annotations

import sys

from tests.conformance import inside

sys.exit(inside.main(sys.argv[1:]))
