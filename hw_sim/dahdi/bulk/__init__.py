"""One tick of many open lines in one call, in C and without the interpreter's lock.

A line's data socket is read and written by the same C code, be it alone or with the others.
"""

from hw_sim.dahdi.bulk.lines import UNSEEN, Group, Line, LineState

__all__ = ["UNSEEN", "Group", "Line", "LineState"]
