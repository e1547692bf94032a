"""The live view of an office in a terminal: lines, calls, levels, and a telephone at the keyboard."""
